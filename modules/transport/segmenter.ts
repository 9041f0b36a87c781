/** Sends messages that take more than one PDU. MshPRT 3.5.3.3. */

import { isUnicast } from "../network/address.js";
import type { IvIndex } from "../network/iv-index.js";
import type { NetKeys } from "../network/net-keys.js";
import type { Network, NetworkPdu } from "../network/network.js";
import type { Sequence } from "../network/sequence.js";
import type { Clock, Trace } from "../platform.js";
import { LowerSize, type SegmentAck } from "./lower-pdu.js";
import type { SarStates } from "./sar-states.js";
import {
  type Beginning,
  type NonceNumbers,
  type OutgoingMessage,
  Transmission,
  type TransmissionOwner,
  type TransmissionResult,
} from "./transmission.js";

/** So many messages are on their way at once, to different destinations. */
const PARALLEL = 3;
/** And so many with those that wait for their turn. */
export const TRANSMISSIONS = 6;

/** What sending takes. */
export interface SenderParts {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly network: Pick<Network, "send">;
  readonly netKeys: Pick<NetKeys, "get">;
  readonly sequence: Pick<Sequence, "take">;
  readonly ivIndex: Pick<IvIndex, "sending" | "holdWhile" | "isHeld" | "release">;
  readonly sar: SarStates;
}

/** Whose messages they are. */
export interface SegmenterListener {
  /** See TransmissionOwner. */
  seal: TransmissionOwner["seal"];
  /** The network tag for a segment of this transmission. */
  tagOf(transmission: Transmission): number;
  /** A message is over. tag: its own, never 0. */
  over(tag: number, result: TransmissionResult): void;
}

/** Three messages at a time, one to each destination; others wait. */
export class Segmenter implements TransmissionOwner {
  readonly sar: SarStates;
  readonly #parts: SenderParts;
  readonly #listener: SegmenterListener;
  readonly #transmissions: readonly Transmission[];
  readonly #work = new Uint8Array(LowerSize.Message);
  #serial = 0;

  constructor(parts: SenderParts, listener: SegmenterListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.sar = parts.sar;
    const places = new Array<undefined>(TRANSMISSIONS).fill(undefined);
    this.#transmissions = places.map((_, index) => new Transmission(index, parts.clock, this));
    // On the way back to Normal the sequence numbers begin anew: MshPRT 3.11.5.
    parts.ivIndex.holdWhile(() => this.#transmissions.some(({ isActive }) => isActive));
  }

  /** false: no place, no key, or no sequence number; nothing follows then. */
  send(payload: Uint8Array, message: OutgoingMessage): boolean {
    const transmission = this.#transmissions.find(({ isFree }) => isFree);
    if (transmission === undefined) return false;
    transmission.load(payload, message, ++this.#serial);
    if (!this.#mayBegin(transmission) || transmission.begin(this.#work) !== "cancelled") return true;
    transmission.release();
    return false;
  }

  /** A segment with the network tag of this transmission has left. */
  segmentSent(index: number, serial: number): void {
    const transmission = this.#transmissions[index];
    if (transmission?.isActive && transmission.serial === serial) transmission.segmentSent();
  }

  /** What waits for an acknowledgment from there; undefined: nothing, or nothing new. MshPRT, table 3.23. */
  find(ack: SegmentAck, from: NetworkPdu): Transmission | undefined {
    return this.#transmissions.find(({ isActive, message, seqZero }) => {
      if (!isActive || message === undefined || !isUnicast(message.dst)) return false;
      if (seqZero !== ack.seqZero || message.src !== from.dst) return false;
      return (ack.obo || message.dst === from.src) && message.netKeyIndex === from.subnet.netKeyIndex;
    });
  }

  /** The network has room again. */
  ready(): void {
    for (const transmission of this.#inOrder()) {
      if (!transmission.waitsForRoom) continue;
      if (transmission.isQueued) this.#begin(transmission);
      else transmission.resume();
      if (transmission.waitsForRoom) return;
    }
  }

  stop(): void {
    for (const transmission of this.#transmissions) transmission.release();
    this.#work.fill(0);
  }

  seal(
    payload: Uint8Array,
    message: OutgoingMessage,
    numbers: NonceNumbers,
    target: Uint8Array,
  ): number | undefined {
    return this.#listener.seal(payload, message, numbers, target);
  }

  takeNumbers(): NonceNumbers | undefined {
    const seq = this.#parts.sequence.take();
    return seq === undefined ? undefined : { seq, ivIndex: this.#parts.ivIndex.sending };
  }

  sendSegment(pdu: Uint8Array, of: Transmission, seq: number): Beginning {
    const { message } = of;
    const subnet = message === undefined ? undefined : this.#parts.netKeys.get(message.netKeyIndex);
    if (message === undefined || subnet === undefined) return "cancelled";
    const { src, dst, ttl } = message;
    const { ivIndex, network } = this.#parts;
    const how = { src, dst, ttl, seq, subnet, ivIndex: ivIndex.sending, urgent: false };
    const ctl = message.opcode !== undefined;
    return network.send(pdu, { ...how, ctl, tag: this.#listener.tagOf(of) }) ? "begun" : "noRoom";
  }

  finished(transmission: Transmission, result: TransmissionResult): void {
    const { message } = transmission;
    transmission.release();
    this.#parts.ivIndex.release();
    if (message !== undefined) {
      if (result === "timedOut") this.#parts.trace.note("transport", "segmentsTimedOut", message.dst);
      if (result === "cancelled") this.#parts.trace.note("transport", "segmentsCancelled", message.dst);
    }
    for (const waiting of this.#inOrder()) if (this.#mayBegin(waiting)) this.#begin(waiting);
    if (message !== undefined && message.tag !== 0) this.#listener.over(message.tag, result);
  }

  #begin(transmission: Transmission): void {
    if (transmission.begin(this.#work) === "cancelled") this.finished(transmission, "cancelled");
  }

  /** It is queued, no other is under way to its destination, there are not too many, and no IV Index waits. MshPRT 3.5.3.3.1. */
  #mayBegin(transmission: Transmission): boolean {
    if (!transmission.isQueued || transmission.waitsForRoom || this.#parts.ivIndex.isHeld) return false;
    let others = 0;
    for (const other of this.#transmissions) {
      if (other === transmission || !(other.isActive || other.waitsForRoom)) continue;
      if (other.message?.dst === transmission.message?.dst) return false;
      others++;
    }
    // Whoever came first goes first, to the same destination.
    const isEarlier = (other: Transmission): boolean =>
      other.isQueued &&
      other.serial < transmission.serial &&
      other.message?.dst === transmission.message?.dst;
    return others < PARALLEL && !this.#transmissions.some(isEarlier);
  }

  #inOrder(): readonly Transmission[] {
    return [...this.#transmissions].sort((a, b) => a.serial - b.serial);
  }
}
