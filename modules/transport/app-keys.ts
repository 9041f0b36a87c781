/** The AppKey List. MshPRT 4.2.6, 4.3.2.37 to 4.3.2.42, 3.11.4. */

import { wipe } from "../bytes.js";
import type { KeyResult } from "../network/key-result.js";
import type { NetKeys } from "../network/net-keys.js";
import type { Subnet } from "../network/subnet.js";
import type { Crypto, Trace } from "../platform.js";
import { hexDigits, RecordPrefix, type Records } from "../records.js";
import { APP_KEY_RECORD_SIZE, APP_KEY_VERSION, AppKey, ApplicationKey, decodeAppKey } from "./app-key.js";

/** What the list needs. capacity: how many AppKeys it holds. */
export interface AppKeysOptions {
  readonly records: Records;
  readonly crypto: Crypto;
  readonly trace: Trace;
  readonly capacity: number;
  readonly netKeys: Pick<NetKeys, "get">;
}

/** Who has to know that an AppKey has gone. */
export interface AppKeysListener {
  deleted(appKeyIndex: number): void;
}

/**
 * Keeps the keys, in storage too. The NetKey that an AppKey is bound to is its root: without it the AppKey is swept,
 * and a phase 0 that a power cut kept the AppKey from reaching is made up for at the next start.
 *
 * Record app.hhh, by AppKey index: version 1, NetKey index 2, flags 1 (bit 0: there is a new key), key 16, new key 16.
 */
export class AppKeys {
  readonly #records: Records;
  readonly #crypto: Crypto;
  readonly #capacity: number;
  readonly #netKeys: Pick<NetKeys, "get">;
  /** Ascending by index. */
  #keys: AppKey[] = [];
  #listener: AppKeysListener | undefined;

  constructor({ records, crypto, capacity, netKeys }: AppKeysOptions) {
    this.#records = records;
    this.#crypto = crypto;
    this.#capacity = capacity;
    this.#netKeys = netKeys;
  }

  attach(listener: AppKeysListener): void {
    this.#listener = listener;
  }

  /** What has been stored: after the NetKeys. Keys of absent NetKeys are erased, interrupted refreshes finished. */
  load(): void {
    for (const name of this.#records.keys(RecordPrefix.AppKey)) {
      const appKeyIndex = Number.parseInt(name.slice(RecordPrefix.AppKey.length), 16);
      if (keyOf(appKeyIndex) !== name) continue;
      const record = this.#records.read(name, APP_KEY_VERSION, APP_KEY_RECORD_SIZE);
      if (record === undefined) continue;
      this.#loadOne(appKeyIndex, record);
      wipe(record);
    }
  }

  /** All of them, ascending by index. */
  get all(): readonly AppKey[] {
    return this.#keys;
  }

  get(appKeyIndex: number): AppKey | undefined {
    for (const key of this.#keys) if (key.appKeyIndex === appKeyIndex) return key;
    return undefined;
  }

  /** The indexes of the AppKeys that are bound to a NetKey, ascending. */
  of(netKeyIndex: number): readonly number[] {
    return this.#keys.filter((key) => key.netKeyIndex === netKeyIndex).map(({ appKeyIndex }) => appKeyIndex);
  }

  /** key: 16 octets. MshPRT 4.3.2.37; order of the conditions: 4.4.1.2.10. */
  add(netKeyIndex: number, appKeyIndex: number, key: Uint8Array): KeyResult {
    const known = this.get(appKeyIndex);
    if (known !== undefined) {
      if (!known.holds(key)) return "alreadyStored";
      return this.#hasNetKey(netKeyIndex) && known.netKeyIndex === netKeyIndex ? "done" : "unknownNetKey";
    }
    if (this.#keys.length >= this.#capacity) return "full";
    if (!this.#hasNetKey(netKeyIndex)) return "unknownNetKey";
    const added = new AppKey(appKeyIndex, netKeyIndex, [new ApplicationKey(this.#crypto, key)]);
    if (!this.#store(added, added.encode())) {
      added.wipe();
      return "storageFailed";
    }
    this.#put(added);
    return "done";
  }

  /** In phase 1 only, which is that of the AppKey's own NetKey. key: 16 octets. MshPRT 4.3.2.38, 3.11.4. */
  update(netKeyIndex: number, appKeyIndex: number, key: Uint8Array): KeyResult {
    const known = this.get(appKeyIndex);
    if (known === undefined) return "unknownAppKey";
    const subnet = this.#netKeys.get(netKeyIndex);
    if (subnet === undefined) return "unknownNetKey";
    // Before the phase, as every other stack has it, although 4.4.1.2.10 lists them the other way round.
    if (known.netKeyIndex !== netKeyIndex) return "wrongPair";
    if (subnet.phase !== 1 || known.isOld(key)) return "cannotUpdate";
    if (known.holds(key)) return "done";
    const newKey = new ApplicationKey(this.#crypto, key);
    if (!this.#store(known, known.encode(newKey))) {
      newKey.wipe();
      return "storageFailed";
    }
    known.refresh(newKey);
    return "done";
  }

  /** MshPRT 4.3.2.40. */
  delete(netKeyIndex: number, appKeyIndex: number): KeyResult {
    if (!this.#hasNetKey(netKeyIndex)) return "unknownNetKey";
    const known = this.get(appKeyIndex);
    if (known === undefined) return "done";
    if (known.netKeyIndex !== netKeyIndex) return "wrongPair";
    this.#end(known);
    return "done";
  }

  /** Follows what NetKeys tells: with phase 0 the old keys are revoked. */
  netKeyPhaseChanged(subnet: Subnet): void {
    for (const key of this.#keys) {
      if (key.netKeyIndex !== subnet.netKeyIndex) continue;
      if (subnet.phase === 0) this.#finish(key);
      // Else the record, which could not be written, would give a revoked key for the old one.
      else if (!key.isStored) this.#store(key, key.encode());
    }
  }

  /** Follows what NetKeys tells: the NetKey's AppKeys go with it. */
  netKeyDeleted(netKeyIndex: number): void {
    for (const key of [...this.#keys]) if (key.netKeyIndex === netKeyIndex) this.#end(key);
  }

  /** The term on the network is over. */
  stop(): void {
    for (const key of this.#keys) key.wipe();
    this.#keys = [];
  }

  #hasNetKey(netKeyIndex: number): boolean {
    return this.#netKeys.get(netKeyIndex) !== undefined;
  }

  #loadOne(appKeyIndex: number, record: Uint8Array): void {
    const key = decodeAppKey(this.#crypto, appKeyIndex, record);
    if (key === undefined) {
      this.#records.damaged(record);
      return;
    }
    const subnet = this.#netKeys.get(key.netKeyIndex);
    if (subnet === undefined || this.#keys.length >= this.#capacity) {
      if (subnet !== undefined) this.#records.damaged(record);
      this.#records.erase(keyOf(appKeyIndex));
      key.wipe();
      return;
    }
    this.#put(key);
    if (subnet.phase === 0) this.#finish(key);
  }

  #finish(key: AppKey): void {
    if (!key.isBeingRefreshed) return;
    key.finish();
    key.isStored = false;
    this.#store(key, key.encode());
  }

  #store(key: AppKey, record: Uint8Array): boolean {
    const stored = this.#records.write(keyOf(key.appKeyIndex), record);
    wipe(record);
    if (stored) key.isStored = true;
    return stored;
  }

  #put(key: AppKey): void {
    this.#keys.push(key);
    this.#keys.sort((a, b) => a.appKeyIndex - b.appKeyIndex);
  }

  #end(key: AppKey): void {
    this.#records.erase(keyOf(key.appKeyIndex));
    this.#keys = this.#keys.filter((other) => other !== key);
    key.wipe();
    this.#listener?.deleted(key.appKeyIndex);
  }
}

function keyOf(appKeyIndex: number): string {
  return RecordPrefix.AppKey + hexDigits(appKeyIndex, 3);
}
