import { octet } from "../../modules/bytes.js";
import type { Storage } from "../../modules/platform.js";
import { eraseRecord, nextKey, openStorage, readRecord, writeRecord } from "./native-storage.js";

const MAX_KEY = 15;
const MAX_VALUE = 48;

/** The records of a chip with ESP-IDF's NVS, in a partition of their own. */
export class NvsStorage implements Storage {
  /** What was found in the partition was unusable, and is erased: the device is unprovisioned. */
  readonly wasErased: boolean;

  /** Throws Error when the partition is not there. */
  constructor() {
    this.wasErased = openStorage() === 1;
  }

  read(key: string): Uint8Array | undefined {
    checkKey(key);
    const record = new Uint8Array(MAX_VALUE);
    const length = readRecord(key, record);
    return length < 0 ? undefined : record.slice(0, length);
  }

  write(key: string, value: Uint8Array): boolean {
    checkKey(key);
    if (value.length > MAX_VALUE) throw new RangeError(`a record has at most ${MAX_VALUE} octets`);
    return writeRecord(key, value) === 1;
  }

  erase(key: string): void {
    checkKey(key);
    eraseRecord(key);
  }

  keys(): readonly string[] {
    const keys: string[] = [];
    const key = new Uint8Array(MAX_KEY);
    for (let length = nextKey(key, 1); length > 0; length = nextKey(key, 0)) keys.push(text(key, length));
    return keys;
  }
}

function text(octets: Uint8Array, length: number): string {
  let result = "";
  for (let i = 0; i < length; i++) result += String.fromCharCode(octet(octets, i));
  return result;
}

function checkKey(key: string): void {
  let isAscii = key.length >= 1 && key.length <= MAX_KEY;
  for (let i = 0; i < key.length; i++) isAscii &&= key.charCodeAt(i) <= 0x7f;
  if (!isAscii) throw new RangeError(`a key has 1 to ${MAX_KEY} ASCII characters`);
}
