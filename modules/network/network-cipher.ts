/** Encryption, authentication and obfuscation of Network PDUs. MshPRT 3.4.4, 3.9.5.1, 3.9.7. */

import { octet, setUint32BE } from "../bytes.js";
import { Ccm, CcmScratch } from "../crypto/ccm.js";
import type { NetworkCredentials } from "../crypto/toolbox.js";
import type { BlockCipher, Crypto } from "../platform.js";
import { HEADER_SIZE, isControl, micSizeOf } from "./network-pdu.js";

/** The last octet of what is obfuscated: CTL, TTL, SEQ and SRC. MshPRT 3.9.7.3. */
const OBFUSCATED_END = 6;

/** What a PDU is secured as. Only that of the network has CTL and TTL in its nonce. MshPRT 3.9.5, table 3.46. */
export const NonceType = Object.freeze({ Network: 0x00, Proxy: 0x03, ProxySolicitation: 0x04 } as const);
export type NonceType = (typeof NonceType)[keyof typeof NonceType];

/** The octets from here on are encrypted: DST, TransportPDU. MshPRT 3.4.4. */
const ENCRYPTED = 7;

/** What a packet is worked on in: of one set of credentials alone, or of several that share it. */
export class NetworkScratch {
  readonly ccm = new CcmScratch();
  /** Type, CTL and TTL, SEQ, SRC, 0000, IV Index. MshPRT 3.9.5.1, 3.9.5.4, 3.9.5.5. */
  readonly nonce = new Uint8Array(13);
  /** Input of the privacy function: five zeros, IV Index, privacy random. MshPRT 3.9.7.3. */
  readonly privacyPlaintext = new Uint8Array(16);
  readonly pecb = new Uint8Array(16);
}

/**
 * One set of network credentials: of a NetKey, or of a friendship. What it allocates for a packet are short-lived
 * views, and those only where a packet is encrypted or authenticated. MshPRT 3.9.6.3.1.
 */
export class NetworkCipher {
  /** 7 bits, public. */
  readonly nid: number;
  readonly #encryption: Ccm;
  readonly #privacy: BlockCipher;
  readonly #nonce: Uint8Array;
  readonly #privacyPlaintext: Uint8Array;
  readonly #pecb: Uint8Array;

  /** The credentials are not kept: whoever made them wipes them. */
  constructor(crypto: Crypto, credentials: NetworkCredentials, scratch = new NetworkScratch()) {
    this.nid = credentials.nid;
    this.#encryption = new Ccm(crypto.aes128(credentials.encryptionKey), scratch.ccm);
    this.#privacy = crypto.aes128(credentials.privacyKey);
    this.#nonce = scratch.nonce;
    this.#privacyPlaintext = scratch.privacyPlaintext;
    this.#pecb = scratch.pecb;
  }

  /**
   * Make a PDU as it goes on the air, in place. pdu: in clear from octet 1 on, and at its end room for the NetMIC;
   * IVI and NID are written here.
   */
  seal(pdu: Uint8Array, ivIndex: number, nonceType: NonceType = NonceType.Network): void {
    pdu[0] = ((ivIndex & 1) << 7) | this.nid;
    this.#setNonce(pdu, ivIndex, nonceType);
    this.#encryption.encrypt(this.#nonce, pdu.subarray(ENCRYPTED), micSizeOf(isControl(pdu)));
    this.#computePecb(pdu, ivIndex);
    for (let i = 1; i <= OBFUSCATED_END; i++) pdu[i] = octet(pdu, i) ^ octet(this.#pecb, i - 1);
  }

  /**
   * The first seven octets in clear, into plain: CTL, TTL, SEQ and SRC, if the PDU was made with these credentials.
   * pdu: at least 14 octets, left as it is. Costs one AES block and allocates nothing.
   */
  deobfuscate(pdu: Uint8Array, ivIndex: number, plain: Uint8Array): void {
    this.#computePecb(pdu, ivIndex);
    plain[0] = octet(pdu, 0);
    for (let i = 1; i <= OBFUSCATED_END; i++) plain[i] = octet(pdu, i) ^ octet(this.#pecb, i - 1);
  }

  /**
   * After `deobfuscate`: the other octets in clear, into plain, which is at least as long as the PDU. false: the
   * NetMIC does not fit, and plain says nothing.
   */
  open(
    pdu: Uint8Array,
    ivIndex: number,
    plain: Uint8Array,
    nonceType: NonceType = NonceType.Network,
  ): boolean {
    const micSize = micSizeOf(isControl(plain));
    // A Solicitation PDU alone has no TransportPDU. MshPRT 6.9.1.
    const shortest = nonceType === NonceType.ProxySolicitation ? 0 : 1;
    if (pdu.length < HEADER_SIZE + shortest + micSize) return false;
    this.#setNonce(plain, ivIndex, nonceType);
    for (let i = ENCRYPTED; i < pdu.length; i++) plain[i] = octet(pdu, i);
    return this.#encryption.decrypt(this.#nonce, plain.subarray(ENCRYPTED, pdu.length), micSize);
  }

  /** Forget what the last packet has left in the scratch. The keys are given up with the cipher. */
  wipe(): void {
    this.#nonce.fill(0);
    this.#privacyPlaintext.fill(0);
    this.#pecb.fill(0);
  }

  /** header: a PDU in clear, at least up to SRC. */
  #setNonce(header: Uint8Array, ivIndex: number, nonceType: NonceType): void {
    const nonce = this.#nonce;
    nonce[0] = nonceType;
    for (let i = 1; i <= OBFUSCATED_END; i++) nonce[i] = octet(header, i);
    if (nonceType !== NonceType.Network) nonce[1] = 0;
    setUint32BE(nonce, 9, ivIndex);
  }

  /** pdu: encrypted. */
  #computePecb(pdu: Uint8Array, ivIndex: number): void {
    const plaintext = this.#privacyPlaintext;
    setUint32BE(plaintext, 5, ivIndex);
    for (let i = 0; i < 7; i++) plaintext[9 + i] = octet(pdu, ENCRYPTED + i);
    this.#privacy.encrypt(plaintext, this.#pecb);
  }
}
