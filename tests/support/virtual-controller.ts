/** A Bluetooth controller that a test has in its hands: what its host sends is seen, what the air brings is said. */

import type { ByteStream, ByteStreamListener } from "../../host/simulator/hci/byte-stream.js";
import { concat, fromHex, getUint16LE, octet, setUint16LE, toHex } from "../../modules/bytes.js";
import type { Clock } from "../../modules/platform.js";

/** What it is like. */
export interface VirtualControllerOptions {
  readonly aclLength?: number;
  readonly aclPackets?: number;
}

/** Who is at the other end of a link. Octets are borrowed. */
export interface RemoteListener {
  frame(channel: number, payload: Uint8Array): void;
  /** The host has ended the link. */
  disconnected(): void;
}

interface Link {
  readonly handle: number;
  readonly remote: RemoteListener;
  incoming: Uint8Array;
  /** Packets that the remote has not taken. */
  readonly held: Uint8Array[];
  taking: boolean;
}

/** How long a packet is under way, and a command. */
const PACKET_MS = 1;
const FIRST_HANDLE = 0x0040;

/** `ByteStream` to one. Every call comes in a later turn of the clock. */
export class VirtualController implements ByteStream {
  /** Each command: opcode, a space, parameters, as hexadecimal digits. */
  readonly commands: string[] = [];
  /** Each ACL packet from the host. */
  readonly packets: string[] = [];
  /** What commands answer instead of success: by opcode, the return parameters; undefined: nothing at all. */
  readonly answers = new Map<number, string | undefined>();
  /** Command credits given with each answer. */
  credits = 1;
  /** Remotes do not confirm the end of a link, so that it stays for the time being. */
  holdsLinks = false;
  closed = false;
  readonly #clock: Clock;
  readonly #aclLength: number;
  readonly #links = new Map<number, Link>();
  #listener: ByteStreamListener | undefined;

  constructor(clock: Clock, { aclLength = 27, aclPackets = 4 }: VirtualControllerOptions = {}) {
    this.#clock = clock;
    this.#aclLength = aclLength;
    const room = toHex(Uint8Array.of(aclLength & 0xff, aclLength >> 8, aclPackets));
    this.answers.set(0x1005, "0000000000000000");
    this.answers.set(0x2002, `00${room}`);
    this.answers.set(0x201c, "00ffffffffff030000");
  }

  listen(listener: ByteStreamListener): void {
    this.#listener = listener;
  }

  write(octets: Uint8Array): void {
    const packet = new Uint8Array(octets);
    this.#later(PACKET_MS, () => {
      if (packet[0] === 1) this.#command(packet.subarray(1));
      else if (packet[0] === 2) this.#data(packet.subarray(1));
    });
  }

  close(): void {
    this.closed = true;
  }

  /** Octets to the host, as they are. hex: spaces are for people. */
  say(hex: string): void {
    const octets = fromHex(hex.replaceAll(" ", ""));
    if (octets === undefined) throw new Error(`not hexadecimal: ${hex}`);
    this.#later(0, () => this.#send(octets));
  }

  /** The stream breaks. */
  break(why: string): void {
    this.#later(0, () => {
      if (!this.closed) this.#listener?.closed(why);
    });
  }

  /** Somebody connects to the host. The link's handle: the lowest that is free. */
  connect(remote: RemoteListener): number {
    let handle = FIRST_HANDLE;
    while (this.#links.has(handle)) handle++;
    this.#links.set(handle, { handle, remote, incoming: new Uint8Array(), held: [], taking: true });
    this.say(`043e130100${hexOf(handle)}0101c0ffee000000180000002a0000`);
    return handle;
  }

  /** The link is lost. reason: as in Disconnection Complete; 0x08: the remote has gone out of reach. */
  lose(handle: number, reason = 0x08): void {
    if (this.#links.delete(handle)) this.say(`04050400${hexOf(handle)}${toHex(Uint8Array.of(reason))}`);
  }

  /** The link is gone, and nobody is told. */
  forget(handle: number): void {
    this.#links.delete(handle);
  }

  /** The remote takes packets, or leaves them in the controller. */
  setTaking(handle: number, on: boolean): void {
    const link = this.#links.get(handle);
    if (link === undefined) return;
    link.taking = on;
    if (on) for (const packet of link.held.splice(0)) this.#take(link, packet);
  }

  /** A frame from the remote, in packets of 27 octets. */
  sendFrame(handle: number, channel: number, payload: Uint8Array): void {
    const header = new Uint8Array(4);
    setUint16LE(header, 0, payload.length);
    setUint16LE(header, 2, channel);
    const frame = concat(header, payload);
    for (let at = 0; at < frame.length; at += this.#aclLength) {
      const part = frame.subarray(at, at + this.#aclLength);
      const flags = at === 0 ? 0x2000 : 0x1000;
      this.say(`02${hexOf(handle | flags)}${hexOf(part.length)}${toHex(part)}`);
    }
  }

  #command(packet: Uint8Array): void {
    const opcode = getUint16LE(packet, 0);
    const parameters = toHex(packet.subarray(3));
    this.commands.push(`${opcode.toString(16).padStart(4, "0")} ${parameters}`.trim());
    if (opcode === 0x0406) {
      const handle = getUint16LE(packet, 3);
      const status = this.#links.has(handle) ? "00" : "02";
      this.say(`040f04${status}${this.#creditsHex()}${hexOf(opcode)}`);
      if (this.holdsLinks) return;
      this.#links.get(handle)?.remote.disconnected();
      this.lose(handle, 0x16);
      return;
    }
    const answer = this.answers.has(opcode) ? this.answers.get(opcode) : "00";
    if (answer === undefined) return;
    const length = toHex(Uint8Array.of(3 + answer.length / 2));
    this.say(`040e${length}${this.#creditsHex()}${hexOf(opcode)}${answer}`);
  }

  #data(packet: Uint8Array): void {
    this.packets.push(toHex(packet));
    const link = this.#links.get(getUint16LE(packet, 0) & 0x0fff);
    if (link === undefined) return;
    if (link.taking) this.#take(link, packet);
    else link.held.push(packet);
  }

  #take(link: Link, packet: Uint8Array): void {
    this.#later(PACKET_MS, () => {
      if (this.#links.get(link.handle) !== link) return;
      this.say(`04130501${hexOf(link.handle)}0100`);
      const isContinuing = (octet(packet, 1) & 0x30) === 0x10;
      const data = packet.subarray(4);
      link.incoming = isContinuing ? concat(link.incoming, data) : new Uint8Array(data);
      const { incoming } = link;
      if (incoming.length < 4 || incoming.length < 4 + getUint16LE(incoming, 0)) return;
      link.remote.frame(getUint16LE(incoming, 2), incoming.subarray(4));
    });
  }

  #creditsHex(): string {
    return toHex(Uint8Array.of(this.credits));
  }

  #send(octets: Uint8Array): void {
    if (this.closed) return;
    const borrowed = new Uint8Array(octets);
    this.#listener?.received(borrowed);
    // Whoever has kept a view of it must not get away with that.
    borrowed.fill(0xff);
  }

  #later(delayMs: number, happen: () => void): void {
    this.#clock.createTimer(happen).start(delayMs);
  }
}

/** 16 bits, least significant octet first. */
function hexOf(value: number): string {
  return toHex(Uint8Array.of(value & 0xff, value >> 8));
}
