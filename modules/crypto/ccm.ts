/** AES-CCM with a 13-octet nonce: MshPRT 3.9.2.3, RFC 3610 with L = 2. */

import { octet } from "../bytes.js";
import type { BlockCipher } from "../platform.js";

const BLOCK = 16;
const NONCE = 13;

/** Octets of the message integrity check. MshPRT 3.9.2.3. */
export type MicSize = 4 | 8;

/** What a packet is worked on in, so that it allocates nothing: of one key alone, or of several that share it. */
export class CcmScratch {
  /** The running CBC-MAC. */
  readonly mac = new Uint8Array(BLOCK);
  /** Counter block A_i: flags, nonce, counter. */
  readonly counter = new Uint8Array(BLOCK);
  readonly keyStream = new Uint8Array(BLOCK);
}

/** Encryption and authentication under one key. */
export class Ccm {
  readonly #cipher: BlockCipher;
  readonly #mac: Uint8Array;
  readonly #counter: Uint8Array;
  readonly #keyStream: Uint8Array;

  /** scratch: nothing of a packet is left in it that another could need. */
  constructor(cipher: BlockCipher, scratch = new CcmScratch()) {
    this.#cipher = cipher;
    this.#mac = scratch.mac;
    this.#counter = scratch.counter;
    this.#keyStream = scratch.keyStream;
  }

  /**
   * Encrypt in place. data: the plaintext followed by `micSize` octets of room, which receive the MIC.
   * nonce: 13 octets. Throws RangeError where the lengths are wrong.
   */
  encrypt(nonce: Uint8Array, data: Uint8Array, micSize: MicSize, additionalData?: Uint8Array): void {
    const length = this.#begin(nonce, data, micSize);
    this.#authenticate(nonce, data.subarray(0, length), micSize, additionalData);
    this.#crypt(data, length);
    this.#cryptMac(nonce);
    for (let i = 0; i < micSize; i++) data[length + i] = octet(this.#mac, i);
  }

  /**
   * Decrypt in place. data: the ciphertext followed by its MIC. false: the MIC does not fit, and the octets of
   * the text are zero. nonce: 13 octets. Throws RangeError where the lengths are wrong.
   */
  decrypt(nonce: Uint8Array, data: Uint8Array, micSize: MicSize, additionalData?: Uint8Array): boolean {
    const length = this.#begin(nonce, data, micSize);
    this.#crypt(data, length);
    this.#authenticate(nonce, data.subarray(0, length), micSize, additionalData);
    this.#cryptMac(nonce);
    let difference = 0;
    for (let i = 0; i < micSize; i++) difference |= octet(data, length + i) ^ octet(this.#mac, i);
    if (difference !== 0) data.fill(0, 0, length);
    return difference === 0;
  }

  /** The length of the text, with the counter at A_0. */
  #begin(nonce: Uint8Array, data: Uint8Array, micSize: MicSize): number {
    const length = data.length - micSize;
    if (nonce.length !== NONCE || length < 0 || length > 0xffff) throw new RangeError("bad CCM lengths");
    this.#counter[0] = 1; // L - 1
    this.#counter.set(nonce, 1);
    this.#setCounter(0);
    return length;
  }

  #setCounter(value: number): void {
    this.#counter[14] = value >> 8;
    this.#counter[15] = value;
  }

  /** CBC-MAC over B_0, the additional data and the plaintext. RFC 3610, section 2.2. */
  #authenticate(nonce: Uint8Array, text: Uint8Array, micSize: MicSize, additionalData?: Uint8Array): void {
    const mac = this.#mac;
    const additionalLength = additionalData?.length ?? 0;
    if (additionalLength >= 0xff00) throw new RangeError("too much additional data");
    mac[0] = (additionalLength > 0 ? 0x40 : 0) | (((micSize - 2) / 2) << 3) | 1;
    mac.set(nonce, 1);
    mac[14] = text.length >> 8;
    mac[15] = text.length;
    this.#cipher.encrypt(mac, mac);
    if (additionalData !== undefined && additionalLength > 0) {
      mac[0] = octet(mac, 0) ^ (additionalLength >> 8);
      mac[1] = octet(mac, 1) ^ (additionalLength & 0xff);
      this.#absorb(additionalData, 2);
    }
    this.#absorb(text, 0);
  }

  /** Add octets to the MAC from position `at` of its block on, zero-padded to whole blocks. */
  #absorb(octets: Uint8Array, at: number): void {
    const mac = this.#mac;
    let position = at;
    for (let i = 0; i < octets.length; i++) {
      mac[position] = octet(mac, position) ^ octet(octets, i);
      position++;
      if (position === BLOCK) {
        this.#cipher.encrypt(mac, mac);
        position = 0;
      }
    }
    if (position > 0) this.#cipher.encrypt(mac, mac);
  }

  /** Add the key stream S_1, S_2, ... to the text. RFC 3610, section 2.3. */
  #crypt(data: Uint8Array, length: number): void {
    const keyStream = this.#keyStream;
    for (let at = 0, block = 1; at < length; at += BLOCK, block++) {
      this.#setCounter(block);
      this.#cipher.encrypt(this.#counter, keyStream);
      const size = length - at < BLOCK ? length - at : BLOCK;
      for (let i = 0; i < size; i++) data[at + i] = octet(data, at + i) ^ octet(keyStream, i);
    }
  }

  /** Encrypt the MAC with S_0. */
  #cryptMac(nonce: Uint8Array): void {
    this.#counter.set(nonce, 1);
    this.#setCounter(0);
    this.#cipher.encrypt(this.#counter, this.#keyStream);
    for (let i = 0; i < BLOCK; i++) this.#mac[i] = octet(this.#mac, i) ^ octet(this.#keyStream, i);
    this.#keyStream.fill(0);
  }
}
