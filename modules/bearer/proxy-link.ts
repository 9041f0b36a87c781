/**
 * One client's connection: messages of several types share it, one after the other. In: Proxy PDUs put together, each
 * message to the receiver of its type. Out: senders are asked for their next message when GATT has room for it, and
 * nothing leaves before the client has subscribed. MshPRT 6.3, 7.1.3, 7.2.3.
 *
 *   waiting ── the client subscribes ──► open ── wrong segment, 20 s, close ──► closed
 *      └───────────────────────── 60 s, close ─────────────────────────────────────▲
 */

import type { Clock, GattServer, Layer, Timer, Trace } from "../platform.js";
import { encodeProxyPdu, MAX_PROXY_MESSAGE, type ProxyMessageType, ProxyReassembly } from "./proxy-pdu.js";

/** Between the first and the last segment of a message. MshPRT 6.3.2.2. */
const SAR_TIMEOUT_MS = 20_000;
/** A client that does not subscribe keeps others out. Ours. */
const SUBSCRIPTION_TIMEOUT_MS = 60_000;

/** Someone with messages of one type for the client. It is pulled, as a sender of the advertiser is. */
export interface ProxySender {
  readonly messageType: ProxyMessageType;
  /** Write at most 65 octets and return their number; 0: nothing, until the next `request`. */
  next(message: Uint8Array): number;
  /** GATT has taken all of that message. */
  sent(): void;
}

/** Someone who hears the messages of one type; they are borrowed. */
export interface ProxyReceiver {
  received(message: Uint8Array): void;
}

/** What a link needs of its surroundings. layer: whose link it is, for the trace; types: those of the service. */
export interface ProxyLinkParts {
  readonly gattServer: GattServer;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly layer: Layer;
  readonly types: readonly ProxyMessageType[];
}

/** A sender whose message is on its way. */
interface Sending {
  readonly sender: ProxySender;
  readonly length: number;
  offset: number;
}

/** One connection, from its beginning to its end. */
export class ProxyLink {
  /** As the GATT server calls it. */
  readonly connection: number;
  readonly #parts: ProxyLinkParts;
  readonly #reassembly: ProxyReassembly;
  readonly #receivers = new Map<ProxyMessageType, ProxyReceiver>();
  /** Those that have asked for a turn, the next one first. */
  #waiting: readonly ProxySender[] = [];
  #sending: Sending | undefined;
  readonly #message = new Uint8Array(MAX_PROXY_MESSAGE);
  readonly #pdu = new Uint8Array(MAX_PROXY_MESSAGE + 1);
  readonly #turn: Timer;
  /** Until the client subscribes; then, while a message is in parts. */
  readonly #timeout: Timer;
  #state: "waiting" | "open" | "closed" = "waiting";
  #isSubscribed = false;
  /** GATT has something that has not left yet. */
  #isLeaving = false;

  constructor(connection: number, parts: ProxyLinkParts) {
    this.connection = connection;
    this.#parts = parts;
    this.#reassembly = new ProxyReassembly(parts.types);
    this.#turn = parts.clock.createTimer(() => this.#pump());
    this.#timeout = parts.clock.createTimer(() => this.#timedOut());
    this.#timeout.start(SUBSCRIPTION_TIMEOUT_MS);
  }

  /** The client has subscribed, once at least, and nobody has closed the link. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Part of a message has come. */
  get isReceiving(): boolean {
    return this.#reassembly.isOpen;
  }

  /** Nobody has anything to send, and all that was sent has left. */
  get isIdle(): boolean {
    return this.#sending === undefined && this.#waiting.length === 0 && !this.#isLeaving;
  }

  /** Who hears the messages of a type from now on. */
  receive(messageType: ProxyMessageType, receiver: ProxyReceiver): void {
    this.#receivers.set(messageType, receiver);
  }

  /** The sender has something to say: its `next` is called in a later turn, when there is room. Idempotent. */
  request(sender: ProxySender): void {
    if (this.#state === "closed" || this.#waiting.includes(sender)) return;
    this.#waiting = [...this.#waiting, sender];
    this.#turn.start(0);
  }

  /** Close the connection. Nothing more is taken from it; that it is gone is told in a later turn. */
  close(): void {
    if (this.#state === "closed") return;
    this.stop();
    this.#parts.gattServer.disconnect(this.connection);
  }

  /** The connection is gone, or no longer ours. */
  stop(): void {
    this.#state = "closed";
    this.#turn.stop();
    this.#timeout.stop();
    this.#waiting = [];
    this.#sending = undefined;
    this.#isLeaving = false;
  }

  /** true: the link has been opened by it. */
  subscribed(on: boolean): boolean {
    const opens = on && this.#state === "waiting";
    this.#isSubscribed = on;
    if (opens) {
      this.#state = "open";
      this.#timeout.stop();
    }
    if (on && this.#state === "open") this.#turn.start(0);
    return opens;
  }

  /** A Proxy PDU of the client. */
  written(pdu: Uint8Array): void {
    const { trace, layer } = this.#parts;
    if (this.#state !== "open") {
      trace.drop(layer, this.#state === "waiting" ? "notSubscribed" : "linkClosing", pdu);
      return;
    }
    const result = this.#reassembly.take(pdu);
    if (result === "whole" || result === "part") {
      if (result === "whole") this.#deliver();
      else if (!this.#timeout.running) this.#timeout.start(SAR_TIMEOUT_MS);
      return;
    }
    trace.drop(layer, result, pdu);
    if (result !== "reservedType") this.close();
  }

  /** GATT has room again. */
  ready(): void {
    this.#pump();
  }

  /** All that GATT was given has left. */
  idle(): void {
    this.#isLeaving = false;
  }

  #deliver(): void {
    const { messageType, message } = this.#reassembly;
    this.#timeout.stop();
    if (messageType !== undefined) this.#receivers.get(messageType)?.received(message);
  }

  #pump(): void {
    while (this.#state === "open" && this.#isSubscribed) {
      const sending = this.#sending ?? this.#pull();
      if (sending === undefined || !this.#push(sending)) return;
      this.#sending = undefined;
      sending.sender.sent();
    }
  }

  /** The next message of whoever has waited longest; undefined: there is none. */
  #pull(): Sending | undefined {
    for (let [sender, ...others] = this.#waiting; sender !== undefined; [sender, ...others] = this.#waiting) {
      this.#waiting = others;
      const length = sender.next(this.#message);
      if (length === 0) continue;
      // It may have more, and the others come before that.
      if (!this.#waiting.includes(sender)) this.#waiting = [...this.#waiting, sender];
      this.#sending = { sender, length, offset: 0 };
      return this.#sending;
    }
    return undefined;
  }

  /** The rest of a message to GATT, in segments of the present size. false: there is no room for all of it. */
  #push(sending: Sending): boolean {
    const { gattServer } = this.#parts;
    const message = this.#message.subarray(0, sending.length);
    const { messageType } = sending.sender;
    do {
      const target = this.#pdu.subarray(0, gattServer.notificationSize(this.connection));
      const size = encodeProxyPdu(messageType, message, sending.offset, target);
      if (!gattServer.notify(this.connection, target.subarray(0, size + 1))) return false;
      this.#isLeaving = true;
      sending.offset += size;
    } while (sending.offset < sending.length);
    return true;
  }

  #timedOut(): void {
    const { trace, layer } = this.#parts;
    trace.note(layer, this.#state === "open" ? "sarTimedOut" : "linkTimeout", this.connection);
    this.close();
  }
}
