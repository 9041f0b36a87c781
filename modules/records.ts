/**
 * The one table of what is kept in storage. A record begins with the version of its layout; its numbers are
 * big-endian, and behind it stand two octets of check sum, which the table leaves out. Whoever owns a state writes its
 * record before it acknowledges the change, and keeps the layout beside the state. hh: two hexadecimal digits, and so
 * on.
 *
 *   key           owner                 octets
 *   node          node                  version 2, unicast address 2, number of elements 1, device key 16
 *                                       (version 1, of releases without a network layer, without check sum: NetKey
 *                                       16, NetKey index 2, flags 1, IV Index 4, unicast address 2, device key 16;
 *                                       unfolded at start)
 *   backoff       BackOff               version 1, failed authentications in a row 1; without check sum
 *   iv            IvIndex               version, IV Index, flags, hours
 *   seq           Sequence              version, first number that is not reserved
 *   config        NodeStates            version, one octet a state
 *   private       PrivateStates         version, one octet a state
 *   heartbeat     HeartbeatPublication  version, the state's fields
 *   net.hhh       NetKeys               by NetKey index: version, phase, keys
 *   app.hhh       AppKeys               by AppKey index: version, NetKey index, keys
 *   rpl.hh        ReplayList            version, IV Index, up to eight sources and their last sequence numbers
 *   srpl.hh       SolicitationList      version, up to nine sources and their last solicitation numbers
 *   label.hh      Labels                by slot: version, Label UUID
 *   b.hh.MODEL    ModelEntry            by element and model, four digits or eight: version, bound AppKey indexes
 *   s.hh.MODEL    ModelEntry            version, subscriptions: group addresses, label slots
 *   p.hh.MODEL    ModelEntry            version, publication
 *   m.hh.MODEL    a model               version 1, up to 40 octets of its own
 *
 * `node` is written last when a network is joined and erased first when it is left: with it the others mean something,
 * without it they are swept at the next start. Of the others, too, one is the root: an AppKey without its NetKey, or a
 * binding without its AppKey, is what a power cut has left of a deletion, and is swept.
 */

import { getUint16BE, getUint32BE, octet, setUint16BE } from "./bytes.js";
import type { Storage, Trace } from "./platform.js";

/** The keys of the records that exist once. */
export const RecordKey = Object.freeze({
  Node: "node",
  BackOff: "backoff",
  IvIndex: "iv",
  Sequence: "seq",
  Configuration: "config",
  PrivateProxy: "private",
  HeartbeatPublication: "heartbeat",
} as const);

/** What the keys of the other records begin with. */
export const RecordPrefix = Object.freeze({
  NetKey: "net.",
  AppKey: "app.",
  ReplayList: "rpl.",
  Solicitations: "srpl.",
  Label: "label.",
  Bindings: "b.",
  Subscriptions: "s.",
  Publication: "p.",
  Model: "m.",
} as const);

/** A number in lower-case hexadecimal digits, as keys have it. */
export function hexDigits(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** Octets of the check sum behind each record. */
const CHECK_SIZE = 2;

/**
 * The storage as the owners of records see it: versions and check sums are checked, and what goes wrong is traced. A
 * record that a fault has changed must not pass for one that was written: its sequence numbers might repeat.
 */
export class Records {
  readonly #storage: Storage;
  readonly #trace: Trace;

  constructor(storage: Storage, trace: Trace) {
    this.#storage = storage;
    this.#trace = trace;
  }

  /**
   * A copy of the record, its version included; wipe it when it holds a secret. undefined: there is none, or it is of
   * another version or length, which is traced. lengths: with the version, from `shortest` to `longest`.
   */
  read(key: string, version: number, shortest: number, longest = shortest): Uint8Array | undefined {
    const stored = this.#storage.read(key);
    if (stored === undefined) return undefined;
    const size = stored.length - CHECK_SIZE;
    if (size >= shortest && size <= longest && stored[0] === version && isIntact(key, stored)) {
      const record = stored.slice(0, size);
      stored.fill(0);
      return record;
    }
    this.damaged(stored);
    return undefined;
  }

  /** The record makes no sense to its owner: say so. It is wiped here, and stays in the storage. */
  damaged(record: Uint8Array): void {
    record.fill(0);
    this.#trace.note("storage", "damagedRecord", record.length);
  }

  has(key: string): boolean {
    return this.#storage.read(key) !== undefined;
  }

  /** false: it could not be made durable, which is traced, and the old one still stands. */
  write(key: string, record: Uint8Array): boolean {
    const octets = new Uint8Array(record.length + CHECK_SIZE);
    octets.set(record);
    setUint16BE(octets, record.length, checkOf(key, record));
    const stored = this.#storage.write(key, octets);
    octets.fill(0);
    if (!stored) this.#trace.note("storage", "writeFailed", record.length);
    return stored;
  }

  erase(key: string): void {
    this.#storage.erase(key);
  }

  /** The keys that begin with `prefix`, in order. */
  keys(prefix: string): readonly string[] {
    return this.#storage
      .keys()
      .filter((key) => key.startsWith(prefix))
      .sort();
  }
}

function isIntact(key: string, stored: Uint8Array): boolean {
  const size = stored.length - CHECK_SIZE;
  return getUint16BE(stored, size) === checkOf(key, stored.subarray(0, size));
}

/** CRC-16/CCITT, begun with the key: a record under another's name is no record either. */
function checkOf(key: string, record: Uint8Array): number {
  let crc = 0xffff;
  for (let i = 0; i < key.length; i++) crc = crcWith(crc, key.charCodeAt(i));
  for (let i = 0; i < record.length; i++) crc = crcWith(crc, octet(record, i));
  return crc;
}

function crcWith(crc: number, value: number): number {
  let next = crc ^ (value << 8);
  for (let bit = 0; bit < 8; bit++) next = (next & 0x8000) === 0 ? next << 1 : (next << 1) ^ 0x1021;
  return next & 0xffff;
}

/** What provisioning gives: a first network, and an identity there. MshPRT 5.4.2.5, 3.9.6.1. */
export interface NodeRecord {
  /** 16 octets. */
  readonly netKey: Uint8Array;
  /** 000 to fff. */
  readonly netKeyIndex: number;
  /** The NetKey is the new one of a key refresh in phase 2. */
  readonly keyRefresh: boolean;
  readonly ivUpdate: boolean;
  readonly ivIndex: number;
  /** Of the primary element. */
  readonly unicastAddress: number;
  /** 16 octets. */
  readonly deviceKey: Uint8Array;
}

const PROVISIONED_VERSION = 1;
const PROVISIONED_SIZE = 42;

/** What a release without a network layer has stored. undefined: of another version, or damaged. */
export function decodeNodeRecord(record: Uint8Array): NodeRecord | undefined {
  if (record.length !== PROVISIONED_SIZE || octet(record, 0) !== PROVISIONED_VERSION) return undefined;
  const netKeyIndex = getUint16BE(record, 17);
  const flags = octet(record, 19);
  const unicastAddress = getUint16BE(record, 24);
  if (netKeyIndex > 0xfff || flags > 0x03 || unicastAddress === 0 || unicastAddress > 0x7fff)
    return undefined;
  return {
    netKey: record.slice(1, 17),
    netKeyIndex,
    keyRefresh: (flags & 0x01) !== 0,
    ivUpdate: (flags & 0x02) !== 0,
    ivIndex: getUint32BE(record, 20),
    unicastAddress,
    deviceKey: record.slice(26, 42),
  };
}

/** Who the node is on its network, whichever keys that has in time. MshPRT 3.9.6.1, 3.4.2.2. */
export interface Identity {
  /** Of the primary element. */
  readonly unicastAddress: number;
  /** 1 to 255, as the provisioner was told: those addresses are ours. */
  readonly numberOfElements: number;
  /** 16 octets. */
  readonly deviceKey: Uint8Array;
}

/** Of the record of an identity. */
export const IDENTITY_VERSION = 2;
export const IDENTITY_SIZE = 20;

/** The record as it is stored; holds a key, so wipe it after use. */
export function encodeIdentity(identity: Identity): Uint8Array {
  const record = new Uint8Array(IDENTITY_SIZE);
  record[0] = IDENTITY_VERSION;
  setUint16BE(record, 1, identity.unicastAddress);
  record[3] = identity.numberOfElements;
  record.set(identity.deviceKey, 4);
  return record;
}

/** record: of the right version and length. undefined: damaged. */
export function decodeIdentity(record: Uint8Array): Identity | undefined {
  const unicastAddress = getUint16BE(record, 1);
  const numberOfElements = octet(record, 3);
  if (unicastAddress === 0 || numberOfElements === 0 || unicastAddress + numberOfElements > 0x8000)
    return undefined;
  return { unicastAddress, numberOfElements, deviceKey: record.slice(4, 20) };
}

const FAILURE_COUNT_VERSION = 1;

/** The record of BackOff. count: 0 to 255. */
export function encodeFailureCount(count: number): Uint8Array {
  return new Uint8Array([FAILURE_COUNT_VERSION, count]);
}

/** A record that makes no sense counts as one failure: whoever damaged it gains nothing by it. */
export function decodeFailureCount(record: Uint8Array): number {
  return record.length === 2 && record[0] === FAILURE_COUNT_VERSION ? octet(record, 1) : 1;
}
