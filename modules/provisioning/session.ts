/** What both sides compute from the PDUs that they have exchanged: confirmations and session keys. MshPRT 5.4.2.4. */

import { ascii, concat, wipe } from "../bytes.js";
import { Ccm } from "../crypto/ccm.js";
import { cmac } from "../crypto/cmac.js";
import { k1, k5, s1, s2 } from "../crypto/toolbox.js";
import type { Crypto } from "../platform.js";
import { Algorithm, PROVISIONING_DATA_MIC_SIZE, PROVISIONING_DATA_SIZE } from "./pdu.js";

/** Octets of AuthValue, of Random and of Confirmation: 16 or 32. MshPRT 5.4.2.4.1. */
export function confirmationSize(algorithm: Algorithm): number {
  return algorithm === Algorithm.Cmac ? 16 : 32;
}

/** The five parts of ConfirmationInputs, without their PDU types. MshPRT 5.4.2.4.1. */
export interface ConfirmationInputs {
  /** 1 octet. */
  readonly invite: Uint8Array;
  /** 11 octets. */
  readonly capabilities: Uint8Array;
  /** 5 octets. */
  readonly start: Uint8Array;
  /** 64 octets. */
  readonly publicKeyProvisioner: Uint8Array;
  /** 64 octets. */
  readonly publicKeyDevice: Uint8Array;
}

/** ConfirmationSalt: 16 octets, 32 with HMAC. MshPRT 5.4.2.4.1. */
export function confirmationSalt(
  crypto: Crypto,
  algorithm: Algorithm,
  inputs: ConfirmationInputs,
): Uint8Array {
  const { invite, capabilities, start, publicKeyProvisioner, publicKeyDevice } = inputs;
  const all = concat(invite, capabilities, start, publicKeyProvisioner, publicKeyDevice);
  return algorithm === Algorithm.Cmac ? s1(crypto, all) : s2(crypto, all);
}

/**
 * One side's confirmation: 16 octets, 32 with HMAC, like `random` and `authValue`. secret: ECDHSecret, 32 octets.
 * MshPRT 5.4.2.4.1.
 */
export interface Confirmer {
  confirmation(random: Uint8Array): Uint8Array;
  /** Overwrite its secrets. */
  wipe(): void;
}

/** The confirmations under one ECDHSecret and AuthValue, both copied. MshPRT 5.4.2.4.1. */
export function createConfirmer(
  crypto: Crypto,
  algorithm: Algorithm,
  salt: Uint8Array,
  secrets: { readonly ecdhSecret: Uint8Array; readonly authValue: Uint8Array },
): Confirmer {
  return algorithm === Algorithm.Cmac
    ? new CmacConfirmer(crypto, salt, secrets.ecdhSecret, secrets.authValue)
    : new HmacConfirmer(crypto, salt, secrets.ecdhSecret, secrets.authValue);
}

class CmacConfirmer implements Confirmer {
  readonly #crypto: Crypto;
  readonly #key: Uint8Array;
  readonly #authValue: Uint8Array;

  constructor(crypto: Crypto, salt: Uint8Array, ecdhSecret: Uint8Array, authValue: Uint8Array) {
    this.#crypto = crypto;
    this.#key = k1(crypto, ecdhSecret, salt, ascii("prck"));
    this.#authValue = authValue.slice();
  }

  confirmation(random: Uint8Array): Uint8Array {
    const input = concat(random, this.#authValue);
    const result = cmac(this.#crypto.aes128(this.#key), input);
    wipe(input);
    return result;
  }

  wipe(): void {
    wipe(this.#key, this.#authValue);
  }
}

class HmacConfirmer implements Confirmer {
  readonly #crypto: Crypto;
  readonly #key: Uint8Array;

  constructor(crypto: Crypto, salt: Uint8Array, ecdhSecret: Uint8Array, authValue: Uint8Array) {
    const material = concat(ecdhSecret, authValue);
    this.#crypto = crypto;
    this.#key = k5(crypto, material, salt, ascii("prck256"));
    wipe(material);
  }

  confirmation(random: Uint8Array): Uint8Array {
    return this.#crypto.hmacSha256(this.#key, random);
  }

  wipe(): void {
    wipe(this.#key);
  }
}

/** The keys that protect the provisioning data, and the one that outlives them. MshPRT 5.4.2.5, 3.9.6.1. */
export interface SessionKeys {
  /** 16 octets. */
  readonly sessionKey: Uint8Array;
  /** 13 octets. */
  readonly sessionNonce: Uint8Array;
  /** 16 octets. */
  readonly deviceKey: Uint8Array;
}

/** Session keys from ECDHSecret, ConfirmationSalt and both randoms. MshPRT 5.4.2.5. */
export function deriveSessionKeys(
  crypto: Crypto,
  ecdhSecret: Uint8Array,
  salt: Uint8Array,
  randoms: { readonly provisioner: Uint8Array; readonly device: Uint8Array },
): SessionKeys {
  const provisioningSalt = s1(crypto, concat(salt, randoms.provisioner, randoms.device));
  return {
    sessionKey: k1(crypto, ecdhSecret, provisioningSalt, ascii("prsk")),
    // The 13 least significant octets; a view, so that wiping it leaves three octets of no use.
    sessionNonce: k1(crypto, ecdhSecret, provisioningSalt, ascii("prsn")).subarray(3),
    deviceKey: k1(crypto, ecdhSecret, provisioningSalt, ascii("prdk")),
  };
}

/**
 * The 25 octets of provisioning data in the 33 parameters of Provisioning Data; undefined: the MIC does not fit.
 * MshPRT 5.4.2.5.
 */
export function decryptProvisioningData(
  crypto: Crypto,
  keys: SessionKeys,
  parameters: Uint8Array,
): Uint8Array | undefined {
  const data = parameters.slice();
  const ccm = new Ccm(crypto.aes128(keys.sessionKey));
  const authentic = ccm.decrypt(keys.sessionNonce, data, PROVISIONING_DATA_MIC_SIZE);
  const clear = authentic ? data.slice(0, PROVISIONING_DATA_SIZE) : undefined;
  wipe(data);
  return clear;
}
