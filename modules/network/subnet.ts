/** One network key with all that is derived from it, and the subnet that has one or two of them. MshPRT 3.9.6.3. */

import { equal, wipe } from "../bytes.js";
import { Ccm } from "../crypto/ccm.js";
import { beaconKey, identityKey, k2, k3, privateBeaconKey } from "../crypto/toolbox.js";
import type { BlockCipher, Crypto } from "../platform.js";
import { NetworkCipher, NetworkScratch } from "./network-cipher.js";

/** 0: one key; 1: a new one is there, and only heard; 2: the new one is sent with, the old one heard. MshPRT 4.2.15. */
export type KeyRefreshPhase = 0 | 1 | 2;

/** The octet that k2 takes for the credentials of everybody. MshPRT 3.9.6.3.1. */
const FLOODING = 0x00;

/** One NetKey and everything derived from it. */
export class NetworkKey {
  /** The flooding credentials. */
  readonly cipher: NetworkCipher;
  /** 8 octets, public. MshPRT 3.9.6.3.2. */
  readonly networkId: Uint8Array;
  /** For the authentication of secure network beacons. MshPRT 3.9.6.3.4. */
  readonly beaconKey: BlockCipher;
  readonly #crypto: Crypto;
  readonly #scratch: NetworkScratch;
  readonly #netKey: Uint8Array;
  #identityKey: BlockCipher | undefined;
  #privateBeaconKey: Ccm | undefined;

  /** netKey: 16 octets. */
  constructor(crypto: Crypto, netKey: Uint8Array, scratch = new NetworkScratch()) {
    this.#crypto = crypto;
    this.#scratch = scratch;
    const credentials = k2(crypto, netKey, new Uint8Array([FLOODING]));
    const beacon = beaconKey(crypto, netKey);
    this.cipher = new NetworkCipher(crypto, credentials, scratch);
    this.networkId = k3(crypto, netKey);
    this.beaconKey = crypto.aes128(beacon);
    this.#netKey = netKey.slice();
    wipe(credentials.encryptionKey, credentials.privacyKey, beacon);
  }

  /** For what a proxy advertises; derived when it is needed first. MshPRT 3.9.6.3.3. */
  get identityKey(): BlockCipher {
    this.#identityKey ??= this.#derive(identityKey);
    return this.#identityKey;
  }

  /** For mesh private beacons; derived when it is needed first. MshPRT 3.9.6.3.5. */
  get privateBeaconKey(): Ccm {
    this.#privateBeaconKey ??= new Ccm(this.#derive(privateBeaconKey), this.#scratch.ccm);
    return this.#privateBeaconKey;
  }

  /** Whether it was made of that NetKey; in constant time. */
  isMadeOf(netKey: Uint8Array): boolean {
    return equal(this.#netKey, netKey);
  }

  /** Write the NetKey, 16 octets, into a record. */
  copyTo(record: Uint8Array, offset: number): void {
    record.set(this.#netKey, offset);
  }

  /** It must not be used any more. */
  wipe(): void {
    wipe(this.#netKey);
    this.cipher.wipe();
  }

  #derive(derivative: (crypto: Crypto, netKey: Uint8Array) => Uint8Array): BlockCipher {
    const key = derivative(this.#crypto, this.#netKey);
    const cipher = this.#crypto.aes128(key);
    wipe(key);
    return cipher;
  }
}

/** A subnet of this node: the same object as long as the node is a member. Only NetKeys changes it. MshPRT 2.3.5. */
export class Subnet {
  readonly netKeyIndex: number;
  #phase: KeyRefreshPhase = 0;
  #transmitKey: NetworkKey;
  #receiveKeys: readonly NetworkKey[];
  #beaconKeys: readonly NetworkKey[];

  constructor(netKeyIndex: number, key: NetworkKey) {
    this.netKeyIndex = netKeyIndex;
    this.#transmitKey = key;
    this.#receiveKeys = [key];
    this.#beaconKeys = this.#receiveKeys;
  }

  /** How far a key refresh has come. */
  get phase(): KeyRefreshPhase {
    return this.#phase;
  }

  /** The old key in phases 0 and 1, the new one in phase 2; for network PDUs and for beacons. MshPRT 3.11.4. */
  get transmitKey(): NetworkKey {
    return this.#transmitKey;
  }

  /** The keys of PDUs that are accepted: one, or the old and the new one. MshPRT 3.11.4. */
  get receiveKeys(): readonly NetworkKey[] {
    return this.#receiveKeys;
  }

  /** The keys of beacons that are accepted: in phase 2 the new one only. MshPRT 3.11.4.2. */
  get beaconKeys(): readonly NetworkKey[] {
    return this.#beaconKeys;
  }

  /** The first of its keys; in phases 0 and 1 the one that is sent with. */
  get oldKey(): NetworkKey {
    return this.#receiveKeys[0] ?? this.#transmitKey;
  }

  /** The key of phases 1 and 2 that stays when the key refresh is over; it can be the only one. */
  get newKey(): NetworkKey | undefined {
    return this.#phase === 0 ? undefined : this.#receiveKeys.at(-1);
  }

  /** Another phase, and the keys that it has: in phase 0 one; in phases 1 and 2 the old and the new one, or one alone. */
  enter(phase: KeyRefreshPhase, oldKey: NetworkKey, newKey: NetworkKey): void {
    this.#phase = phase;
    this.#receiveKeys = oldKey === newKey ? [newKey] : [oldKey, newKey];
    this.#transmitKey = phase === 1 ? oldKey : newKey;
    this.#beaconKeys = phase === 1 ? this.#receiveKeys : [newKey];
  }

  /** Wipe all its keys. */
  wipe(): void {
    for (const key of this.#receiveKeys) key.wipe();
  }
}
