/** Transport PDUs: what stands in them, and the encryption of access messages. MshPRT 3.5.2, 3.6.2, 3.9.5.2-3. */

import {
  concat,
  getUint16BE,
  getUint32BE,
  octet,
  setUint16BE,
  setUint32BE,
} from "../../../../modules/bytes.js";
import { ccmDecrypt, ccmEncrypt } from "../ccm.js";

/** The header of a segment. MshPRT 3.5.2.2, 3.5.2.4. */
export interface SegmentHeader {
  /** The 7 bits after SEG: AKF and AID, or Opcode. */
  readonly first: number;
  /** SZMIC; of control messages: RFU. */
  readonly szmic: 0 | 1;
  readonly seqZero: number;
  readonly segO: number;
  readonly segN: number;
}

/** A lower transport PDU, read. body: of access messages a part of the upper transport PDU, else parameters. */
export type TransportPdu =
  | { readonly segmented: false; readonly first: number; readonly body: Uint8Array }
  | ({ readonly segmented: true; readonly body: Uint8Array } & SegmentHeader);

/** What an access message is secured with, beside its key. */
export interface AccessNonce {
  readonly kind: "application" | "device";
  /** Of segmented messages: that of segment 0. */
  readonly seq: number;
  readonly src: number;
  readonly dst: number;
  readonly ivIndex: number;
  readonly micSize: 4 | 8;
  /** The additional data of a message to a virtual address. */
  readonly label?: Uint8Array | undefined;
}

/** Octets of an unsegmented access PDU, and of the parts of segmented ones. MshPRT 3.5.2. */
const UNSEGMENTED_ACCESS = 15;
const UNSEGMENTED_CONTROL = 11;
const ACCESS_SEGMENT = 12;
const CONTROL_SEGMENT = 8;
const MAX_SEGMENTS = 32;

/** AKF and AID as the first 7 bits of an access PDU; undefined: device key. MshPRT 3.5.2.1. */
export function accessFirst(aid: number | undefined): number {
  return aid === undefined ? 0 : 0x40 | aid;
}

/** SEG 0, the 7 bits, the rest. MshPRT 3.5.2.1, 3.5.2.3. */
export function encodeUnsegmented(first: number, body: Uint8Array): Uint8Array {
  return concat(new Uint8Array([first & 0x7f]), body);
}

/** One segment, with any fields. MshPRT 3.5.2.2, 3.5.2.4. */
export function encodeSegment(header: SegmentHeader, body: Uint8Array): Uint8Array {
  const { first, szmic, seqZero, segO, segN } = header;
  const fields = (szmic << 23) | ((seqZero & 0x1fff) << 10) | ((segO & 0x1f) << 5) | (segN & 0x1f);
  return concat(new Uint8Array([0x80 | first, fields >> 16, fields >> 8, fields]), body);
}

/** undefined: too short for its kind. */
export function decodeTransportPdu(pdu: Uint8Array): TransportPdu | undefined {
  if (pdu.length < 1) return undefined;
  const first = octet(pdu, 0) & 0x7f;
  if (octet(pdu, 0) < 0x80) return { segmented: false, first, body: pdu.slice(1) };
  if (pdu.length < 5) return undefined;
  const fields = getUint32BE(pdu, 0);
  return {
    segmented: true,
    first,
    szmic: (fields & 0x800000) === 0 ? 0 : 1,
    seqZero: (fields >>> 10) & 0x1fff,
    segO: (fields >>> 5) & 0x1f,
    segN: fields & 0x1f,
    body: pdu.slice(4),
  };
}

/**
 * An upper transport PDU in as few lower transport PDUs as it takes, in segments when it must or shall be. Throws
 * RangeError beyond 32 segments. MshPRT 3.5.3.3.1.
 */
export function divide(
  ctl: 0 | 1,
  upper: Uint8Array,
  header: {
    readonly first: number;
    readonly szmic: 0 | 1;
    readonly seq: number;
    readonly segmented: boolean;
  },
): readonly Uint8Array[] {
  const { first, szmic, seq } = header;
  const fits = upper.length <= (ctl === 1 ? UNSEGMENTED_CONTROL : UNSEGMENTED_ACCESS);
  if (fits && !header.segmented && szmic === 0) return [encodeUnsegmented(first, upper)];
  const size = ctl === 1 ? CONTROL_SEGMENT : ACCESS_SEGMENT;
  const segments = Math.max(1, Math.ceil(upper.length / size));
  if (segments > MAX_SEGMENTS) throw new RangeError("more than 32 segments");
  return Array.from({ length: segments }, (_, segO) =>
    encodeSegment(
      { first, szmic, seqZero: seq & 0x1fff, segO, segN: segments - 1 },
      upper.subarray(segO * size, (segO + 1) * size),
    ),
  );
}

/** The upper transport PDU of an access message. MshPRT 3.6.2.1. */
export function encryptAccess(key: Uint8Array, nonce: AccessNonce, message: Uint8Array): Uint8Array {
  const { micSize, label: additionalData } = nonce;
  return ccmEncrypt(key, accessNonce(nonce), message, { micSize, additionalData });
}

/** The access message of an upper transport PDU; undefined: it was secured otherwise. MshPRT 3.6.4.2. */
export function decryptAccess(
  key: Uint8Array,
  nonce: AccessNonce,
  upper: Uint8Array,
): Uint8Array | undefined {
  const { micSize, label: additionalData } = nonce;
  return ccmDecrypt(key, accessNonce(nonce), upper, { micSize, additionalData });
}

/** Of the parameters of control opcode 0; undefined: not 6 octets. MshPRT 3.5.2.3.1. */
export function decodeAcknowledgment(
  parameters: Uint8Array,
): { readonly obo: 0 | 1; readonly seqZero: number; readonly ackedSegments: number } | undefined {
  if (parameters.length !== 6) return undefined;
  const fields = getUint16BE(parameters, 0);
  return {
    obo: fields < 0x8000 ? 0 : 1,
    seqZero: (fields >> 2) & 0x1fff,
    ackedSegments: getUint32BE(parameters, 2),
  };
}

/** The parameters of control opcode 0. MshPRT 3.5.2.3.1. */
export function encodeAcknowledgment(obo: 0 | 1, seqZero: number, ackedSegments: number): Uint8Array {
  const parameters = new Uint8Array(6);
  setUint16BE(parameters, 0, (obo << 15) | ((seqZero & 0x1fff) << 2));
  setUint32BE(parameters, 2, ackedSegments);
  return parameters;
}

/** Of the parameters of control opcode 0x0a; undefined: not 3 octets. MshPRT 3.6.5.10. */
export function decodeHeartbeat(
  parameters: Uint8Array,
): { readonly initTtl: number; readonly features: number } | undefined {
  if (parameters.length !== 3) return undefined;
  return { initTtl: octet(parameters, 0) & 0x7f, features: getUint16BE(parameters, 1) };
}

/** The parameters of control opcode 0x0a. MshPRT 3.6.5.10. */
export function encodeHeartbeat(initTtl: number, features: number): Uint8Array {
  return new Uint8Array([initTtl, features >> 8, features]);
}

/** MshPRT 3.9.5.2, 3.9.5.3. */
function accessNonce({ kind, micSize, seq, src, dst, ivIndex }: AccessNonce): Uint8Array {
  const nonce = new Uint8Array(13);
  nonce[0] = kind === "application" ? 1 : 2;
  nonce[1] = micSize === 8 ? 0x80 : 0;
  nonce[2] = seq >> 16;
  setUint16BE(nonce, 3, seq & 0xffff);
  setUint16BE(nonce, 5, src);
  setUint16BE(nonce, 7, dst);
  setUint32BE(nonce, 9, ivIndex);
  return nonce;
}
