/** Opcodes of access messages: numbers inside, one to three octets on the air. MshPRT 3.7.2.1. */

import { getUint16LE, octet, setUint16LE } from "../bytes.js";

/** The longest access message, opcode included, with a TransMIC of 4 octets. MshPRT 3.7.2. */
export const MAX_ACCESS_MESSAGE = 380;

const RESERVED = 0x7f;

/** The octets that an opcode takes. Throws RangeError for what is none. */
export function opcodeSize(opcode: number): 1 | 2 | 3 {
  if (opcode >= 0 && opcode < RESERVED) return 1;
  if (opcode >= 0x8000 && opcode <= 0xbfff) return 2;
  if (opcode >= 0xc00000 && opcode <= 0xffffff) return 3;
  throw new RangeError("not an opcode");
}

/** Write an opcode to the beginning of a message; its size. Throws RangeError for what is none. */
export function encodeOpcode(opcode: number, target: Uint8Array): number {
  const size = opcodeSize(opcode);
  if (size === 3) {
    target[0] = opcode >> 16;
    setUint16LE(target, 1, opcode & 0xffff);
  } else if (size === 2) {
    target[0] = opcode >> 8;
    target[1] = opcode;
  } else {
    target[0] = opcode;
  }
  return size;
}

/** The opcode that a message begins with. undefined: it ends too early, or the opcode is reserved. */
export function decodeOpcode(accessPdu: Uint8Array): number | undefined {
  if (accessPdu.length === 0) return undefined;
  const first = octet(accessPdu, 0);
  if (first < 0x80) return first === RESERVED ? undefined : first;
  if (first < 0xc0) return accessPdu.length < 2 ? undefined : (first << 8) | octet(accessPdu, 1);
  return accessPdu.length < 3 ? undefined : (first << 16) | getUint16LE(accessPdu, 1);
}
