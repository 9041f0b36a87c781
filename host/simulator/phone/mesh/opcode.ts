/** Opcodes of access messages: one to three octets, read as one number, the first octet the highest. MshPRT 3.7.2.1. */

import { concat, octet } from "../../../../modules/bytes.js";

/** The opcode, and what follows it. A message that ends within its opcode has the opcode of its first octet. */
export function splitOpcode(message: Uint8Array): {
  readonly opcode: number;
  readonly parameters: Uint8Array;
} {
  const first = message[0] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc0 ? 2 : 3;
  if (message.length < length) return { opcode: first, parameters: message.slice(1) };
  let opcode = 0;
  for (let at = 0; at < length; at++) opcode = opcode * 256 + octet(message, at);
  return { opcode, parameters: message.slice(length) };
}

/** An access message: the opcode's octets, then the parameters. */
export function accessMessage(opcode: number, ...parameters: readonly Uint8Array[]): Uint8Array {
  return concat(new Uint8Array(opcodeOctets(opcode)), ...parameters);
}

/** A vendor's opcode, 0 to 0x3f, as the number that stands for it. MshPRT 3.7.2.1. */
export function vendorOpcode(opcode: number, company: number): number {
  return 0xc00000 + (opcode << 16) + ((company & 0xff) << 8) + (company >> 8);
}

/** Least significant octet first. MshPRT 3.7.1. */
export function littleEndian(value: number, size: 1 | 2 | 3 | 4): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 0xff);
}

/** The number in so many octets from `at`, least significant first. Throws RangeError beyond the end. */
export function readLittleEndian(octets: Uint8Array, at: number, size: 1 | 2 | 3 | 4): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + octet(octets, at + i);
  return value;
}

function opcodeOctets(opcode: number): readonly number[] {
  if (opcode < 0x100) return [opcode];
  if (opcode < 0x10000) return [opcode >> 8, opcode & 0xff];
  return [opcode >> 16, (opcode >> 8) & 0xff, opcode & 0xff];
}
