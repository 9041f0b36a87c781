import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { keepOctets, keptOctets } from "../../host/simulator/durable-file.js";
import { UsageError } from "../../host/simulator/usage-error.js";

const scratch = mkdtempSync(join(tmpdir(), "fledgling-file-"));
after(() => rmSync(scratch, { recursive: true }));
let paths = 0;

describe("Octets that are kept", () => {
  const what = "two octets";

  test("are read again, also with an editor's line end, and with loose modes tightened", () => {
    const path = newPath();
    assert.equal(keptOctets(path, 2, what), undefined);
    keepOctets(path, new Uint8Array([1, 0xab]));
    assert.deepEqual(keptOctets(path, 2, what), new Uint8Array([1, 0xab]));
    writeFileSync(path, "01AB\r\n");
    chmodSync(path, 0o666);
    assert.deepEqual(keptOctets(path, 2, what), new Uint8Array([1, 0xab]));
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  for (const [damage, put] of [
    ["one too few", (path: string) => writeFileSync(path, "01\n")],
    ["one too many", (path: string) => writeFileSync(path, "01abcd\n")],
    ["no digits", (path: string) => writeFileSync(path, "\xff\0zz")],
    ["no file", (path: string) => mkdirSync(path)],
    ["a pipe", (path: string) => execFileSync("mkfifo", [path])],
    ["too much", (path: string) => [writeFileSync(path, ""), truncateSync(path, 600 * 2 ** 20)]],
  ] as const) {
    test(`are refused when there is ${damage}`, () => {
      const path = newPath();
      put(path);
      assert.throws(
        () => keptOctets(path, 2, what),
        (error) => error instanceof UsageError && error.message.startsWith(path),
      );
    });
  }

  test("are written although something unfinished is in the way", () => {
    const path = newPath();
    execFileSync("mkfifo", [`${path}.new`]);
    keepOctets(path, new Uint8Array([1, 2]));
    assert.deepEqual(keptOctets(path, 2, what), new Uint8Array([1, 2]));
  });
});

function newPath(): string {
  return join(scratch, `${paths++}`);
}
