/** Generic Provisioning PDUs: the segments, acknowledgments and link control of PB-ADV. MshPRT 5.3.1. */

import { octet, setUint16BE } from "../bytes.js";

/** The two least significant bits of the first octet. MshPRT 5.3, table 5.8. */
export const Gpcf = Object.freeze({
  TransactionStart: 0,
  TransactionAcknowledgment: 1,
  TransactionContinuation: 2,
  BearerControl: 3,
} as const);

/** The six other bits of a Provisioning Bearer Control PDU. MshPRT 5.3.1.4. */
export const BearerOpcode = Object.freeze({ LinkOpen: 0, LinkAck: 1, LinkClose: 2 } as const);

/** Octets of a Provisioning PDU in segment 0, which has a header of 4: MTU 24. MshPRT 5.2.1, 5.3.1.1. */
export const START_SEGMENT_SIZE = 20;

/** Octets of a Provisioning PDU in every other full segment, which has a header of 1. MshPRT 5.3.1.3. */
export const CONTINUATION_SEGMENT_SIZE = 23;

/** The index of the last segment of a Provisioning PDU of `totalLength` octets: SegN. MshPRT 5.3.1.1. */
export function lastSegment(totalLength: number): number {
  let segN = 0;
  for (let room = START_SEGMENT_SIZE; room < totalLength; room += CONTINUATION_SEGMENT_SIZE) segN++;
  return segN;
}

/** Where segment `index` begins in its Provisioning PDU. MshPRT 5.3.3. */
export function segmentOffset(index: number): number {
  return index === 0 ? 0 : START_SEGMENT_SIZE + (index - 1) * CONTINUATION_SEGMENT_SIZE;
}

/** Octets of segment `index`: all are full but the last. MshPRT 5.3.3. */
export function segmentLength(index: number, totalLength: number): number {
  const full = index === 0 ? START_SEGMENT_SIZE : CONTINUATION_SEGMENT_SIZE;
  const rest = totalLength - segmentOffset(index);
  return rest < full ? rest : full;
}

/** Write segment `index` of a Provisioning PDU at `offset`; returns the end. MshPRT 5.3.1.1, 5.3.1.3. */
export function encodeSegment(target: Uint8Array, offset: number, pdu: Uint8Array, index: number): number {
  let at = offset;
  if (index === 0) {
    target[at] = (lastSegment(pdu.length) << 2) | Gpcf.TransactionStart;
    setUint16BE(target, at + 1, pdu.length);
    target[at + 3] = frameCheckSequence(pdu);
    at += 4;
  } else {
    target[at] = (index << 2) | Gpcf.TransactionContinuation;
    at += 1;
  }
  const begin = segmentOffset(index);
  const size = segmentLength(index, pdu.length);
  target.set(pdu.subarray(begin, begin + size), at);
  return at + size;
}

/** FCS: the CRC-8 of 3GPP TS 27.010 with x^8 + x^2 + x + 1, over a whole Provisioning PDU. MshPRT 5.3.1.1. */
export function frameCheckSequence(pdu: Uint8Array): number {
  let crc = 0xff;
  for (let i = 0; i < pdu.length; i++) {
    crc ^= octet(pdu, i);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >> 1) ^ 0xe0 : crc >> 1;
  }
  return 0xff - crc;
}
