import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

const scratch = mkdtempSync(join(tmpdir(), "fledgling-platform-"));
const main = new URL("../../main.ts", import.meta.url).href;
after(() => rmSync(scratch, { recursive: true }));

/** What a board runs, on Node with these options. */
function run(...options: readonly string[]): { status: number | null; stderr: string } {
  const script = `import(${JSON.stringify(main)}).then((main) => main.default());`;
  // Options come behind the name of a program.
  const args = ["--import", "tsx", "--eval", script, "--", "main", ...options];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
  return { status, stderr };
}

describe("main's default function on Node", () => {
  test("ends with one line and status 2 when an option is wrong", () => {
    assert.deepEqual(run("--colour"), {
      status: 2,
      stderr: "fledgling: --colour is no option of the simulator; see --help\n",
    });
  });

  test("ends so, too, when another engine is asked for", () => {
    assert.deepEqual(run("--engine", "xs"), {
      status: 2,
      stderr: "fledgling: --engine: xs is for the simulator program: npm start -- --engine xs\n",
    });
  });

  test("ends so, too, when the ether cannot be opened", () => {
    const ether = join(scratch, "letter.txt");
    writeFileSync(ether, "dear");
    const { status, stderr } = run("--state", join(scratch, "state"), "--ether", ether);
    assert.match(stderr, /^fledgling: the ether's path is taken by something else: [^\n]+\n$/);
    assert.equal(status, 2);
  });
});
