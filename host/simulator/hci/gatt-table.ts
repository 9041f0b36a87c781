/**
 * What a client finds on this device: the services GAP and GATT, and the one mesh service there is. Each mesh service
 * has handles of its own, so that a client with an old table in its memory meets a handle that does not exist, never
 * another service's. Core Specification, Vol 3, Part C, 12, and Part G, 7.
 */

import { concat, setUint16LE } from "../../../modules/bytes.js";
import type { GattService } from "../../../modules/platform.js";

/** 16-bit UUIDs of attributes that every device has. Assigned Numbers, 3. */
export const Uuid = Object.freeze({
  GapService: 0x1800,
  GattService: 0x1801,
  PrimaryService: 0x2800,
  SecondaryService: 0x2801,
  Characteristic: 0x2803,
  ClientConfiguration: 0x2902,
  DeviceName: 0x2a00,
  Appearance: 0x2a01,
  ServiceChanged: 0x2a05,
} as const);

/** What a characteristic can do. Vol 3, Part G, 3.3.1.1. */
const Property = Object.freeze({
  Read: 0x02,
  WriteWithoutResponse: 0x04,
  Notify: 0x10,
  Indicate: 0x20,
} as const);

/** The first handle of the mesh services; each has a block, by the last digit of its UUID. */
const FIRST_MESH_HANDLE = 0x0010;
const HANDLES_EACH = 0x0010;

/** One attribute. type: a 16-bit UUID. */
export type Attribute = { readonly handle: number; readonly type: number } & (
  | { readonly kind: "value"; readonly value: Uint8Array }
  /** A Client Characteristic Configuration; what stands in it is the client's business. */
  | { readonly kind: "configuration"; readonly of: "serviceChanged" | "dataOut" }
  /** Written without response. */
  | { readonly kind: "dataIn" }
  /** Sent, but never read. */
  | { readonly kind: "sent" }
);

/** A primary service: its UUID, its handles from first to last. */
export interface ServiceGroup {
  readonly uuid: number;
  readonly first: number;
  readonly last: number;
}

/** The attributes of a device at one time, by handle. */
export class GattTable {
  readonly attributes: readonly Attribute[];
  readonly services: readonly ServiceGroup[];
  /** The handle of Service Changed's value. */
  readonly serviceChanged: number;
  /** The handle of Data Out's value; undefined: there is no mesh service. */
  readonly dataOut: number | undefined;

  /** name: the Device Name, UTF-8. */
  constructor(name: Uint8Array, mesh: GattService | undefined) {
    const builder = new Builder();
    builder.service(Uuid.GapService);
    builder.value(Uuid.DeviceName, new Uint8Array(name));
    builder.value(Uuid.Appearance, word(0));
    builder.service(Uuid.GattService);
    this.serviceChanged = builder.sent(Uuid.ServiceChanged, Property.Indicate, "serviceChanged");
    if (mesh !== undefined) {
      builder.skipTo(firstHandleOf(mesh));
      builder.service(mesh.service);
      builder.dataIn(mesh.dataIn);
      this.dataOut = builder.sent(mesh.dataOut, Property.Notify, "dataOut");
    }
    this.attributes = builder.attributes;
    this.services = builder.services;
  }

  find(handle: number): Attribute | undefined {
    return this.attributes.find((attribute) => attribute.handle === handle);
  }

  /** first, last: inclusive. */
  between(first: number, last: number): readonly Attribute[] {
    return this.attributes.filter(({ handle }) => handle >= first && handle <= last);
  }
}

/** The range of handles that a swap of mesh services concerns: both services'. Vol 3, Part G, 7.1. */
export const SWAPPED_HANDLES = Object.freeze({ first: FIRST_MESH_HANDLE, last: 0xffff } as const);

function firstHandleOf({ service }: GattService): number {
  return FIRST_MESH_HANDLE + HANDLES_EACH * (service & 0x0f);
}

function word(value: number): Uint8Array {
  const octets = new Uint8Array(2);
  setUint16LE(octets, 0, value);
  return octets;
}

class Builder {
  readonly attributes: Attribute[] = [];
  readonly services: { uuid: number; first: number; last: number }[] = [];
  #handle = 0;

  skipTo(handle: number): void {
    this.#handle = handle - 1;
  }

  service(uuid: number): void {
    this.#handle += 1;
    const first = this.#handle;
    this.services.push({ uuid, first, last: first });
    this.attributes.push({ handle: first, type: Uuid.PrimaryService, kind: "value", value: word(uuid) });
  }

  value(uuid: number, value: Uint8Array): void {
    const handle = this.#declare(uuid, Property.Read);
    this.attributes.push({ handle, type: uuid, kind: "value", value });
  }

  dataIn(uuid: number): void {
    this.attributes.push({
      handle: this.#declare(uuid, Property.WriteWithoutResponse),
      type: uuid,
      kind: "dataIn",
    });
  }

  /** The handle of its value. */
  sent(uuid: number, property: number, of: "serviceChanged" | "dataOut"): number {
    const handle = this.#declare(uuid, property);
    this.attributes.push({ handle, type: uuid, kind: "sent" });
    this.attributes.push({ handle: this.#next(), type: Uuid.ClientConfiguration, kind: "configuration", of });
    return handle;
  }

  /** A characteristic's declaration; the handle of the value that follows. */
  #declare(uuid: number, properties: number): number {
    const handle = this.#next();
    const valueHandle = this.#next();
    const value = concat(Uint8Array.of(properties), word(valueHandle), word(uuid));
    this.attributes.push({ handle, type: Uuid.Characteristic, kind: "value", value });
    return valueHandle;
  }

  #next(): number {
    this.#handle += 1;
    const service = this.services.at(-1);
    if (service !== undefined) service.last = this.#handle;
    return this.#handle;
  }
}
