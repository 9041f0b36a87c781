/** HCI packets in a stream of octets: an octet for the type, then the packet. Core Specification, Vol 4, Part A. */

import { concat, getUint16LE, octet } from "../../../modules/bytes.js";

/** What comes after an octet of this value. Core Specification, Vol 4, Part A, 2. */
export const PacketType = Object.freeze({
  Command: 0x01,
  Acl: 0x02,
  Synchronous: 0x03,
  Event: 0x04,
  Isochronous: 0x05,
} as const);

/** Octets before each type's parameters; the last one or two of them are their length. */
const HEADER: Readonly<Record<number, number>> = Object.freeze({
  [PacketType.Command]: 3,
  [PacketType.Acl]: 4,
  [PacketType.Synchronous]: 3,
  [PacketType.Event]: 2,
  [PacketType.Isochronous]: 4,
});

/** The event that answers Reset, as far as it is always the same: type, event code; later the opcode. */
const COMMAND_COMPLETE = 0x0e;
const RESET_LOW = 0x03;
const RESET_HIGH = 0x0c;
const RESET_ANSWER_LENGTH = 7;

/** Who takes the packets. */
export interface DeframerListener {
  /** A whole packet without its type; borrowed. */
  packet(type: number, packet: Uint8Array): void;
  /** An octet that is no type: what follows cannot be read any more. */
  outOfStep(): void;
}

/** A packet for the stream. */
export function framed(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concat(Uint8Array.of(type), ...parts);
}

/**
 * Finds the packets. A serial controller may still be telling of what was before, so all that comes before the answer
 * to Reset is passed over.
 */
export class Deframer {
  readonly #listener: DeframerListener;
  #rest: Uint8Array = new Uint8Array();
  #inStep = false;
  #lost = false;

  constructor(listener: DeframerListener) {
    this.#listener = listener;
  }

  /** The next octets of the stream. */
  feed(octets: Uint8Array): void {
    if (this.#lost) return;
    let rest = this.#rest.length === 0 ? new Uint8Array(octets) : concat(this.#rest, octets);
    if (!this.#inStep) rest = this.#seek(rest);
    while (this.#inStep && rest.length > 0) {
      const header = HEADER[octet(rest, 0)];
      if (header === undefined) {
        this.#lost = true;
        this.#listener.outOfStep();
        return;
      }
      const length = lengthOf(rest, header);
      if (length === undefined || rest.length < length) break;
      this.#listener.packet(octet(rest, 0), rest.subarray(1, length));
      rest = rest.subarray(length);
    }
    this.#rest = rest;
  }

  /** What begins with the answer to Reset, or may still do so. */
  #seek(octets: Uint8Array): Uint8Array {
    for (let at = 0; at + RESET_ANSWER_LENGTH <= octets.length; at++) {
      if (!answersReset(octets.subarray(at))) continue;
      this.#inStep = true;
      return octets.subarray(at);
    }
    return octets.subarray(Math.max(0, octets.length - RESET_ANSWER_LENGTH + 1));
  }
}

function answersReset(octets: Uint8Array): boolean {
  const [type, code, , , low, high] = octets;
  return type === PacketType.Event && code === COMMAND_COMPLETE && low === RESET_LOW && high === RESET_HIGH;
}

/** Of the whole packet with its type; undefined: that cannot be told yet. */
function lengthOf(octets: Uint8Array, header: number): number | undefined {
  if (octets.length < 1 + header) return undefined;
  // Of an isochronous packet's length two bits are reserved.
  const parameters =
    header === HEADER[PacketType.Acl] ? getUint16LE(octets, 3) & lengthMask(octets) : octet(octets, header);
  return 1 + header + parameters;
}

function lengthMask(octets: Uint8Array): number {
  return octet(octets, 0) === PacketType.Isochronous ? 0x3fff : 0xffff;
}
