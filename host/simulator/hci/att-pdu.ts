/** The Attribute Protocol's opcodes and error codes. Core Specification, Vol 3, Part F, 3.4. */

import { concat, setUint16LE } from "../../../modules/bytes.js";

export const AttOpcode = Object.freeze({
  ErrorResponse: 0x01,
  ExchangeMtuRequest: 0x02,
  ExchangeMtuResponse: 0x03,
  FindInformationRequest: 0x04,
  FindInformationResponse: 0x05,
  FindByTypeValueRequest: 0x06,
  FindByTypeValueResponse: 0x07,
  ReadByTypeRequest: 0x08,
  ReadByTypeResponse: 0x09,
  ReadRequest: 0x0a,
  ReadResponse: 0x0b,
  ReadBlobRequest: 0x0c,
  ReadBlobResponse: 0x0d,
  ReadByGroupTypeRequest: 0x10,
  ReadByGroupTypeResponse: 0x11,
  WriteRequest: 0x12,
  WriteResponse: 0x13,
  Notification: 0x1b,
  Indication: 0x1d,
  Confirmation: 0x1e,
  WriteCommand: 0x52,
} as const);

export const AttError = Object.freeze({
  InvalidHandle: 0x01,
  ReadNotPermitted: 0x02,
  WriteNotPermitted: 0x03,
  InvalidPdu: 0x04,
  RequestNotSupported: 0x06,
  InvalidOffset: 0x07,
  AttributeNotFound: 0x0a,
  InvalidAttributeValueLength: 0x0d,
  UnsupportedGroupType: 0x10,
  ValueNotAllowed: 0x13,
} as const);

/** ATT_MTU before an exchange, and the largest there is use for. Vol 3, Part F, 3.2.8, 3.2.9; Part G, 5.2.1. */
export const DEFAULT_MTU = 23;
export const LARGEST_MTU = 517;

/** Opcode and handle before the value of a write, notification or indication. */
export const VALUE_HEADER = 3;

/** An opcode with this bit is a command: nothing answers it. Vol 3, Part F, 3.3.1. */
export const COMMAND_FLAG = 0x40;

/** Least significant octet first. */
export function word(value: number): Uint8Array {
  const octets = new Uint8Array(2);
  setUint16LE(octets, 0, value);
  return octets;
}

/** A PDU of an opcode and parameters. */
export function pdu(opcode: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concat(Uint8Array.of(opcode), ...parts);
}

/** 3.4.1.1. handle: of the attribute in error, or 0. */
export function errorResponse(request: number, handle: number, code: number): Uint8Array {
  return pdu(AttOpcode.ErrorResponse, Uint8Array.of(request), word(handle), Uint8Array.of(code));
}
