/** One segmented message that comes in. MshPRT 3.5.3.4. */

import type { NetworkPdu } from "../network/network.js";
import type { Clock, Timer } from "../platform.js";
import { allSegments, LowerSize, type SegmentHeader, segmentSize } from "./lower-pdu.js";
import type { SeqAuth } from "./recent-messages.js";

/** What a reassembly tells whoever holds it. */
export interface ReassemblyOwner {
  acknowledgmentDue(reassembly: Reassembly): void;
  discarded(reassembly: Reassembly): void;
}

const NONE: SeqAuth = Object.freeze({ ivIndex: 0, seq: 0 });

/** A place for a message; it is used again and again. */
export class Reassembly {
  readonly #octets = new Uint8Array(LowerSize.Message);
  readonly #acknowledgmentTimer: Timer;
  readonly #discardTimer: Timer;
  #isFree = true;
  #src = 0;
  #dst = 0;
  #netKeyIndex = 0;
  #ctl = false;
  #head = 0;
  #szmic = false;
  #segN = 0;
  #seqAuth = NONE;
  /** Bit n: segment n. */
  #held = 0;
  #length = 0;
  /** Of the latest segment. */
  #ttl = 0;

  constructor(clock: Clock, owner: ReassemblyOwner) {
    this.#acknowledgmentTimer = clock.createTimer(() => owner.acknowledgmentDue(this));
    this.#discardTimer = clock.createTimer(() => owner.discarded(this));
  }

  get isFree(): boolean {
    return this.#isFree;
  }

  get src(): number {
    return this.#src;
  }

  get dst(): number {
    return this.#dst;
  }

  get netKeyIndex(): number {
    return this.#netKeyIndex;
  }

  get ttl(): number {
    return this.#ttl;
  }

  get segN(): number {
    return this.#segN;
  }

  get seqAuth(): SeqAuth {
    return this.#seqAuth;
  }

  /** AckedSegments as it stands; unsigned. */
  get held(): number {
    return this.#held;
  }

  get isComplete(): boolean {
    return this.#held === allSegments(this.#segN);
  }

  /** The Upper Transport PDU, once complete; until the place is used again. */
  get upperPdu(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  isOf(src: number, dst: number): boolean {
    return !this.#isFree && this.#src === src && this.#dst === dst;
  }

  /** Take the place for the message that this segment belongs to. */
  begin(from: NetworkPdu, header: SegmentHeader, seqAuth: SeqAuth): void {
    this.release();
    this.#isFree = false;
    this.#src = from.src;
    this.#dst = from.dst;
    this.#netKeyIndex = from.subnet.netKeyIndex;
    this.#ctl = from.ctl;
    this.#head = header.head;
    this.#szmic = header.szmic;
    this.#segN = header.segN;
    this.#seqAuth = seqAuth;
    this.#held = 0;
  }

  /** Whether a segment says of its message what the first one said. MshPRT 3.5.2.2, 3.5.2.4. */
  agrees(from: NetworkPdu, header: SegmentHeader): boolean {
    if (from.ctl !== this.#ctl || from.subnet.netKeyIndex !== this.#netKeyIndex) return false;
    if (header.head !== this.#head || header.segN !== this.#segN) return false;
    // Of control messages the bit is reserved.
    return this.#ctl || header.szmic === this.#szmic;
  }

  holds(segO: number): boolean {
    return ((this.#held >>> segO) & 1) === 1;
  }

  /** The segment's own octets; their number has been checked. */
  put(segO: number, segment: Uint8Array, ttl: number): void {
    const at = segO * segmentSize(this.#ctl);
    this.#octets.set(segment, at);
    if (segO === this.#segN) this.#length = at + segment.length;
    this.#held = (this.#held | (1 << segO)) >>> 0;
    this.#ttl = ttl;
  }

  /** acknowledgmentMs undefined: messages to groups are not acknowledged. */
  restartTimers(discardMs: number, acknowledgmentMs: number | undefined): void {
    this.#discardTimer.start(discardMs);
    if (acknowledgmentMs !== undefined) this.#acknowledgmentTimer.start(acknowledgmentMs);
  }

  /** The place is free; the octets stay until it is used again. */
  release(): void {
    this.#acknowledgmentTimer.stop();
    this.#discardTimer.stop();
    this.#isFree = true;
  }

  wipe(): void {
    this.release();
    this.#octets.fill(0);
  }
}
