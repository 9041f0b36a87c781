/**
 * Network PDUs in clear, and where their fields lie. MshPRT 3.4.4.
 *
 *   IVI 1 bit, NID 7 | CTL 1 bit, TTL 7 | SEQ 3 octets | SRC 2 | DST 2 | TransportPDU 1 to 16 | NetMIC 4 or 8
 */

import { getUint16BE, getUint24BE, octet, setUint16BE, setUint24BE } from "../bytes.js";
import type { MicSize } from "../crypto/ccm.js";

/** Octets before the TransportPDU. */
export const HEADER_SIZE = 9;

/** Octets of the shortest Network PDU: an access message with one octet of TransportPDU. MshPRT 3.4.4. */
export const MIN_NETWORK_PDU = HEADER_SIZE + 1 + 4;

/** Octets of the longest Network PDU. MshPRT 3.4.4. */
export const MAX_NETWORK_PDU = HEADER_SIZE + 16 + 4;

/** The least significant bit of the IV Index that the PDU was made with. In clear on the air, too. */
export function iviOf(pdu: Uint8Array): number {
  return octet(pdu, 0) >> 7;
}

/** Which keys it may have been made with: 7 bits. In clear on the air, too. */
export function nidOf(pdu: Uint8Array): number {
  return octet(pdu, 0) & 0x7f;
}

/** Whether it carries a control message. */
export function isControl(pdu: Uint8Array): boolean {
  return (octet(pdu, 1) & 0x80) !== 0;
}

/** From 2 on, a PDU may be relayed. MshPRT 3.4.4.4. */
export function ttlOf(pdu: Uint8Array): number {
  return octet(pdu, 1) & 0x7f;
}

/** Another TTL, for a PDU that is sent on. */
export function setTtl(pdu: Uint8Array, ttl: number): void {
  pdu[1] = (octet(pdu, 1) & 0x80) | ttl;
}

export function seqOf(pdu: Uint8Array): number {
  return getUint24BE(pdu, 2);
}

export function srcOf(pdu: Uint8Array): number {
  return getUint16BE(pdu, 5);
}

export function dstOf(pdu: Uint8Array): number {
  return getUint16BE(pdu, 7);
}

/** Octets of the NetMIC. MshPRT 3.4.4.9. */
export function micSizeOf(ctl: boolean): MicSize {
  return ctl ? 8 : 4;
}

/** Octets of the longest TransportPDU. MshPRT 3.4.4.8. */
export function maxTransportPdu(ctl: boolean): number {
  return ctl ? 12 : 16;
}

/** The fields that a sender chooses. ttl: 0 to 7f; seq: 24 bits. */
export interface NetworkHeader {
  readonly ctl: boolean;
  readonly ttl: number;
  readonly seq: number;
  readonly src: number;
  readonly dst: number;
}

/** Write the octets from CTL to DST. IVI and NID are the cipher's. */
export function writeHeader(pdu: Uint8Array, { ctl, ttl, seq, src, dst }: NetworkHeader): void {
  pdu[1] = (ctl ? 0x80 : 0) | ttl;
  setUint24BE(pdu, 2, seq);
  setUint16BE(pdu, 5, src);
  setUint16BE(pdu, 7, dst);
}
