/** AES-CCM with a length field of 2 octets, made of a library's CBC and counter modes. RFC 3610, MshPRT 3.9.2.2. */

import { cbc, ctr } from "@noble/ciphers/aes.js";
import { concat, equal } from "../../../modules/bytes.js";

/** micSize: octets of the MIC. */
export interface CcmOptions {
  readonly micSize: 4 | 8;
  /** Authenticated along with the data; default: none. */
  readonly additionalData?: Uint8Array | undefined;
}

/** Ciphertext, then MIC. nonce: 13 octets. */
export function ccmEncrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  data: Uint8Array,
  options: CcmOptions,
): Uint8Array {
  const mic = authenticate(key, nonce, data, options);
  const hidden = count(key, nonce, concat(mic, data));
  return concat(hidden.subarray(16), hidden.subarray(0, options.micSize));
}

/** The data of ciphertext and MIC; undefined: the MIC does not fit, or there is not even room for one. */
export function ccmDecrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  options: CcmOptions,
): Uint8Array | undefined {
  const end = sealed.length - options.micSize;
  if (end < 0) return undefined;
  const mic = new Uint8Array(16);
  mic.set(sealed.subarray(end));
  const shown = count(key, nonce, concat(mic, sealed.subarray(0, end)));
  const data = shown.slice(16);
  const expected = authenticate(key, nonce, data, options).subarray(0, options.micSize);
  return equal(expected, shown.subarray(0, options.micSize)) ? data : undefined;
}

/** The first counter block hides the MIC, the following ones the data: one run over both, in that order. */
function count(key: Uint8Array, nonce: Uint8Array, blocks: Uint8Array): Uint8Array {
  const counter = new Uint8Array(16);
  counter[0] = 0x01;
  counter.set(nonce, 1);
  return ctr(key, counter).encrypt(blocks);
}

/** 16 octets, of which the first are the MIC before it is hidden. */
function authenticate(
  key: Uint8Array,
  nonce: Uint8Array,
  data: Uint8Array,
  { micSize, additionalData = new Uint8Array(0) }: CcmOptions,
): Uint8Array {
  const first = new Uint8Array(16);
  first[0] = (additionalData.length > 0 ? 0x40 : 0) | (((micSize - 2) / 2) << 3) | 0x01;
  first.set(nonce, 1);
  first[14] = data.length >> 8;
  first[15] = data.length;
  const { length } = additionalData;
  const prefix = length > 0 ? new Uint8Array([length >> 8, length]) : new Uint8Array(0);
  const blocks = concat(first, padded(concat(prefix, additionalData)), padded(data));
  return cbc(key, new Uint8Array(16), { disablePadding: true }).encrypt(blocks).slice(-16);
}

function padded(octets: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(16 * Math.ceil(octets.length / 16));
  blocks.set(octets);
  return blocks;
}
