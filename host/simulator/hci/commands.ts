/** HCI commands: what this host tells its controller. Core Specification, Vol 4, Part E, 7. */

import { concat, setUint16LE } from "../../../modules/bytes.js";

/** OGF and OCF in one number. Core Specification, Vol 4, Part E, 5.4.1. */
export const Opcode = Object.freeze({
  Disconnect: 0x0406,
  SetEventMask: 0x0c01,
  Reset: 0x0c03,
  ReadBufferSize: 0x1005,
  ReadBdAddr: 0x1009,
  LeSetEventMask: 0x2001,
  LeReadBufferSize: 0x2002,
  LeSetRandomAddress: 0x2005,
  LeSetAdvertisingParameters: 0x2006,
  LeSetAdvertisingData: 0x2008,
  LeSetScanResponseData: 0x2009,
  LeSetAdvertisingEnable: 0x200a,
  LeSetScanParameters: 0x200b,
  LeSetScanEnable: 0x200c,
  LeReadSupportedStates: 0x201c,
  LeLongTermKeyRequestNegativeReply: 0x201b,
  LeWriteSuggestedDefaultDataLength: 0x2024,
} as const);

/** Legacy advertising PDUs. Core Specification, Vol 4, Part E, 7.8.5. */
export const AdvertisingType = Object.freeze({ Connectable: 0x00, NonConnectable: 0x03 } as const);

/** One command. */
export interface Command {
  readonly opcode: number;
  readonly parameters: Uint8Array;
}

/** Intervals of advertising and scanning are counted in these: 0.625 ms. */
const SLOT_MS = 0.625;

/** Every event that the host has a use for; others a controller keeps to itself. 7.3.1. */
const EVENTS = Object.freeze([4, 15, 25, 61]);
/** Connection Complete, Advertising Report, Connection Update Complete, Long Term Key Request. 7.8.1. */
const LE_EVENTS = Object.freeze([0, 1, 2, 4]);

const ADDRESS_TYPE_RANDOM = 1;
const ALL_CHANNELS = 0x07;
/** The remote user terminated the connection. Core Specification, Vol 1, Part F. */
const USER_TERMINATED = 0x13;
/** Scanning at 100 %: window and interval are the same. */
const SCAN_INTERVAL_MS = 30;
const MAX_DATA = 31;

/** 7.3.2. */
export function reset(): Command {
  return { opcode: Opcode.Reset, parameters: new Uint8Array() };
}

/** A command without parameters. */
export function read(opcode: number): Command {
  return { opcode, parameters: new Uint8Array() };
}

/** 7.3.1: the events of this host. */
export function setEventMask(): Command {
  return { opcode: Opcode.SetEventMask, parameters: mask(EVENTS) };
}

/** 7.8.1: the LE events of this host. */
export function setLeEventMask(): Command {
  return { opcode: Opcode.LeSetEventMask, parameters: mask(LE_EVENTS) };
}

/** 7.8.4. address: 6 octets, most significant first. */
export function setRandomAddress(address: Uint8Array): Command {
  return { opcode: Opcode.LeSetRandomAddress, parameters: new Uint8Array(address).reverse() };
}

/** 7.8.5: on all channels, with the random address, whoever may scan and connect. */
export function setAdvertisingParameters(type: number, intervalMs: number): Command {
  const parameters = new Uint8Array(15);
  const slots = Math.round(intervalMs / SLOT_MS);
  setUint16LE(parameters, 0, slots);
  setUint16LE(parameters, 2, slots);
  parameters[4] = type;
  parameters[5] = ADDRESS_TYPE_RANDOM;
  parameters[13] = ALL_CHANNELS;
  return { opcode: Opcode.LeSetAdvertisingParameters, parameters };
}

/** 7.8.7. data: at most 31 octets. */
export function setAdvertisingData(data: Uint8Array): Command {
  return { opcode: Opcode.LeSetAdvertisingData, parameters: padded(data) };
}

/** 7.8.8. data: at most 31 octets. */
export function setScanResponseData(data: Uint8Array): Command {
  return { opcode: Opcode.LeSetScanResponseData, parameters: padded(data) };
}

/** 7.8.9. */
export function setAdvertisingEnable(on: boolean): Command {
  return { opcode: Opcode.LeSetAdvertisingEnable, parameters: Uint8Array.of(on ? 1 : 0) };
}

/** 7.8.10: passive, without a pause. */
export function setScanParameters(): Command {
  const parameters = new Uint8Array(7);
  const slots = SCAN_INTERVAL_MS / SLOT_MS;
  setUint16LE(parameters, 1, slots);
  setUint16LE(parameters, 3, slots);
  parameters[5] = ADDRESS_TYPE_RANDOM;
  return { opcode: Opcode.LeSetScanParameters, parameters };
}

/** 7.8.11: every report, repeated ones as well. */
export function setScanEnable(on: boolean): Command {
  return { opcode: Opcode.LeSetScanEnable, parameters: Uint8Array.of(on ? 1 : 0, 0) };
}

/** 7.8.34: the longest packets that the air has. */
export function suggestLongPackets(): Command {
  const parameters = new Uint8Array(4);
  setUint16LE(parameters, 0, 251);
  setUint16LE(parameters, 2, 2120);
  return { opcode: Opcode.LeWriteSuggestedDefaultDataLength, parameters };
}

/** 7.1.6. */
export function disconnect(handle: number): Command {
  return { opcode: Opcode.Disconnect, parameters: concat(word(handle), Uint8Array.of(USER_TERMINATED)) };
}

/** 7.8.26: there is no key; nothing was ever paired. */
export function refuseLongTermKey(handle: number): Command {
  return { opcode: Opcode.LeLongTermKeyRequestNegativeReply, parameters: word(handle) };
}

function word(value: number): Uint8Array {
  const octets = new Uint8Array(2);
  setUint16LE(octets, 0, value);
  return octets;
}

function mask(bits: readonly number[]): Uint8Array {
  const octets = new Uint8Array(8);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (1 << (bit & 7));
  return octets;
}

/** Its length, and always 31 octets. */
function padded(data: Uint8Array): Uint8Array {
  const octets = new Uint8Array(1 + MAX_DATA);
  octets[0] = data.length;
  octets.set(data, 1);
  return octets;
}
