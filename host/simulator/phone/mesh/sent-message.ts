/** One message on its way: its segments, and what became of them. MshPRT 3.5.3.3. */

import type { Clock, Timer } from "../../../../modules/platform.js";
import type { PreparedMessage } from "./pdu-maker.js";

/** sent: nothing acknowledges it; cancelled: the receiver acknowledged no segment at all. */
export type SentState = "sending" | "sent" | "acknowledged" | "cancelled" | "timedOut";

/** A segment that was not acknowledged is sent again after this. */
const RETRANSMISSION_MS = 400;
/** So many times after the first. */
const RETRANSMISSIONS = 8;
/** To a group or virtual address, which acknowledges nothing. */
const MULTICAST_RETRANSMISSIONS = 2;

/** Puts a network PDU on the air; sent: it has gone. */
export type Transmit = (networkPdu: Uint8Array, sent?: () => void) => void;

/** A message that a peer has been asked to send. */
export class SentMessage {
  /** Every network PDU that was made for it so far, repeated segments included. */
  readonly pdus: Uint8Array[] = [];
  readonly src: number;
  readonly dst: number;
  /** Of its first PDU. */
  readonly seq: number;
  readonly segments: number;
  readonly #message: PreparedMessage;
  readonly #transmit: Transmit;
  readonly #timer: Timer;
  readonly #acknowledged = new Set<number>();
  #remaining: number;
  #state: SentState = "sending";

  readonly #retransmissionMs: number;

  /** retransmissionMs: after how long segments that were not acknowledged go out again. */
  constructor(
    message: PreparedMessage,
    clock: Clock,
    transmit: Transmit,
    retransmissionMs = RETRANSMISSION_MS,
  ) {
    this.src = message.src;
    this.dst = message.dst;
    this.seq = message.seq;
    this.segments = message.transportPdus.length;
    this.#message = message;
    this.#retransmissionMs = retransmissionMs;
    this.#transmit = transmit;
    this.#timer = clock.createTimer(() => this.#timeOver());
    this.#remaining = message.awaitsAcknowledgment ? RETRANSMISSIONS : MULTICAST_RETRANSMISSIONS;
    this.#sendMissing();
  }

  get state(): SentState {
    return this.#state;
  }

  /** Stop sending. */
  stop(): void {
    this.#end("cancelled");
  }

  /** Whether an acknowledgment from `src` with this SeqZero is about this message. MshPRT 3.5.3.3.2. */
  isAbout(acknowledgment: {
    readonly src: number;
    readonly dst: number;
    readonly obo: 0 | 1;
    readonly seqZero: number;
  }): boolean {
    const { src, dst, obo, seqZero } = acknowledgment;
    if (this.#state !== "sending" || !this.#message.awaitsAcknowledgment) return false;
    return dst === this.src && (obo === 1 || src === this.dst) && seqZero === (this.seq & 0x1fff);
  }

  /** An acknowledgment of this message. MshPRT 3.5.3.3.2. */
  acknowledge(ackedSegments: number): void {
    if (ackedSegments === 0) {
      this.#end("cancelled");
      return;
    }
    for (let segO = 0; segO < this.segments; segO++)
      if (((ackedSegments >>> segO) & 1) === 1) this.#acknowledged.add(segO);
    if (this.#acknowledged.size === this.segments) this.#end("acknowledged");
    // What is missing, at once; but not while the last ones are still going out.
    else if (this.#timer.running) this.#timeOver();
  }

  #sendMissing(): void {
    const missing = this.#message.transportPdus.filter((_, segO) => !this.#acknowledged.has(segO));
    const last = missing.length - 1;
    for (const [at, transportPdu] of missing.entries()) {
      const pdu = this.#message.wrap(transportPdu);
      this.pdus.push(pdu);
      this.#transmit(pdu, at === last ? () => this.#allGone() : undefined);
    }
  }

  #allGone(): void {
    if (this.#state !== "sending") return;
    if (this.#message.segmented) this.#timer.start(this.#retransmissionMs);
    else this.#end("sent");
  }

  #timeOver(): void {
    this.#timer.stop();
    if (this.#remaining === 0) {
      this.#end(this.#message.awaitsAcknowledgment ? "timedOut" : "sent");
      return;
    }
    this.#remaining -= 1;
    this.#sendMissing();
  }

  #end(state: SentState): void {
    if (this.#state !== "sending") return;
    this.#timer.stop();
    this.#state = state;
  }
}
