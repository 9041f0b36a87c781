/** Proxy PDUs: messages cut to the size of a write, and put together again. MshPRT 6.3. */

import { concat, octet } from "../../../../modules/bytes.js";
import type { Clock, Timer } from "../../../../modules/platform.js";

/** The kinds of messages. MshPRT 6.3.1. */
export const ProxyType = Object.freeze({ Network: 0, Beacon: 1, Configuration: 2, Provisioning: 3 } as const);

/** Where a PDU stands in its message. MshPRT 6.3.1. */
export const Sar = Object.freeze({ Complete: 0, First: 1, Continuation: 2, Last: 3 } as const);

/** How long the rest of a message may take. MshPRT 6.3.2.2. */
export const REASSEMBLY_MS = 20_000;

/** One PDU with any fields. sar: 2 bits; type: 6 bits. */
export function proxyPdu(sar: number, type: number, octets: Uint8Array): Uint8Array {
  return concat(new Uint8Array([(sar << 6) | (type & 0x3f)]), octets);
}

/** The PDUs of a message, none longer than `size`, all but the last that long. MshPRT 6.3.2.1. */
export function cutMessage(type: number, message: Uint8Array, size: number): readonly Uint8Array[] {
  if (size < 2) throw new RangeError("no room for a part of the message");
  if (message.length < size) return [proxyPdu(Sar.Complete, type, message)];
  const pdus: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += size - 1) {
    const isLast = at + size - 1 >= message.length;
    const sar = at === 0 ? Sar.First : isLast ? Sar.Last : Sar.Continuation;
    pdus.push(proxyPdu(sar, type, message.subarray(at, at + size - 1)));
  }
  return pdus;
}

/** What is wrong with what came. */
export type ReassemblyFault =
  /** Not even a first octet. */
  | "empty"
  /** A first or complete PDU within a message, a later one without a first, or one of another type. */
  | "outOfOrder"
  /** A segment that is not as long as it could be, and not the last. */
  | "shortSegment"
  /** The rest has not come. */
  | "timeout";

/** Who gets the messages; octets are the receiver's own. */
export interface ReassemblyListener {
  message(type: number, octets: Uint8Array): void;
  fault(fault: ReassemblyFault): void;
}

/** Puts one message at a time together. */
export class ProxyReassembler {
  readonly #listener: ReassemblyListener;
  readonly #timer: Timer;
  #open: { readonly type: number; readonly parts: Uint8Array[] } | undefined;

  constructor(clock: Clock, listener: ReassemblyListener) {
    this.#listener = listener;
    this.#timer = clock.createTimer(() => {
      this.clear();
      this.#listener.fault("timeout");
    });
  }

  /** Whether a message has begun and not ended. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** fullSize: the length that every segment but the last must have. */
  take(pdu: Uint8Array, fullSize: number): void {
    const fault = this.#take(pdu, fullSize);
    if (fault === undefined) return;
    this.clear();
    this.#listener.fault(fault);
  }

  /** Forget what has come of a message. */
  clear(): void {
    this.#timer.stop();
    this.#open = undefined;
  }

  #take(pdu: Uint8Array, fullSize: number): ReassemblyFault | undefined {
    if (pdu.length === 0) return "empty";
    const [sar, type, part] = [octet(pdu, 0) >> 6, octet(pdu, 0) & 0x3f, pdu.slice(1)];
    const begins = sar === Sar.Complete || sar === Sar.First;
    if (begins !== (this.#open === undefined)) return "outOfOrder";
    if (this.#open !== undefined && this.#open.type !== type) return "outOfOrder";
    const ends = sar === Sar.Complete || sar === Sar.Last;
    if (!ends && pdu.length !== fullSize) return "shortSegment";
    const parts = [...(this.#open?.parts ?? []), part];
    this.#open = { type, parts };
    if (begins) this.#timer.start(REASSEMBLY_MS);
    if (!ends) return undefined;
    this.clear();
    this.#listener.message(type, concat(...parts));
    return undefined;
  }
}
