/** The chip's cryptography, in C. Arguments are copied before a call returns. */

/** One AES-128 block; key, input, output: 16 octets each. Throws Error when the chip fails. */
export function aesBlock(this: void, key: Uint8Array, input: Uint8Array, output: Uint8Array): void {
  native("fledgling_aesBlock").call(this, key, input, output);
}

/** HMAC-SHA-256 into `mac`, 32 octets. Throws Error when the chip fails. */
export function hmacSha256(this: void, key: Uint8Array, data: Uint8Array, mac: Uint8Array): void {
  native("fledgling_hmacSha256").call(this, key, data, mac);
}

/**
 * Begin to compute the public key of a private key of 32 octets, or with the peer's public key of 64 the secret that
 * they share; `finished` follows in a later turn. 0: it could not be begun, and nothing follows.
 */
export function startP256(
  this: void,
  finished: () => void,
  privateKey: Uint8Array,
  peerPublicKey: Uint8Array | undefined,
): number {
  return native("fledgling_startP256").call(this, finished, privateKey, peerPublicKey);
}

/** What has come of it, once after `finished`: 0, and the octets in `result`; 1: no valid key; 2: the chip failed. */
export function takeP256(this: void, result: Uint8Array): number {
  return native("fledgling_takeP256").call(this, result);
}
