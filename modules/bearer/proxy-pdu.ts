/**
 * Proxy PDUs: messages of four types, whole or in segments, over one connection. MshPRT 6.3.
 *
 *   SAR 2 bits, MessageType 6 | Data
 */

import { octet } from "../bytes.js";

/** What a Proxy PDU carries. MshPRT 6.3.1, table 6.3. */
export const ProxyMessageType = Object.freeze({
  NetworkPdu: 0x00,
  MeshBeacon: 0x01,
  ProxyConfiguration: 0x02,
  ProvisioningPdu: 0x03,
} as const);
export type ProxyMessageType = (typeof ProxyMessageType)[keyof typeof ProxyMessageType];

/** Octets of the longest message of each type: private beacon and Public Key are the longest of theirs. MshPRT 6.3.2.2. */
const MAX_SIZES = Object.freeze({
  [ProxyMessageType.NetworkPdu]: 29,
  [ProxyMessageType.MeshBeacon]: 27,
  [ProxyMessageType.ProxyConfiguration]: 29,
  [ProxyMessageType.ProvisioningPdu]: 65,
} as const);

/** Octets of the longest message of all. */
export const MAX_PROXY_MESSAGE = 65;

/** Which part of a message it is. MshPRT 6.3.1, table 6.2. */
const Sar = Object.freeze({ Complete: 0, First: 1, Continuation: 2, Last: 3 } as const);

const TYPE_MASK = 0x3f;

/**
 * The Proxy PDU that carries a message on from `offset`. target: as long as a Proxy PDU may be, and filled but for the
 * last segment. Returns how many octets of the message are in it; the PDU has one more.
 */
export function encodeProxyPdu(
  messageType: ProxyMessageType,
  message: Uint8Array,
  offset: number,
  target: Uint8Array,
): number {
  const rest = message.length - offset;
  const room = target.length - 1;
  const isLast = rest <= room;
  const size = isLast ? rest : room;
  target[0] = (sarOf(offset === 0, isLast) << 6) | messageType;
  target.set(message.subarray(offset, offset + size), 1);
  return size;
}

function sarOf(isFirst: boolean, isLast: boolean): number {
  if (isFirst) return isLast ? Sar.Complete : Sar.First;
  return isLast ? Sar.Last : Sar.Continuation;
}

/**
 * What a Proxy PDU has done. whole: there is a message now; part: the message goes on; reservedType: not for this
 * service, and to be ignored. The others make the receiver disconnect. MshPRT 6.3.2.
 */
export type Reassembled = "whole" | "part" | "reservedType" | "unexpectedSar" | "badLength";

/** Puts the segments of one connection together. */
export class ProxyReassembly {
  readonly #types: readonly ProxyMessageType[];
  readonly #octets = new Uint8Array(MAX_PROXY_MESSAGE);
  #length = 0;
  #messageType: ProxyMessageType | undefined;
  #isOpen = false;

  /** types: those that are for this service. */
  constructor(types: readonly ProxyMessageType[]) {
    this.#types = types;
  }

  /** A message has begun, and is not whole yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Of the message that has come last; undefined: none has. */
  get messageType(): ProxyMessageType | undefined {
    return this.#messageType;
  }

  /** The message that is whole; borrowed until the next PDU. */
  get message(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  /** A Proxy PDU. */
  take(pdu: Uint8Array): Reassembled {
    if (pdu.length === 0) return "reservedType";
    const messageType = this.#types.find((type) => type === (octet(pdu, 0) & TYPE_MASK));
    if (messageType === undefined) return "reservedType";
    const sar = octet(pdu, 0) >> 6;
    const begins = sar === Sar.Complete || sar === Sar.First;
    const follows = this.#isOpen && messageType === this.#messageType;
    if (begins ? this.#isOpen : !follows) return "unexpectedSar";
    if (begins) this.#length = 0;
    const length = this.#length + pdu.length - 1;
    if (length > MAX_SIZES[messageType]) return "badLength";
    this.#octets.set(pdu.subarray(1), this.#length);
    this.#length = length;
    this.#messageType = messageType;
    this.#isOpen = sar === Sar.First || sar === Sar.Continuation;
    return this.#isOpen ? "part" : "whole";
  }
}
