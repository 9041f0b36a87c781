/** P-256 for tests that begin the same conversation thousands of times: what was computed once is remembered. */

import { P256 } from "../../host/simulator/phone/p256.js";
import { toHex } from "../../modules/bytes.js";
import type { BlockCipher, Crypto } from "../../modules/platform.js";

type Done = (result: Uint8Array | undefined) => void;

/** A platform's cryptography with a memory for its two P-256 computations. */
export class RememberingCrypto implements Crypto {
  readonly #crypto: Crypto;
  readonly #memory: Map<string, Uint8Array>;

  /** memory: may be shared between tests. */
  constructor(crypto: Crypto, memory: Map<string, Uint8Array>) {
    this.#crypto = crypto;
    this.#memory = memory;
  }

  aes128(key: Uint8Array): BlockCipher {
    return this.#crypto.aes128(key);
  }

  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#crypto.hmacSha256(key, data);
  }

  publicKey(privateKey: Uint8Array, done: Done): void {
    this.#remember(toHex(privateKey), done, (compute) => this.#crypto.publicKey(privateKey, compute));
  }

  sharedSecret(privateKey: Uint8Array, peerPublicKey: Uint8Array, done: Done): void {
    this.#remember(toHex(privateKey) + toHex(peerPublicKey), done, (compute) =>
      this.#crypto.sharedSecret(privateKey, peerPublicKey, compute),
    );
  }

  /** A remembered result comes in a later turn too: the computation of a public key of zero is free. */
  #remember(name: string, done: Done, compute: (done: Done) => void): void {
    const known = this.#memory.get(name);
    if (known !== undefined) {
      this.#crypto.publicKey(new Uint8Array(32), () => done(known.slice()));
      return;
    }
    compute((result) => {
      if (result !== undefined) this.#memory.set(name, result.slice());
      done(result);
    });
  }
}

/** The phone's curve with a memory. */
export class RememberingCurve extends P256 {
  readonly #memory = new Map<string, Uint8Array>();

  override publicKey(privateKey: Uint8Array): Uint8Array {
    return this.#remember(toHex(privateKey), () => super.publicKey(privateKey));
  }

  override sharedSecret(privateKey: Uint8Array, peerPublicKey: Uint8Array): Uint8Array {
    return this.#remember(toHex(privateKey) + toHex(peerPublicKey), () =>
      super.sharedSecret(privateKey, peerPublicKey),
    );
  }

  #remember(name: string, compute: () => Uint8Array): Uint8Array {
    const result = this.#memory.get(name) ?? compute();
    this.#memory.set(name, result.slice());
    return result.slice();
  }
}
