import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { FileOperations } from "../../host/simulator/durable-file.js";
import { FolderStorage, StorageFault } from "../../host/simulator/storage.js";
import { UsageError } from "../../host/simulator/usage-error.js";
import { MemoryStorage, PowerCut } from "../support/memory-storage.js";
import { runOnNode } from "../support/node-harness.js";
import { steppedOperations } from "../support/stepped-files.js";
import { storageContract } from "./storage-contract.js";

const scratch = mkdtempSync(join(tmpdir(), "fledgling-storage-"));
const opened: FolderStorage[] = [];
after(() => {
  for (const storage of opened) storage.close();
  rmSync(scratch, { recursive: true });
});

let folders = 0;
const oldValue = new Uint8Array(48).fill(1);
const newValue = new Uint8Array(48).fill(2);

runOnNode(
  "MemoryStorage",
  storageContract(() => new MemoryStorage()),
);
runOnNode(
  "FolderStorage",
  storageContract(() => open(newFolder())),
);

describe("FolderStorage killed in the middle", () => {
  for (const [change, step, expected] of [
    ["write", "create", oldValue],
    ["write", "write", oldValue],
    ["write", "sync", oldValue],
    ["write", "close", oldValue],
    ["write", "rename", oldValue],
    ["write", "syncFolder", newValue],
    ["write", "none", newValue],
    ["erase", "remove", oldValue],
    ["erase", "syncFolder", undefined],
    ["erase", "none", undefined],
  ] as const) {
    test(`${change}, killed before the step "${step}": the record is whole`, () => {
      const folder = newFolder();
      prepare(folder);
      kill(folder, change, step);
      const storage = open(folder);
      assert.deepEqual(storage.read("node"), expected);
      assert.deepEqual(storage.keys(), expected === undefined ? [] : ["node"]);
      assert.deepEqual(
        readdirSync(join(folder, "records")),
        [...storage.keys()],
        "nothing unfinished is left",
      );
      assert.ok(storage.write("node", newValue), "it works on");
    });
  }

  test("half a write is no record", () => {
    const folder = newFolder();
    prepare(folder);
    writeFileSync(join(folder, "records", "node.new"), newValue.subarray(0, 20));
    assert.deepEqual(open(folder).read("node"), oldValue);
    assert.deepEqual(readdirSync(join(folder, "records")), ["node"]);
  });
});

describe("FolderStorage on a disk that fails", () => {
  for (const step of ["create", "write", "sync", "close", "rename", "syncFolder"] as const) {
    test(`at the step "${step}": write says false, and the old value stands`, () => {
      const folder = newFolder();
      const disk = { failing: new Set<string>() };
      const storage = open(folder, failingOn(disk));
      storage.write("node", oldValue);
      disk.failing = new Set([step]);
      assert.equal(storage.write("node", newValue), false);
      assert.deepEqual(storage.read("node"), oldValue);
      disk.failing = new Set();
      storage.close();
      const again = open(folder);
      assert.deepEqual(again.read("node"), oldValue);
      assert.deepEqual(again.keys(), ["node"]);
    });
  }

  test("a new record that cannot be made durable is not there", () => {
    const disk = { failing: new Set<string>() };
    const storage = open(newFolder(), failingOn(disk));
    disk.failing = new Set(["syncFolder"]);
    assert.equal(storage.write("node", newValue), false);
    assert.equal(storage.read("node"), undefined);
  });

  test("when the old value cannot be put back either, there is no sound state to go on from", () => {
    const disk = { failing: new Set<string>(), lasting: true };
    const storage = open(newFolder(), failingOn(disk));
    storage.write("node", oldValue);
    disk.failing = new Set(["syncFolder"]);
    assert.throws(() => storage.write("node", newValue), StorageFault);
  });

  test("an erasure that fails is never taken for one that is done", () => {
    const disk = { failing: new Set<string>() };
    const storage = open(newFolder(), failingOn(disk));
    storage.write("node", oldValue);
    disk.failing = new Set(["remove"]);
    assert.throws(() => storage.erase("node"), StorageFault);
    assert.deepEqual(storage.read("node"), oldValue);
  });
});

describe("A state folder", () => {
  test("is for this user alone, and so are its records", () => {
    const folder = newFolder();
    mkdirSync(folder, { mode: 0o755 });
    open(folder).write("node", oldValue);
    assert.equal(modeOf(folder), 0o700);
    assert.equal(modeOf(join(folder, "records")), 0o700);
    assert.equal(modeOf(join(folder, "records", "node")), 0o600);
  });

  test("that was opened to others is closed to them again", () => {
    const folder = newFolder();
    prepare(folder);
    chmodSync(folder, 0o755);
    open(folder);
    assert.equal(modeOf(folder), 0o700);
  });

  test("keeps its records for the next start", () => {
    const folder = newFolder();
    prepare(folder);
    assert.deepEqual(open(folder).read("node"), oldValue);
  });

  test("is used by one at a time, and free after close", () => {
    const folder = newFolder();
    const first = open(folder);
    refused(folder, new RegExp(`in use by another simulator \\(process ${process.pid}\\)`));
    first.close();
    open(folder);
  });

  test("with other things in it is refused and left as it is", () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "letter.txt"), "dear");
    refused(folder, /holds other things/);
    assert.deepEqual(readdirSync(folder), ["letter.txt"]);
  });

  test("in whose place a file is, or below a file, is refused", () => {
    const file = newFolder();
    writeFileSync(file, "");
    refused(file, /a file is in its place/);
    refused(join(file, "below"), /a file is in its place/);
  });

  test("without its records' folder being one is refused, and not kept locked", () => {
    const folder = newFolder();
    prepare(folder);
    rmSync(join(folder, "records"), { recursive: true });
    writeFileSync(join(folder, "records"), "");
    refused(folder, /cannot be used: EEXIST/);
    rmSync(join(folder, "records"));
    assert.deepEqual(open(folder).keys(), []);
  });

  test("locked by a process that is gone is taken over, also when its number is in use again", () => {
    for (const [pid, birth] of [
      [spawnSync(process.execPath, ["--version"]).pid, ""],
      [process.ppid, "another life"],
    ] as const) {
      const folder = newFolder();
      prepare(folder);
      mkdirSync(join(folder, "lock"));
      writeFileSync(join(folder, "lock", `${pid}-00000000`), birth);
      assert.deepEqual(open(folder).read("node"), oldValue);
    }
  });
});

describe("MemoryStorage", () => {
  test("fails at the write that it is told", () => {
    const storage = new MemoryStorage();
    storage.failAt(2);
    assert.equal(storage.write("node", oldValue), true);
    assert.equal(storage.write("node", newValue), false);
    assert.deepEqual(storage.read("node"), oldValue);
    assert.equal(storage.write("node", newValue), true);
    assert.equal(storage.changes, 3);
  });

  test("loses power at the change that it is told, with the old or the new value left", () => {
    for (const [left, expected] of [
      ["old", oldValue],
      ["new", newValue],
    ] as const) {
      const storage = new MemoryStorage();
      storage.write("node", oldValue);
      storage.cutPowerAt(1, left);
      assert.throws(() => storage.write("node", newValue), PowerCut);
      assert.deepEqual(storage.read("node"), expected);
      storage.cutPowerAt(1, left);
      assert.throws(() => storage.erase("node"), PowerCut);
      assert.deepEqual(storage.keys(), left === "old" ? ["node"] : []);
    }
  });
});

function newFolder(): string {
  return join(scratch, `${folders++}`);
}

function open(folder: string, operations?: FileOperations): FolderStorage {
  const storage = new FolderStorage(folder, operations);
  opened.push(storage);
  return storage;
}

/** A folder with the old value in it. */
function prepare(folder: string): void {
  const storage = new FolderStorage(folder);
  assert.ok(storage.write("node", oldValue));
  storage.close();
}

function kill(folder: string, change: string, step: string): void {
  const victim = fileURLToPath(new URL("storage-victim.ts", import.meta.url));
  const { signal, stderr } = spawnSync(process.execPath, ["--import", "tsx", victim, folder, change, step], {
    encoding: "utf8",
  });
  assert.equal(signal, "SIGKILL", stderr);
}

function failingOn(disk: { failing: ReadonlySet<string>; readonly lasting?: boolean }): FileOperations {
  return steppedOperations((step) => {
    if (!disk.failing.has(step)) return;
    // A passing fault, unless told otherwise: what is done to put things right succeeds.
    if (disk.lasting !== true) disk.failing = new Set();
    throw Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO", syscall: "fsync" });
  });
}

function refused(folder: string, reason: RegExp): void {
  assert.throws(
    () => open(folder),
    (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, reason);
      assert.ok(error.message.includes(folder), "it names the folder");
      assert.ok(!error.message.includes("\n"), "it is one line");
      return true;
    },
  );
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}
