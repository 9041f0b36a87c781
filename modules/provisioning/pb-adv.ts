/**
 * PB-ADV: a link over advertising, with transactions that are acknowledged. The device's side. MshPRT 5.2.1, 5.3.
 *
 *                    accept                 Link Open for our UUID
 *   ┌─────────────┐ ───────► ┌───────────┐ ───────────────────────► ┌──────┐ Link Close ──► invisible
 *   │  invisible  │ ◄─────── │ listening │                          │ open │
 *   └─────────────┘  refuse  └───────────┘                          └──────┘ close, 60 s, 30 s
 *          ▲                                                            │
 *          └────────────────── Link Close sent three times ── closing ◄─┘
 *
 * Everything leaves through `next`, one Generic Provisioning PDU at a time and each after a random delay of its own,
 * chosen at the moment when the radio is free: Link ACK, then an acknowledgment, then Link Close, then a segment. A
 * received PDU is handed up only when its acknowledgment has left, so that a long computation that it starts never
 * delays that acknowledgment. Segments are taken while a PDU of ours is unacknowledged, too: the acknowledgment may
 * be what was lost. And a whole PDU of the provisioner answers ours: it cannot go on without it. Some provisioners put
 * their next PDU in the place of an acknowledgment; so ours is repeated still, but the next one need not wait for it.
 */

import { AdType } from "../bearer/ad.js";
import type { Advertiser } from "../bearer/advertiser.js";
import type { AdvertisingReceiver, AdvertisingSender, Transmit } from "../bearer/bearer.js";
import { equal, getUint32BE, octet, setUint32BE } from "../bytes.js";
import type { Clock, DropReason, Random, Timer, Trace } from "../platform.js";
import { LinkCloseReason, type ProvisioningBearer, type ProvisioningBearerListener } from "./bearer.js";
import { BearerOpcode, Gpcf } from "./generic-pdu.js";
import { IncomingTransaction, OutgoingTransaction } from "./transaction.js";

/** Link ID and Transaction Number in front of the Generic Provisioning PDU. MshPRT 5.2.1, table 5.2. */
const HEADER_SIZE = 5;
const ACKNOWLEDGMENT_TIMEOUT_MS = 30_000;
const LINK_TIMEOUT_MS = 60_000;
const LINK_CLOSE_COUNT = 3;
const MIN_DELAY_MS = 20;
const MAX_DELAY_MS = 50;
/** How long a round of segments may stay unacknowledged: the longest delay of the peer; ours comes on top. Ours. */
const RETRANSMISSION_MS = 50;

type State =
  | { readonly name: "invisible" }
  | { readonly name: "listening"; readonly listener: ProvisioningBearerListener }
  | { readonly name: "open"; readonly listener: ProvisioningBearerListener; readonly linkId: number }
  | {
      readonly name: "closing";
      readonly listener: ProvisioningBearerListener;
      readonly linkId: number;
      readonly reason: LinkCloseReason;
    };

/** What was written last and is on the air; a number: the acknowledgment of that transaction. */
type OnAir = "nothing" | "linkAck" | "linkClose" | "segment" | number;

/** A PDU that leaves when its random delay is over. */
interface Acknowledgment {
  readonly number: number;
  readonly dueMs: number;
}

/** What PB-ADV needs of its surroundings. deviceUuid: 16 octets. */
export interface PbAdvParts {
  readonly deviceUuid: Uint8Array;
  readonly advertiser: Advertiser;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

/** The bearer of one unprovisioned device. */
export class PbAdv implements ProvisioningBearer, AdvertisingSender, AdvertisingReceiver {
  readonly adType = AdType.PbAdv;
  readonly address = "identity";
  readonly urgent = true;
  readonly transmit: Transmit = Object.freeze({ count: 1, intervalMs: MIN_DELAY_MS });

  readonly #parts: PbAdvParts;
  readonly #pace: Timer;
  readonly #linkTimer: Timer;
  readonly #acknowledgmentTimer: Timer;
  readonly #incoming = new IncomingTransaction();
  #state: State = { name: "invisible" };
  #onAir: OnAir = "nothing";

  /** When the next Link ACK may leave; undefined: none is due. */
  #linkAckDueMs: number | undefined;
  #acknowledgment: Acknowledgment | undefined;
  /** A whole PDU waits in `#incoming` for its acknowledgment to leave. */
  #undelivered = false;
  #outgoing: OutgoingTransaction | undefined;
  /** The provisioner has gone on after `#outgoing`, without acknowledging it. */
  #isAnswered = false;
  #nextNumber = 0x80;
  /** When the next segment may leave. */
  #segmentDueMs = 0;
  #linkClosesLeft = 0;
  #linkCloseDueMs = 0;

  constructor(parts: PbAdvParts) {
    this.#parts = parts;
    this.#pace = parts.clock.createTimer(() => parts.advertiser.request(this));
    this.#linkTimer = parts.clock.createTimer(() => this.#timedOut());
    this.#acknowledgmentTimer = parts.clock.createTimer(() => this.#timedOut());
    parts.advertiser.receive(AdType.PbAdv, this);
  }

  accept(listener: ProvisioningBearerListener): void {
    if (this.#state.name !== "invisible") throw new RangeError("PB-ADV is in use");
    this.#state = { name: "listening", listener };
  }

  refuse(): void {
    if (this.#state.name === "listening") this.#state = { name: "invisible" };
  }

  send(pdu: Uint8Array, isLast = false): void {
    // We are closing it, which the sender learns in a moment.
    if (this.#state.name === "closing") return;
    const isFree = this.#outgoing === undefined || this.#isAnswered;
    if (this.#state.name !== "open" || !isFree) throw new RangeError("PB-ADV cannot send");
    this.#isAnswered = false;
    this.#outgoing = new OutgoingTransaction(this.#nextNumber, pdu.slice(), isLast);
    this.#nextNumber = this.#nextNumber === 0xff ? 0x80 : this.#nextNumber + 1;
    this.#segmentDueMs = this.#afterRandomDelay();
    this.#arm();
  }

  close(reason: LinkCloseReason): void {
    if (this.#state.name !== "open") return;
    const { listener, linkId } = this.#state;
    this.#clearLink();
    this.#state = { name: "closing", listener, linkId, reason };
    this.#linkClosesLeft = LINK_CLOSE_COUNT;
    this.#linkCloseDueMs = this.#afterRandomDelay();
    this.#arm();
  }

  /** A PB-ADV PDU from the air. MshPRT 5.2.1, table 5.2. */
  received(pdu: Uint8Array): void {
    const reason = this.#take(pdu);
    if (reason !== undefined) this.#parts.trace.drop("pbAdv", reason, pdu);
  }

  next(payload: Uint8Array): number {
    const size = this.#write(payload, this.#parts.clock.now());
    if (size === 0) this.#arm();
    return size;
  }

  sent(): void {
    const onAir = this.#onAir;
    this.#onAir = "nothing";
    if (onAir === "segment") this.#segmentSent();
    if (onAir === "linkClose") {
      this.#linkClosesLeft--;
      this.#linkCloseDueMs = this.#afterRandomDelay();
    }
    this.#arm();
    if (typeof onAir === "number" && this.#incoming.isComplete(onAir)) this.#deliver();
    else if (onAir === "linkClose" && this.#linkClosesLeft === 0) this.#closed();
  }

  /** The first of what is due; returns its length, 0: nothing is. */
  #write(payload: Uint8Array, now: number): number {
    const state = this.#state;
    if (state.name !== "open" && state.name !== "closing") return 0;
    setUint32BE(payload, 0, state.linkId);
    payload[4] = 0;
    if (this.#linkAckDueMs !== undefined && this.#linkAckDueMs <= now) {
      this.#linkAckDueMs = undefined;
      this.#onAir = "linkAck";
      payload[HEADER_SIZE] = (BearerOpcode.LinkAck << 2) | Gpcf.BearerControl;
      return HEADER_SIZE + 1;
    }
    if (this.#acknowledgment !== undefined && this.#acknowledgment.dueMs <= now) {
      const { number } = this.#acknowledgment;
      this.#acknowledgment = undefined;
      this.#onAir = number;
      payload[4] = number;
      payload[HEADER_SIZE] = Gpcf.TransactionAcknowledgment;
      return HEADER_SIZE + 1;
    }
    if (state.name === "closing") {
      if (this.#linkClosesLeft === 0 || this.#linkCloseDueMs > now) return 0;
      this.#onAir = "linkClose";
      payload[HEADER_SIZE] = (BearerOpcode.LinkClose << 2) | Gpcf.BearerControl;
      payload[HEADER_SIZE + 1] = state.reason;
      return HEADER_SIZE + 2;
    }
    if (this.#outgoing === undefined || this.#segmentDueMs > now) return 0;
    return this.#writeSegment(this.#outgoing, payload);
  }

  #writeSegment(outgoing: OutgoingTransaction, payload: Uint8Array): number {
    if (outgoing.exhausted) {
      this.#parts.trace.note("pbAdv", "retransmitting", outgoing.number);
      outgoing.rewind();
    }
    if (!this.#isAnswered && !this.#acknowledgmentTimer.running) {
      this.#acknowledgmentTimer.start(ACKNOWLEDGMENT_TIMEOUT_MS);
    }
    this.#onAir = "segment";
    payload[4] = outgoing.number;
    return outgoing.encodeNext(payload, HEADER_SIZE);
  }

  /** The next segment follows after its delay; behind the last one, the acknowledgment is waited for first. */
  #segmentSent(): void {
    const pauseMs = this.#outgoing?.exhausted ? RETRANSMISSION_MS : 0;
    this.#segmentDueMs = this.#afterRandomDelay() + pauseMs;
  }

  /** undefined: the PDU has been taken. */
  #take(pdu: Uint8Array): DropReason | undefined {
    if (pdu.length <= HEADER_SIZE) return "badLength";
    const state = this.#state;
    if (state.name === "invisible") return "unknownLink";
    const linkId = getUint32BE(pdu, 0);
    const first = octet(pdu, HEADER_SIZE);
    if (state.name === "listening") {
      const isLinkOpen = first === ((BearerOpcode.LinkOpen << 2) | Gpcf.BearerControl);
      return isLinkOpen ? this.#open(state.listener, linkId, pdu.subarray(HEADER_SIZE)) : "unknownLink";
    }
    if (state.linkId !== linkId) return "unknownLink";
    if (state.name === "closing") return "linkClosing";
    const generic = pdu.subarray(HEADER_SIZE);
    const number = octet(pdu, 4);
    switch (first & 0x03) {
      case Gpcf.BearerControl:
        return this.#control(generic);
      case Gpcf.TransactionAcknowledgment:
        return this.#acknowledged(state.listener, number, generic);
      default:
        return this.#segment(number, generic);
    }
  }

  /** Link Open while no link is open. MshPRT 5.3.2. */
  #open(listener: ProvisioningBearerListener, linkId: number, generic: Uint8Array): DropReason | undefined {
    if (generic.length !== 17) return "badLength";
    if (!equal(generic.subarray(1), this.#parts.deviceUuid)) return "foreignUuid";
    this.#state = { name: "open", listener, linkId };
    this.#nextNumber = 0x80;
    this.#linkTimer.start(LINK_TIMEOUT_MS);
    this.#acknowledgeLink();
    this.#parts.trace.note("pbAdv", "linkOpened", linkId);
    listener.linkOpened(this);
    return undefined;
  }

  /** A Provisioning Bearer Control PDU of the open link. MshPRT 5.3.1.4. */
  #control(generic: Uint8Array): DropReason | undefined {
    switch (octet(generic, 0) >> 2) {
      case BearerOpcode.LinkOpen:
        if (generic.length !== 17) return "badLength";
        if (!equal(generic.subarray(1), this.#parts.deviceUuid)) return "foreignUuid";
        // Answered as long as the device "is not being provisioned": until the first Provisioning PDU.
        if (!this.#linkTimer.running) return "unexpectedMessage";
        this.#acknowledgeLink();
        return undefined;
      case BearerOpcode.LinkAck:
        return "unexpectedMessage";
      case BearerOpcode.LinkClose:
        if (generic.length !== 2) return "badLength";
        this.#closedByPeer(octet(generic, 1));
        return undefined;
      default:
        return "reservedOpcode";
    }
  }

  /** A Transaction Acknowledgment. MshPRT 5.3.1.2. */
  #acknowledged(
    listener: ProvisioningBearerListener,
    number: number,
    generic: Uint8Array,
  ): DropReason | undefined {
    if (generic.length !== 1) return "badLength";
    if (octet(generic, 0) !== Gpcf.TransactionAcknowledgment) return "prohibitedValue";
    // The timer runs from the first segment on: what has not left cannot have arrived.
    const isWaiting = this.#acknowledgmentTimer.running || this.#isAnswered;
    if (this.#outgoing?.number !== number || !isWaiting) return "staleAcknowledgment";
    const wasAnswered = this.#isAnswered;
    this.#outgoing = undefined;
    this.#isAnswered = false;
    this.#acknowledgmentTimer.stop();
    this.#arm();
    if (!wasAnswered) listener.sent();
    return undefined;
  }

  /** A Transaction Start or Continuation. MshPRT 5.3.3. */
  #segment(number: number, generic: Uint8Array): DropReason | undefined {
    // A peer that goes on has heard our acknowledgment, whatever our radio says of it.
    if (this.#undelivered && !this.#incoming.isComplete(number)) {
      this.#deliver();
      if (this.#state.name !== "open") return "linkClosing";
    }
    const isStart = (octet(generic, 0) & 0x03) === Gpcf.TransactionStart;
    const result = isStart ? this.#incoming.start(number, generic) : this.#incoming.continue(number, generic);
    switch (result) {
      case "stored":
        return undefined;
      case "complete":
        this.#linkTimer.stop();
        this.#undelivered = true;
        break;
      case "acknowledgeAgain":
        break;
      default:
        return result;
    }
    // An acknowledgment that is on its way already answers all repetitions until it leaves.
    if (this.#acknowledgment?.number !== number) {
      this.#acknowledgment = { number, dueMs: this.#afterRandomDelay() };
    }
    this.#arm();
    if (result === "complete" && this.#outgoing?.isAnswerable) this.#answered();
    return undefined;
  }

  /** Our PDU has arrived, as the provisioner goes on after it. */
  #answered(): void {
    if (this.#isAnswered || this.#state.name !== "open") return;
    this.#isAnswered = true;
    this.#acknowledgmentTimer.stop();
    this.#state.listener.sent();
  }

  /** One Link ACK answers all Link Opens until it leaves. */
  #acknowledgeLink(): void {
    this.#linkAckDueMs ??= this.#afterRandomDelay();
    this.#arm();
  }

  /** Hand up the PDU that waits in `#incoming`. */
  #deliver(): void {
    if (!this.#undelivered) return;
    this.#undelivered = false;
    if (this.#state.name === "open") this.#state.listener.received(this.#incoming.pdu);
  }

  /** Ask for a turn when the first of what is due may leave. */
  #arm(): void {
    if (this.#onAir !== "nothing") return;
    let dueMs = this.#linkAckDueMs ?? Infinity;
    if (this.#acknowledgment !== undefined && this.#acknowledgment.dueMs < dueMs) {
      dueMs = this.#acknowledgment.dueMs;
    }
    if (this.#linkClosesLeft > 0 && this.#linkCloseDueMs < dueMs) dueMs = this.#linkCloseDueMs;
    if (this.#outgoing !== undefined && this.#segmentDueMs < dueMs) dueMs = this.#segmentDueMs;
    const waitMs = dueMs - this.#parts.clock.now();
    if (dueMs === Infinity) this.#pace.stop();
    else this.#pace.start(waitMs > 0 ? waitMs : 0);
  }

  /** "Each Generic Provisioning PDU shall be sent after a random delay between 20 and 50 milliseconds." MshPRT 5.3.3. */
  #afterRandomDelay(): number {
    const random = new Uint8Array(1);
    this.#parts.random.fill(random);
    const delayMs = MIN_DELAY_MS + (octet(random, 0) % (MAX_DELAY_MS - MIN_DELAY_MS + 1));
    return this.#parts.clock.now() + delayMs;
  }

  #timedOut(): void {
    this.#parts.trace.note("pbAdv", "linkTimeout");
    this.close(LinkCloseReason.Timeout);
  }

  #closedByPeer(reason: number): void {
    if (this.#state.name !== "open") return;
    const { listener } = this.#state;
    // A reason that later versions may define is none that we know: the link closes all the same.
    const known = reason === LinkCloseReason.Success || reason === LinkCloseReason.Timeout;
    this.#leave(listener, known ? reason : LinkCloseReason.Fail);
  }

  /** Our last Link Close is on the air. */
  #closed(): void {
    if (this.#state.name === "closing") this.#leave(this.#state.listener, this.#state.reason);
  }

  #leave(listener: ProvisioningBearerListener, reason: LinkCloseReason): void {
    this.#clearLink();
    this.#incoming.reset();
    this.#state = { name: "invisible" };
    this.#parts.trace.note("pbAdv", "linkClosed", reason);
    listener.linkClosed(reason);
  }

  /** Nothing of the link's traffic is due any more. */
  #clearLink(): void {
    this.#linkTimer.stop();
    this.#acknowledgmentTimer.stop();
    this.#outgoing = undefined;
    this.#isAnswered = false;
    this.#linkAckDueMs = undefined;
    this.#acknowledgment = undefined;
    this.#undelivered = false;
    this.#linkClosesLeft = 0;
  }
}
