/** Records in a folder of files, one each. */

import { chmodSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { equal } from "../../modules/bytes.js";
import type { Storage } from "../../modules/platform.js";
import { type FileOperations, fileOperations, readFile, replaceFile, UNFINISHED } from "./durable-file.js";
import { claimStateFolder } from "./state-folder.js";
import { orStorageFault, orUsageError, systemErrorCode, UsageError } from "./usage-error.js";

export { StorageFault } from "./usage-error.js";

const MAX_KEY = 15;
const MAX_VALUE = 48;

/** A state folder's records. The constructor locks the folder until `close`; it throws UsageError. */
export class FolderStorage implements Storage {
  readonly #records: string;
  readonly #operations: FileOperations;
  readonly #unlock: () => void;
  #closed = false;

  constructor(folder: string, operations = fileOperations) {
    this.#records = join(folder, "records");
    this.#operations = operations;
    this.#unlock = claimStateFolder(folder);
    try {
      orUsageError(`the folder ${this.#records} cannot be used`, () => this.#prepare());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  read(key: string): Uint8Array | undefined {
    const path = this.#pathOf(key);
    return orStorageFault(`the record ${path} cannot be read`, () => readFile(path, MAX_VALUE));
  }

  write(key: string, value: Uint8Array): boolean {
    const path = this.#pathOf(key);
    if (value.length > MAX_VALUE) throw new RangeError(`a record has at most ${MAX_VALUE} octets`);
    const old = this.read(key);
    try {
      replaceFile(path, value, this.#operations);
      return true;
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      this.#putBack(key, old);
      return false;
    }
  }

  erase(key: string): void {
    const path = this.#pathOf(key);
    orStorageFault(`the record ${path} cannot be removed`, () => {
      this.#operations.remove(path);
      this.#operations.syncFolder(this.#records);
    });
  }

  keys(): readonly string[] {
    return this.#fileNames().flatMap((name) => keyOf(name) ?? []);
  }

  /** Unlock the folder. The storage is not used after that. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unlock();
  }

  #prepare(): void {
    mkdirSync(this.#records, { recursive: true, mode: 0o700 });
    const found = lstatSync(this.#records);
    if (!found.isDirectory()) throw new UsageError(`${this.#records} is a link to somewhere else`);
    if ((found.mode & 0o077) !== 0) chmodSync(this.#records, 0o700);
    for (const name of this.#fileNames()) {
      if (name.endsWith(UNFINISHED)) this.#operations.remove(join(this.#records, name));
    }
    // What a killed simulator had renamed but not synced is settled here, before anybody builds on it.
    this.#operations.syncFolder(this.#records);
    // What cannot be read is found now, and not in the middle of the node's work.
    for (const key of this.keys()) this.read(key);
  }

  #fileNames(): readonly string[] {
    return orStorageFault(`the folder ${this.#records} cannot be read`, () => readdirSync(this.#records));
  }

  /** A write failed: whichever of its steps it was, let the old value stand. */
  #putBack(key: string, old: Uint8Array | undefined): void {
    const now = this.read(key);
    const unchanged = now === undefined || old === undefined ? now === old : equal(now, old);
    if (unchanged) return;
    if (old === undefined) {
      this.erase(key);
      return;
    }
    const path = this.#pathOf(key);
    orStorageFault(`the record ${path} can neither be written nor put back`, () =>
      replaceFile(path, old, this.#operations),
    );
  }

  #pathOf(key: string): string {
    return join(this.#records, fileNameOf(key));
  }
}

/** Characters that some file system does not take, or takes for another, are written %HH. */
function fileNameOf(key: string): string {
  if (!isKey(key)) throw new RangeError(`a key has 1 to ${MAX_KEY} ASCII characters`);
  return key.replace(/[^a-z0-9_-]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** undefined: such a file is not one of ours. */
function keyOf(fileName: string): string | undefined {
  const key = fileName.replace(/%([0-9a-f]{2})/g, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return isKey(key) && fileNameOf(key) === fileName ? key : undefined;
}

function isKey(text: string): boolean {
  return /^[\0-\x7f]{1,15}$/.test(text);
}
