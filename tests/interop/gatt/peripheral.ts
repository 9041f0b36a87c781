/**
 * A stand-in for the node under test, so that the harness can prove itself: the Mesh Provisioning Service on a virtual
 * controller, with a table of six attributes. It answers a Provisioning Invite with Capabilities, and else does what a
 * test tells it.
 */

import { Happenings } from "../happenings.js";
import { Controller, le16 } from "./h4.js";

/** Its device UUID. */
export const peripheralUuid = Buffer.from("70cf7c9732a345b691494810d2e9cbf4", "hex");

/** Provisioning Invite with 5 s of attention, and the Capabilities that answer it, both as Proxy PDUs. MshPRT 6.3. */
export const invite = Buffer.from("030005", "hex");
export const capabilities = Buffer.from("03010100010000000000000000", "hex");

const CONNECTABLE = 0;
const PROVISIONING_SERVICE = 0x1827;
const DATA_IN = 0x2adb;
const DATA_OUT = 0x2adc;
const DATA_IN_HANDLE = 3;
const DATA_OUT_HANDLE = 5;
const CCCD_HANDLE = 6;
const PRIMARY_SERVICE = 0x2800;
const CHARACTERISTIC = 0x2803;
const CCCD = 0x2902;

/** ATT error codes. Core 5.4, Vol 3, Part F, 3.4.1.1. */
const INVALID_HANDLE = 0x01;
const NOT_SUPPORTED = 0x06;
const NOT_FOUND = 0x0a;

interface Attribute {
  readonly type: number;
  readonly value: readonly number[];
}

/** What happens to it. */
export type PeripheralEvent =
  | { readonly name: "connected" | "disconnected" }
  | { readonly name: "subscribed"; readonly value: number }
  | { readonly name: "written"; readonly value: Buffer }
  | { readonly name: "mtu"; readonly asked: number };

/** The peripheral. One connection at a time; it advertises again when that has ended. */
export class Peripheral {
  readonly events = new Happenings<PeripheralEvent>();
  readonly #mtu: number;
  readonly #attributes: Attribute[] = [
    { type: PRIMARY_SERVICE, value: le16(PROVISIONING_SERVICE) },
    { type: CHARACTERISTIC, value: [0x04, ...le16(DATA_IN_HANDLE), ...le16(DATA_IN)] },
    { type: DATA_IN, value: [] },
    { type: CHARACTERISTIC, value: [0x10, ...le16(DATA_OUT_HANDLE), ...le16(DATA_OUT)] },
    { type: DATA_OUT, value: [] },
    { type: CCCD, value: [0, 0] },
  ];
  #controller: Controller | undefined;
  #connection: number | undefined;

  /** controllers: where to get one; mtu: what it answers when asked. */
  static async start(controllers: string, mtu: number): Promise<Peripheral> {
    const peripheral = new Peripheral(mtu);
    const controller = await Controller.open(controllers, {
      connected: (handle) => peripheral.#connected(handle),
      disconnected: () => peripheral.#disconnected(),
      att: (handle, pdu) => {
        const answer = peripheral.#answer(pdu);
        if (answer !== undefined) controller.att(handle, answer);
      },
    });
    peripheral.#controller = controller;
    await controller.setAdvertising(CONNECTABLE);
    await peripheral.#advertise();
    return peripheral;
  }

  private constructor(mtu: number) {
    this.#mtu = mtu;
  }

  /** Notify Data Out, whoever has subscribed. Throws when nobody is connected. */
  notify(value: Buffer): void {
    if (this.#connection === undefined) throw new Error("nobody is connected");
    this.#controller?.att(this.#connection, [0x1b, ...le16(DATA_OUT_HANDLE), ...value]);
  }

  /** End the connection from this side. */
  async disconnect(): Promise<void> {
    if (this.#connection !== undefined) await this.#controller?.disconnect(this.#connection);
  }

  /** Leave the air. */
  stop(): void {
    this.#controller?.close();
  }

  #connected(handle: number): void {
    this.#connection = handle;
    this.events.add({ name: "connected" });
  }

  #disconnected(): void {
    this.#connection = undefined;
    this.events.add({ name: "disconnected" });
    this.#advertise().catch(() => {});
  }

  async #advertise(): Promise<void> {
    const uuid = le16(PROVISIONING_SERVICE);
    const data = [2, 0x01, 6, 3, 0x03, ...uuid, 21, 0x16, ...uuid, ...peripheralUuid, 0, 0];
    await this.#controller?.advertise(Uint8Array.from(data));
  }

  #answer(pdu: Buffer): readonly number[] | undefined {
    const opcode = pdu.readUInt8(0);
    const first = pdu.length > 2 ? pdu.readUInt16LE(1) : 0;
    const refuse = (code: number) => [0x01, opcode, ...le16(first), code];
    if (opcode === 0x02) {
      this.events.add({ name: "mtu", asked: first });
      return [0x03, ...le16(this.#mtu)];
    }
    if (opcode === 0x10) return this.#groups(pdu) ?? refuse(NOT_FOUND);
    if (opcode === 0x08) return this.#byType(pdu) ?? refuse(NOT_FOUND);
    if (opcode === 0x04) return this.#information(pdu) ?? refuse(NOT_FOUND);
    if (opcode === 0x12) return first === CCCD_HANDLE ? this.#subscribe(pdu) : refuse(INVALID_HANDLE);
    if (opcode === 0x52) return first === DATA_IN_HANDLE ? this.#write(pdu.subarray(3)) : undefined;
    // Commands and confirmations are not answered.
    return (opcode & 0x40) !== 0 || opcode === 0x1e ? undefined : refuse(NOT_SUPPORTED);
  }

  #groups(pdu: Buffer): readonly number[] | undefined {
    if (pdu.readUInt16LE(1) > 1 || pdu.readUInt16LE(5) !== PRIMARY_SERVICE) return undefined;
    return [0x11, 6, ...le16(1), ...le16(CCCD_HANDLE), ...le16(PROVISIONING_SERVICE)];
  }

  #byType(pdu: Buffer): readonly number[] | undefined {
    const type = pdu.readUInt16LE(5);
    const [found] = this.#between(pdu).filter((each) => each.type === type);
    return found === undefined
      ? undefined
      : [0x09, 2 + found.value.length, ...le16(found.handle), ...found.value];
  }

  #information(pdu: Buffer): readonly number[] | undefined {
    const found = this.#between(pdu).flatMap(({ handle, type }) => [...le16(handle), ...le16(type)]);
    return found.length === 0 ? undefined : [0x05, 1, ...found];
  }

  /** The attributes from the PDU's first handle to its last. */
  #between(pdu: Buffer): readonly (Attribute & { readonly handle: number })[] {
    const [first, last] = [pdu.readUInt16LE(1), pdu.readUInt16LE(3)];
    return this.#attributes
      .map((attribute, index) => ({ ...attribute, handle: index + 1 }))
      .filter(({ handle }) => handle >= first && handle <= last);
  }

  #subscribe(pdu: Buffer): readonly number[] {
    const value = pdu.readUInt16LE(3);
    this.events.add({ name: "subscribed", value });
    return [0x13];
  }

  #write(value: Buffer): readonly number[] | undefined {
    this.events.add({ name: "written", value: Buffer.from(value) });
    return value.subarray(0, 2).equals(invite.subarray(0, 2))
      ? [0x1b, ...le16(DATA_OUT_HANDLE), ...capabilities]
      : undefined;
  }
}
