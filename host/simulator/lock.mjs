/**
 * A lock that a process holds by a folder, and that does not outlive it: the lock of a process that is gone is taken
 * over. Plain JavaScript, because the set-up needs it before anything is installed; types stand in lock.d.mts.
 *
 * The folder holds one empty file, named after its owner. A folder with a file in it cannot be renamed over, an empty
 * one can: so of all that rename their own folder to the lock's name one succeeds, and removing a dead owner's file
 * can never hurt a new owner, whose file has another name.
 */

import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** An owner: its process id, when that process began, and something that no other attempt has. */
const OWNER = /^([1-9]\d{0,9})-([0-9a-f]*)-[0-9a-f]{8}$/;

/** Whoever fails twice has met a quick rival; so often, it is something else. */
const MAX_ATTEMPTS = 100;

/** Take the lock at `path`, whose parent folder exists: a function that releases it, or the holder's process id. */
export function takeLock(path) {
  removeLeftOvers(path);
  const owner = `${process.pid}-${birthOf(process.pid)}-${randomBytes(4).toString("hex")}`;
  const offer = `${path}.${owner}`;
  mkdirSync(offer, { mode: 0o700 });
  try {
    writeFileSync(join(offer, owner), "");
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const holder = evictDead(path);
      if (holder !== undefined) return holder;
      // Windows says EPERM for any folder that is there.
      if (works(() => renameSync(offer, path), ["ENOTEMPTY", "EEXIST", "EPERM"])) {
        return () => {
          rmSync(join(path, owner), { force: true });
          removeIfEmpty(path);
        };
      }
    }
    throw unusable(path, "can neither be taken nor waited for");
  } finally {
    rmSync(offer, { recursive: true, force: true });
  }
}

/** What starts that were killed have left beside the lock. */
function removeLeftOvers(path) {
  const start = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(start)) continue;
    const owner = OWNER.exec(name.slice(start.length));
    if (owner === null || livingOwner(owner) !== undefined) continue;
    // Another start may be removing the same; it may also be another user's.
    works(
      () => rmSync(join(dirname(path), name), { recursive: true, force: true }),
      ["ENOTEMPTY", "EACCES", "EPERM"],
    );
  }
}

/** The process id of the living holder; undefined: there is none, and what a dead one left is gone. */
function evictDead(path) {
  for (const entry of entriesOf(path)) {
    const owner = entry.isFile() ? OWNER.exec(entry.name) : null;
    if (owner === null) throw unusable(path, `holds something else: ${JSON.stringify(entry.name)}`);
    const pid = livingOwner(owner);
    if (pid !== undefined) return pid;
    rmSync(join(path, entry.name), { force: true });
  }
  removeIfEmpty(path);
  return undefined;
}

function entriesOf(path) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOENT") return [];
    if (error.code === "ENOTDIR") throw unusable(path, "is no folder");
    throw error;
  }
}

function removeIfEmpty(path) {
  // Somebody else has just taken the lock, or has removed the empty folder already.
  works(() => rmdirSync(path), ["ENOENT", "ENOTEMPTY", "EEXIST"]);
}

/** Whether it works; an error with none of these codes comes out. */
function works(action, codes) {
  try {
    action();
    return true;
  } catch (error) {
    if (!codes.includes(error.code)) throw error;
    return false;
  }
}

/** The owner's process id; undefined: it is gone, also when another process has its number now. */
function livingOwner([, number, birth]) {
  const pid = Number(number);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return undefined;
  }
  return birth === birthOf(pid) ? pid : undefined;
}

/** When that process began, in hexadecimal: its number is used again, after a restart of the machine for certain. */
function birthOf(pid) {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return createHash("sha256").update(`${boot}${ticks}`).digest("hex").slice(0, 16);
  } catch {
    // Not Linux: the process id alone must do.
    return "";
  }
}

/** An error like the file system's own, so that callers tell it as they tell those. */
function unusable(path, why) {
  return Object.assign(new Error(`the lock ${path} ${why}`), { code: "EINVAL", syscall: "lock" });
}
