/** Replacing a small file so that after a kill or a power cut it holds its old content or its new one. */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

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

/** How a file is named until it is complete. */
export const UNFINISHED = ".new";

/** The operating system's own steps. */
export const fileOperations: FileOperations = Object.freeze({
  create: (path: string) => openSync(path, "w", 0o600),
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
