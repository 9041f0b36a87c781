/** Small files of ours: after a kill or a power cut one holds its old content or its new one. */

import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ascii, fromHex, toHex } from "../../modules/bytes.js";
import { UsageError } from "./usage-error.js";

/** The steps of the operating system that a replacement is made of; each throws what the system throws. */
export interface FileOperations {
  /** A new, empty file that only this user can read; its number. */
  create(path: string): number;
  /** All octets of `value`. */
  write(file: number, value: Uint8Array): void;
  /** Return when the file's content is on the disk. */
  sync(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** Remove a file; it need not be there. */
  remove(path: string): void;
  /** Return when the folder's list of names is on the disk. */
  syncFolder(path: string): void;
}

/** Octets in a line of hexadecimal digits, with some for an editor's additions. */
const MAX_LINE = 256;

/** How a file is named until it is complete. */
export const UNFINISHED = ".new";

/** The operating system's own steps. */
export const fileOperations: FileOperations = Object.freeze({
  create(path: string): number {
    // Whatever a killed process, or somebody else, has left there.
    rmSync(path, { force: true });
    return openSync(path, "wx", 0o600);
  },
  write: (file: number, value: Uint8Array) => writeFileSync(file, value),
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove: (path: string) => rmSync(path, { force: true }),
  syncFolder,
});

/**
 * Give the file at `path` the content `value`. An error of the system comes out; then the old content stands,
 * unless the last step failed, the folder's sync: then it cannot be told which of the two will be found.
 */
export function replaceFile(path: string, value: Uint8Array, operations = fileOperations): void {
  const unfinished = path + UNFINISHED;
  try {
    const file = operations.create(unfinished);
    try {
      operations.write(file, value);
      operations.sync(file);
    } finally {
      operations.close(file);
    }
    operations.rename(unfinished, path);
  } catch (error) {
    operations.remove(unfinished);
    throw error;
  }
  operations.syncFolder(dirname(path));
}

/**
 * All octets of a file, if there is one; it is closed to other users. Throws UsageError when it is no file, or longer
 * than `longest`: whatever stands in its place is not waited for.
 */
export function readFile(path: string, longest: number): Uint8Array | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile() || found.size > longest) {
    throw new UsageError(`${path} is not a file of at most ${longest} octets`);
  }
  if ((found.mode & 0o077) !== 0) chmodSync(path, 0o600);
  return new Uint8Array(readFileSync(path));
}

/** Keep octets for the next start, as a line of hexadecimal digits. Throws what the system throws. */
export function keepOctets(path: string, octets: Uint8Array): void {
  replaceFile(path, ascii(`${toHex(octets)}\n`));
}

/** The `length` octets that are kept; undefined: none are. Throws UsageError when they are not `what` they should be. */
export function keptOctets(path: string, length: number, what: string): Uint8Array | undefined {
  const line = readFile(path, MAX_LINE);
  if (line === undefined) return undefined;
  const octets = fromHex(Buffer.from(line).toString("latin1").trim());
  if (octets?.length === length) return octets;
  throw new UsageError(`${path} does not hold ${what}`);
}

function syncFolder(path: string): void {
  // Windows cannot open a folder, and orders its names by itself.
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
