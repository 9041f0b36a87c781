/**
 * The NetKey List and the Key Refresh Phase states: which subnets the node is a member of. MshPRT 4.2.5, 4.2.15, 3.11.4.
 *
 *   record net.hhh, hhh the NetKey index: version 1, phase 1, NetKey 16, new NetKey 16
 *
 * The new NetKey is zero in phase 0. A node that was provisioned during phase 2 has never had the old one: its record
 * holds the new one twice.
 *
 *            update(another key)      transition 2, beacon KR 1
 *        0 ───────────────────────► 1 ─────────────────────────► 2
 *        ▲   transition 3, KR 0     │      transition 3, KR 0    │
 *        └──────────────────────────┴────────────────────────────┘
 */

import { octet, wipe } from "../bytes.js";
import type { Crypto, DropReason, Trace } from "../platform.js";
import { hexDigits, RecordPrefix, type Records } from "../records.js";
import type { KeyResult } from "./key-result.js";
import { NetworkScratch } from "./network-cipher.js";
import { type KeyRefreshPhase, NetworkKey, Subnet } from "./subnet.js";

const VERSION = 1;
const SIZE = 34;
const KEY_SIZE = 16;
const KEY_AT = 2;
const NEW_KEY_AT = KEY_AT + KEY_SIZE;
const MAX_NET_KEY_INDEX = 0xfff;

/** The transitions of Config Key Refresh Phase Set. MshPRT 4.2.15. */
const Transition = Object.freeze({ UseNewKeys: 2, RevokeOldKeys: 3 } as const);

const PHASE_NOTES = Object.freeze(["keyRefreshPhase0", "keyRefreshPhase1", "keyRefreshPhase2"] as const);

/** Who must know of changes; each call comes after the record has been written or erased. */
export interface NetKeysListener {
  added(subnet: Subnet): void;
  /** A phase was entered; 0 after 2 or 1: the old key is revoked. */
  phaseChanged(subnet: Subnet): void;
  deleted(subnet: Subnet): void;
}

/** What the list needs of its surroundings. capacity: how many NetKeys it holds, 1 or more. */
export interface NetKeysParts {
  readonly records: Records;
  readonly crypto: Crypto;
  readonly trace: Trace;
  readonly capacity: number;
}

/** Keeps the NetKeys, in storage too. */
export class NetKeys {
  readonly #parts: NetKeysParts;
  /** Of all keys: one of its own would take a kilobyte of each on XS. */
  readonly #scratch = new NetworkScratch();
  #listener: NetKeysListener | undefined;
  #subnets: readonly Subnet[] = [];

  constructor(parts: NetKeysParts) {
    this.#parts = parts;
  }

  attach(listener: NetKeysListener): void {
    this.#listener = listener;
  }

  /** All that is stored. false: there is not one usable NetKey. The listener is not called. */
  load(): boolean {
    const { records, capacity } = this.#parts;
    const subnets: Subnet[] = [];
    for (const name of records.keys(RecordPrefix.NetKey)) {
      if (subnets.length === capacity) break;
      const subnet = this.#read(name);
      if (subnet !== undefined) subnets.push(subnet);
    }
    this.#subnets = subnets;
    return subnets.length > 0;
  }

  /**
   * The first NetKey, as provisioned; phase2: the key is the new one of a key refresh in phase 2, and the old one is
   * not known. The listener is not called. false: it could not be stored. MshPRT 5.4.1.8.
   */
  begin(netKeyIndex: number, key: Uint8Array, phase2: boolean): boolean {
    const networkKey = this.#networkKey(key);
    const subnet = new Subnet(netKeyIndex, networkKey);
    if (phase2) subnet.enter(2, networkKey, networkKey);
    if (!this.#write(netKeyIndex, subnet.phase, networkKey, networkKey)) {
      networkKey.wipe();
      return false;
    }
    this.#insert(subnet);
    return true;
  }

  /** In ascending order of their indexes. */
  get subnets(): readonly Subnet[] {
    return this.#subnets;
  }

  get(netKeyIndex: number): Subnet | undefined {
    for (const subnet of this.#subnets) if (subnet.netKeyIndex === netKeyIndex) return subnet;
    return undefined;
  }

  /** done: also when the index holds the same key already. MshPRT 4.3.2.31. */
  add(netKeyIndex: number, key: Uint8Array): KeyResult {
    const known = this.get(netKeyIndex);
    if (known !== undefined) return known.transmitKey.isMadeOf(key) ? "done" : "alreadyStored";
    if (this.#subnets.length >= this.#parts.capacity) return "full";
    const networkKey = this.#networkKey(key);
    if (!this.#write(netKeyIndex, 0, networkKey, networkKey)) {
      networkKey.wipe();
      return "storageFailed";
    }
    const subnet = new Subnet(netKeyIndex, networkKey);
    this.#insert(subnet);
    this.#parts.trace.note("network", "netKeyAdded", netKeyIndex);
    this.#listener?.added(subnet);
    return "done";
  }

  /** Begin a key refresh; in phase 1 only the same new key again is no error. MshPRT 3.11.4, 4.3.2.32. */
  update(netKeyIndex: number, key: Uint8Array): KeyResult {
    const subnet = this.get(netKeyIndex);
    if (subnet === undefined) return "unknownNetKey";
    if (subnet.phase === 1 && subnet.newKey?.isMadeOf(key)) return "done";
    if (subnet.phase !== 0 || subnet.transmitKey.isMadeOf(key)) return "cannotUpdate";
    const newKey = this.#networkKey(key);
    const isStored = this.#enter(subnet, 1, subnet.transmitKey, newKey);
    if (!isStored) newKey.wipe();
    return isStored ? "done" : "storageFailed";
  }

  /** securedBy: the index of the NetKey that the message came with. done: also when there is none. MshPRT 4.3.2.33. */
  delete(netKeyIndex: number, securedBy: number): KeyResult {
    const subnet = this.get(netKeyIndex);
    if (subnet === undefined) return "done";
    if (netKeyIndex === securedBy || this.#subnets.length === 1) return "cannotRemove";
    this.#parts.records.erase(keyOf(netKeyIndex));
    this.#subnets = this.#subnets.filter((other) => other !== subnet);
    this.#parts.trace.note("network", "netKeyDeleted", netKeyIndex);
    this.#listener?.deleted(subnet);
    subnet.wipe();
    return "done";
  }

  /**
   * Config Key Refresh Phase Set. undefined: a transition that is not listed for the phase, to be ignored. done: also
   * when the phase has been reached before. MshPRT 4.2.15, 4.3.2.59.
   */
  transition(netKeyIndex: number, transition: number): KeyResult | undefined {
    if (transition !== Transition.UseNewKeys && transition !== Transition.RevokeOldKeys) return undefined;
    const subnet = this.get(netKeyIndex);
    if (subnet === undefined) return "unknownNetKey";
    const isStored =
      transition === Transition.UseNewKeys ? this.#useNewKey(subnet) : this.#revokeOldKey(subnet);
    if (isStored === undefined) return undefined;
    return isStored ? "done" : "storageFailed";
  }

  /**
   * The key refresh flag of a beacon, or of a Friend Update, that `key` of this subnet has authenticated. A reason: the
   * flag does not go with the phase, and the whole beacon is to be ignored. MshPRT 3.11.4.
   */
  beaconFlag(subnet: Subnet, key: NetworkKey, keyRefresh: boolean): DropReason | undefined {
    if (key === subnet.newKey) {
      if (keyRefresh) this.#useNewKey(subnet);
      else this.#revokeOldKey(subnet);
      return undefined;
    }
    return keyRefresh ? "wrongPhase" : undefined;
  }

  /** The role ends: every key is wiped. */
  stop(): void {
    for (const subnet of this.#subnets) subnet.wipe();
    this.#subnets = [];
  }

  /** Into phase 2. undefined: there is no new key. false: it could not be stored. */
  #useNewKey(subnet: Subnet): boolean | undefined {
    const { newKey } = subnet;
    if (newKey === undefined) return undefined;
    return subnet.phase === 2 || this.#enter(subnet, 2, subnet.oldKey, newKey);
  }

  /** Phase 3, and with it back to phase 0. false: it could not be stored. */
  #revokeOldKey(subnet: Subnet): boolean {
    const { newKey } = subnet;
    return newKey === undefined || this.#enter(subnet, 0, newKey, newKey);
  }

  /** false: it could not be stored, and nothing has changed. */
  #enter(subnet: Subnet, phase: KeyRefreshPhase, key: NetworkKey, newKey: NetworkKey): boolean {
    if (!this.#write(subnet.netKeyIndex, phase, key, newKey)) return false;
    const revoked = phase === 0 && subnet.oldKey !== newKey ? subnet.oldKey : undefined;
    subnet.enter(phase, key, newKey);
    revoked?.wipe();
    this.#parts.trace.note("network", PHASE_NOTES[phase], subnet.netKeyIndex);
    this.#listener?.phaseChanged(subnet);
    return true;
  }

  #insert(subnet: Subnet): void {
    this.#subnets = [...this.#subnets, subnet].sort((a, b) => a.netKeyIndex - b.netKeyIndex);
  }

  #write(netKeyIndex: number, phase: KeyRefreshPhase, key: NetworkKey, newKey: NetworkKey): boolean {
    const record = new Uint8Array(SIZE);
    record[0] = VERSION;
    record[1] = phase;
    key.copyTo(record, KEY_AT);
    if (phase !== 0) newKey.copyTo(record, NEW_KEY_AT);
    const isStored = this.#parts.records.write(keyOf(netKeyIndex), record);
    wipe(record);
    return isStored;
  }

  #networkKey(netKey: Uint8Array): NetworkKey {
    return new NetworkKey(this.#parts.crypto, netKey, this.#scratch);
  }

  /** undefined: the record makes no sense, which is traced. */
  #read(name: string): Subnet | undefined {
    const { records } = this.#parts;
    const record = records.read(name, VERSION, SIZE);
    if (record === undefined) return undefined;
    const netKeyIndex = Number.parseInt(name.slice(RecordPrefix.NetKey.length), 16);
    const phase = phaseOf(octet(record, 1));
    const isNamed = netKeyIndex <= MAX_NET_KEY_INDEX && keyOf(netKeyIndex) === name;
    if (!isNamed || phase === undefined) {
      records.damaged(record);
      return undefined;
    }
    const key = this.#networkKey(record.subarray(KEY_AT, NEW_KEY_AT));
    const subnet = new Subnet(netKeyIndex, key);
    const newNetKey = record.subarray(NEW_KEY_AT);
    if (phase !== 0) {
      subnet.enter(phase, key, key.isMadeOf(newNetKey) ? key : this.#networkKey(newNetKey));
    }
    wipe(record);
    return subnet;
  }
}

function keyOf(netKeyIndex: number): string {
  return RecordPrefix.NetKey + hexDigits(netKeyIndex, 3);
}

function phaseOf(value: number): KeyRefreshPhase | undefined {
  return value === 0 || value === 1 || value === 2 ? value : undefined;
}
