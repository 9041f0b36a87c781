/** Secures access messages, and finds the key that opens one. MshPRT 3.6.4, 3.9.5.2, 3.9.5.3, 3.9.7.1. */

import { setUint16BE, setUint24BE, setUint32BE } from "../bytes.js";
import { Ccm, CcmScratch, type MicSize } from "../crypto/ccm.js";
import { isUnicast, isVirtual } from "../network/address.js";
import type { NetKeys } from "../network/net-keys.js";
import type { NetworkPdu } from "../network/network.js";
import type { BlockCipher, Crypto, DropReason } from "../platform.js";
import type { AppKeys } from "./app-keys.js";
import type { Label, Labels } from "./labels.js";
import { AKF, LowerSize } from "./lower-pdu.js";
import type { Reassembled } from "./reassembler.js";
import type { NonceNumbers, OutgoingMessage } from "./transmission.js";

const NONCE_SIZE = 13;
const APPLICATION_NONCE = 0x01;
const DEVICE_NONCE = 0x02;
const ASZMIC = 0x80;

/** What to try where the destination is not a virtual address. */
const UNLABELLED: readonly (Label | undefined)[] = Object.freeze([undefined]);

/** Whose keys they are. deviceKey: 16 octets. */
export interface AccessCipherParts {
  readonly crypto: Crypto;
  readonly netKeys: Pick<NetKeys, "get">;
  readonly appKeys: Pick<AppKeys, "get" | "all">;
  readonly labels: Pick<Labels, "matching">;
  readonly deviceKey: Uint8Array;
}

/** A message that a key has opened. */
export interface Opened {
  /** Opcode and parameters: a view that is valid until the next message is opened. */
  readonly accessPdu: Uint8Array;
  /** undefined: the device key. */
  readonly appKeyIndex: number | undefined;
  readonly label: Uint8Array | undefined;
}

/** The keys of the access layer at work. Holds its scratch, so that a message allocates little. */
export class AccessCipher {
  readonly #parts: AccessCipherParts;
  readonly #deviceCipher: BlockCipher;
  /** Of all keys: ten AppKeys with their own would take 4 kB on XS. */
  readonly #scratch = new CcmScratch();
  readonly #nonce = new Uint8Array(NONCE_SIZE);
  readonly #clear = new Uint8Array(LowerSize.Message);

  constructor(parts: AccessCipherParts) {
    this.#parts = parts;
    this.#deviceCipher = parts.crypto.aes128(parts.deviceKey);
  }

  /** Write the Upper Transport PDU to `target`, and return AKF and AID. undefined: there is no such key. */
  seal(
    payload: Uint8Array,
    message: OutgoingMessage,
    { seq, ivIndex }: NonceNumbers,
    target: Uint8Array,
  ): number | undefined {
    const { src, dst, label, appKeyIndex, netKeyIndex } = message;
    const micSize: MicSize = message.micSize === 8 ? 8 : 4;
    const data = target.subarray(0, payload.length + micSize);
    data.set(payload);
    if (appKeyIndex === undefined) {
      this.#setNonce(DEVICE_NONCE, micSize, { src, dst, seq, ivIndex });
      this.#ccmOf(this.#deviceCipher).encrypt(this.#nonce, data, micSize);
      return 0;
    }
    const appKey = this.#parts.appKeys.get(appKeyIndex);
    const subnet = this.#parts.netKeys.get(netKeyIndex);
    if (appKey === undefined || subnet === undefined || appKey.netKeyIndex !== netKeyIndex) return undefined;
    const { aid, cipher } = appKey.transmitKey(subnet.phase);
    this.#setNonce(APPLICATION_NONCE, micSize, { src, dst, seq, ivIndex });
    this.#ccmOf(cipher).encrypt(this.#nonce, data, micSize, label);
    return AKF | aid;
  }

  /** Try every key that may be it. A reason: none is. */
  open(message: Reassembled, from: NetworkPdu): Opened | DropReason {
    const { upperPdu, head, szmic } = message;
    const micSize: MicSize = szmic ? 8 : 4;
    if (upperPdu.length <= micSize) return "badLength";
    const { src, dst, ivIndex } = from;
    const isApplication = (head & AKF) !== 0;
    const type = isApplication ? APPLICATION_NONCE : DEVICE_NONCE;
    this.#setNonce(type, micSize, { src, dst, seq: message.seqAuth, ivIndex });
    return isApplication
      ? this.#openWithAppKeys(message, from, micSize)
      : this.#openWithDeviceKey(message, from, micSize);
  }

  /** Nothing of a message stays. */
  wipe(): void {
    this.#clear.fill(0);
  }

  #openWithDeviceKey(
    { upperPdu, head }: Reassembled,
    from: NetworkPdu,
    micSize: MicSize,
  ): Opened | DropReason {
    if (!isUnicast(from.dst)) return "badAddress";
    if (head !== 0) return "unknownKey";
    const accessPdu = this.#decrypt(this.#deviceCipher, upperPdu, micSize);
    return accessPdu === undefined ? "badMic" : { accessPdu, appKeyIndex: undefined, label: undefined };
  }

  #openWithAppKeys({ upperPdu, head }: Reassembled, from: NetworkPdu, micSize: MicSize): Opened | DropReason {
    const { netKeyIndex } = from.subnet;
    const aid = head & ~AKF;
    const labels = isVirtual(from.dst) ? this.#parts.labels.matching(from.dst) : UNLABELLED;
    let reason: DropReason = "unknownKey";
    for (const appKey of this.#parts.appKeys.all) {
      if (appKey.netKeyIndex !== netKeyIndex) continue;
      const { appKeyIndex } = appKey;
      for (const key of appKey.receiveKeys) {
        if (key.aid !== aid) continue;
        reason = "badMic";
        for (const label of labels) {
          const accessPdu = this.#decrypt(key.cipher, upperPdu, micSize, label?.uuid);
          if (accessPdu !== undefined) return { accessPdu, appKeyIndex, label: label?.uuid };
        }
      }
    }
    return reason;
  }

  /** In a copy: what one key has made of the octets is of no use to the next. */
  #decrypt(
    cipher: BlockCipher,
    upperPdu: Uint8Array,
    micSize: MicSize,
    label?: Uint8Array,
  ): Uint8Array | undefined {
    const data = this.#clear.subarray(0, upperPdu.length);
    data.set(upperPdu);
    if (!this.#ccmOf(cipher).decrypt(this.#nonce, data, micSize, label)) return undefined;
    return data.subarray(0, upperPdu.length - micSize);
  }

  #ccmOf(cipher: BlockCipher): Ccm {
    return new Ccm(cipher, this.#scratch);
  }

  #setNonce(type: number, micSize: MicSize, { src, dst, seq, ivIndex }: NonceFields): void {
    const nonce = this.#nonce;
    nonce[0] = type;
    nonce[1] = micSize === 8 ? ASZMIC : 0;
    setUint24BE(nonce, 2, seq);
    setUint16BE(nonce, 5, src);
    setUint16BE(nonce, 7, dst);
    setUint32BE(nonce, 9, ivIndex);
  }
}

interface NonceFields extends NonceNumbers {
  readonly src: number;
  readonly dst: number;
}
