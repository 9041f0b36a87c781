/** The file in place of flash of the desktop build: its C alone, under sanitizers. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Program } from "../host/program.js";

const SIZE = 1024;
const folder = mkdtempSync(join(tmpdir(), "lin-"));
const program = join(folder, "flash");
const started: Program[] = [];
let paths = 0;

function freshPath(): string {
  paths += 1;
  return join(folder, `f${paths}`);
}

function start(environment: Readonly<Record<string, string>> = {}) {
  const flash = new Program([program], environment);
  started.push(flash);
  return async (line: string): Promise<string> => {
    flash.type(`${line}\n`);
    return await flash.line("answer", () => true);
  };
}

describe("a file as flash", { timeout: 60_000 }, () => {
  before(() => {
    const flags = ["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"];
    const sources = ["lin-flash.c", "../../host/lin/nor-file.c"];
    const paths = sources.map((source) => fileURLToPath(new URL(source, import.meta.url)));
    execFileSync("gcc", [...flags, "-o", program, ...paths], { stdio: ["ignore", "ignore", "inherit"] });
  });

  afterEach(async () => {
    for (const flash of started.splice(0)) {
      flash.endInput();
      assert.deepEqual(await flash.ended(), { status: 0, stderr: "" });
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  test("a new one is erased, for this user alone, in folders that it makes", async () => {
    const path = join(folder, "deep", "er", "flash");
    const ask = start();
    assert.equal(await ask(`open ${path}`), `open ${path}`);
    assert.equal(await ask(`read 0 ${SIZE}`), "ff".repeat(SIZE));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, "deep")).mode & 0o777, 0o700);
  });

  test("programming clears bits and sets none; erasing sets them all", async () => {
    const ask = start();
    await ask(`open ${freshPath()}`);
    assert.equal(await ask("program 8 0f55ff00"), "done");
    assert.equal(await ask("program 8 f0ff0fff"), "done");
    assert.equal(await ask("read 4 12"), "ffffffff00550f00ffffffff");
    const long = "a5".repeat(600);
    assert.equal(await ask(`program 300 ${long}`), "done");
    assert.equal(await ask("read 299 602"), `ff${long}ff`);
    assert.equal(await ask("erase 256 512"), "done");
    assert.equal(await ask("read 8 4"), "00550f00");
    assert.equal(await ask("read 255 514"), `${"ff".repeat(513)}a5`);
  });

  test("nothing beyond its end", async () => {
    const ask = start();
    await ask(`open ${freshPath()}`);
    for (const line of [
      `read ${SIZE} 1`,
      `read ${SIZE - 1} 2`,
      "read 18446744073709551615 2",
      `program ${SIZE - 1} 0000`,
      `erase ${SIZE - 4} 8`,
    ])
      assert.equal(await ask(line), "refused", line);
    assert.equal(await ask(`read ${SIZE - 2} 2`), "ffff");
    assert.equal(await ask("close"), "closed");
    assert.equal(await ask("read 0 1"), "refused");
  });

  test("what it holds outlives the process, and one that is too short is filled up", async () => {
    const path = freshPath();
    const ask = start();
    await ask(`open ${path}`);
    await ask("program 0 01020304");
    await ask("close");
    writeFileSync(path, readFileSync(path).subarray(0, 100));
    assert.equal(await start()(`open ${path}`), `open ${path}`);
    assert.equal(readFileSync(path).toString("hex"), `01020304${"ff".repeat(SIZE - 4)}`);
  });

  test("of one process at a time", async () => {
    const path = freshPath();
    const [one, other] = [start(), start()];
    await one(`open ${path}`);
    assert.equal(await other(`open ${path}`), `in use ${path}`);
    await one("close");
    assert.equal(await other(`open ${path}`), `open ${path}`);
  });

  test("what cannot be a file is refused", async () => {
    const path = freshPath();
    mkdirSync(path);
    assert.equal(await start()(`open ${path}`), `failed ${path}`);
    writeFileSync(join(path, "file"), "");
    assert.equal(await start()(`open ${path}/file/flash`), `failed ${path}/file/flash`);
    assert((await start()(`open /${"a".repeat(5000)}`)).startsWith("failed "));
  });

  test("without a path it is in the user's folder for states", async () => {
    const state = freshPath();
    const own = join(state, "fledgling", "lin.flash");
    assert.equal(await start({ XDG_STATE_HOME: state })("open "), `open ${own}`);
    const home = freshPath();
    const inHome = join(home, ".local", "state", "fledgling", "lin.flash");
    assert.equal(await start({ XDG_STATE_HOME: "", HOME: home })("open "), `open ${inHome}`);
  });
});
