/** The security toolbox: the functions from which all keys of a mesh are derived. MshPRT 3.9. */

import { ascii, concat, getUint16BE, octet, setUint32BE, wipe } from "../bytes.js";
import type { BlockCipher, Crypto } from "../platform.js";
import { cmac } from "./cmac.js";

/** s1: a 16-octet salt from any octets. MshPRT 3.9.2.5. */
export function s1(crypto: Crypto, m: Uint8Array): Uint8Array {
  return cmac(crypto.aes128(new Uint8Array(16)), m);
}

/** s2: a 32-octet salt from any octets. MshPRT 3.9.2.6. */
export function s2(crypto: Crypto, m: Uint8Array): Uint8Array {
  return crypto.hmacSha256(new Uint8Array(32), m);
}

/** k1: a 16-octet key from the key material `n`, a 16-octet salt and the text `p`. MshPRT 3.9.2.7. */
export function k1(crypto: Crypto, n: Uint8Array, salt: Uint8Array, p: Uint8Array): Uint8Array {
  const t = cmac(crypto.aes128(salt), n);
  const key = cmac(crypto.aes128(t), p);
  wipe(t);
  return key;
}

/** The network credentials that k2 makes: a 7-bit NID and two keys of 16 octets. MshPRT 3.9.6.3.1. */
export interface NetworkCredentials {
  readonly nid: number;
  readonly encryptionKey: Uint8Array;
  readonly privacyKey: Uint8Array;
}

/** k2: network credentials from a NetKey and one or more octets that name their use. MshPRT 3.9.2.8. */
export function k2(crypto: Crypto, n: Uint8Array, p: Uint8Array): NetworkCredentials {
  const t = cmac(crypto.aes128(s1(crypto, ascii("smk2"))), n);
  const cipher = crypto.aes128(t);
  const t1 = cmac(cipher, concat(p, new Uint8Array([1])));
  const t2 = cmac(cipher, concat(t1, p, new Uint8Array([2])));
  const t3 = cmac(cipher, concat(t2, p, new Uint8Array([3])));
  wipe(t);
  return { nid: octet(t1, 15) & 0x7f, encryptionKey: t2, privacyKey: t3 };
}

/** k3: 8 public octets, the Network ID of a NetKey. MshPRT 3.9.2.9. */
export function k3(crypto: Crypto, n: Uint8Array): Uint8Array {
  const t = cmac(crypto.aes128(s1(crypto, ascii("smk3"))), n);
  const networkId = cmac(crypto.aes128(t), concat(ascii("id64"), new Uint8Array([1]))).slice(8);
  wipe(t);
  return networkId;
}

/** k4: the 6-bit AID of an AppKey. MshPRT 3.9.2.10. */
export function k4(crypto: Crypto, n: Uint8Array): number {
  const t = cmac(crypto.aes128(s1(crypto, ascii("smk4"))), n);
  const aid = octet(cmac(crypto.aes128(t), concat(ascii("id6"), new Uint8Array([1]))), 15) & 0x3f;
  wipe(t);
  return aid;
}

/** k5: a 32-octet key from the key material `n`, a 32-octet salt and the text `p`. MshPRT 3.9.2.11. */
export function k5(crypto: Crypto, n: Uint8Array, salt: Uint8Array, p: Uint8Array): Uint8Array {
  const t = crypto.hmacSha256(salt, n);
  const key = crypto.hmacSha256(t, p);
  wipe(t);
  return key;
}

/** IdentityKey: signs Node Identity and the private network identities. MshPRT 3.9.6.3.3. */
export function identityKey(crypto: Crypto, netKey: Uint8Array): Uint8Array {
  return netKeyDerivative(crypto, netKey, "nkik");
}

/** BeaconKey: authenticates secure network beacons. MshPRT 3.9.6.3.4. */
export function beaconKey(crypto: Crypto, netKey: Uint8Array): Uint8Array {
  return netKeyDerivative(crypto, netKey, "nkbk");
}

/** PrivateBeaconKey: encrypts mesh private beacons. MshPRT 3.9.6.3.5. */
export function privateBeaconKey(crypto: Crypto, netKey: Uint8Array): Uint8Array {
  return netKeyDerivative(crypto, netKey, "nkpk");
}

function netKeyDerivative(crypto: Crypto, netKey: Uint8Array, salt: string): Uint8Array {
  return k1(crypto, netKey, s1(crypto, ascii(salt)), concat(ascii("id128"), new Uint8Array([1])));
}

/** The virtual address, 8000 to bfff, of a 16-octet Label UUID. MshPRT 3.4.2.3. */
export function virtualAddress(crypto: Crypto, labelUuid: Uint8Array): number {
  const hash = cmac(crypto.aes128(s1(crypto, ascii("vtad"))), labelUuid);
  return 0x8000 | (getUint16BE(hash, 14) & 0x3fff);
}

/**
 * PECB, whose first six octets hide CTL, TTL, SEQ and SRC of a network PDU. privacy: cipher under the PrivacyKey;
 * privacyRandom: the seven octets that follow them on the air. MshPRT 3.9.7.3.
 */
export function pecb(privacy: BlockCipher, ivIndex: number, privacyRandom: Uint8Array): Uint8Array {
  const block = new Uint8Array(16);
  setUint32BE(block, 5, ivIndex);
  block.set(privacyRandom.subarray(0, 7), 9);
  privacy.encrypt(block, block);
  return block;
}
