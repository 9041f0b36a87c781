/** Just enough of HCI over an H4 stream for a test to be one of the virtual controllers' hosts. Core 5.4, Vol 4. */

import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

/** H4 packet indicators. Core 5.4, Vol 4, Part A, 2. */
export const H4 = Object.freeze({ Command: 0x01, Acl: 0x02, Event: 0x04 } as const);

const ATT_CHANNEL = 0x0004;
const COMMAND_COMPLETE = 0x0e;
const COMMAND_STATUS = 0x0f;
const DISCONNECTION_COMPLETE = 0x05;
const LE_META = 0x3e;
const LE_CONNECTION_COMPLETE = 0x01;
const LE_ADVERTISING_REPORT = 0x02;

/** What one advertising event said. type: 0 connectable, 3 non-connectable, 4 scan response. Core 7.7.65.2. */
export interface AdvertisingReport {
  readonly type: number;
  /** As people write it, in lower case. */
  readonly address: string;
  readonly data: Buffer;
}

/** Who hears a controller. handle: of the connection. */
export interface ControllerListener {
  connected?(handle: number): void;
  disconnected?(handle: number): void;
  /** One whole ATT PDU. */
  att?(handle: number, pdu: Buffer): void;
  reported?(report: AdvertisingReport): void;
}

/** A number as two octets, the lower one first. */
export function le16(value: number): readonly number[] {
  return [value & 0xff, value >> 8];
}

/** One virtual controller, and a host that does what a test tells it. */
export class Controller {
  readonly #socket: Socket;
  readonly #listener: ControllerListener;
  readonly #answers = new Map<number, (parameters: Buffer) => void>();
  readonly #partial = new Map<number, Buffer>();

  /** Connect to a server of controllers, and reset the new one. */
  static async open(path: string, listener: ControllerListener): Promise<Controller> {
    const socket = createConnection(path);
    await once(socket, "connect");
    const controller = new Controller(socket, listener);
    await controller.command(0x0c03);
    // Set Event Mask and LE Set Event Mask: all that there is.
    await controller.command(0x0c01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f);
    await controller.command(0x2001, 0x1f, 0, 0, 0, 0, 0, 0, 0);
    return controller;
  }

  private constructor(socket: Socket, listener: ControllerListener) {
    this.#socket = socket;
    this.#listener = listener;
    let rest: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      rest = splitPackets(Buffer.concat([rest, chunk]), (packet) => this.#heard(packet));
    });
    // An air that ends takes its controllers along.
    socket.on("error", () => {});
  }

  /** Take the controller off the air. */
  close(): void {
    this.#socket.destroy();
  }

  /** Done with the return parameters, or with the status alone; fails when the status is not Success. */
  async command(opcode: number, ...parameters: readonly number[]): Promise<Buffer> {
    const answer = new Promise<Buffer>((resolve) => {
      this.#answers.set(opcode, resolve);
    });
    this.#socket.write(Buffer.from([H4.Command, ...le16(opcode), parameters.length, ...parameters]));
    const returned = await answer;
    if (returned[0] !== 0) throw new Error(`command ${opcode.toString(16)}: status ${returned[0]}`);
    return returned;
  }

  /** Send one ATT PDU. */
  att(handle: number, pdu: readonly number[]): void {
    const lengths = [...le16(pdu.length + 4), ...le16(pdu.length)];
    this.#socket.write(Buffer.from([H4.Acl, ...le16(handle), ...lengths, ...le16(ATT_CHANNEL), ...pdu]));
  }

  /** Legacy advertising of this type from now on; see `AdvertisingReport`. */
  async setAdvertising(type: number): Promise<void> {
    await this.command(0x2006, ...le16(0xa0), ...le16(0xa0), type, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0);
  }

  /** Advertise until a connection ends it. data: AD structures. */
  async advertise(data: Uint8Array): Promise<void> {
    await this.command(0x2008, data.length, ...data, ...new Uint8Array(31 - data.length));
    await this.command(0x200a, 1);
  }

  /** One event: btvirt has one whenever advertising is enabled, and no other. */
  async advertiseOnce(data: Uint8Array): Promise<void> {
    await this.advertise(data);
    await this.command(0x200a, 0);
  }

  /** Active scanning without a filter of duplicates. */
  async scan(): Promise<void> {
    await this.command(0x200b, 1, 0x10, 0, 0x10, 0, 0, 0);
    await this.command(0x200c, 1, 0);
  }

  /** Ask the controller to end a connection; `disconnected` tells when it has. */
  async disconnect(handle: number): Promise<void> {
    await this.command(0x0406, ...le16(handle), 0x13);
  }

  #heard(packet: Buffer): void {
    if (packet[0] === H4.Event) this.#event(packet.readUInt8(1), packet.subarray(3));
    else if (packet[0] === H4.Acl) this.#acl(packet.readUInt16LE(1), packet.subarray(5));
  }

  #event(code: number, parameters: Buffer): void {
    if (code === COMMAND_COMPLETE) this.#answer(parameters.readUInt16LE(1), parameters.subarray(3));
    else if (code === COMMAND_STATUS) this.#answer(parameters.readUInt16LE(2), parameters.subarray(0, 1));
    else if (code === DISCONNECTION_COMPLETE) this.#listener.disconnected?.(parameters.readUInt16LE(1));
    else if (code === LE_META) this.#leEvent(parameters.readUInt8(0), parameters.subarray(1));
  }

  #answer(opcode: number, returned: Buffer): void {
    this.#answers.get(opcode)?.(returned);
    this.#answers.delete(opcode);
  }

  #leEvent(subevent: number, parameters: Buffer): void {
    if (subevent === LE_CONNECTION_COMPLETE && parameters[0] === 0)
      this.#listener.connected?.(parameters.readUInt16LE(1));
    if (subevent === LE_ADVERTISING_REPORT)
      this.#listener.reported?.({
        type: parameters.readUInt8(1),
        address: parameters.subarray(3, 9).reverse().toString("hex").replace(/..\B/g, "$&:"),
        data: parameters.subarray(10, 10 + parameters.readUInt8(9)),
      });
  }

  /** Put together what the controller cuts into pieces. Core Vol 4, Part E, 5.4.2. */
  #acl(flags: number, data: Buffer): void {
    const handle = flags & 0x0fff;
    const isContinuation = ((flags >> 12) & 3) === 1;
    const begun = isContinuation ? (this.#partial.get(handle) ?? Buffer.alloc(0)) : Buffer.alloc(0);
    const frame = Buffer.concat([begun, data]);
    this.#partial.delete(handle);
    if (frame.length < 4 || frame.length < 4 + frame.readUInt16LE(0)) this.#partial.set(handle, frame);
    else if (frame.readUInt16LE(2) === ATT_CHANNEL) this.#listener.att?.(handle, frame.subarray(4));
  }
}

/** Cut octets into H4 packets; returns the unfinished rest. Throws RangeError for anything else. */
export function splitPackets(octets: Buffer, found: (packet: Buffer) => void): Buffer {
  let rest = octets;
  for (;;) {
    const length = packetLength(rest);
    if (length === undefined || rest.length < length) return rest;
    found(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
}

function packetLength(octets: Buffer): number | undefined {
  // A command of no parameters has four octets, an event of none three.
  if (octets.length < 5 && octets[0] === H4.Acl) return undefined;
  if (octets.length < 4 && octets[0] === H4.Command) return undefined;
  if (octets.length < 3) return undefined;
  if (octets[0] === H4.Event) return 3 + octets.readUInt8(2);
  if (octets[0] === H4.Acl) return 5 + octets.readUInt16LE(3);
  if (octets[0] === H4.Command) return 4 + octets.readUInt8(3);
  throw new RangeError(`no H4 packet: ${octets.subarray(0, 8).toString("hex")}`);
}
