/** AES-CMAC over a block cipher: MshPRT 3.9.2.2, RFC 4493. */

import { octet } from "../bytes.js";
import type { BlockCipher } from "../platform.js";

const BLOCK = 16;

/** The 16-octet message authentication code of `message` under the cipher's key. RFC 4493, section 2.4. */
export function cmac(cipher: BlockCipher, message: Uint8Array): Uint8Array {
  const subkey = new Uint8Array(BLOCK);
  cipher.encrypt(subkey, subkey);
  double(subkey);

  const state = new Uint8Array(BLOCK);
  let at = 0;
  for (; message.length - at > BLOCK; at += BLOCK) {
    for (let i = 0; i < BLOCK; i++) state[i] = octet(state, i) ^ octet(message, at + i);
    cipher.encrypt(state, state);
  }

  const rest = message.length - at;
  for (let i = 0; i < rest; i++) state[i] = octet(state, i) ^ octet(message, at + i);
  if (rest < BLOCK) {
    state[rest] = octet(state, rest) ^ 0x80;
    double(subkey);
  }
  for (let i = 0; i < BLOCK; i++) state[i] = octet(state, i) ^ octet(subkey, i);
  cipher.encrypt(state, state);
  subkey.fill(0);
  return state;
}

/** Multiply by x in GF(2^128): from L to K1, from K1 to K2. RFC 4493, section 2.3. */
function double(block: Uint8Array): void {
  // Not a branch: the carry depends on the key.
  let carry = (octet(block, 0) >> 7) * 0x87;
  for (let i = BLOCK - 1; i >= 0; i--) {
    const value = octet(block, i);
    block[i] = (value << 1) ^ carry;
    carry = value >> 7;
  }
}
