/** Sends the acknowledgments of segments, and repeats them where that is configured. MshPRT 3.5.3.4. */

import type { Clock, Timer } from "../platform.js";
import { encodeSegmentAck, LowerSize } from "./lower-pdu.js";
import { segmentReceptionIntervalMs } from "./sar-states.js";
import type { SenderParts } from "./segmenter.js";

/** So many wait for room, or for their repetition; the oldest gives way to one more. */
const PLACES = 8;

/** Which message is acknowledged, and how far. */
export interface Acknowledgment {
  /** Where the segments came from. */
  readonly to: number;
  /** Where they were sent to: an element of ours. */
  readonly src: number;
  readonly netKeyIndex: number;
  readonly ttl: number;
  readonly seqZero: number;
  /** 0: the message cannot be taken. */
  readonly ackedSegments: number;
  /** More of it follow: a reception interval apart. */
  readonly repetitions: number;
}

interface Pending {
  readonly acknowledgment: Acknowledgment;
  left: number;
  dueMs: number;
}

/** The newest of each message goes out before everything that is not urgent, as soon as the network takes it. */
export class SegmentAcks {
  readonly #parts: Omit<SenderParts, "trace">;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #pdu = new Uint8Array(LowerSize.SegmentAck);
  #pending: Pending[] = [];

  constructor(parts: Omit<SenderParts, "trace">) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#timer = parts.clock.createTimer(() => this.#run());
  }

  send(acknowledgment: Acknowledgment): void {
    const { to, src, seqZero, repetitions } = acknowledgment;
    this.#pending = this.#pending.filter(({ acknowledgment: other }) => {
      return other.to !== to || other.src !== src || other.seqZero !== seqZero;
    });
    if (this.#pending.length === PLACES) this.#pending.shift();
    this.#pending.push({ acknowledgment, left: repetitions + 1, dueMs: this.#clock.now() });
    this.#run();
  }

  /** The network has room again. */
  ready(): void {
    this.#run();
  }

  stop(): void {
    this.#timer.stop();
    this.#pending = [];
  }

  #run(): void {
    const now = this.#clock.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const pending of this.#pending) {
      // Refused: it is due until `ready`.
      if (pending.dueMs <= now && !this.#transmit(pending)) break;
      if (pending.left > 0 && pending.dueMs < nextMs) nextMs = pending.dueMs;
    }
    this.#pending = this.#pending.filter(({ left }) => left > 0);
    if (nextMs < Number.POSITIVE_INFINITY) this.#timer.start(nextMs - now);
  }

  /** false: no room. */
  #transmit(pending: Pending): boolean {
    const { netKeys, sequence, ivIndex, network, sar } = this.#parts;
    const { to, src, netKeyIndex, ttl, seqZero, ackedSegments } = pending.acknowledgment;
    const subnet = netKeys.get(netKeyIndex);
    const seq = subnet === undefined ? undefined : sequence.take();
    if (subnet === undefined || seq === undefined) {
      pending.left = 0;
      return true;
    }
    encodeSegmentAck({ obo: false, seqZero, ackedSegments }, this.#pdu);
    const how = { src, dst: to, ttl, seq, ivIndex: ivIndex.sending, subnet };
    if (!network.send(this.#pdu, { ...how, ctl: true, urgent: true, tag: 0 })) return false;
    pending.left--;
    pending.dueMs = this.#clock.now() + segmentReceptionIntervalMs(sar.receiver);
    return true;
  }
}
