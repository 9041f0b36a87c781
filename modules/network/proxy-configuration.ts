/** The server of one client's proxy configuration messages. MshPRT 6.6, 6.7. */

import type { ProxyLink, ProxyReceiver, ProxySender } from "../bearer/proxy-link.js";
import { ProxyMessageType } from "../bearer/proxy-pdu.js";
import { Ring } from "../bearer/ring.js";
import type { DropReason, Trace } from "../platform.js";
import { Address, type ElementAddresses, isUnicast, owns } from "./address.js";
import type { IvIndex } from "./iv-index.js";
import type { NetKeys } from "./net-keys.js";
import { NonceType } from "./network-cipher.js";
import {
  dstOf,
  HEADER_SIZE,
  isControl,
  iviOf,
  MAX_NETWORK_PDU,
  nidOf,
  seqOf,
  srcOf,
  ttlOf,
  writeHeader,
} from "./network-pdu.js";
import {
  decodeProxyRequest,
  encodeFilterStatus,
  FILTER_STATUS_SIZE,
  ProxyOpcode,
  type ProxyRequest,
} from "./proxy-configuration-pdu.js";
import { FilterType, type ProxyFilter } from "./proxy-filter.js";
import type { ReplayList } from "./replay-list.js";
import type { Sequence } from "./sequence.js";
import type { NetworkKey } from "./subnet.js";

/** So many answers wait for a slow client; whoever asks for more at once is not answered. */
const WAITING = 8;

/** Octets of the NetMIC of a control message. MshPRT 3.4.4.8. */
const MIC_SIZE = 8;

/** What the server needs of its surroundings. */
export interface ProxyConfigurationParts {
  readonly trace: Trace;
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
  readonly sequence: Sequence;
  readonly replayList: ReplayList;
  readonly elements: ElementAddresses;
}

/** A Filter Status that waits: what it says, and with which key. */
class Waiting {
  key: NetworkKey | undefined;
  filterType: FilterType = FilterType.Accept;
  listSize = 0;
}

/** A request that has been authenticated, in `#clear`. */
interface Origin {
  readonly key: NetworkKey;
  readonly ivIndex: number;
  readonly length: number;
}

/** Obeys one client, and answers each request with a Filter Status. */
export class ProxyConfiguration implements ProxyReceiver, ProxySender {
  readonly messageType = ProxyMessageType.ProxyConfiguration;
  readonly #parts: ProxyConfigurationParts;
  readonly #link: ProxyLink;
  readonly #filter: ProxyFilter;
  readonly #waiting = new Ring(WAITING, () => new Waiting());
  readonly #clear = new Uint8Array(MAX_NETWORK_PDU);

  constructor(link: ProxyLink, filter: ProxyFilter, parts: ProxyConfigurationParts) {
    this.#parts = parts;
    this.#link = link;
    this.#filter = filter;
    link.receive(ProxyMessageType.ProxyConfiguration, this);
  }

  /** By the link: a proxy configuration message. */
  received(pdu: Uint8Array): void {
    const reason = this.#receive(pdu);
    if (reason !== undefined) this.#parts.trace.drop("proxy", reason, pdu);
  }

  /** By the link: the next answer. */
  next(message: Uint8Array): number {
    const { sequence, elements } = this.#parts;
    for (let status = this.#waiting.first; status !== undefined; status = this.#waiting.first) {
      const { key, filterType, listSize } = status;
      this.#waiting.shift();
      // Nothing is answered with a key that has gone meanwhile.
      const seq = this.#isHeld(key) ? sequence.take() : undefined;
      if (key === undefined || seq === undefined) continue;
      const pdu = message.subarray(0, HEADER_SIZE + FILTER_STATUS_SIZE + MIC_SIZE);
      writeHeader(pdu, { ctl: true, ttl: 0, seq, src: elements.first, dst: Address.Unassigned });
      encodeFilterStatus(filterType, listSize, pdu.subarray(HEADER_SIZE));
      key.cipher.seal(pdu, sequence.ivIndex, NonceType.Proxy);
      return pdu.length;
    }
    return 0;
  }

  sent(): void {}

  #receive(pdu: Uint8Array): DropReason | undefined {
    if (pdu.length < HEADER_SIZE + 1 + MIC_SIZE || pdu.length > MAX_NETWORK_PDU) return "badLength";
    const ivIndex = this.#parts.ivIndex.forIvi(iviOf(pdu));
    let reason: DropReason = "unknownNid";
    for (const { receiveKeys } of this.#parts.netKeys.subnets) {
      for (const key of receiveKeys) {
        if (key.cipher.nid !== nidOf(pdu)) continue;
        const fault = this.#open(pdu, ivIndex, key);
        if (fault === undefined) return this.#accept({ key, ivIndex, length: pdu.length });
        if (reason !== "badMic") reason = fault;
      }
    }
    return reason;
  }

  /** undefined: the message is in `#clear`, authenticated and new. */
  #open(pdu: Uint8Array, ivIndex: number, { cipher }: NetworkKey): DropReason | undefined {
    const { elements, replayList } = this.#parts;
    const clear = this.#clear;
    // Before IV Index 0 there was none.
    if (ivIndex > this.#parts.ivIndex.current) return "badMic";
    cipher.deobfuscate(pdu, ivIndex, clear);
    const src = srcOf(clear);
    if (!isUnicast(src)) return "badAddress";
    if (owns(elements, src)) return "ownAddress";
    if (!isControl(clear) || ttlOf(clear) !== 0) return "prohibitedValue";
    if (!cipher.open(pdu, ivIndex, clear, NonceType.Proxy)) return "badMic";
    return replayList.check(src, ivIndex, seqOf(clear));
  }

  #accept({ key, ivIndex, length }: Origin): DropReason | undefined {
    const clear = this.#clear.subarray(0, length);
    if (dstOf(clear) !== Address.Unassigned) return "badAddress";
    const request = decodeProxyRequest(clear.subarray(HEADER_SIZE, length - MIC_SIZE));
    if (typeof request === "string") return request;
    if (!this.#parts.replayList.accept(srcOf(clear), ivIndex, seqOf(clear))) return "notRemembered";
    this.#obey(request);
    const status = this.#waiting.push();
    if (status === undefined) return "noRoom";
    status.key = key;
    status.filterType = this.#filter.type;
    status.listSize = this.#filter.size;
    this.#link.request(this);
    return undefined;
  }

  #isHeld(key: NetworkKey | undefined): boolean {
    const { subnets } = this.#parts.netKeys;
    return key !== undefined && subnets.some(({ receiveKeys }) => receiveKeys.includes(key));
  }

  #obey(request: ProxyRequest): void {
    switch (request.opcode) {
      case ProxyOpcode.SetFilterType:
        this.#filter.setType(request.filterType);
        break;
      case ProxyOpcode.AddAddressesToFilter:
        for (const address of request.addresses) this.#filter.add(address);
        break;
      case ProxyOpcode.RemoveAddressesFromFilter:
        for (const address of request.addresses) this.#filter.remove(address);
        break;
    }
  }
}
