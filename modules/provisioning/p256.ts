/** The two P-256 computations of a provisioning, one at a time, and each left behind when its link is. MshPRT 5.4.2.3. */

import { octet, wipe } from "../bytes.js";
import type { Crypto, Random, Trace } from "../platform.js";

/** privateKey: 32 octets; publicKey: X and Y, 64 octets. Fresh for each exchange. MshPRT 5.4.2.3. */
export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/**
 * P-256 may take seconds on a small chip, cannot be stopped there, and a chip computes one thing at a time. So a
 * computation that nobody waits for any more is let finish, its result dropped as `stale`, and the next one begins.
 */
export class P256 {
  readonly #crypto: Crypto;
  readonly #random: Random;
  readonly #trace: Trace;
  #running = false;
  /** What begins when the running computation is over; undefined: nothing. */
  #waiting: (() => void) | undefined;
  /** Counts the requests: a result belongs to the latest one, or is stale. */
  #request = 0;

  constructor(crypto: Crypto, random: Random, trace: Trace) {
    this.#crypto = crypto;
    this.#random = random;
    this.#trace = trace;
  }

  /** A new key pair. Replaces an earlier request. */
  generateKeyPair(done: (keyPair: KeyPair) => void): void {
    this.#request++;
    const request = this.#request;
    this.#begin(() => this.#draw(request, done));
  }

  /** The pair of a private key that was not drawn here, copied; undefined: it is none. Replaces an earlier request. */
  completeKeyPair(privateKey: Uint8Array, done: (keyPair: KeyPair | undefined) => void): void {
    this.#request++;
    const request = this.#request;
    this.#begin(() => {
      const own = privateKey.slice();
      this.#running = true;
      this.#crypto.publicKey(own, (publicKey) => {
        if (!this.#finish(request)) wipe(own);
        else done(publicKey && { privateKey: own, publicKey });
      });
    });
  }

  /** ECDHSecret, 32 octets; undefined: there is none. Replaces an earlier request. MshPRT 5.4.2.3. */
  computeSecret(
    privateKey: Uint8Array,
    peerPublicKey: Uint8Array,
    done: (secret: Uint8Array | undefined) => void,
  ): void {
    this.#request++;
    const request = this.#request;
    this.#begin(() => {
      // A copy, as the owner may overwrite the key while the chip still computes with it.
      const scalar = privateKey.slice();
      this.#running = true;
      this.#crypto.sharedSecret(scalar, peerPublicKey, (secret) => {
        wipe(scalar);
        if (this.#finish(request)) done(secret);
        else if (secret !== undefined) wipe(secret);
      });
    });
  }

  /** Nobody waits for a result any more. */
  cancel(): void {
    this.#request++;
    this.#waiting = undefined;
  }

  #begin(computation: () => void): void {
    if (this.#running) this.#waiting = computation;
    else computation();
  }

  /** "The private keys shall be between 1 and r/2": below 7f00... is below r/2, and the top bit is never set. 5.4.3.1. */
  #draw(request: number, done: (keyPair: KeyPair) => void): void {
    const privateKey = new Uint8Array(32);
    do {
      this.#random.fill(privateKey);
      privateKey[0] = octet(privateKey, 0) & 0x7f;
    } while (octet(privateKey, 0) === 0x7f);
    this.#running = true;
    this.#crypto.publicKey(privateKey, (publicKey) => {
      if (!this.#finish(request)) wipe(privateKey);
      else if (publicKey === undefined) this.#draw(request, done);
      else done({ privateKey, publicKey });
    });
  }

  /** Whether the result is still waited for. Begins what waits. */
  #finish(request: number): boolean {
    this.#running = false;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (request === this.#request) return true;
    this.#trace.drop("provisioning", "stale");
    waiting?.();
    return false;
  }
}
