/** Records in a folder of files, one each. */

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { equal } from "../../modules/bytes.js";
import type { Storage } from "../../modules/platform.js";
import { type FileOperations, fileOperations, replaceFile, UNFINISHED } from "./durable-file.js";
import { claimStateFolder } from "./state-folder.js";
import { systemErrorCode, systemErrorText } from "./system-error.js";
import { UsageError } from "./usage-error.js";

const MAX_KEY = 15;
const MAX_VALUE = 48;

/** The disk failed in a way that leaves no sound state to go on from; the message is one line for the user. */
export class StorageFault extends Error {
  override readonly name = "StorageFault";
}

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
      this.#prepare();
    } catch (error) {
      this.close();
      if (systemErrorCode(error) === undefined) throw error;
      throw new UsageError(`the state folder ${folder} cannot be used: ${systemErrorText(error)}`);
    }
  }

  read(key: string): Uint8Array | undefined {
    const path = this.#pathOf(key);
    try {
      return new Uint8Array(readFileSync(path));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw fault(`the record ${path} cannot be read`, error);
    }
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
    try {
      this.#operations.remove(path);
      this.#operations.syncFolder(this.#records);
    } catch (error) {
      throw fault(`the record ${path} cannot be removed`, error);
    }
  }

  keys(): readonly string[] {
    return readdirSync(this.#records)
      .filter((name) => !name.endsWith(UNFINISHED))
      .map(keyOf);
  }

  /** Unlock the folder. The storage is not used after that. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unlock();
  }

  #prepare(): void {
    mkdirSync(this.#records, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#records)) {
      if (name.endsWith(UNFINISHED)) this.#operations.remove(join(this.#records, name));
    }
    // What a killed simulator had renamed but not synced is settled here, before anybody builds on it.
    this.#operations.syncFolder(this.#records);
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
    try {
      replaceFile(path, old, this.#operations);
    } catch (error) {
      throw fault(`the record ${path} can neither be written nor put back`, error);
    }
  }

  #pathOf(key: string): string {
    return join(this.#records, fileNameOf(key));
  }
}

/** Characters that some file system does not take, or takes for another, are written %HH. */
function fileNameOf(key: string): string {
  if (!/^[\0-\x7f]{1,15}$/.test(key)) throw new RangeError(`a key has 1 to ${MAX_KEY} ASCII characters`);
  return key.replace(/[^a-z0-9_-]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function keyOf(fileName: string): string {
  return fileName.replace(/%([0-9a-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

function fault(what: string, error: unknown): StorageFault {
  return new StorageFault(`${what}: ${systemErrorText(error)}`, { cause: error });
}
