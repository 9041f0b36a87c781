import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
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
  test("that is new is for this user alone, and so are its records", () => {
    const folder = newFolder();
    open(folder).write("node", oldValue);
    assert.equal(modeOf(folder), 0o700);
    assert.equal(modeOf(join(folder, "records")), 0o700);
    assert.equal(modeOf(join(folder, "records", "node")), 0o600);
  });

  test("that was there keeps its mode; what is put into it is for this user alone", () => {
    const folder = newFolder();
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    open(folder).write("node", oldValue);
    assert.equal(modeOf(folder), 0o755);
    assert.equal(modeOf(join(folder, "records")), 0o700);
    assert.equal(modeOf(join(folder, "fledgling-state")), 0o600);
  });

  test("whose content was opened to others is closed to them again", () => {
    const folder = newFolder();
    prepare(folder);
    chmodSync(join(folder, "records"), 0o755);
    chmodSync(join(folder, "records", "node"), 0o644);
    open(folder);
    assert.equal(modeOf(join(folder, "records")), 0o700);
    assert.equal(modeOf(join(folder, "records", "node")), 0o600);
  });

  test("into which others may write is refused, and left as it is", () => {
    const folder = newFolder();
    mkdirSync(folder);
    for (const mode of [0o770, 0o702]) {
      chmodSync(folder, mode);
      refused(folder, /others may write/);
      assert.equal(modeOf(folder), mode);
      assert.deepEqual(readdirSync(folder), []);
    }
  });

  test("of another user is refused", () => {
    const folder = newFolder();
    mkdirSync(folder);
    // Not being root, one cannot give anything away: the root directory is somebody else's.
    if (process.getuid?.() === 0) chownSync(folder, 65_534, 65_534);
    refused(process.getuid?.() === 0 ? folder : "/", /belongs to another user/);
  });

  test("is not made of somebody's empty home folder", () => {
    const folder = newFolder();
    mkdirSync(folder, { mode: 0o700 });
    const before = process.env.HOME;
    process.env.HOME = folder;
    try {
      refused(folder, /is a home folder/);
      assert.deepEqual(readdirSync(folder), []);
      open(join(folder, "lamp"));
    } finally {
      process.env.HOME = before;
    }
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
    refused(file, /EEXIST: file already exists/);
    refused(join(file, "below"), /E(NOTDIR|EXIST): /);
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
    for (const pid of [spawnSync(process.execPath, ["--version"]).pid, process.ppid]) {
      const folder = newFolder();
      prepare(folder);
      mkdirSync(join(folder, "lock"));
      const anotherLife = "0123456789abcdef";
      writeFileSync(join(folder, "lock", `${pid}-${anotherLife}-00000000`), "");
      assert.deepEqual(open(folder).read("node"), oldValue);
    }
  });
});

describe("In the place of a record", () => {
  for (const [what, put] of [
    ["a folder", (path: string) => mkdirSync(path)],
    ["a pipe", (path: string) => execFileSync("mkfifo", [path])],
    ["a link", (path: string) => symlinkSync("/etc/passwd", path)],
    ["49 octets", (path: string) => writeFileSync(path, new Uint8Array(49))],
    ["5 GiB", (path: string) => [writeFileSync(path, ""), truncateSync(path, 5 * 2 ** 30)]],
  ] as const) {
    test(`${what} is refused at the start, and not kept locked`, () => {
      const folder = newFolder();
      prepare(folder);
      const path = join(folder, "records", "node");
      rmSync(path);
      put(path);
      refused(folder, /records\/node is not a file of at most 48 octets/);
      rmSync(path, { recursive: true });
      assert.deepEqual(open(folder).keys(), []);
    });
  }

  test("what is no record's name is passed over, also when all records are erased", () => {
    const folder = newFolder();
    prepare(folder);
    const foreign = ["node.backup-2024-01-01", "Node", "%zz", "%41%4", ".DS_Stor\u00e9", "sixteen-letters-"];
    for (const name of foreign) writeFileSync(join(folder, "records", name), "x");
    mkdirSync(join(folder, "records", "a.b"));
    const storage = open(folder);
    assert.deepEqual(storage.keys(), ["node"]);
    for (const key of storage.keys()) storage.erase(key);
    assert.equal(readdirSync(join(folder, "records")).length, foreign.length + 1);
  });

  test("a link in the place of all records is refused", () => {
    const [folder, other] = [newFolder(), newFolder()];
    prepare(folder);
    rmSync(join(folder, "records"), { recursive: true });
    mkdirSync(other);
    symlinkSync(other, join(folder, "records"));
    refused(folder, /records is a link/);
  });

  test("nothing, because the whole folder is gone, is a fault that is told in one line", () => {
    const folder = newFolder();
    const storage = open(folder);
    storage.write("node", oldValue);
    rmSync(folder, { recursive: true });
    for (const act of [() => storage.keys(), () => storage.erase("node")]) {
      assert.throws(act, (error) => {
        assert.ok(error instanceof StorageFault);
        assert.match(error.message, /^the [^\n]+: ENOENT: no such file or directory$/);
        return true;
      });
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
