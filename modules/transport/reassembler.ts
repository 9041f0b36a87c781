/** Puts segmented messages together. MshPRT 3.5.3.2, 3.5.3.4. */

import { isUnicast } from "../network/address.js";
import type { NetworkPdu } from "../network/network.js";
import type { NodeStates } from "../network/node-states.js";
import type { ReplayList } from "../network/replay-list.js";
import type { Clock, Trace } from "../platform.js";
import {
  allSegments,
  decodeSegmentHeader,
  LowerSize,
  type SegmentHeader,
  segmentSize,
  seqAuthOf,
} from "./lower-pdu.js";
import { Reassembly, type ReassemblyOwner } from "./reassembly.js";
import { compareSeqAuth, type RecentMessage, RecentMessages, type SeqAuth } from "./recent-messages.js";
import { acknowledgmentDelayMs, discardTimeoutMs, reacknowledgmentMs, type SarStates } from "./sar-states.js";
import type { SegmentAcks } from "./segment-acks.js";

/** So many messages are put together at once. */
export const REASSEMBLIES = 4;

/** What putting together takes. */
export interface ReassemblerParts {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly sar: SarStates;
  readonly states: Pick<NodeStates, "values">;
  readonly acks: Pick<SegmentAcks, "send">;
  readonly replayList: Pick<ReplayList, "isOver" | "close">;
}

/** A message whose segments are all there. Borrowed. */
export interface Reassembled {
  readonly upperPdu: Uint8Array;
  /** AKF and AID, or the opcode. */
  readonly head: number;
  readonly szmic: boolean;
  /** The SEQ that its nonce has. */
  readonly seqAuth: number;
}

/** Who gets the messages. last: the segment that completed it. */
export type ReassembledListener = (message: Reassembled, last: NetworkPdu) => void;

/** Segments come here after the replay check, and only of messages that this node wants. */
export class Reassembler implements ReassemblyOwner {
  readonly #parts: ReassemblerParts;
  readonly #complete: ReassembledListener;
  readonly #reassemblies: readonly Reassembly[];
  readonly #recent = new RecentMessages();

  constructor(parts: ReassemblerParts, complete: ReassembledListener) {
    this.#parts = parts;
    this.#complete = complete;
    const places = new Array<undefined>(REASSEMBLIES).fill(undefined);
    this.#reassemblies = places.map(() => new Reassembly(parts.clock, this));
  }

  /** The conditions in the order of table 3.24. */
  received(from: NetworkPdu): void {
    const { transportPdu, src, dst, ivIndex } = from;
    const { trace } = this.#parts;
    if (transportPdu.length <= LowerSize.SegmentHeader) {
      trace.drop("transport", "badLength", transportPdu);
      return;
    }
    const header = decodeSegmentHeader(transportPdu);
    const seqAuth = { ivIndex, seq: seqAuthOf(from.seq, header.seqZero) };
    if (!this.#isSound(from, header, seqAuth)) return;
    let reassembly = this.#reassemblies.find((place) => place.isOf(src, dst));
    const age = reassembly === undefined ? 1 : compareSeqAuth(seqAuth, reassembly.seqAuth);
    if (age < 0) {
      trace.drop("transport", "staleSegment", transportPdu);
      return;
    }
    if (age > 0) {
      if (this.#isOver(from, header, seqAuth)) return;
      reassembly ??= this.#reassemblies.find(({ isFree }) => isFree);
      if (reassembly === undefined) {
        this.#reject(from, header);
        return;
      }
      reassembly.begin(from, header, seqAuth);
    }
    if (reassembly !== undefined) this.#take(reassembly, from, header);
  }

  stop(): void {
    for (const reassembly of this.#reassemblies) reassembly.wipe();
  }

  acknowledgmentDue(reassembly: Reassembly): void {
    this.#acknowledge(reassembly);
  }

  discarded(reassembly: Reassembly): void {
    this.#parts.trace.note("transport", "reassemblyTimedOut", reassembly.src);
    this.#end(reassembly, false);
  }

  /** Its place in the message, and its length. */
  #isSound(from: NetworkPdu, { segO, segN }: SegmentHeader, seqAuth: SeqAuth): boolean {
    const { transportPdu, ctl } = from;
    const length = transportPdu.length - LowerSize.SegmentHeader;
    const size = segmentSize(ctl);
    const isBad = segO > segN || seqAuth.seq < 0;
    if (!isBad && (segO < segN ? length === size : length <= size)) return true;
    this.#parts.trace.drop("transport", isBad ? "badSegment" : "badLength", transportPdu);
    return false;
  }

  /** Whether the message, or a later one, is finished or given up already. */
  #isOver(from: NetworkPdu, header: SegmentHeader, seqAuth: SeqAuth): boolean {
    const { trace, replayList } = this.#parts;
    if (replayList.isOver(from.src, seqAuth.ivIndex, seqAuth.seq)) {
      trace.drop("transport", "replayed", from.transportPdu);
      return true;
    }
    const recent = this.#recent.find(from.src, from.dst);
    if (recent === undefined) return false;
    const age = compareSeqAuth(seqAuth, recent.seqAuth);
    if (age > 0) return false;
    if (age === 0 && recent.isComplete) this.#acknowledgeAgain(recent, from, header);
    else trace.drop("transport", "staleSegment", from.transportPdu);
    return true;
  }

  /** Our acknowledgment was lost. Not after every segment: they all come once more. */
  #acknowledgeAgain(recent: RecentMessage, from: NetworkPdu, { segN, seqZero }: SegmentHeader): void {
    const { clock, sar } = this.#parts;
    if (!isUnicast(from.dst) || clock.now() - recent.ackedMs < reacknowledgmentMs(sar.receiver)) return;
    recent.ackedMs = clock.now();
    this.#send({ ...answerTo(from), seqZero, segN, ackedSegments: allSegments(segN) });
  }

  #reject(from: NetworkPdu, { segN, seqZero }: SegmentHeader): void {
    this.#parts.trace.drop("transport", "noRoom", from.transportPdu);
    if (isUnicast(from.dst)) this.#send({ ...answerTo(from), seqZero, segN, ackedSegments: 0 });
  }

  #take(reassembly: Reassembly, from: NetworkPdu, header: SegmentHeader): void {
    const { transportPdu, dst, ttl } = from;
    if (!reassembly.agrees(from, header)) {
      this.#parts.trace.drop("transport", "badSegment", transportPdu);
      return;
    }
    if (reassembly.holds(header.segO)) return;
    reassembly.put(header.segO, transportPdu.subarray(LowerSize.SegmentHeader), ttl);
    if (!reassembly.isComplete) {
      const { receiver } = this.#parts.sar;
      const delayMs = isUnicast(dst) ? acknowledgmentDelayMs(receiver, header.segN) : undefined;
      reassembly.restartTimers(discardTimeoutMs(receiver), delayMs);
      return;
    }
    if (isUnicast(dst)) this.#acknowledge(reassembly);
    this.#end(reassembly, true);
    const { upperPdu, seqAuth } = reassembly;
    const { head, szmic } = header;
    this.#complete({ upperPdu, head, szmic, seqAuth: seqAuth.seq }, from);
  }

  #end(reassembly: Reassembly, isComplete: boolean): void {
    reassembly.release();
    const { src, dst, seqAuth } = reassembly;
    const { clock, replayList } = this.#parts;
    const forgotten = this.#recent.add({ src, dst, seqAuth, isComplete, ackedMs: clock.now() });
    if (forgotten === undefined) return;
    replayList.close(forgotten.src, forgotten.seqAuth.ivIndex, forgotten.seqAuth.seq);
  }

  #acknowledge(reassembly: Reassembly): void {
    const { src, dst, netKeyIndex, ttl, segN, seqAuth, held } = reassembly;
    const seqZero = seqAuth.seq & 0x1fff;
    this.#send({ to: src, src: dst, netKeyIndex, ttl, seqZero, segN, ackedSegments: held });
  }

  #send({ segN, ttl, ...acknowledgment }: Answer): void {
    const { sar, states, acks } = this.#parts;
    const { segmentsThreshold, acknowledgmentRetransmissionsCount } = sar.receiver;
    acks.send({
      ...acknowledgment,
      ttl: ttl === 0 ? 0 : states.values.defaultTtl,
      repetitions: segN > segmentsThreshold ? acknowledgmentRetransmissionsCount : 0,
    });
  }
}

interface Answer {
  readonly to: number;
  readonly src: number;
  readonly netKeyIndex: number;
  /** Of the segments. */
  readonly ttl: number;
  readonly seqZero: number;
  readonly segN: number;
  readonly ackedSegments: number;
}

function answerTo(from: NetworkPdu): Omit<Answer, "seqZero" | "segN" | "ackedSegments"> {
  return { to: from.src, src: from.dst, netKeyIndex: from.subnet.netKeyIndex, ttl: from.ttl };
}
