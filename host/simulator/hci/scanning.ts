/** Passive scanning, and the controller's random address, which it takes only while it does not scan. */

import { equal, getUint16LE, octet } from "../../../modules/bytes.js";
import { setRandomAddress, setScanEnable } from "./commands.js";
import type { Controller } from "./controller.js";
import type { Report } from "./events.js";

/** The report of a non-connectable, non-scannable advertisement. Core Specification, Vol 4, Part E, 7.7.65.2. */
const REPORT_NON_CONNECTABLE = 0x03;

/** AD types that a mesh node takes from an advertisement: PB-ADV, message, beacon. Assigned Numbers, 2.3. */
const MESH_TYPES: readonly number[] = Object.freeze([0x29, 0x2a, 0x2b]);
/** Service data of the Mesh Proxy Solicitation Service. MshPRT 6.9.1. */
const SERVICE_DATA = 0x16;
const SOLICITATION = 0x1859;

/** The receiving half of an adapter. */
export class Scanning {
  readonly #controller: Controller;
  #address: Uint8Array;
  #on = false;

  /** address: what the controller has been told, 6 octets, most significant first. */
  constructor(controller: Controller, address: Uint8Array) {
    this.#controller = controller;
    this.#address = new Uint8Array(address);
  }

  /** Hear others, or no longer. */
  set(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#controller.send(setScanEnable(on));
  }

  /** Give the controller another random address. Nothing may be advertised at that moment. Vol 4, Part E, 7.8.4. */
  setAddress(address: Uint8Array): void {
    if (equal(address, this.#address)) return;
    this.#address = new Uint8Array(address);
    if (this.#on) this.#controller.send(setScanEnable(false));
    this.#controller.send(setRandomAddress(address));
    if (this.#on) this.#controller.send(setScanEnable(true));
  }

  /** Whether a report is for a mesh node: real air is full of others. */
  isOfInterest({ type, data }: Report): boolean {
    return this.#on && type === REPORT_NON_CONNECTABLE && hasMeshType(data);
  }
}

function hasMeshType(data: Uint8Array): boolean {
  let at = 0;
  while (at + 1 < data.length) {
    const [length, type] = [octet(data, at), octet(data, at + 1)];
    if (length > 0 && MESH_TYPES.includes(type)) return true;
    const isLongEnough = length >= 3 && at + 3 < data.length;
    if (type === SERVICE_DATA && isLongEnough && getUint16LE(data, at + 2) === SOLICITATION) return true;
    at += 1 + length;
  }
  return false;
}
