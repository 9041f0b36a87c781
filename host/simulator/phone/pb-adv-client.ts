/**
 * The provisioner's end of PB-ADV. MshPRT 5.2.1, 5.3.
 *
 *   idle ── open ──► opening ── Link ACK ──► open ── Link Close heard ──► idle
 *                       │ 60 s, close         │ close, 30 s without ack,      ▲
 *                       └────────► closing ◄──┘ 60 s without a PDU            │
 *                                     └── Link Close sent three times ────────┘
 *
 * One advertising event at a time, each after a random delay. What goes out is chosen when the delay is over:
 * acknowledgments first.
 */

import { concat, getUint32BE, octet } from "../../../modules/bytes.js";
import type { Clock, Radio, RadioListener, Random, Timer } from "../../../modules/platform.js";
import { type IncomingDrop, IncomingTransactions, type SegmentPdu } from "./pb-adv-incoming.js";
import {
  decodePbAdvPdu,
  decodeUnprovisionedDeviceBeacon,
  encodeAcknowledgment,
  encodeLinkClose,
  encodeLinkOpen,
  encodeTransaction,
  type PbAdvPdu,
  type UnprovisionedDevice,
} from "./pb-adv-pdu.js";
import { LinkCloseReason, type ProvisioningLink, type ProvisioningLinkListener } from "./provisioning.js";

/** Link establishment timer, link timer and acknowledgment timer. MshPRT 5.2.1, 5.3.2, 5.3.3. */
const LINK_TIMEOUT_MS = 60_000;
const ACKNOWLEDGMENT_TIMEOUT_MS = 30_000;
/** Link Close "at least three times". MshPRT 5.3.1.4.3. */
const LINK_CLOSES = 3;
const AD_TYPE_PB_ADV = 0x29;
const AD_TYPE_MESH_BEACON = 0x2b;

/** Who uses the link, and what else is heard. Octets are borrowed. */
export interface PbAdvListener extends ProvisioningLinkListener {
  /** An unprovisioned device beacon was heard; rssi: dBm. */
  beacon?(device: UnprovisionedDevice, rssi: number): void;
  /** A PDU of this link was dropped: what the device did wrong, or the air did to it. */
  dropped?(reason: PbAdvDrop, pdu: Uint8Array): void;
}

/** Why a PB-ADV PDU was dropped. Those of other links are not counted. */
export type PbAdvDrop = IncomingDrop | "malformed" | "staleAcknowledgment" | "unexpectedMessage";

/** What the client works with. */
export interface PbAdvClientOptions {
  readonly radio: Radio;
  readonly clock: Clock;
  readonly random: Random;
  /** Pause before a Link Open or an unacknowledged transaction is sent again; default: 200. */
  readonly retransmissionMs?: number;
}

type State =
  | { readonly name: "idle" }
  | { readonly name: "opening"; readonly linkId: number; readonly deviceUuid: Uint8Array; due: boolean }
  | { readonly name: "open"; readonly linkId: number }
  | { readonly name: "closing"; readonly linkId: number; readonly reason: number; remaining: number };

interface Outgoing {
  readonly transaction: number;
  readonly messages: readonly Uint8Array[];
  /** Index of the next message; the number of messages: waiting for the acknowledgment. */
  next: number;
}

/** One link to one device at a time. It takes the whole radio. */
export class PbAdvClient implements RadioListener, ProvisioningLink {
  readonly #radio: Radio;
  readonly #random: Random;
  readonly #listener: PbAdvListener;
  readonly #retransmissionMs: number;
  readonly #delay: Timer;
  readonly #retransmission: Timer;
  readonly #acknowledgmentTimer: Timer;
  readonly #linkTimer: Timer;
  #state: State = { name: "idle" };
  #transmitting = false;
  #incoming = new IncomingTransactions();
  #acknowledge: number | undefined;
  #outgoing: Outgoing | undefined;
  #transaction = 0;

  constructor(options: PbAdvClientOptions, listener: PbAdvListener) {
    const { radio, clock, random } = options;
    this.#radio = radio;
    this.#random = random;
    this.#listener = listener;
    this.#retransmissionMs = options.retransmissionMs ?? 200;
    this.#delay = clock.createTimer(() => this.#transmitNext());
    this.#retransmission = clock.createTimer(() => this.#repeat());
    this.#acknowledgmentTimer = clock.createTimer(() => this.close(LinkCloseReason.Timeout));
    this.#linkTimer = clock.createTimer(() => this.close(LinkCloseReason.Timeout));
    radio.open(this);
    radio.setScanning(true);
  }

  /** Whether a link is open, being opened or being closed. */
  get busy(): boolean {
    return this.#state.name !== "idle";
  }

  /** Open a link to a device; linkId: random unless given. Throws RangeError when busy. MshPRT 5.3.2. */
  open(deviceUuid: Uint8Array, linkId: number = this.#randomLinkId()): void {
    if (this.#state.name !== "idle") throw new RangeError("there is a link already");
    if (deviceUuid.length !== 16) throw new RangeError("not a Device UUID");
    this.#incoming = new IncomingTransactions();
    this.#transaction = 0;
    this.#state = { name: "opening", linkId, deviceUuid: deviceUuid.slice(), due: true };
    this.#linkTimer.start(LINK_TIMEOUT_MS);
    this.#pump();
  }

  /** Send one Provisioning PDU; the next one after `sent`. Throws RangeError otherwise. MshPRT 5.3.3. */
  send(pdu: Uint8Array): void {
    const state = this.#state;
    if (state.name !== "open" || this.#outgoing !== undefined)
      throw new RangeError("the link cannot send now");
    const messages = encodeTransaction(state.linkId, this.#transaction, pdu);
    this.#outgoing = { transaction: this.#transaction, messages, next: 0 };
    this.#transaction = (this.#transaction + 1) & 0x7f;
    this.#pump();
  }

  /** Stop everything but Link Close; `closed` follows when it has been sent often enough. MshPRT 5.3.1.4.3. */
  close(reason: number): void {
    const state = this.#state;
    if (state.name === "idle" || state.name === "closing") return;
    this.#stop();
    this.#state = { name: "closing", linkId: state.linkId, reason, remaining: LINK_CLOSES };
    this.#pump();
  }

  received(data: Uint8Array, rssi: number): void {
    for (let at = 0; at + 1 < data.length; ) {
      const end = at + 1 + octet(data, at);
      // A length of 0 ends the significant part; one that reaches beyond the end cannot be read.
      if (end === at + 1 || end > data.length) return;
      const payload = data.subarray(at + 2, end);
      if (data[at + 1] === AD_TYPE_PB_ADV) this.#receivedPbAdv(payload);
      else if (data[at + 1] === AD_TYPE_MESH_BEACON) this.#receivedBeacon(payload, rssi);
      at = end;
    }
  }

  transmitted(): void {
    this.#transmitting = false;
    const state = this.#state;
    if (state.name === "closing" && state.remaining === 0) this.#end(state.reason);
    else this.#pump();
  }

  #receivedBeacon(payload: Uint8Array, rssi: number): void {
    const device = decodeUnprovisionedDeviceBeacon(payload);
    if (device !== undefined) this.#listener.beacon?.(device, rssi);
  }

  #receivedPbAdv(pdu: Uint8Array): void {
    const state = this.#state;
    if (state.name === "idle" || state.name === "closing") return;
    if (pdu.length < 4 || getUint32BE(pdu, 0) !== state.linkId) return;
    const decoded = decodePbAdvPdu(pdu);
    const drop = decoded === undefined ? "malformed" : this.#take(state, decoded);
    if (drop !== undefined) this.#listener.dropped?.(drop, pdu);
  }

  /** A PDU of this link; returned: why it was dropped. */
  #take(state: State, { transaction, generic }: PbAdvPdu): PbAdvDrop | undefined {
    switch (generic.kind) {
      case "linkAck":
        // A repeated Link Open may be answered once more after the link is open.
        if (state.name === "opening") this.#opened(state.linkId);
        return undefined;
      case "linkClose":
        this.#end(generic.reason);
        return undefined;
      case "linkOpen":
        return "unexpectedMessage";
      case "acknowledgment":
        return this.#acknowledged(transaction);
      default:
        if (state.name === "opening") return "unexpectedMessage";
        return this.#receivedSegment(transaction, generic);
    }
  }

  #opened(linkId: number): void {
    this.#state = { name: "open", linkId };
    this.#retransmission.stop();
    this.#linkTimer.start(LINK_TIMEOUT_MS);
    this.#listener.opened();
  }

  #acknowledged(transaction: number): PbAdvDrop | undefined {
    const outgoing = this.#outgoing;
    // Before its first message has left, nobody can have heard the transaction.
    const begun = outgoing?.transaction === transaction && this.#acknowledgmentTimer.running;
    if (!begun) return "staleAcknowledgment";
    this.#outgoing = undefined;
    this.#retransmission.stop();
    this.#acknowledgmentTimer.stop();
    this.#listener.sent();
    return undefined;
  }

  #receivedSegment(transaction: number, segment: SegmentPdu): PbAdvDrop | undefined {
    const incoming = this.#incoming.take(transaction, segment);
    if (incoming.kind === "dropped") return incoming.reason;
    if (incoming.kind === "incomplete") return undefined;
    this.#acknowledge = transaction;
    this.#pump();
    if (incoming.kind === "complete") {
      this.#linkTimer.stop();
      this.#listener.received(incoming.pdu);
    }
    return undefined;
  }

  #repeat(): void {
    if (this.#state.name === "opening") this.#state.due = true;
    if (this.#outgoing !== undefined) this.#outgoing.next = 0;
    this.#pump();
  }

  #pump(): void {
    if (this.#transmitting || this.#delay.running || !this.#hasNext()) return;
    // "after a random delay between 20 and 50 milliseconds". MshPRT 5.3.3.
    const draw = new Uint8Array(1);
    this.#random.fill(draw);
    this.#delay.start(20 + ((octet(draw, 0) * 31) >> 8));
  }

  #hasNext(): boolean {
    if (this.#acknowledge !== undefined) return true;
    if (this.#state.name === "opening") return this.#state.due;
    if (this.#state.name === "closing") return this.#state.remaining > 0;
    return this.#outgoing !== undefined && this.#outgoing.next < this.#outgoing.messages.length;
  }

  #transmitNext(): void {
    const message = this.#takeNext();
    if (message === undefined) return;
    this.#transmitting = true;
    this.#radio.transmit(concat(Uint8Array.of(message.length + 1, AD_TYPE_PB_ADV), message), "private");
  }

  #takeNext(): Uint8Array | undefined {
    const state = this.#state;
    if (state.name === "idle") return undefined;
    if (this.#acknowledge !== undefined) {
      const acknowledgment = encodeAcknowledgment(state.linkId, this.#acknowledge);
      this.#acknowledge = undefined;
      return acknowledgment;
    }
    if (state.name === "opening") {
      if (!state.due) return undefined;
      state.due = false;
      this.#retransmission.start(this.#retransmissionMs);
      return encodeLinkOpen(state.linkId, state.deviceUuid);
    }
    if (state.name === "closing") {
      if (state.remaining === 0) return undefined;
      state.remaining--;
      return encodeLinkClose(state.linkId, state.reason);
    }
    return this.#takeMessage();
  }

  #takeMessage(): Uint8Array | undefined {
    const outgoing = this.#outgoing;
    const message = outgoing?.messages[outgoing.next];
    if (outgoing === undefined || message === undefined) return undefined;
    if (!this.#acknowledgmentTimer.running) this.#acknowledgmentTimer.start(ACKNOWLEDGMENT_TIMEOUT_MS);
    outgoing.next++;
    if (outgoing.next === outgoing.messages.length) this.#retransmission.start(this.#retransmissionMs);
    return message;
  }

  #stop(): void {
    this.#outgoing = undefined;
    this.#retransmission.stop();
    this.#acknowledgmentTimer.stop();
    this.#linkTimer.stop();
  }

  #end(reason: number): void {
    this.#stop();
    this.#acknowledge = undefined;
    this.#delay.stop();
    this.#state = { name: "idle" };
    this.#listener.closed(reason);
  }

  #randomLinkId(): number {
    const octets = new Uint8Array(4);
    this.#random.fill(octets);
    return getUint32BE(octets, 0);
  }
}
