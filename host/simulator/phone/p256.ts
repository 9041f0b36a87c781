/** The elliptic curve P-256 as MshPRT 5.4.3.1 defines it: key pairs, the check of a peer's key, the shared secret. */

import { weierstrass } from "@noble/curves/abstract/weierstrass.js";
import { concat, fromHex, toHex } from "../../../modules/bytes.js";
import type { Random } from "../../../modules/platform.js";

/** Draws after which a source of random octets that never gives a private key is called broken. */
const MAX_DRAWS = 100;

/** Makes the curve once and computes on it. Public keys: X and Y, 64 octets. Private keys: 32 octets. */
export class P256 {
  readonly #field = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
  readonly #order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  readonly #b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
  readonly #point;

  constructor() {
    this.#point = weierstrass<bigint>({
      p: this.#field,
      n: this.#order,
      h: 1n,
      a: this.#field - 3n,
      b: this.#b,
      Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    });
    this.#point.BASE.precompute(1);
  }

  /** A new private key, between 1 and half the order of the curve. MshPRT 5.4.3.1. Throws for a stuck source. */
  createPrivateKey(random: Random): Uint8Array {
    const privateKey = new Uint8Array(32);
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      random.fill(privateKey);
      const value = toNumber(privateKey);
      if (value >= 1n && value <= this.#order / 2n) return privateKey;
    }
    throw new RangeError("the random octets never make a private key");
  }

  /** The public key of a private key. Throws RangeError when that is 0 or not below the order. */
  publicKey(privateKey: Uint8Array): Uint8Array {
    const point = this.#point.BASE.multiply(this.#scalar(privateKey)).toAffine();
    return concat(toOctets(point.x), toOctets(point.y));
  }

  /** Whether X and Y are in range and satisfy the curve's equation. MshPRT 5.4.3.1. */
  isValid(publicKey: Uint8Array): boolean {
    if (publicKey.length !== 64) return false;
    const x = toNumber(publicKey.subarray(0, 32));
    const y = toNumber(publicKey.subarray(32));
    if (x >= this.#field || y >= this.#field) return false;
    return (y * y - (x * x * x - 3n * x + this.#b)) % this.#field === 0n;
  }

  /** The x-coordinate of the shared point, 32 octets; the peer's key is valid. MshPRT 5.4.2.3. */
  sharedSecret(privateKey: Uint8Array, peerPublicKey: Uint8Array): Uint8Array {
    const x = toNumber(peerPublicKey.subarray(0, 32));
    const y = toNumber(peerPublicKey.subarray(32));
    return toOctets(this.#point.fromAffine({ x, y }).multiply(this.#scalar(privateKey)).toAffine().x);
  }

  #scalar(privateKey: Uint8Array): bigint {
    const value = toNumber(privateKey);
    if (privateKey.length !== 32 || value < 1n || value >= this.#order)
      throw new RangeError("not a private key");
    return value;
  }
}

function toNumber(octets: Uint8Array): bigint {
  return BigInt(`0x${toHex(octets)}`);
}

function toOctets(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, "0")) ?? new Uint8Array(0);
}
