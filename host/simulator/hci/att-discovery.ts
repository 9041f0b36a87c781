/** How a client finds and reads attributes: answers made of the table alone. Core Specification, Vol 3, Part F, 3.4. */

import { concat, equal, fromHex, getUint16LE } from "../../../modules/bytes.js";
import { AttError, AttOpcode, errorResponse, pdu, word } from "./att-pdu.js";
import { type Attribute, type GattTable, Uuid } from "./gatt-table.js";

/** What an answer depends on besides the request. */
export interface AttView {
  readonly table: GattTable;
  readonly mtu: number;
  /** The value as this client reads it; undefined: it may not. */
  read(attribute: Attribute): Uint8Array | undefined;
}

/** Octets of a value in a list: its length stands in one octet, with the handle's two. */
const LONGEST_IN_LIST = 253;

/** The first 12 octets of a 16-bit UUID in its long form; then come the UUID and two zeros. Vol 3, Part B, 2.5.1. */
const BASE_UUID = fromHex("fb349b5f8000008000100000") ?? new Uint8Array();

/** 3.4.3.1: handles and types. */
export function findInformation(request: Uint8Array, { table, mtu }: AttView): Uint8Array {
  const opcode = AttOpcode.FindInformationRequest;
  if (request.length !== 5) return errorResponse(opcode, 0, AttError.InvalidPdu);
  const range = rangeOf(request);
  if (range === undefined) return errorResponse(opcode, getUint16LE(request, 1), AttError.InvalidHandle);
  const entries = table
    .between(range.first, range.last)
    .map(({ handle, type }) => concat(word(handle), word(type)));
  if (entries.length === 0) return errorResponse(opcode, range.first, AttError.AttributeNotFound);
  return pdu(AttOpcode.FindInformationResponse, Uint8Array.of(1), ...fitting(entries, mtu - 2));
}

/** 3.4.3.3: services of one UUID. */
export function findByTypeValue(request: Uint8Array, { table, mtu }: AttView): Uint8Array {
  const opcode = AttOpcode.FindByTypeValueRequest;
  if (request.length < 7) return errorResponse(opcode, 0, AttError.InvalidPdu);
  const range = rangeOf(request);
  if (range === undefined) return errorResponse(opcode, getUint16LE(request, 1), AttError.InvalidHandle);
  const uuid = shortUuid(request.subarray(7));
  const entries =
    getUint16LE(request, 5) !== Uuid.PrimaryService
      ? []
      : table.services
          .filter(({ uuid: own, first }) => own === uuid && first >= range.first && first <= range.last)
          .map(({ first, last }) => concat(word(first), word(last)));
  if (entries.length === 0) return errorResponse(opcode, range.first, AttError.AttributeNotFound);
  return pdu(AttOpcode.FindByTypeValueResponse, ...fitting(entries, mtu - 1));
}

/** 3.4.4.1: the values of one type. */
export function readByType(request: Uint8Array, view: AttView): Uint8Array {
  const opcode = AttOpcode.ReadByTypeRequest;
  if (request.length !== 7 && request.length !== 21) return errorResponse(opcode, 0, AttError.InvalidPdu);
  const range = rangeOf(request);
  if (range === undefined) return errorResponse(opcode, getUint16LE(request, 1), AttError.InvalidHandle);
  const type = shortUuid(request.subarray(5));
  const found = view.table.between(range.first, range.last).filter((attribute) => attribute.type === type);
  const [first] = found;
  if (first === undefined) return errorResponse(opcode, range.first, AttError.AttributeNotFound);
  if (view.read(first) === undefined) {
    return errorResponse(opcode, first.handle, AttError.ReadNotPermitted);
  }
  const room = view.mtu - 2;
  const entries: Uint8Array[] = [];
  for (const attribute of found) {
    const value = view.read(attribute)?.subarray(0, Math.min(room - 2, LONGEST_IN_LIST));
    // A list has values of one length; the client asks on from there.
    if (value === undefined || 2 + value.length !== (entries[0]?.length ?? 2 + value.length)) break;
    entries.push(concat(word(attribute.handle), value));
  }
  const length = entries[0]?.length ?? 0;
  return pdu(AttOpcode.ReadByTypeResponse, Uint8Array.of(length), ...fitting(entries, room));
}

/** 3.4.4.9: services. */
export function readByGroupType(request: Uint8Array, { table, mtu }: AttView): Uint8Array {
  const opcode = AttOpcode.ReadByGroupTypeRequest;
  if (request.length !== 7 && request.length !== 21) return errorResponse(opcode, 0, AttError.InvalidPdu);
  const range = rangeOf(request);
  if (range === undefined) return errorResponse(opcode, getUint16LE(request, 1), AttError.InvalidHandle);
  const type = shortUuid(request.subarray(5));
  if (type !== Uuid.PrimaryService && type !== Uuid.SecondaryService) {
    return errorResponse(opcode, range.first, AttError.UnsupportedGroupType);
  }
  const entries = (type === Uuid.PrimaryService ? table.services : [])
    .filter(({ first }) => first >= range.first && first <= range.last)
    .map(({ uuid, first, last }) => concat(word(first), word(last), word(uuid)));
  const [entry] = entries;
  if (entry === undefined) return errorResponse(opcode, range.first, AttError.AttributeNotFound);
  return pdu(AttOpcode.ReadByGroupTypeResponse, Uint8Array.of(entry.length), ...fitting(entries, mtu - 2));
}

/** 3.4.4.3, 3.4.4.5: one value, or what is left of it. */
export function readValue(request: Uint8Array, view: AttView): Uint8Array {
  const opcode = request[0] ?? 0;
  const isBlob = opcode === AttOpcode.ReadBlobRequest;
  if (request.length !== (isBlob ? 5 : 3)) return errorResponse(opcode, 0, AttError.InvalidPdu);
  const handle = getUint16LE(request, 1);
  const attribute = view.table.find(handle);
  if (attribute === undefined) return errorResponse(opcode, handle, AttError.InvalidHandle);
  const value = view.read(attribute);
  if (value === undefined) return errorResponse(opcode, handle, AttError.ReadNotPermitted);
  const offset = isBlob ? getUint16LE(request, 3) : 0;
  if (offset > value.length) return errorResponse(opcode, handle, AttError.InvalidOffset);
  const answer = isBlob ? AttOpcode.ReadBlobResponse : AttOpcode.ReadResponse;
  return pdu(answer, value.subarray(offset, offset + view.mtu - 1));
}

/** The first and the last handle of a request; undefined: no range. 3.3.1. */
function rangeOf(request: Uint8Array): { readonly first: number; readonly last: number } | undefined {
  const [first, last] = [getUint16LE(request, 1), getUint16LE(request, 3)];
  return first === 0 || first > last ? undefined : { first, last };
}

/** The 16 bits of a UUID in either form; undefined: another UUID. */
function shortUuid(uuid: Uint8Array): number | undefined {
  if (uuid.length === 2) return getUint16LE(uuid, 0);
  if (uuid.length !== 16 || !equal(uuid.subarray(0, 12), BASE_UUID)) return undefined;
  return getUint16LE(uuid, 14) === 0 ? getUint16LE(uuid, 12) : undefined;
}

/** As many of these entries of one length as there is room for. */
function fitting(entries: readonly Uint8Array[], room: number): readonly Uint8Array[] {
  const length = entries[0]?.length ?? room;
  return entries.slice(0, Math.max(1, Math.floor(room / length)));
}
