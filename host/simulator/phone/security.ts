/** The cryptography of a provisioning, seen from the provisioner. MshPRT 3.9.2 and 5.4.2, by libraries only. */

import { cmac } from "@noble/ciphers/aes.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, concat } from "../../../modules/bytes.js";
import { ccmEncrypt } from "./ccm.js";

/** The values of the Start PDU's Algorithm field; each is also the bit of the Capabilities. MshPRT 5.4.1.3. */
export const Algorithm = Object.freeze({ Cmac: 0, Hmac: 1 } as const);
export type Algorithm = (typeof Algorithm)[keyof typeof Algorithm];

/** An authentication value: octets are Binary, a number is Numeric, a text is Alphanumeric. MshPRT 5.4.2.4.1. */
export type OobValue = Uint8Array | number | string;

/** What both sides derive when the randoms are known. MshPRT 5.4.2.5, 3.9.6.1. */
export interface SessionKeys {
  readonly provisioningSalt: Uint8Array;
  readonly sessionKey: Uint8Array;
  /** 13 octets. */
  readonly sessionNonce: Uint8Array;
  readonly deviceKey: Uint8Array;
}

/** Octets of Confirmation, Random and AuthValue. MshPRT 5.4.2.4.1. */
export function valueLength(algorithm: Algorithm): number {
  return algorithm === Algorithm.Cmac ? 16 : 32;
}

/** AES-CMAC under a key of zeros. MshPRT 3.9.2. */
export function s1(message: Uint8Array): Uint8Array {
  return cmac(message, new Uint8Array(16));
}

/** HMAC-SHA-256 under a key of zeros. MshPRT 3.9.2. */
export function s2(message: Uint8Array): Uint8Array {
  return hmac(sha256, new Uint8Array(32), message);
}

/** A key of 16 octets from a secret, a salt of 16 octets and a label. MshPRT 3.9.2. */
export function k1(secret: Uint8Array, salt: Uint8Array, label: Uint8Array): Uint8Array {
  return cmac(label, cmac(secret, salt));
}

/** A key of 32 octets from a secret, a salt of 32 octets and a label. MshPRT 3.9.2. */
export function k5(secret: Uint8Array, salt: Uint8Array, label: Uint8Array): Uint8Array {
  return hmac(sha256, hmac(sha256, salt, secret), label);
}

/** AuthValue of the algorithm's length; undefined: No OOB. MshPRT 5.4.2.4.1. */
export function authValue(algorithm: Algorithm, value: OobValue | undefined): Uint8Array {
  const result = new Uint8Array(valueLength(algorithm));
  if (typeof value === "number") {
    let rest = value;
    for (let at = result.length - 1; rest > 0 && at >= 0; at--) {
      result[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  } else if (value !== undefined) {
    const octets = typeof value === "string" ? ascii(value) : value;
    result.set(octets.subarray(0, result.length));
  }
  return result;
}

/** The salt over the 145 octets of ConfirmationInputs. MshPRT 5.4.2.4.1. */
export function confirmationSalt(algorithm: Algorithm, confirmationInputs: Uint8Array): Uint8Array {
  return algorithm === Algorithm.Cmac ? s1(confirmationInputs) : s2(confirmationInputs);
}

/** The key of both confirmations. Only with HMAC the AuthValue is part of it. MshPRT 5.4.2.4.1. */
export function confirmationKey(
  algorithm: Algorithm,
  ecdhSecret: Uint8Array,
  salt: Uint8Array,
  authenticationValue: Uint8Array,
): Uint8Array {
  if (algorithm === Algorithm.Cmac) return k1(ecdhSecret, salt, ascii("prck"));
  return k5(concat(ecdhSecret, authenticationValue), salt, ascii("prck256"));
}

/** One side's confirmation of its own random. MshPRT 5.4.2.4.1. */
export function confirmation(
  algorithm: Algorithm,
  key: Uint8Array,
  random: Uint8Array,
  authenticationValue: Uint8Array,
): Uint8Array {
  if (algorithm === Algorithm.Cmac) return cmac(concat(random, authenticationValue), key);
  return hmac(sha256, key, random);
}

/** Session key, nonce and device key. MshPRT 5.4.2.5. */
export function sessionKeys(
  ecdhSecret: Uint8Array,
  salt: Uint8Array,
  randomProvisioner: Uint8Array,
  randomDevice: Uint8Array,
): SessionKeys {
  const provisioningSalt = s1(concat(salt, randomProvisioner, randomDevice));
  return {
    provisioningSalt,
    sessionKey: k1(ecdhSecret, provisioningSalt, ascii("prsk")),
    sessionNonce: k1(ecdhSecret, provisioningSalt, ascii("prsn")).subarray(3),
    deviceKey: k1(ecdhSecret, provisioningSalt, ascii("prdk")),
  };
}

/** AES-CCM with a MIC of 8 octets and no additional data: ciphertext, then MIC. RFC 3610, MshPRT 5.4.2.5. */
export function encryptProvisioningData(keys: SessionKeys, data: Uint8Array): Uint8Array {
  return ccmEncrypt(keys.sessionKey, keys.sessionNonce, data, { micSize: 8 });
}
