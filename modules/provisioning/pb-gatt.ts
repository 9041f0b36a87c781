/**
 * PB-GATT: a link that is a connection whose client has subscribed. The device's side. MshPRT 5.2.2, 7.1.
 *
 *                    accept                 the client subscribes
 *   ┌─────────────┐ ───────► ┌───────────┐ ───────────────────────► ┌──────┐
 *   │  invisible  │ ◄─────── │  visible  │                          │ open │
 *   └─────────────┘  refuse  └───────────┘                          └──────┘
 *          ▲                                                            │ close, 60 s
 *          └──────────── the connection is gone ──────── closing ◄──────┘
 *
 * There are no acknowledgments: a PDU has been sent when GATT has taken it. An answer leaves a moment after the PDU that
 * it answers, as there are clients that take nothing before their own write has been reported to them as done.
 */

import type { ConnectableAdvertising } from "../bearer/connectable-advertising.js";
import { MeshProvisioningService } from "../bearer/mesh-services.js";
import type { ProxyLink, ProxyReceiver, ProxySender } from "../bearer/proxy-link.js";
import { ProxyLinks, type ProxyLinksListener } from "../bearer/proxy-links.js";
import { ProxyMessageType } from "../bearer/proxy-pdu.js";
import { encodeScanResponse, encodeServiceAdvertisement } from "../bearer/service-advertisement.js";
import { setUint16LE } from "../bytes.js";
import type { Clock, GattServer, Timer, Trace } from "../platform.js";
import { LinkCloseReason, type ProvisioningBearer, type ProvisioningBearerListener } from "./bearer.js";

const LINK_TIMEOUT_MS = 60_000;
/** From the client's PDU to our answer at least. Ours. */
const ANSWER_DELAY_MS = 30;
/** Before a live swap the client may still close by itself; without one it is given more time. Ours. */
const PATIENCE_MS = Object.freeze({ swapsLive: 300, closes: 5_000 } as const);
const TYPES = Object.freeze([ProxyMessageType.ProvisioningPdu] as const);

/** What clients see of the device. MshPRT 7.1.2.2. */
export interface PbGattDevice {
  readonly deviceUuid: Uint8Array;
  readonly oobInformation: number;
  readonly uri: Uint8Array | undefined;
  readonly name: string;
}

/** What PB-GATT needs of its surroundings. */
export interface PbGattParts {
  readonly gattServer: GattServer;
  readonly advertising: ConnectableAdvertising;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly device: PbGattDevice;
}

type State =
  | { readonly name: "invisible" }
  | { readonly name: "visible"; readonly listener: ProvisioningBearerListener }
  | { readonly name: "open"; readonly listener: ProvisioningBearerListener; readonly link: ProxyLink }
  | {
      readonly name: "closing";
      readonly listener: ProvisioningBearerListener;
      readonly link: ProxyLink;
      readonly reason: LinkCloseReason;
    };

/** Our PDU until GATT has taken it. isLast: nothing answers it. */
interface Outgoing {
  readonly pdu: Uint8Array;
  readonly isLast: boolean;
}

/** The service data: Device UUID, OOB Information in the byte order of GATT. 18 octets. MshPRT 7.1.2.2.1. */
export function encodeProvisioningServiceData(deviceUuid: Uint8Array, oobInformation: number): Uint8Array {
  const data = new Uint8Array(18);
  data.set(deviceUuid);
  setUint16LE(data, 16, oobInformation);
  return data;
}

/** The bearer of one unprovisioned device. */
export class PbGatt implements ProvisioningBearer, ProxySender, ProxyReceiver, ProxyLinksListener {
  readonly messageType = ProxyMessageType.ProvisioningPdu;
  readonly patienceMs: number;
  readonly #parts: PbGattParts;
  readonly #links: ProxyLinks;
  readonly #linkTimer: Timer;
  readonly #pace: Timer;
  readonly #closed: Timer;
  #state: State = { name: "invisible" };
  #outgoing: Outgoing | undefined;
  #receivedMs = 0;

  constructor(parts: PbGattParts) {
    const { gattServer, clock, trace } = parts;
    this.#parts = parts;
    this.patienceMs = gattServer.swapsLive ? PATIENCE_MS.swapsLive : PATIENCE_MS.closes;
    this.#links = new ProxyLinks({
      ...{ gattServer, clock, trace, layer: "pbGatt", types: TYPES },
      ...{ service: MeshProvisioningService, listener: this },
    });
    this.#linkTimer = clock.createTimer(() => this.#timedOut());
    this.#pace = clock.createTimer(() => this.#due());
    this.#closed = clock.createTimer(() => this.#leave());
  }

  accept(listener: ProvisioningBearerListener): void {
    if (this.#state.name !== "invisible") throw new RangeError("PB-GATT is in use");
    this.#state = { name: "visible", listener };
    this.#links.serve();
    this.#advertise();
  }

  refuse(): void {
    if (this.#state.name !== "visible") return;
    this.#state = { name: "invisible" };
    this.#parts.advertising.stop();
    this.#closeOthers(undefined);
  }

  send(pdu: Uint8Array, isLast = false): void {
    // We are closing it, which the sender learns in a moment.
    if (this.#state.name === "closing") return;
    if (this.#state.name !== "open" || this.#outgoing !== undefined)
      throw new RangeError("PB-GATT cannot send");
    this.#outgoing = { pdu: pdu.slice(), isLast };
    const restMs = this.#receivedMs + ANSWER_DELAY_MS - this.#parts.clock.now();
    this.#pace.start(restMs > 0 ? restMs : 0);
  }

  /** With Success and where services are swapped on a live link, the connection is left to the next service. */
  close(reason: LinkCloseReason): void {
    if (this.#state.name !== "open") return;
    const { listener, link } = this.#state;
    this.#clearLink();
    this.#state = { name: "closing", listener, link, reason };
    if (reason === LinkCloseReason.Success && this.#parts.gattServer.swapsLive) this.#closed.start(0);
    else link.close();
  }

  /** End every connection: a link that is open is one that fails. */
  disconnect(): void {
    this.#closeOthers(undefined);
  }

  connected(link: ProxyLink): void {
    // One client at a time; another one finds the device again when this one has gone.
    if (this.#state.name === "visible") this.#parts.advertising.stop();
    else link.close();
  }

  opened(link: ProxyLink): void {
    if (this.#state.name !== "visible") {
      link.close();
      return;
    }
    const { listener } = this.#state;
    this.#state = { name: "open", listener, link };
    this.#receivedMs = this.#parts.clock.now();
    this.#linkTimer.start(LINK_TIMEOUT_MS);
    this.#closeOthers(link);
    link.receive(ProxyMessageType.ProvisioningPdu, this);
    this.#parts.trace.note("pbGatt", "linkOpened", link.connection);
    listener.linkOpened(this);
  }

  disconnected(link: ProxyLink): void {
    if (this.#state.name === "visible") this.#advertise();
    else if (this.#state.name !== "invisible" && this.#state.link === link) this.#leave();
  }

  idle(): void {}

  /** By the link: a whole Provisioning PDU. */
  received(pdu: Uint8Array): void {
    const { clock, trace } = this.#parts;
    if (this.#state.name !== "open") return;
    if (pdu.length === 0) {
      trace.drop("pbGatt", "badLength", pdu);
      return;
    }
    this.#linkTimer.stop();
    if (this.#outgoing?.isLast) {
      // Written before our Failed could arrive: one is enough.
      trace.drop("pbGatt", "unexpectedMessage", pdu);
    } else {
      this.#receivedMs = clock.now();
      this.#state.listener.received(pdu);
    }
  }

  /** By the link. */
  next(message: Uint8Array): number {
    if (this.#outgoing === undefined || this.#pace.running) return 0;
    message.set(this.#outgoing.pdu);
    return this.#outgoing.pdu.length;
  }

  /** By the link. */
  sent(): void {
    this.#outgoing = undefined;
    if (this.#state.name === "open") this.#state.listener.sent();
  }

  #due(): void {
    if (this.#state.name !== "open") return;
    const { link } = this.#state;
    // What the client was writing when it had not yet heard of our Failed is to come before it.
    if (this.#outgoing?.isLast && link.isReceiving) this.#pace.start(ANSWER_DELAY_MS);
    else link.request(this);
  }

  #advertise(): void {
    const { advertising, device } = this.#parts;
    if (this.#links.all.length > 0) return;
    const serviceData = encodeProvisioningServiceData(device.deviceUuid, device.oobInformation);
    const data = encodeServiceAdvertisement(MeshProvisioningService.service, serviceData);
    const scanResponse = encodeScanResponse(device.uri, device.name);
    advertising.start([{ data, scanResponse, address: "identity" }]);
  }

  #closeOthers(kept: ProxyLink | undefined): void {
    for (const link of this.#links.all) if (link !== kept) link.close();
  }

  #timedOut(): void {
    this.#parts.trace.note("pbGatt", "linkTimeout");
    this.close(LinkCloseReason.Timeout);
  }

  #leave(): void {
    const state = this.#state;
    if (state.name !== "open" && state.name !== "closing") return;
    const reason = state.name === "closing" ? state.reason : LinkCloseReason.Fail;
    this.#clearLink();
    this.#closed.stop();
    this.#links.stop();
    this.#state = { name: "invisible" };
    if (state.name === "closing") this.#parts.trace.note("pbGatt", "linkClosed", reason);
    state.listener.linkClosed(reason);
  }

  #clearLink(): void {
    this.#linkTimer.stop();
    this.#pace.stop();
    this.#outgoing = undefined;
  }
}
