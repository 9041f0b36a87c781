/** The folder that holds one simulated device's state: it is ours, nobody else can read it, one process uses it. */

import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeLock } from "./lock.mjs";
import { systemErrorCode, systemErrorText } from "./system-error.js";
import { UsageError } from "./usage-error.js";

const MARKER = "fledgling-state";
const MARKER_TEXT =
  "The state of a simulated Bluetooth Mesh device. It holds secret keys. Remove the whole folder or nothing.\n";

/** Make the folder ours, or find that it is, and lock it. Returns what unlocks it. Throws UsageError. */
export function claimStateFolder(path: string): () => void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    checkFolder(path);
    return lockFolder(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw new UsageError(`the state folder ${path} cannot be used: ${reason(error)}`);
  }
}

function checkFolder(path: string): void {
  const names = readdirSync(path);
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new UsageError(
      `the folder ${path} holds other things than a simulator's state; give --state an empty or a new folder`,
    );
  }
  const { uid, mode } = statSync(path);
  const user = process.getuid?.();
  if (user !== undefined && uid !== user) {
    throw new UsageError(
      `the state folder ${path} belongs to another user; give --state a folder of your own`,
    );
  }
  if ((mode & 0o077) !== 0) chmodSync(path, 0o700);
  if (names.length === 0) writeMarker(join(path, MARKER));
}

function writeMarker(path: string): void {
  try {
    writeFileSync(path, MARKER_TEXT, { flag: "wx", mode: 0o600 });
  } catch (error) {
    // Another simulator starts at the same moment; the lock decides which of the two goes on.
    if (systemErrorCode(error) !== "EEXIST") throw error;
  }
}

function lockFolder(path: string): () => void {
  const lock = takeLock(join(path, "lock"));
  if (typeof lock === "function") return lock;
  throw new UsageError(
    `the state folder ${path} is in use by another simulator (process ${lock}); ` +
      "give this one another --name or another --state",
  );
}

function reason(error: unknown): string {
  const code = systemErrorCode(error);
  return code === "EEXIST" || code === "ENOTDIR" ? "a file is in its place" : systemErrorText(error);
}
