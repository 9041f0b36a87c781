/**
 * Cryptography where P-256 is noble's, in the place of crypto.ts. AES and HMAC stay the chip's: noble's tables for AES
 * do not fit one. noble breaks when it is preloaded, and what a preloaded module imports is preloaded with it: so it is
 * loaded when it is needed. It takes some 80 kB of RAM, and seconds for a key.
 */

import Modules from "modules";
import type { BlockCipher, Clock, Crypto } from "../../modules/platform.js";
import type { NobleP256 } from "../noble-p256.js";
import { ChipCipher, chipHmac } from "./chip-cipher.js";

type Done = (result: Uint8Array | undefined) => void;

/** The platform's cryptography. clock: gives the turn in which P-256 is computed. */
export function createCrypto(clock: Clock): Crypto {
  return new ChipCryptoWithNoble(clock);
}

class ChipCryptoWithNoble implements Crypto {
  readonly #p256: NobleP256;

  constructor(clock: Clock) {
    const Loaded = Modules.importNow("host/noble-p256");
    if (!isClass(Loaded)) throw new Error("crypto: noble is not in this build");
    this.#p256 = new Loaded(clock);
  }

  aes128(key: Uint8Array): BlockCipher {
    return new ChipCipher(key);
  }

  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    return chipHmac(key, data);
  }

  publicKey(privateKey: Uint8Array, done: Done): void {
    this.#p256.publicKey(privateKey, done);
  }

  sharedSecret(privateKey: Uint8Array, peerPublicKey: Uint8Array, done: Done): void {
    this.#p256.sharedSecret(privateKey, peerPublicKey, done);
  }
}

function isClass(loaded: unknown): loaded is new (clock: Clock) => NobleP256 {
  return typeof loaded === "function";
}
