import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { takeLock } from "../../host/simulator/lock.mjs";

const scratch = mkdtempSync(join(tmpdir(), "fledgling-lock-"));
after(() => rmSync(scratch, { recursive: true }));

/**
 * A rival takes the lock 40 times. While it has it, nobody else's file may be there. At the end it dies with the lock
 * in its hands, so that the others have something to take over.
 */
const RIVAL = `
  import { rmSync, writeFileSync } from "node:fs";
  const [, module, path] = process.argv;
  const { takeLock } = await import(module);
  for (let had = 0; had < 40; ) {
    const lock = takeLock(path);
    if (typeof lock === "number") {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
      continue;
    }
    had++;
    writeFileSync(path + ".inside", "", { flag: "wx" });
    rmSync(path + ".inside");
    if (had === 40) process.kill(process.pid, "SIGKILL");
    lock();
  }
`;

test("of many that want a lock one has it, also when holders die with it", async () => {
  const module = new URL("../../host/simulator/lock.mjs", import.meta.url).href;
  const path = join(scratch, "contested");
  const ends = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const rival = spawn(process.execPath, ["--input-type=module", "--eval", RIVAL, "--", module, path], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      const [, signal] = await once(rival, "exit");
      return signal;
    }),
  );
  assert.deepEqual(ends, ["SIGKILL", "SIGKILL", "SIGKILL", "SIGKILL"], "no rival met another inside");
  const lock = takeLock(path);
  assert.equal(typeof lock, "function", "the last dead rival's lock is taken over");
});

test("a lock tells who has it, and leaves nothing behind when it is released", () => {
  const path = join(scratch, "quiet");
  const release = takeLock(path);
  assert.ok(typeof release === "function");
  assert.equal(takeLock(path), process.pid);
  release();
  const again = takeLock(path);
  assert.ok(typeof again === "function");
  again();
  assert.deepEqual(
    readdirSync(scratch).filter((name) => name.startsWith("quiet")),
    [],
  );
});

test("where no lock can be, the file system's error comes out", () => {
  assert.throws(() => takeLock(join(scratch, "missing", "lock")), { code: "ENOENT" });
});

/** No process has this number. */
const DEAD = "4194305-0123456789abcdef-00000000";

for (const [what, put] of [
  ["a dangling link", (folder: string) => symlinkSync("nowhere", join(folder, DEAD))],
  ["a pipe", (folder: string) => execFileSync("mkfifo", [join(folder, DEAD)])],
  ["a folder", (folder: string) => mkdirSync(join(folder, DEAD))],
  ["a name of another kind", (folder: string) => writeFileSync(join(folder, "1-x"), "")],
  ["a name that is no text", (folder: string) => writeFileSync(Buffer.from(`${folder}/\xff`, "latin1"), "")],
] as const) {
  test(`${what} in a lock's folder is an error that names the lock, and stays`, () => {
    const path = join(scratch, what.replaceAll(" ", "-"));
    mkdirSync(path);
    put(path);
    assert.throws(
      () => takeLock(path),
      (error) => error instanceof Error && "syscall" in error && error.message.includes(`${path} holds`),
    );
    assert.equal(readdirSync(path).length, 1);
  });
}

test("a file in a lock's place is an error that names the lock", () => {
  const path = join(scratch, "file");
  writeFileSync(path, "");
  assert.throws(() => takeLock(path), /file is no folder/);
});

test("what a killed start has left beside the lock is removed, what is not a lock's is not", () => {
  const path = join(scratch, "littered");
  mkdirSync(`${path}.${DEAD}`);
  writeFileSync(join(`${path}.${DEAD}`, DEAD), "");
  mkdirSync(`${path}.notes`);
  const release = takeLock(path);
  assert.ok(typeof release === "function");
  release();
  assert.equal(existsSync(`${path}.${DEAD}`), false);
  assert.equal(existsSync(`${path}.notes`), true);
});
