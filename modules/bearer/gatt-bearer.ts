/** The GATT bearer: Network PDUs over one client's connection, an interface of its own. MshPRT 3.3.2, 3.4.5. */

import type { Bearer, BearerListener, Outgoing } from "./bearer.js";
import { PduRing } from "./pdu-ring.js";
import type { ProxyLink, ProxyReceiver, ProxySender } from "./proxy-link.js";
import { ProxyMessageType } from "./proxy-pdu.js";

/** So many PDUs wait for a slow client; what comes beyond is lost to it. */
const WAITING = 32;

/** Octets of the longest Network PDU. MshPRT 3.4.4. */
const MAX_PDU = 29;

/** The RSSI of what did not come over the air. */
const RSSI_UNKNOWN = 127;

/** What the client has asked for. MshPRT 6.4. */
export interface GattFilter {
  /** Whether a PDU with that destination goes to the client. */
  passes(dst: number): boolean;
  /** The client has sent an authentic PDU with that source. */
  heard(src: number): void;
}

/** Carries Network PDUs to and from one client. */
export class GattBearer implements Bearer, ProxySender, ProxyReceiver {
  readonly messageType = ProxyMessageType.NetworkPdu;
  readonly #link: ProxyLink;
  readonly #filter: GattFilter;
  readonly #waiting = new PduRing(WAITING, MAX_PDU, () => ({ length: 0 }));
  #listener: BearerListener | undefined;

  constructor(link: ProxyLink, filter: GattFilter) {
    this.#link = link;
    this.#filter = filter;
  }

  attach(listener: BearerListener): void {
    this.#listener = listener;
    this.#link.receive(ProxyMessageType.NetworkPdu, this);
  }

  /** Once, whatever `how` says of repetitions; tags are not told of. Throws RangeError for a PDU that is too long. */
  send(pdu: Uint8Array, { dst }: Outgoing): boolean {
    if (pdu.length > MAX_PDU) throw new RangeError("a Network PDU has at most 29 octets");
    if (!this.passes(dst)) return true;
    if (this.#waiting.push(pdu.length) === undefined) return false;
    this.#waiting.lastOctets.set(pdu);
    this.#link.request(this);
    return true;
  }

  passes(dst: number): boolean {
    return this.#link.isOpen && this.#filter.passes(dst);
  }

  authentic(src: number): void {
    this.#filter.heard(src);
  }

  stop(): void {
    this.#listener = undefined;
    this.#waiting.clear();
  }

  /** By the link. */
  received(message: Uint8Array): void {
    this.#listener?.received(message, RSSI_UNKNOWN, this);
  }

  /** By the link. */
  next(message: Uint8Array): number {
    // None waits: it has no octets.
    const pdu = this.#waiting.firstOctets;
    message.set(pdu);
    this.#waiting.shift();
    return pdu.length;
  }

  sent(): void {}
}
