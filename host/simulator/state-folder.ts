/** The folder that holds one simulated device's state: it is ours, nobody else can change it, one process uses it. */

import { mkdirSync, readdirSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { readFile } from "./durable-file.js";
import { takeLock } from "./lock.mjs";
import { orUsageError, systemErrorCode, UsageError } from "./usage-error.js";

const MARKER = "fledgling-state";
const MARKER_TEXT =
  "The state of a simulated Bluetooth Mesh device. It holds secret keys. Remove the whole folder or nothing.\n";

/** Octets, whatever another version writes there. */
const MAX_MARKER = 1024;

/**
 * Make the folder ours, or find that it is, and lock it. A new one is for this user alone; one that was there stays
 * open to readers, what is in it does not. Returns what unlocks it. Throws UsageError.
 */
export function claimStateFolder(path: string): () => void {
  return orUsageError(`the state folder ${path} cannot be used`, () => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    checkOwner(path);
    const marker = join(path, MARKER);
    if (readFile(marker, MAX_MARKER) === undefined) {
      checkEmpty(path);
      writeMarker(marker);
    }
    return lockFolder(path);
  });
}

function checkOwner(path: string): void {
  const { uid, mode } = statSync(path);
  const user = process.getuid?.();
  // Windows has no such users and modes.
  if (user === undefined) return;
  if (uid !== user) {
    throw new UsageError(
      `the state folder ${path} belongs to another user; give --state a folder of your own`,
    );
  }
  if ((mode & 0o022) !== 0) {
    throw new UsageError(
      `others may write into the state folder ${path}; give --state a new one, or close it`,
    );
  }
}

/** Whether a folder without our mark can become ours. */
function checkEmpty(path: string): void {
  const names = readdirSync(path);
  // Another simulator that starts at the same moment may just have put the mark there.
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new UsageError(
      `the folder ${path} holds other things than a simulator's state; give --state an empty or a new folder`,
    );
  }
  const { dev, ino } = statSync(path);
  const home = statSync(homedir(), { throwIfNoEntry: false });
  const isHome = home?.dev === dev && home.ino === ino;
  if (isHome || statSync(dirname(realpathSync(path))).dev !== dev) {
    throw new UsageError(`${path} is a home folder or the top of a disk; give --state a new folder in it`);
  }
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
