/**
 * What a board keeps for itself, in the same storage as the node: its records are not the node's, which does not see
 * their keys and therefore leaves them where they are when it forgets its network.
 *
 *   key         octets
 *   ~address    the static random address drawn last, 6, most significant first
 *   ~restarts   version 1, restarts after a fault 4, why the last one was: up to 43 ASCII characters
 */

import { ascii, getUint32BE, octet, setUint32BE } from "../../modules/bytes.js";
import type { Storage } from "../../modules/platform.js";

const HOST_PREFIX = "~";
const ADDRESS_KEY = "~address";
const ADDRESS_SIZE = 6;
const RESTARTS_KEY = "~restarts";
const RESTARTS_VERSION = 1;
const REASON_OFFSET = 5;
const MAX_REASON = 43;

/** The storage as the node has it: without the host's records. */
export class NodeStorage implements Storage {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  read(key: string): Uint8Array | undefined {
    return this.#storage.read(key);
  }

  write(key: string, value: Uint8Array): boolean {
    return this.#storage.write(key, value);
  }

  erase(key: string): void {
    this.#storage.erase(key);
  }

  keys(): readonly string[] {
    return this.#storage.keys().filter((key) => !key.startsWith(HOST_PREFIX));
  }
}

/** The address that was drawn last; undefined: none ever was, so it is the chip's own that counts. */
export function keptAddress(storage: Storage): Uint8Array | undefined {
  const address = storage.read(ADDRESS_KEY);
  const isStatic = address?.length === ADDRESS_SIZE && (octet(address, 0) & 0xc0) === 0xc0;
  return isStatic ? address : undefined;
}

/** false: it will be another one after the next restart. */
export function keepAddress(storage: Storage, address: Uint8Array): boolean {
  return storage.write(ADDRESS_KEY, address);
}

/** How often the chip has restarted because of a fault, and why the last time; reason: "" if it never has. */
export interface Restarts {
  readonly count: number;
  readonly reason: string;
}

/** A record that makes no sense counts as none. */
export function readRestarts(storage: Storage): Restarts {
  const record = storage.read(RESTARTS_KEY);
  if (record === undefined || record.length < REASON_OFFSET || record[0] !== RESTARTS_VERSION) {
    return { count: 0, reason: "" };
  }
  let reason = "";
  for (let i = REASON_OFFSET; i < record.length; i++) reason += String.fromCharCode(octet(record, i) & 0x7f);
  return { count: getUint32BE(record, 1), reason };
}

/** One more restart. false: it is not counted, as there is no room. */
export function countRestart(storage: Storage, reason: string): boolean {
  const { count } = readRestarts(storage);
  const text = ascii(printable(reason.slice(0, MAX_REASON)));
  const record = new Uint8Array(REASON_OFFSET + text.length);
  record[0] = RESTARTS_VERSION;
  setUint32BE(record, 1, count < 0xffffffff ? count + 1 : count);
  record.set(text, REASON_OFFSET);
  return storage.write(RESTARTS_KEY, record);
}

function printable(text: string): string {
  let printed = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    printed += code >= 0x20 && code < 0x7f ? text.charAt(i) : "?";
  }
  return printed;
}
