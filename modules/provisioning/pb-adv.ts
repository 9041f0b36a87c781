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
 * Everything leaves through `next`, one Generic Provisioning PDU at a time and each after its random delay, chosen
 * at the moment when the radio is free: Link ACK, then an acknowledgment, then Link Close, then a segment. A
 * received PDU is handed up only when its acknowledgment has left, so that a long computation that it starts never
 * delays that acknowledgment.
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
/** How long a round of segments may stay unacknowledged: the peer's own delay, and its radio's other work. Ours. */
const RETRANSMISSION_MS = 200;

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

/** What the next PDU waits for: the random delay, a turn of the radio, the end of a PDU on the air; or to be needed. */
type Waiting = "nothing" | "delay" | "retransmission" | "turn" | "event";

/** What was written last. */
type Written = "nothing" | "linkAck" | "acknowledgment" | "linkClose" | "segment";

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
  #waiting: Waiting = "nothing";
  #written: Written = "nothing";

  #linkAckDue = false;
  /** The transaction to acknowledge; undefined: none. */
  #acknowledgmentDue: number | undefined;
  /** A whole PDU waits in `#incoming` for its acknowledgment to leave. */
  #undelivered = false;
  #outgoing: OutgoingTransaction | undefined;
  #nextNumber = 0x80;
  #linkClosesLeft = 0;

  constructor(parts: PbAdvParts) {
    this.#parts = parts;
    this.#pace = parts.clock.createTimer(() => this.#paced());
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

  send(pdu: Uint8Array): void {
    // We are closing it, which the sender learns in a moment.
    if (this.#state.name === "closing") return;
    if (this.#state.name !== "open" || this.#outgoing !== undefined)
      throw new RangeError("PB-ADV cannot send");
    this.#outgoing = new OutgoingTransaction(this.#nextNumber, pdu.slice());
    this.#nextNumber = this.#nextNumber === 0xff ? 0x80 : this.#nextNumber + 1;
    this.#acknowledgmentTimer.start(ACKNOWLEDGMENT_TIMEOUT_MS);
    this.#wake();
  }

  close(reason: LinkCloseReason): void {
    if (this.#state.name !== "open") return;
    const { listener, linkId } = this.#state;
    this.#clearLink();
    this.#state = { name: "closing", listener, linkId, reason };
    this.#linkClosesLeft = LINK_CLOSE_COUNT;
    this.#wake();
  }

  /** A PB-ADV PDU from the air. MshPRT 5.2.1, table 5.2. */
  received(pdu: Uint8Array): void {
    const reason = this.#take(pdu);
    if (reason !== undefined) this.#parts.trace.drop("pbAdv", reason, pdu);
  }

  next(payload: Uint8Array): number {
    // Asked before its delay is over, it has nothing; it requests a turn when it is.
    if (this.#waiting !== "turn") return 0;
    const size = this.#write(payload);
    this.#waiting = size === 0 ? "nothing" : "event";
    return size;
  }

  sent(): void {
    const written = this.#written;
    this.#waiting = "nothing";
    if (written === "linkClose") this.#linkClosesLeft--;
    this.#wake();
    if (written === "acknowledgment") this.#deliver();
    else if (written === "linkClose" && this.#linkClosesLeft === 0) this.#closed();
  }

  /** The most urgent PDU that is due; returns its length, 0: none is. */
  #write(payload: Uint8Array): number {
    const state = this.#state;
    this.#written = "nothing";
    if (state.name !== "open" && state.name !== "closing") return 0;
    setUint32BE(payload, 0, state.linkId);
    payload[4] = 0;
    if (this.#linkAckDue) {
      this.#linkAckDue = false;
      this.#written = "linkAck";
      payload[HEADER_SIZE] = (BearerOpcode.LinkAck << 2) | Gpcf.BearerControl;
      return HEADER_SIZE + 1;
    }
    if (this.#acknowledgmentDue !== undefined) {
      this.#written = "acknowledgment";
      payload[4] = this.#acknowledgmentDue;
      payload[HEADER_SIZE] = Gpcf.TransactionAcknowledgment;
      this.#acknowledgmentDue = undefined;
      return HEADER_SIZE + 1;
    }
    if (state.name === "closing") {
      this.#written = "linkClose";
      payload[HEADER_SIZE] = (BearerOpcode.LinkClose << 2) | Gpcf.BearerControl;
      payload[HEADER_SIZE + 1] = state.reason;
      return HEADER_SIZE + 2;
    }
    if (this.#outgoing === undefined || this.#outgoing.exhausted) return 0;
    this.#written = "segment";
    payload[4] = this.#outgoing.number;
    return this.#outgoing.encodeNext(payload, HEADER_SIZE);
  }

  /** undefined: the PDU has been taken. */
  #take(pdu: Uint8Array): DropReason | undefined {
    if (pdu.length <= HEADER_SIZE) return "badLength";
    const generic = pdu.subarray(HEADER_SIZE);
    const linkId = getUint32BE(pdu, 0);
    const format = octet(generic, 0) & 0x03;
    const state = this.#state;
    const isLinkOpen = octet(generic, 0) === ((BearerOpcode.LinkOpen << 2) | Gpcf.BearerControl);
    if (state.name === "invisible") return "unknownLink";
    if (state.name === "listening") return isLinkOpen ? this.#open(linkId, generic) : "unknownLink";
    if (state.linkId !== linkId) return "unknownLink";
    if (state.name === "closing") return "linkClosing";
    if (format === Gpcf.BearerControl) return this.#control(generic);
    const number = octet(pdu, 4);
    if (format === Gpcf.TransactionAcknowledgment) return this.#acknowledged(number, generic);
    return this.#segment(number, format, generic);
  }

  /** Link Open while no link is open. MshPRT 5.3.2. */
  #open(linkId: number, generic: Uint8Array): DropReason | undefined {
    if (this.#state.name !== "listening") return "unexpectedMessage";
    if (generic.length !== 17) return "badLength";
    if (!equal(generic.subarray(1), this.#parts.deviceUuid)) return "foreignUuid";
    const { listener } = this.#state;
    this.#state = { name: "open", listener, linkId };
    this.#nextNumber = 0x80;
    this.#linkTimer.start(LINK_TIMEOUT_MS);
    this.#linkAckDue = true;
    this.#wake();
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
        this.#linkAckDue = true;
        this.#wake();
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
  #acknowledged(number: number, generic: Uint8Array): DropReason | undefined {
    if (generic.length !== 1) return "badLength";
    if (octet(generic, 0) !== Gpcf.TransactionAcknowledgment) return "prohibitedValue";
    if (this.#state.name !== "open" || this.#outgoing?.number !== number) return "staleAcknowledgment";
    this.#outgoing = undefined;
    this.#acknowledgmentTimer.stop();
    if (this.#waiting === "retransmission") {
      this.#pace.stop();
      this.#waiting = "nothing";
    }
    this.#state.listener.sent();
    return undefined;
  }

  /** A Transaction Start or Continuation. MshPRT 5.3.3. */
  #segment(number: number, format: number, generic: Uint8Array): DropReason | undefined {
    // A peer that goes on has heard our acknowledgment, whatever our radio says of it.
    if (this.#undelivered && !this.#incoming.isComplete(number)) {
      this.#deliver();
      if (this.#state.name !== "open") return "linkClosing";
    }
    const result =
      format === Gpcf.TransactionStart
        ? this.#incoming.start(number, generic)
        : this.#incoming.continue(number, generic);
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
    this.#acknowledgmentDue = number;
    this.#wake();
    return undefined;
  }

  /** Hand up the PDU that waits in `#incoming`. */
  #deliver(): void {
    if (!this.#undelivered) return;
    this.#undelivered = false;
    if (this.#state.name === "open") this.#state.listener.received(this.#incoming.pdu);
  }

  /** See to it that what is due leaves after a random delay, and unacknowledged segments after a longer one. */
  #wake(): void {
    if (this.#waiting !== "nothing" && this.#waiting !== "retransmission") return;
    const segments = this.#outgoing !== undefined && !this.#outgoing.exhausted;
    if (this.#linkAckDue || this.#acknowledgmentDue !== undefined || this.#linkClosesLeft > 0 || segments) {
      this.#waiting = "delay";
      this.#pace.start(this.#randomDelayMs());
    } else if (this.#outgoing !== undefined && this.#waiting === "nothing") {
      this.#waiting = "retransmission";
      this.#pace.start(RETRANSMISSION_MS + this.#randomDelayMs());
    }
  }

  #paced(): void {
    if (this.#waiting === "retransmission" && this.#outgoing !== undefined) {
      this.#parts.trace.note("pbAdv", "retransmitting", this.#outgoing.number);
      this.#outgoing.rewind();
    }
    this.#waiting = "turn";
    this.#parts.advertiser.request(this);
  }

  /** "Each Generic Provisioning PDU shall be sent after a random delay between 20 and 50 milliseconds." MshPRT 5.3.3. */
  #randomDelayMs(): number {
    const random = new Uint8Array(1);
    this.#parts.random.fill(random);
    return MIN_DELAY_MS + (octet(random, 0) % (MAX_DELAY_MS - MIN_DELAY_MS + 1));
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
    this.#linkAckDue = false;
    this.#acknowledgmentDue = undefined;
    this.#undelivered = false;
    this.#linkClosesLeft = 0;
  }
}
