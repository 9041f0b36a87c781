/** PB-ADV PDUs, the frame check sequence, and the unprovisioned device beacon. MshPRT 5.2.1, 5.3.1, 3.10.2. */

import { concat, getUint16BE, getUint32BE, octet, setUint32BE } from "../../../modules/bytes.js";

/** Octets of the Provisioning PDU in a Transaction Start and in a Transaction Continuation: the MTU is 24. */
const START_SEGMENT = 20;
const CONTINUATION_SEGMENT = 23;

/** A generic provisioning PDU as it was read; octet strings are views. MshPRT 5.3.1. */
export type GenericPdu =
  | {
      readonly kind: "start";
      readonly lastSegment: number;
      readonly totalLength: number;
      readonly fcs: number;
      readonly segment: Uint8Array;
    }
  | { readonly kind: "acknowledgment" }
  | { readonly kind: "continuation"; readonly index: number; readonly segment: Uint8Array }
  | { readonly kind: "linkOpen"; readonly deviceUuid: Uint8Array }
  | { readonly kind: "linkAck" }
  | { readonly kind: "linkClose"; readonly reason: number };

/** A PB-ADV PDU as it was read. */
export interface PbAdvPdu {
  readonly linkId: number;
  readonly transaction: number;
  readonly generic: GenericPdu;
}

/** A device that wants to be provisioned. deviceUuid: a view; uriHash: 4 octets. MshPRT 3.10.2. */
export interface UnprovisionedDevice {
  readonly deviceUuid: Uint8Array;
  readonly oobInformation: number;
  readonly uriHash: Uint8Array | undefined;
}

/** Link Open. MshPRT 5.3.1.4.1. */
export function encodeLinkOpen(linkId: number, deviceUuid: Uint8Array): Uint8Array {
  return concat(header(linkId, 0), Uint8Array.of(0x03), deviceUuid);
}

/** Link Close; reason: 0 success, 1 timeout, 2 fail. MshPRT 5.3.1.4.3. */
export function encodeLinkClose(linkId: number, reason: number): Uint8Array {
  return concat(header(linkId, 0), Uint8Array.of(0x0b, reason));
}

/** Transaction Acknowledgment, with the number of the transaction that it acknowledges. MshPRT 5.3.1.2. */
export function encodeAcknowledgment(linkId: number, transaction: number): Uint8Array {
  return concat(header(linkId, transaction), Uint8Array.of(0x01));
}

/** All PB-ADV PDUs of one transaction, in sequence. MshPRT 5.3.1.1, 5.3.1.3. */
export function encodeTransaction(linkId: number, transaction: number, pdu: Uint8Array): Uint8Array[] {
  const lastSegment = Math.max(0, Math.ceil((pdu.length - START_SEGMENT) / CONTINUATION_SEGMENT));
  if (pdu.length === 0 || lastSegment > 63) throw new RangeError("not a Provisioning PDU for PB-ADV");
  const head = header(linkId, transaction);
  const start = Uint8Array.of(lastSegment << 2, pdu.length >> 8, pdu.length, frameCheckSequence(pdu));
  const all = [concat(head, start, pdu.subarray(0, START_SEGMENT))];
  for (let index = 1; index <= lastSegment; index++) {
    const from = START_SEGMENT + (index - 1) * CONTINUATION_SEGMENT;
    all.push(concat(head, Uint8Array.of((index << 2) | 2), pdu.subarray(from, from + CONTINUATION_SEGMENT)));
  }
  return all;
}

/** A PB-ADV PDU; undefined: a length, reserved opcode or padding that is not allowed. */
export function decodePbAdvPdu(pdu: Uint8Array): PbAdvPdu | undefined {
  if (pdu.length < 6 || pdu.length > 29) return undefined;
  const generic = decodeGenericPdu(pdu.subarray(5));
  return generic && { linkId: getUint32BE(pdu, 0), transaction: octet(pdu, 4), generic };
}

/** How many octets of a Provisioning PDU a segment must have. MshPRT 5.3.3. */
export function segmentLength(index: number, totalLength: number): number {
  if (index === 0) return Math.min(START_SEGMENT, totalLength);
  return Math.min(CONTINUATION_SEGMENT, totalLength - START_SEGMENT - (index - 1) * CONTINUATION_SEGMENT);
}

/** CRC-8 of 3GPP TS 27.010: polynomial x^8 + x^2 + x + 1, low bit first, start ff, complemented. */
export function frameCheckSequence(pdu: Uint8Array): number {
  let crc = 0xff;
  for (const value of pdu) {
    crc ^= value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xe0 : crc >> 1;
  }
  return crc ^ 0xff;
}

/** The beacon after its AD type; undefined: another beacon, or a wrong length. MshPRT 3.10.2. */
export function decodeUnprovisionedDeviceBeacon(beacon: Uint8Array): UnprovisionedDevice | undefined {
  if (beacon[0] !== 0x00 || (beacon.length !== 19 && beacon.length !== 23)) return undefined;
  return {
    deviceUuid: beacon.subarray(1, 17),
    oobInformation: getUint16BE(beacon, 17),
    uriHash: beacon.length === 23 ? beacon.subarray(19) : undefined,
  };
}

function header(linkId: number, transaction: number): Uint8Array {
  const octets = new Uint8Array(5);
  setUint32BE(octets, 0, linkId);
  octets[4] = transaction;
  return octets;
}

function decodeGenericPdu(pdu: Uint8Array): GenericPdu | undefined {
  const control = octet(pdu, 0);
  const upper = control >> 2;
  switch (control & 3) {
    case 0:
      if (pdu.length < 5) return undefined;
      return {
        kind: "start",
        lastSegment: upper,
        totalLength: getUint16BE(pdu, 1),
        fcs: octet(pdu, 3),
        segment: pdu.subarray(4),
      };
    case 1:
      return upper === 0 && pdu.length === 1 ? { kind: "acknowledgment" } : undefined;
    case 2:
      if (upper === 0 || pdu.length < 2) return undefined;
      return { kind: "continuation", index: upper, segment: pdu.subarray(1) };
    default:
      return decodeBearerControl(upper, pdu.subarray(1));
  }
}

function decodeBearerControl(opcode: number, parameters: Uint8Array): GenericPdu | undefined {
  if (opcode === 0 && parameters.length === 16) return { kind: "linkOpen", deviceUuid: parameters };
  if (opcode === 1 && parameters.length === 0) return { kind: "linkAck" };
  if (opcode === 2 && parameters.length === 1) return { kind: "linkClose", reason: octet(parameters, 0) };
  return undefined;
}
