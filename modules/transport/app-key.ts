/** One AppKey: its value, the one that is to replace it, and its record. MshPRT 3.9.6.2, 3.11.4. */

import { equal, getUint16BE, octet, setUint16BE, wipe } from "../bytes.js";
import { k4 } from "../crypto/toolbox.js";
import type { KeyRefreshPhase } from "../network/subnet.js";
import type { BlockCipher, Crypto } from "../platform.js";

const KEY_SIZE = 16;
const HAS_NEW_KEY = 0x01;

/** Of the layout that `encode` writes. */
export const APP_KEY_VERSION = 1;
export const APP_KEY_RECORD_SIZE = 36;

/** A value, and what is derived from it. */
export class ApplicationKey {
  /** Application key identifier, 6 bits. MshPRT 3.9.6.2. */
  readonly aid: number;
  readonly cipher: BlockCipher;
  readonly #value: Uint8Array;

  /** value: 16 octets, which are copied. */
  constructor(crypto: Crypto, value: Uint8Array) {
    if (value.length !== KEY_SIZE) throw new RangeError("an AppKey has 16 octets");
    this.#value = value.slice();
    this.aid = k4(crypto, value);
    this.cipher = crypto.aes128(value);
  }

  is(value: Uint8Array): boolean {
    return equal(this.#value, value);
  }

  writeTo(target: Uint8Array, offset: number): void {
    target.set(this.#value, offset);
  }

  wipe(): void {
    wipe(this.#value);
  }
}

/** One entry of the AppKey List. Whoever sends or receives reads it; AppKeys alone changes it. */
export class AppKey {
  readonly appKeyIndex: number;
  /** Of the NetKey that it is bound to. */
  readonly netKeyIndex: number;
  /** The last change could be stored. */
  isStored = true;
  /** The old one, and during a key refresh the new one after it. */
  #keys: readonly ApplicationKey[];

  constructor(appKeyIndex: number, netKeyIndex: number, keys: readonly ApplicationKey[]) {
    this.appKeyIndex = appKeyIndex;
    this.netKeyIndex = netKeyIndex;
    this.#keys = keys;
  }

  /** Old, or old and new. */
  get receiveKeys(): readonly ApplicationKey[] {
    return this.#keys;
  }

  get isBeingRefreshed(): boolean {
    return this.#keys.length > 1;
  }

  /** Old in phases 0 and 1, new in phase 2 where there is one. MshPRT 3.11.4. */
  transmitKey(phase: KeyRefreshPhase): ApplicationKey {
    const [oldKey, newKey] = this.#keys;
    const key = phase === 2 ? (newKey ?? oldKey) : oldKey;
    if (key === undefined) throw new RangeError("the AppKey has ended");
    return key;
  }

  /** Whether this is the value of the old key, or of the new one. */
  holds(value: Uint8Array): boolean {
    return this.#keys.some((key) => key.is(value));
  }

  /** Whether this is the value that is to be replaced. */
  isOld(value: Uint8Array): boolean {
    return this.#keys[0]?.is(value) ?? false;
  }

  /** The record as it would be with another new key; undefined: with the keys as they are. Holds keys: wipe it. */
  encode(newKey: ApplicationKey | undefined = this.#keys[1]): Uint8Array {
    const record = new Uint8Array(APP_KEY_RECORD_SIZE);
    record[0] = APP_KEY_VERSION;
    setUint16BE(record, 1, this.netKeyIndex);
    record[3] = newKey === undefined ? 0 : HAS_NEW_KEY;
    this.#keys[0]?.writeTo(record, 4);
    newKey?.writeTo(record, 4 + KEY_SIZE);
    return record;
  }

  /** A new key has been stored: phase 1. */
  refresh(newKey: ApplicationKey): void {
    const [oldKey, replaced] = this.#keys;
    if (oldKey !== undefined) this.#keys = [oldKey, newKey];
    replaced?.wipe();
  }

  /** The old key is revoked. */
  finish(): void {
    const [oldKey, newKey] = this.#keys;
    if (newKey === undefined) return;
    this.#keys = [newKey];
    oldKey?.wipe();
  }

  wipe(): void {
    for (const key of this.#keys) key.wipe();
    this.#keys = [];
  }
}

/** undefined: damaged. record: of APP_KEY_RECORD_SIZE octets. */
export function decodeAppKey(crypto: Crypto, appKeyIndex: number, record: Uint8Array): AppKey | undefined {
  const netKeyIndex = getUint16BE(record, 1);
  const flags = octet(record, 3);
  if (netKeyIndex > 0xfff || flags > HAS_NEW_KEY) return undefined;
  const keys = [new ApplicationKey(crypto, record.subarray(4, 4 + KEY_SIZE))];
  if (flags === HAS_NEW_KEY) keys.push(new ApplicationKey(crypto, record.subarray(4 + KEY_SIZE)));
  return new AppKey(appKeyIndex, netKeyIndex, keys);
}
