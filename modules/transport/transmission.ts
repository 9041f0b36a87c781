/** One segmented message on its way out. MshPRT 3.5.3.3. */

import { isUnicast } from "../network/address.js";
import type { Clock, Timer } from "../platform.js";
import { allSegments, encodeSegmentHeader, LowerSize, lastSegmentOf, segmentSize } from "./lower-pdu.js";
import {
  multicastRetransmissionMs,
  type SarStates,
  segmentIntervalMs,
  unicastRetransmissionMs,
} from "./sar-states.js";

/** A message before it is secured: what stays the same however often it is sent. */
export interface OutgoingMessage {
  /** undefined: an access message. */
  readonly opcode: number | undefined;
  readonly src: number;
  readonly dst: number;
  /** Of a virtual destination. */
  readonly label: Uint8Array | undefined;
  readonly ttl: number;
  readonly netKeyIndex: number;
  /** undefined: the device key, or no key because it is a control message. */
  readonly appKeyIndex: number | undefined;
  /** Octets of the TransMIC; 0: a control message has none. */
  readonly micSize: 0 | 4 | 8;
  /** Of whoever sends it; 0: nobody waits. */
  readonly tag: number;
}

/** The part of a nonce that changes. */
export interface NonceNumbers {
  readonly seq: number;
  readonly ivIndex: number;
}

/** What became of a message. sent: segmented to one element, acknowledged; to a group, all rounds are over. */
export type TransmissionResult = "sent" | "timedOut" | "cancelled";

/** What became of an attempt to begin. noRoom: it begins with the network's `ready`. */
export type Beginning = "begun" | "noRoom" | "cancelled";

/** What a transmission asks of who holds it. */
export interface TransmissionOwner {
  readonly sar: SarStates;
  /** The next sequence number and the IV Index to go with it; undefined: none may be used. */
  takeNumbers(): NonceNumbers | undefined;
  /** Write the Upper Transport PDU to `target` and return AKF and AID, or the opcode; undefined: the key is gone. */
  seal(
    payload: Uint8Array,
    message: OutgoingMessage,
    numbers: NonceNumbers,
    target: Uint8Array,
  ): number | undefined;
  /** Hand a segment to the network. noRoom: try again after `ready`; cancelled: its NetKey is gone. */
  sendSegment(pdu: Uint8Array, of: Transmission, seq: number): Beginning;
  finished(transmission: Transmission, result: TransmissionResult): void;
}

/** The distance at which SeqZero becomes ambiguous. MshPRT 3.5.3.1. */
const SEQ_ZERO_RANGE = 8192;

/**
 * One place for a segmented message; it is used again and again.
 *
 *   free ► queued ► sending ◄──────────► resting ► free
 *             a round: one segment     all are out: the retransmission
 *             after the other          timer runs
 *
 * The message is secured in the moment when its first segment finds room, so that no other message with a higher
 * sequence number goes out before.
 */
export class Transmission {
  readonly index: number;
  readonly #owner: TransmissionOwner;
  readonly #timer: Timer;
  /** While queued the message; then the Upper Transport PDU. */
  readonly #octets = new Uint8Array(LowerSize.Message);
  readonly #pdu = new Uint8Array(LowerSize.Pdu);
  #state: "free" | "queued" | "sending" | "resting" = "free";
  #message: OutgoingMessage | undefined;
  #serial = 0;
  #length = 0;
  #head = 0;
  #numbers: NonceNumbers = Object.freeze({ seq: 0, ivIndex: 0 });
  /** Bit n: segment n. */
  #acked = 0;
  /** The segments below it have had their turn in this round. */
  #cursor = 0;
  /** Handed to the network and not yet sent. */
  #onAir = 0;
  #retransmissions = 0;
  #withoutProgress = 0;
  #waitsForRoom = false;

  constructor(index: number, clock: Clock, owner: TransmissionOwner) {
    this.index = index;
    this.#owner = owner;
    this.#timer = clock.createTimer(() => this.#expired());
  }

  get isFree(): boolean {
    return this.#state === "free";
  }

  get isQueued(): boolean {
    return this.#state === "queued";
  }

  /** It has begun: there are segments on the air. */
  get isActive(): boolean {
    return this.#state === "sending" || this.#state === "resting";
  }

  get waitsForRoom(): boolean {
    return this.#waitsForRoom;
  }

  /** Later ones have higher numbers; none comes twice. */
  get serial(): number {
    return this.#serial;
  }

  /** undefined: free. */
  get message(): OutgoingMessage | undefined {
    return this.#message;
  }

  get seqZero(): number {
    return this.#numbers.seq & 0x1fff;
  }

  /** Take a message in; `begin` sends it. */
  load(payload: Uint8Array, message: OutgoingMessage, serial: number): void {
    this.#octets.set(payload);
    this.#length = payload.length;
    this.#message = { ...message, label: message.label?.slice() };
    this.#serial = serial;
    this.#state = "queued";
  }

  /** Secure it and send the first segment. work: room for the longest message. */
  begin(work: Uint8Array): Beginning {
    const message = this.#message;
    const numbers = message === undefined ? undefined : this.#owner.takeNumbers();
    if (message === undefined || numbers === undefined) return "cancelled";
    const payload = this.#octets.subarray(0, this.#length);
    const length = this.#length + message.micSize;
    const head = this.#owner.seal(payload, message, numbers, work);
    if (head === undefined) return "cancelled";
    this.#numbers = numbers;
    this.#head = head;
    const result = this.#sendSegment({ segO: 0, octets: work, length, seq: numbers.seq });
    this.#waitsForRoom = result === "noRoom";
    if (result !== "begun") return result;
    this.#octets.set(work.subarray(0, length));
    this.#length = length;
    const { transmitter } = this.#owner.sar;
    this.#retransmissions = this.#isUnicast
      ? transmitter.unicastRetransmissionsCount
      : transmitter.multicastRetransmissionsCount;
    this.#withoutProgress = transmitter.unicastRetransmissionsWithoutProgressCount;
    this.#acked = 0;
    this.#state = "sending";
    this.#left(0);
    return result;
  }

  /** The network has room again. */
  resume(): void {
    this.#waitsForRoom = false;
    if (this.#state === "sending") this.#next();
  }

  /** One of its segments has left. */
  segmentSent(): void {
    this.#onAir--;
    this.#settle();
  }

  /** Whether an acknowledgment brings something new: the transmission can do without all others. */
  isNews(ackedSegments: number): boolean {
    return ackedSegments === 0 || (ackedSegments & ~this.#acked & allSegments(this.#segN)) !== 0;
  }

  /** An acknowledgment that brings something new. MshPRT 3.5.3.3.2. */
  acknowledge(ackedSegments: number): void {
    if (ackedSegments === 0) {
      this.#owner.finished(this, "cancelled");
      return;
    }
    const all = allSegments(this.#segN);
    this.#acked = (this.#acked | (ackedSegments & all)) >>> 0;
    if (this.#acked === all) {
      this.#owner.finished(this, "sent");
    } else if (this.#state === "resting" && this.#retransmissions > 0 && this.#withoutProgress > 0) {
      this.#withoutProgress = this.#owner.sar.transmitter.unicastRetransmissionsWithoutProgressCount;
      this.#startRound();
    } else {
      this.#settle();
    }
  }

  /** Forget the message; nobody is told. */
  release(): void {
    this.#timer.stop();
    this.#octets.fill(0);
    this.#message = undefined;
    this.#state = "free";
    this.#onAir = 0;
    this.#waitsForRoom = false;
  }

  get #isUnicast(): boolean {
    return this.#message !== undefined && isUnicast(this.#message.dst);
  }

  get #isControl(): boolean {
    return this.#message?.opcode !== undefined;
  }

  get #segN(): number {
    return lastSegmentOf(this.#length, this.#isControl);
  }

  #expired(): void {
    if (this.#state === "sending") {
      this.#next();
    } else if (this.#state === "resting") {
      const isOver = this.#retransmissions === 0 || (this.#isUnicast && this.#withoutProgress === 0);
      if (isOver) {
        this.#owner.finished(this, this.#isUnicast ? "timedOut" : "sent");
      } else {
        this.#withoutProgress--;
        this.#startRound();
      }
    }
  }

  #startRound(): void {
    this.#timer.stop();
    this.#retransmissions--;
    this.#cursor = 0;
    this.#state = "sending";
    this.#next();
  }

  /** The next segment that has not been acknowledged; beyond SegN: the round is over. */
  get #outstanding(): number {
    let segO = this.#cursor;
    while (segO <= this.#segN && ((this.#acked >>> segO) & 1) === 1) segO++;
    return segO;
  }

  #next(): void {
    const segO = this.#outstanding;
    if (segO > this.#segN) {
      this.#settle();
      return;
    }
    const numbers = this.#owner.takeNumbers();
    const { seq, ivIndex } = this.#numbers;
    // Under another IV Index the sequence numbers begin anew, and this message's nonces would come again.
    if (numbers === undefined || numbers.ivIndex !== ivIndex || numbers.seq - seq >= SEQ_ZERO_RANGE) {
      this.#owner.finished(this, "cancelled");
      return;
    }
    const result = this.#sendSegment({ segO, octets: this.#octets, length: this.#length, seq: numbers.seq });
    if (result === "begun") this.#left(segO);
    else if (result === "noRoom") this.#waitsForRoom = true;
    else this.#owner.finished(this, "cancelled");
  }

  #left(segO: number): void {
    this.#onAir++;
    this.#cursor = segO + 1;
    if (this.#outstanding <= this.#segN) this.#timer.start(segmentIntervalMs(this.#owner.sar.transmitter));
  }

  /** Once the last outstanding segment has left, the retransmission timer starts. */
  #settle(): void {
    if (this.#state !== "sending" || this.#onAir > 0 || this.#outstanding <= this.#segN) return;
    const { transmitter } = this.#owner.sar;
    this.#waitsForRoom = false;
    this.#state = "resting";
    this.#timer.start(
      this.#isUnicast
        ? unicastRetransmissionMs(transmitter, this.#message?.ttl ?? 0)
        : multicastRetransmissionMs(transmitter),
    );
  }

  #sendSegment({ segO, octets, length, seq }: SegmentToSend): Beginning {
    const size = segmentSize(this.#isControl);
    const segN = lastSegmentOf(length, this.#isControl);
    const szmic = this.#message?.micSize === 8;
    const header = { head: this.#head, szmic, seqZero: this.seqZero, segO, segN };
    encodeSegmentHeader(header, this.#pdu);
    const segment = octets.subarray(segO * size, segO < segN ? (segO + 1) * size : length);
    this.#pdu.set(segment, LowerSize.SegmentHeader);
    return this.#owner.sendSegment(
      this.#pdu.subarray(0, LowerSize.SegmentHeader + segment.length),
      this,
      seq,
    );
  }
}

interface SegmentToSend {
  readonly segO: number;
  readonly octets: Uint8Array;
  readonly length: number;
  readonly seq: number;
}
