/**
 * The network layer. In: the cheapest tests first, so that what is not for us, or was here already, costs next to
 * nothing; what is new and authentic goes up, and on to others. Out: encrypted, to the bearers and to ourselves.
 * MshPRT 3.4.5, 3.4.6.
 */

import type { Bearer, BearerListener } from "../bearer/bearer.js";
import { octet } from "../bytes.js";
import type { Clock, DropReason, Random, Trace } from "../platform.js";
import { Address, type ElementAddresses, isUnicast, isVirtual, owns } from "./address.js";
import { Incoming } from "./incoming.js";
import type { IvIndex } from "./iv-index.js";
import { type Local, Loopback, type LoopbackListener } from "./loopback.js";
import { MessageCache } from "./message-cache.js";
import type { NetKeys } from "./net-keys.js";
import {
  dstOf,
  HEADER_SIZE,
  isControl,
  iviOf,
  MAX_NETWORK_PDU,
  MIN_NETWORK_PDU,
  maxTransportPdu,
  micSizeOf,
  type NetworkHeader,
  nidOf,
  seqOf,
  setTtl,
  srcOf,
  ttlOf,
  writeHeader,
} from "./network-pdu.js";
import { FeatureState, type NodeStates, transmitOf } from "./node-states.js";
import { RecentPdus } from "./recent-pdus.js";
import { RelayQueue } from "./relay-queue.js";
import type { NetworkKey, Subnet } from "./subnet.js";

/** The RSSI of a PDU that did not come over the air. */
const RSSI_UNKNOWN = 127;

/** Network Transmit is varied by up to so many milliseconds. MshPRT 4.2.20. */
const MAX_JITTER_MS = 10;

/** An authenticated PDU. Borrowed: the object and its octets are used again for the next one. */
export interface NetworkPdu extends NetworkHeader {
  /** The IV Index that it was made with. */
  readonly ivIndex: number;
  readonly subnet: Subnet;
  /** dBm; 127: it came from ourselves. */
  readonly rssi: number;
  readonly transportPdu: Uint8Array;
}

/** How a TransportPDU is to be sent. */
export interface NetworkOutgoing extends NetworkHeader {
  /** The IV Index that `seq` belongs to. */
  readonly ivIndex: number;
  readonly subnet: Subnet;
  readonly urgent: boolean;
  /** Comes back in `sent`; 0: nobody waits for it. */
  readonly tag: number;
}

/** Who works above the network layer. */
export interface NetworkListener {
  /** Every new authenticated PDU, also those to other nodes. */
  received(pdu: NetworkPdu): void;
  /** The last repetition has left the first bearer, or the PDU went to ourselves only, or nowhere. */
  sent(tag: number): void;
  /** Room again after a refusal. */
  ready(): void;
}

/** What the network layer needs of its surroundings. */
export interface NetworkParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
  readonly states: NodeStates;
  readonly elements: ElementAddresses;
  /** The advertising bearer first: `sent` and `ready` go by it, and it alone relays. */
  readonly bearers: readonly Bearer[];
  /** Whether PDUs go between GATT and the advertising bearer; if left out, the GATT Proxy state says so. */
  readonly isProxy?: () => boolean;
  /** Entries of the message cache, 2 or more. */
  readonly messageCache: number;
}

/** The network layer of a node. */
export class Network implements BearerListener, LoopbackListener {
  readonly #parts: NetworkParts;
  readonly #advertising: Bearer;
  #bearers: readonly Bearer[];
  readonly #recent = new RecentPdus();
  readonly #cache: MessageCache;
  readonly #loopback: Loopback;
  readonly #relay: RelayQueue;
  readonly #incoming = new Incoming();
  /** The PDU that is being received, in clear. */
  readonly #clear = new Uint8Array(MAX_NETWORK_PDU);
  /** The PDU that is being sent. */
  readonly #outgoing = new Uint8Array(MAX_NETWORK_PDU);
  readonly #draw = new Uint8Array(1);
  #listener: NetworkListener | undefined;

  /** Hears through the bearers from now on. Throws RangeError without a bearer. */
  constructor(parts: NetworkParts) {
    const { clock, random, states, bearers } = parts;
    const [advertising] = bearers;
    if (advertising === undefined) throw new RangeError("a network needs a bearer");
    this.#parts = parts;
    this.#advertising = advertising;
    this.#bearers = bearers;
    this.#cache = new MessageCache(parts.messageCache);
    this.#loopback = new Loopback(clock, this);
    this.#relay = new RelayQueue({ clock, random, states, bearer: this.#advertising });
    for (const bearer of bearers) bearer.attach(this);
  }

  attach(listener: NetworkListener): void {
    this.#listener = listener;
  }

  /**
   * Send to the air, or to ourselves, or both. false: there is no room, and `ready` follows when there is. Throws
   * RangeError for a TransportPDU of a length that does not fit.
   */
  send(transportPdu: Uint8Array, how: NetworkOutgoing): boolean {
    if (transportPdu.length < 1 || transportPdu.length > maxTransportPdu(how.ctl)) {
      throw new RangeError("a TransportPDU has 1 to 16 octets, of a control message 1 to 12");
    }
    const toOneOfUs = owns(this.#parts.elements, how.dst);
    const isOurs = toOneOfUs || !isUnicast(how.dst);
    // A TTL of 1 would be the last hop of a relayed PDU: interfaces do not let it out. MshPRT 3.4.5.2.
    const isForAir = !toOneOfUs && how.ttl !== 1;
    const isLocal = isOurs || !isForAir;
    if (isLocal && !this.#loopback.hasRoom()) return false;
    if (isForAir && !this.#transmit(transportPdu, how)) return false;
    if (isLocal) this.#loopback.add(transportPdu, how, isOurs, isForAir ? 0 : how.tag);
    return true;
  }

  /** One more interface: a client's connection. MshPRT 3.4.5. */
  add(bearer: Bearer): void {
    this.#bearers = [...this.#bearers, bearer];
    bearer.attach(this);
  }

  /** The interface is gone. */
  remove(bearer: Bearer): void {
    this.#bearers = this.#bearers.filter((other) => other !== bearer);
  }

  /** Nothing is received any more, nothing of what waits is sent, nobody is told. The bearers are their owner's. */
  stop(): void {
    this.#listener = undefined;
    this.#loopback.stop();
    this.#relay.stop();
  }

  received(pdu: Uint8Array, rssi: number, from: Bearer): void {
    if (this.#listener === undefined) return;
    const reason = this.#receive(pdu, rssi, from);
    if (reason !== undefined) this.#parts.trace.drop("network", reason, pdu);
  }

  sent(tag: number, from: Bearer): void {
    if (from === this.#advertising) this.#listener?.sent(tag);
  }

  /** A bearer, or the loopback, has room again. What is our own goes before what is relayed. */
  ready(): void {
    this.#listener?.ready();
    this.#relay.flush();
  }

  looped(pdu: Uint8Array, { ivIndex, subnet, tag }: Local): void {
    if (subnet !== undefined) {
      this.#incoming.set(pdu, { ivIndex, subnet, rssi: RSSI_UNKNOWN });
      this.#listener?.received(this.#incoming);
    }
    if (tag !== 0) this.#listener?.sent(tag);
  }

  /** Why it is dropped; undefined: it is not. All keys with its NID are tried; there may be several. */
  #receive(pdu: Uint8Array, rssi: number, from: Bearer): DropReason | undefined {
    if (pdu.length < MIN_NETWORK_PDU || pdu.length > MAX_NETWORK_PDU) return "badLength";
    if (this.#recent.has(pdu)) return "repeated";
    const nid = nidOf(pdu);
    const ivIndex = this.#parts.ivIndex.forIvi(iviOf(pdu));
    const { subnets } = this.#parts.netKeys;
    let reason: DropReason = "unknownNid";
    for (let i = 0; i < subnets.length; i++) {
      const subnet = subnets[i];
      const keys = subnet?.receiveKeys;
      for (let k = 0; subnet !== undefined && keys !== undefined && k < keys.length; k++) {
        const key = keys[k];
        if (key === undefined || key.cipher.nid !== nid) continue;
        const fault = this.#open(pdu, ivIndex, subnet, key);
        if (fault === undefined) return this.#accept(pdu, { ivIndex, subnet, key, rssi, from });
        if (reason !== "badMic") reason = fault;
      }
    }
    return reason;
  }

  /** undefined: the PDU is in `#clear`, authenticated and new. The NetMIC, which is dear, comes last. */
  #open(pdu: Uint8Array, ivIndex: number, subnet: Subnet, { cipher }: NetworkKey): DropReason | undefined {
    // Before IV Index 0 there was none.
    if (ivIndex > this.#parts.ivIndex.current) return "badMic";
    const clear = this.#clear;
    cipher.deobfuscate(pdu, ivIndex, clear);
    const src = srcOf(clear);
    if (!isUnicast(src)) return "badAddress";
    if (owns(this.#parts.elements, src)) return "ownAddress";
    if (this.#cache.has(ivIndex, src, seqOf(clear), subnet.netKeyIndex)) return "repeated";
    return cipher.open(pdu, ivIndex, clear) ? undefined : "badMic";
  }

  /** Take the authenticated PDU in `#clear`. */
  #accept(pdu: Uint8Array, { ivIndex, subnet, key, rssi, from }: Origin): DropReason | undefined {
    const clear = this.#clear.subarray(0, pdu.length);
    const dst = dstOf(clear);
    if (dst === Address.Unassigned || (isControl(clear) && isVirtual(dst))) return "badAddress";
    this.#recent.add(pdu);
    this.#cache.add(ivIndex, srcOf(clear), seqOf(clear), subnet.netKeyIndex);
    const end = pdu.length - micSizeOf(isControl(clear));
    this.#incoming.set(clear.subarray(0, end), { ivIndex, subnet, rssi });
    from.authentic?.(srcOf(clear));
    this.#listener?.received(this.#incoming);
    const isSentOn = this.#listener !== undefined && ttlOf(clear) >= 2;
    if (!isSentOn || owns(this.#parts.elements, dst)) return undefined;
    // With the key that it came with: whoever has only the old one is not helped to the new one. MshPRT 3.4.6.3.
    const isRelayed = from === this.#advertising && this.#parts.states.values.relay === FeatureState.Enabled;
    const hasRoom = !isRelayed || this.#relay.add(clear, key.cipher, ivIndex);
    return this.#forward(clear, { ivIndex, key, from }) && hasRoom ? undefined : "noRoom";
  }

  /**
   * The lines of the table that are about the proxy: from the air to every client, from a client to the air and to all
   * other clients. Not with a TTL of 1, as it is no relaying. false: the advertising bearer has no room.
   * MshPRT 3.4.5.2, 3.4.6.3, table 3.13.
   */
  #forward(clear: Uint8Array, { ivIndex, key, from }: Pick<Origin, "ivIndex" | "key" | "from">): boolean {
    const ttl = ttlOf(clear) - 1;
    if (ttl < 2 || this.#bearers.length < 2 || !this.#isProxy) return true;
    const dst = dstOf(clear);
    const pdu = this.#outgoing.subarray(0, clear.length);
    let isSealed = false;
    let hasRoom = true;
    for (const bearer of this.#bearers) {
      if (bearer === from || bearer.passes?.(dst) === false) continue;
      if (!isSealed) {
        pdu.set(clear);
        setTtl(pdu, ttl);
        key.cipher.seal(pdu, ivIndex);
        isSealed = true;
      }
      const isSent = bearer.send(pdu, { dst, transmit: this.#networkTransmit(), urgent: false, tag: 0 });
      if (bearer === this.#advertising) hasRoom = isSent;
    }
    return hasRoom;
  }

  get #isProxy(): boolean {
    const { isProxy, states } = this.#parts;
    return isProxy === undefined ? states.values.gattProxy === FeatureState.Enabled : isProxy();
  }

  /** false: the advertising bearer has no room. */
  #transmit(transportPdu: Uint8Array, how: NetworkOutgoing): boolean {
    const size = HEADER_SIZE + transportPdu.length + micSizeOf(how.ctl);
    const pdu = this.#outgoing.subarray(0, size);
    writeHeader(pdu, how);
    pdu.set(transportPdu, HEADER_SIZE);
    how.subnet.transmitKey.cipher.seal(pdu, how.ivIndex);
    const { dst, urgent, tag } = how;
    const transmit = this.#networkTransmit();
    if (!this.#advertising.send(pdu, { dst, transmit, urgent, tag })) return false;
    for (const bearer of this.#bearers) {
      if (bearer !== this.#advertising) bearer.send(pdu, { dst, transmit, urgent, tag: 0 });
    }
    return true;
  }

  #networkTransmit(): { readonly count: number; readonly intervalMs: number } {
    this.#parts.random.fill(this.#draw);
    const { count, intervalMs } = transmitOf(this.#parts.states.values.networkTransmit);
    return { count, intervalMs: intervalMs + (octet(this.#draw, 0) % (MAX_JITTER_MS + 1)) };
  }
}

/** Where an authenticated PDU came from. */
interface Origin {
  readonly ivIndex: number;
  readonly subnet: Subnet;
  readonly key: NetworkKey;
  readonly rssi: number;
  readonly from: Bearer;
}
