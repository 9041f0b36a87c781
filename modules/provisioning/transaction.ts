/** One Provisioning PDU on its way over PB-ADV, in either direction. MshPRT 5.3.3. */

import { getUint16BE, octet } from "../bytes.js";
import type { DropReason } from "../platform.js";
import {
  encodeSegment,
  frameCheckSequence,
  lastSegment,
  segmentLength,
  segmentOffset,
} from "./generic-pdu.js";

/**
 * The longest Provisioning PDU that is taken. A provisioner's longest is the Public Key with 65 octets; a longer one
 * must still arrive whole, because the protocol has an answer for it. Five segments.
 */
export const MAX_PDU = 112;

/** What became of a received segment; a DropReason: nothing. */
export type SegmentResult = "stored" | "complete" | "acknowledgeAgain" | DropReason;

/** Reassembles the peer's transactions, one after the other. MshPRT 5.3.3, 5.2.1. */
export class IncomingTransaction {
  readonly #pdu = new Uint8Array(MAX_PDU);
  /** The number of the last complete transaction; -1: there was none on this link. */
  #completed = -1;
  /** TotalLength of the transaction that began last. */
  #totalLength = 0;
  #fcs = 0;
  /** A bit for each segment that is still missing; 0: no transaction has begun. */
  #missing = 0;

  /** A new link: the next transaction is 0x00. */
  reset(): void {
    this.#pdu.fill(0);
    this.#completed = -1;
    this.#totalLength = 0;
    this.#missing = 0;
  }

  /** Whether a segment of this transaction repeats one of a PDU that is already whole. */
  isComplete(number: number): boolean {
    return number === this.#completed;
  }

  /** The PDU of the transaction that was completed last; valid until its successor begins. */
  get pdu(): Uint8Array {
    return this.#pdu.subarray(0, this.#totalLength);
  }

  /** A Transaction Start. generic: the Generic Provisioning PDU. MshPRT 5.3.1.1. */
  start(number: number, generic: Uint8Array): SegmentResult {
    if (generic.length < 4) return "badLength";
    if (this.isComplete(number)) return "acknowledgeAgain";
    if (number !== this.#next()) return "unexpectedTransaction";
    const totalLength = getUint16BE(generic, 1);
    const fcs = octet(generic, 3);
    if (totalLength === 0 || totalLength > MAX_PDU) return "badLength";
    if (octet(generic, 0) >> 2 !== lastSegment(totalLength)) return "badSegment";
    if (generic.length - 4 !== segmentLength(0, totalLength)) return "badLength";
    if (this.#missing === 0) {
      this.#totalLength = totalLength;
      this.#fcs = fcs;
      this.#missing = this.#all();
    } else if (totalLength !== this.#totalLength || fcs !== this.#fcs) {
      return "transactionChanged";
    }
    return this.#store(number, 0, generic.subarray(4));
  }

  /** A Transaction Continuation. MshPRT 5.3.1.3. */
  continue(number: number, generic: Uint8Array): SegmentResult {
    if (this.isComplete(number)) return "acknowledgeAgain";
    if (number !== this.#next()) return "unexpectedTransaction";
    if (this.#missing === 0) return "noTransactionStart";
    const index = octet(generic, 0) >> 2;
    if (index === 0 || index > lastSegment(this.#totalLength)) return "badSegment";
    if (generic.length - 1 !== segmentLength(index, this.#totalLength)) return "badLength";
    return this.#store(number, index, generic.subarray(1));
  }

  /** The provisioner's numbers run from 0x00 to 0x7f and wrap. MshPRT 5.2.1. */
  #next(): number {
    return (this.#completed + 1) & 0x7f;
  }

  #all(): number {
    return (1 << (lastSegment(this.#totalLength) + 1)) - 1;
  }

  #store(number: number, index: number, segment: Uint8Array): SegmentResult {
    if ((this.#missing & (1 << index)) === 0) return "stored";
    this.#pdu.set(segment, segmentOffset(index));
    this.#missing &= ~(1 << index);
    if (this.#missing !== 0) return "stored";
    if (frameCheckSequence(this.pdu) !== this.#fcs) return "badFcs";
    this.#completed = number;
    return "complete";
  }
}

/** Sends our PDUs segment by segment, round after round. MshPRT 5.3.3. */
export class OutgoingTransaction {
  /** The Transaction Number, 0x80 to 0xff; MshPRT 5.2.1. */
  readonly number: number;
  readonly #pdu: Uint8Array;
  readonly #isLast: boolean;
  #index = 0;
  #rounds = 0;

  /** pdu: becomes the transaction's own. isLast: no PDU of the provisioner answers it. */
  constructor(number: number, pdu: Uint8Array, isLast: boolean) {
    this.number = number;
    this.#pdu = pdu;
    this.#isLast = isLast;
  }

  /** Every segment of this round has been sent. */
  get exhausted(): boolean {
    return this.#index > lastSegment(this.#pdu.length);
  }

  /** What the provisioner says now may be its answer: every segment has been sent at least once. */
  get isAnswerable(): boolean {
    return !this.#isLast && (this.#rounds > 0 || this.exhausted);
  }

  /** Begin the next round. */
  rewind(): void {
    this.#index = 0;
    this.#rounds++;
  }

  /** Write the next segment at `offset`; returns the end. */
  encodeNext(target: Uint8Array, offset: number): number {
    const end = encodeSegment(target, offset, this.#pdu, this.#index);
    this.#index++;
    return end;
  }
}
