/**
 * A lock that a process holds by a folder, and that does not outlive it: the lock of a process that is gone is taken
 * over. Plain JavaScript, because the set-up needs it before anything is installed; types stand in lock.d.mts.
 *
 * The folder holds one file, named after its owner. A folder with a file in it cannot be renamed over, an empty one
 * can: so of all that rename their own folder to the lock's name one succeeds, and removing a dead owner's file can
 * never hurt a new owner, whose file has another name.
 */

import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Take the lock at `path`, whose parent folder exists: a function that releases it, or the holder's process id. */
export function takeLock(path) {
  const owner = `${process.pid}-${randomBytes(4).toString("hex")}`;
  const offer = `${path}.${owner}`;
  mkdirSync(offer, { mode: 0o700 });
  try {
    writeFileSync(join(offer, owner), birthOf(process.pid));
    for (;;) {
      const holder = evictDead(path);
      if (holder !== undefined) return holder;
      if (renamed(offer, path)) return () => release(path, owner);
    }
  } finally {
    rmSync(offer, { recursive: true, force: true });
  }
}

/** The process id of the living holder; undefined: there is none, and what a dead one left is gone. */
function evictDead(path) {
  for (const owner of ownersIn(path)) {
    const pid = Number.parseInt(owner, 10);
    let birth;
    try {
      birth = readFileSync(join(path, owner), "utf8");
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
      continue;
    }
    if (isAlive(pid) && birth === birthOf(pid)) return pid;
    rmSync(join(path, owner), { force: true });
  }
  removeIfEmpty(path);
  return undefined;
}

function ownersIn(path) {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

function renamed(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    // Windows says EPERM for any folder that is there.
    const taken = ["ENOTEMPTY", "EEXIST", process.platform === "win32" ? "EPERM" : ""];
    if (taken.includes(error.code)) return false;
    throw error;
  }
}

function release(path, owner) {
  rmSync(join(path, owner), { force: true });
  removeIfEmpty(path);
}

function removeIfEmpty(path) {
  try {
    rmdirSync(path);
  } catch (error) {
    // Somebody else has just taken the lock, or has removed the empty folder already.
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** When that process began, as text: a process id is used again, after a restart of the machine for certain. */
function birthOf(pid) {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${boot} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    // Not Linux: the process id alone must do.
    return "";
  }
}
