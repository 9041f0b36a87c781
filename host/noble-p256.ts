/**
 * P-256 from @noble. It is made from `abstract/weierstrass` because `nist` does not load without a TextEncoder, and
 * without a table of multiples because that table takes hundreds of kilobytes.
 */

import { ecdh, weierstrass } from "@noble/curves/abstract/weierstrass.js";
import { concat } from "../modules/bytes.js";
import type { Clock, Timer } from "../modules/platform.js";

type P256 = ReturnType<typeof ecdh>;

/** The part of a platform's cryptography that is P-256: one computation at a time, in a later turn. */
export class NobleP256 {
  readonly #turn: Timer;
  #p256: P256 | undefined;
  #computation: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#turn = clock.createTimer(() => {
      const compute = this.#computation;
      this.#computation = undefined;
      compute?.();
    });
  }

  publicKey(privateKey: Uint8Array, done: (publicKey: Uint8Array | undefined) => void): void {
    this.#start(() => {
      const p256 = this.#curve();
      done(
        p256.utils.isValidSecretKey(privateKey) ? p256.getPublicKey(privateKey, false).slice(1) : undefined,
      );
    });
  }

  sharedSecret(
    privateKey: Uint8Array,
    peerPublicKey: Uint8Array,
    done: (secret: Uint8Array | undefined) => void,
  ): void {
    this.#start(() => {
      const peer = concat(new Uint8Array([4]), peerPublicKey);
      done(this.#curve().getSharedSecret(privateKey, peer, true).slice(1));
    });
  }

  #start(computation: () => void): void {
    if (this.#computation !== undefined) throw new RangeError("one P-256 computation at a time");
    this.#computation = computation;
    this.#turn.start(0);
  }

  /** The curve is made at its first use: it takes tens of milliseconds on a small machine. */
  #curve(): P256 {
    this.#p256 ??= createP256();
    return this.#p256;
  }
}

/** NIST P-256, FIPS 186-4, D.1.2.3. */
function createP256(): P256 {
  const Point = weierstrass({
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    h: 1n,
    a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
  });
  Point.BASE.precompute(1);
  return ecdh(Point);
}

/** For whoever loads this file at run time: the Moddable SDK's way to do so gives the default. */
export { NobleP256 as default };
