/** Is this a point of P-256? An attacker's point off the curve would lay our private key open. MshPRT 5.4.3.1. */

import { octet } from "../bytes.js";

/** Whether 64 octets, X and Y, are a valid public key: both below p, and y^2 = x^3 - 3x + b. MshPRT 5.4.3.1. */
export function isValidPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 64) return false;
  // Written here and not at module level: a preloaded BigInt compares wrongly on XS.
  const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
  const x = toBigInt(publicKey, 0);
  const y = toBigInt(publicKey, 32);
  if (x >= p || y >= p) return false;
  // The point at infinity has no such X and Y, and 0, 0 is not on the curve: b is not zero.
  return (y * y - (x * x * x - 3n * x + b)) % p === 0n;
}

function toBigInt(octets: Uint8Array, offset: number): bigint {
  let value = 0n;
  for (let i = 0; i < 32; i++) value = (value << 8n) | BigInt(octet(octets, offset + i));
  return value;
}
