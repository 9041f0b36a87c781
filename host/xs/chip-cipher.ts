/** AES and HMAC of the chip, whoever does P-256. */

import type { BlockCipher } from "../../modules/platform.js";
import { aesBlock, hmacSha256 } from "./native-crypto.js";

const KEY_SIZE = 16;
const BLOCK_SIZE = 16;
const MAC_SIZE = 32;

/**
 * One AES-128 key. It lies in the machine's memory at least as long as somebody holds the cipher; the C below keeps
 * nothing from one block to the next.
 */
export class ChipCipher implements BlockCipher {
  readonly #key: Uint8Array;

  /** Throws RangeError for a key of another size. */
  constructor(key: Uint8Array) {
    if (key.length !== KEY_SIZE) throw new RangeError("an AES-128 key has 16 octets");
    this.#key = key.slice();
  }

  encrypt(input: Uint8Array, output: Uint8Array): void {
    if (input.length !== BLOCK_SIZE || output.length < BLOCK_SIZE)
      throw new RangeError("a block has 16 octets");
    aesBlock(this.#key, input, output);
  }
}

/** HMAC-SHA-256, 32 octets. */
export function chipHmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  const mac = new Uint8Array(MAC_SIZE);
  hmacSha256(key, data, mac);
  return mac;
}
