/** The Lower Transport PDUs. MshPRT 3.5.2. */

import {
  getUint16BE,
  getUint24BE,
  getUint32BE,
  octet,
  setUint16BE,
  setUint24BE,
  setUint32BE,
} from "../bytes.js";

/** Octets of the Lower Transport PDUs and their parts. MshPRT 3.5.2. */
export const LowerSize = Object.freeze({
  /** The longest PDU: with a NetMIC of 4 octets. */
  Pdu: 16,
  /** In front of a segment. */
  SegmentHeader: 4,
  AccessSegment: 12,
  ControlSegment: 8,
  /** Upper Transport PDU of an unsegmented access message: longest and shortest. */
  UnsegmentedAccess: 15,
  ShortestAccess: 5,
  /** Parameters of an unsegmented control message. */
  UnsegmentedControl: 11,
  SegmentAck: 7,
  /** 32 access segments: the longest Upper Transport PDU. */
  Message: 384,
} as const);

/** The first octet of a segment, and of no other PDU, has this bit. */
export const SEG = 0x80;
/** In the first octet of an access PDU: an application key secures it. */
export const AKF = 0x40;

/** Of a segmented access or control message. MshPRT 3.5.2.2, 3.5.2.4. */
export interface SegmentHeader {
  /** The low seven bits of the first octet: AKF and AID, or the opcode. */
  readonly head: number;
  /** The TransMIC has 8 octets; of a control message, where the bit is reserved, it says nothing. */
  readonly szmic: boolean;
  /** The low 13 bits of SeqAuth. */
  readonly seqZero: number;
  readonly segO: number;
  readonly segN: number;
}

/** pdu: at least the 4 octets of the header. */
export function decodeSegmentHeader(pdu: Uint8Array): SegmentHeader {
  const bits = getUint24BE(pdu, 1);
  return {
    head: octet(pdu, 0) & 0x7f,
    szmic: (bits & 0x800000) !== 0,
    seqZero: (bits >> 10) & 0x1fff,
    segO: (bits >> 5) & 0x1f,
    segN: bits & 0x1f,
  };
}

/** Write the 4 octets. seqZero: any number, of which the low 13 bits count. */
export function encodeSegmentHeader(header: SegmentHeader, target: Uint8Array): void {
  const { head, szmic, seqZero, segO, segN } = header;
  target[0] = SEG | head;
  setUint24BE(target, 1, (szmic ? 0x800000 : 0) | ((seqZero & 0x1fff) << 10) | (segO << 5) | segN);
}

/** The control message with opcode 00. MshPRT 3.5.2.3.1. */
export interface SegmentAck {
  /** On behalf of: a Friend has it for its Low Power node. */
  readonly obo: boolean;
  readonly seqZero: number;
  /** Bit n: segment n; unsigned. */
  readonly ackedSegments: number;
}

/** undefined: of a wrong size. The bits that are reserved say nothing. */
export function decodeSegmentAck(pdu: Uint8Array): SegmentAck | undefined {
  if (pdu.length !== LowerSize.SegmentAck) return undefined;
  const bits = getUint16BE(pdu, 1);
  return {
    obo: (bits & 0x8000) !== 0,
    seqZero: (bits >> 2) & 0x1fff,
    ackedSegments: getUint32BE(pdu, 3),
  };
}

/** Write the 7 octets. */
export function encodeSegmentAck({ obo, seqZero, ackedSegments }: SegmentAck, target: Uint8Array): void {
  target[0] = 0;
  setUint16BE(target, 1, (obo ? 0x8000 : 0) | (seqZero << 2));
  setUint32BE(target, 3, ackedSegments);
}

/** AckedSegments of a message that is complete; unsigned. */
export function allSegments(segN: number): number {
  return 0xffffffff >>> (31 - segN);
}

/** The octets that each segment but the last has. */
export function segmentSize(ctl: boolean): number {
  return ctl ? LowerSize.ControlSegment : LowerSize.AccessSegment;
}

/** SegN of an Upper Transport PDU of so many octets. */
export function lastSegmentOf(length: number, ctl: boolean): number {
  const size = segmentSize(ctl);
  return (length - 1 - ((length - 1) % size)) / size;
}

/** The SEQ of SeqAuth: the largest not above `seq` that ends in SeqZero; negative: there is none. MshPRT 3.5.3.1. */
export function seqAuthOf(seq: number, seqZero: number): number {
  return seq - ((seq - seqZero) & 0x1fff);
}
