/** The reception of Solicitation PDUs: a client asks whoever hides to let it connect. MshPRT 6.9. */

import { AdType } from "../bearer/ad.js";
import type { Advertiser } from "../bearer/advertiser.js";
import type { AdvertisingReceiver } from "../bearer/bearer.js";
import { getUint16LE, octet } from "../bytes.js";
import type { DropReason, Trace } from "../platform.js";
import { type ElementAddresses, isUnicast, owns } from "./address.js";
import type { NetKeys } from "./net-keys.js";
import { NonceType } from "./network-cipher.js";
import { isControl, iviOf, nidOf, seqOf, srcOf, ttlOf } from "./network-pdu.js";
import type { SolicitationList } from "./solicitation-list.js";
import type { NetworkKey, Subnet } from "./subnet.js";

/** Mesh Proxy Solicitation Service. Assigned Numbers. */
const SOLICITATION_SERVICE = 0x1859;
/** Proxy Solicitation with Replay Protection. MshPRT 6.9.1, table 6.18. */
const IDENTIFICATION_TYPE = 0x00;
const PDU_AT = 3;
/** A Network PDU without a TransportPDU. */
const PDU_SIZE = 17;
/** In place of the IV Index, which a Solicitation PDU does not depend on. */
const NO_IV_INDEX = 0;

/** What the reception needs of its surroundings. */
export interface SolicitationParts {
  readonly advertiser: Advertiser;
  readonly trace: Trace;
  readonly netKeys: NetKeys;
  readonly list: SolicitationList;
  readonly elements: ElementAddresses;
}

/** Who lets clients connect on demand. */
export interface SolicitationListener {
  /** Whether a Solicitation PDU would change anything now; if not, none is looked at. */
  readonly isSolicitable: boolean;
  solicited(subnet: Subnet): void;
}

/** Hears Solicitation PDUs between `start` and `stop`. */
export class Solicitation implements AdvertisingReceiver {
  readonly #parts: SolicitationParts;
  readonly #listener: SolicitationListener;
  readonly #clear = new Uint8Array(PDU_SIZE);

  constructor(parts: SolicitationParts, listener: SolicitationListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  start(): void {
    this.#parts.advertiser.receive(AdType.ServiceData16, this);
  }

  stop(): void {
    this.#parts.advertiser.receive(AdType.ServiceData16, undefined);
  }

  /** Service data, beginning with the UUID of its service. */
  received(data: Uint8Array): void {
    if (data.length < PDU_AT || getUint16LE(data, 0) !== SOLICITATION_SERVICE) return;
    if (!this.#listener.isSolicitable || octet(data, 2) !== IDENTIFICATION_TYPE) return;
    const pdu = data.subarray(PDU_AT);
    const reason = this.#receive(pdu);
    if (reason !== undefined) this.#parts.trace.drop("proxy", reason, pdu);
  }

  #receive(pdu: Uint8Array): DropReason | undefined {
    if (pdu.length !== PDU_SIZE) return "badLength";
    if (iviOf(pdu) !== 0) return "prohibitedValue";
    let reason: DropReason = "unknownNid";
    for (const subnet of this.#parts.netKeys.subnets) {
      for (const key of subnet.receiveKeys) {
        if (key.cipher.nid !== nidOf(pdu)) continue;
        const fault = this.#open(pdu, key);
        if (fault === undefined) {
          this.#listener.solicited(subnet);
          return undefined;
        }
        if (reason !== "badMic") reason = fault;
      }
    }
    return reason;
  }

  /** undefined: it is authentic and new, and that is remembered. The destination means nothing. */
  #open(pdu: Uint8Array, { cipher }: NetworkKey): DropReason | undefined {
    const { list, elements } = this.#parts;
    const clear = this.#clear;
    cipher.deobfuscate(pdu, NO_IV_INDEX, clear);
    const src = srcOf(clear);
    if (!isUnicast(src)) return "badAddress";
    if (owns(elements, src)) return "ownAddress";
    if (!isControl(clear) || ttlOf(clear) !== 0) return "prohibitedValue";
    if (!cipher.open(pdu, NO_IV_INDEX, clear, NonceType.ProxySolicitation)) return "badMic";
    const fault = list.check(src, seqOf(clear));
    if (fault !== undefined) return fault;
    return list.accept(src, seqOf(clear)) ? undefined : "notRemembered";
  }
}
