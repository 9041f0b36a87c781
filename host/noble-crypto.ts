/** Cryptography from @noble: on Node, in the simulator under XS, and as the oracle of the tests. A board brings its own. */

import { unsafe } from "@noble/ciphers/aes.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { BlockCipher, Clock, Crypto } from "../modules/platform.js";
import { NobleP256 } from "./noble-p256.js";

/** The platform's cryptography. clock: gives the later turn in which a P-256 computation is done. */
export function createNobleCrypto(clock: Clock): Crypto {
  return new NobleCrypto(clock);
}

class NobleCrypto extends NobleP256 implements Crypto {
  aes128(key: Uint8Array): BlockCipher {
    if (key.length !== 16) throw new RangeError("an AES-128 key has 16 octets");
    return new NobleAes(key);
  }

  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    return hmac(sha256, key, data);
  }
}

/**
 * One AES-128 key, expanded once. noble exports the bare block function among its low-level helpers only, as every
 * public mode expands the key anew at each call; the pinned version and the vectors keep this honest.
 */
class NobleAes implements BlockCipher {
  readonly #expandedKey: Uint32Array;
  /** Aligned as noble wants it, whatever the caller hands in. */
  readonly #block = new Uint8Array(16);

  constructor(key: Uint8Array) {
    this.#expandedKey = unsafe.expandKeyLE(key);
  }

  encrypt(input: Uint8Array, output: Uint8Array): void {
    this.#block.set(input);
    unsafe.encryptBlock(this.#expandedKey, this.#block);
    output.set(this.#block);
  }
}
