import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { RealClock } from "../../host/simulator/clock.js";
import { defaultEtherPath, Ether } from "../../host/simulator/ether.js";
import { MAX_SOCKET_PATH } from "../../host/simulator/ether-path.js";
import { takeLock } from "../../host/simulator/lock.mjs";
import { Medium } from "../../host/simulator/medium.js";
import { UsageError } from "../../host/simulator/usage-error.js";

const TEST = { timeout: 60_000 };
const directory = mkdtempSync(join(tmpdir(), "ether-"));
let paths = 0;

/** A path of its own for each test. */
function freshPath(): string {
  paths += 1;
  return join(directory, `e${paths}`);
}

after(() => rmSync(directory, { recursive: true, force: true }));

describe("where the ether can be", TEST, () => {
  function etherAt(path: string): Ether {
    return new Ether({ path, medium: new Medium(new RealClock()) });
  }

  async function refusal(path: string): Promise<string> {
    let message = "";
    await assert.rejects(etherAt(path).open(), (error) => {
      assert.ok(error instanceof UsageError, `${error}`);
      message = error.message;
      return true;
    });
    assert.equal(message.includes("\n"), false, "one line");
    return message;
  }

  test("a path of the greatest length will do, one octet more is refused", TEST, async () => {
    const longest = join(directory, "x".repeat(MAX_SOCKET_PATH - directory.length - 1));
    const ether = etherAt(longest);
    await ether.open();
    assert.equal(lstatSync(longest).isSocket(), true);
    await ether.close();
    assert.match(await refusal(`${longest}x`), /too long: 108 octets, at most 107|too long: 104/);
  });

  test("a missing directory is made for this user alone", TEST, async () => {
    const path = join(directory, "new", "ether");
    const ether = etherAt(path);
    await ether.open();
    assert.equal(lstatSync(join(directory, "new")).mode & 0o777, 0o700);
    await ether.close();
    assert.equal(existsSync(path), false);
  });

  test("what is no socket is left alone", TEST, async () => {
    const path = freshPath();
    writeFileSync(path, "precious");
    assert.match(await refusal(path), /taken by something else/);
    assert.equal(existsSync(path), true);
    assert.match(await refusal(join(path, "ether")), /cannot be at .*E(NOTDIR|EXIST)/);
  });

  test("a directory into which others may write is refused", TEST, async () => {
    const open = join(directory, "open");
    mkdirSync(open);
    for (const mode of [0o777, 0o775, 0o702]) {
      chmodSync(open, mode);
      assert.match(await refusal(join(open, "ether")), /others may write/);
    }
    chmodSync(open, 0o1777);
    const ether = etherAt(join(open, "ether"));
    await ether.open();
    await ether.close();
  });

  test("another user's directory or socket is refused", TEST, async (context) => {
    const foreign = join(directory, "foreign");
    mkdirSync(foreign);
    if (process.getuid?.() === 0) chownSync(foreign, 65_534, 65_534);
    // Not being root, one cannot give anything away: the root directory is somebody else's.
    const theirs = process.getuid?.() === 0 ? foreign : "/";
    assert.match(await refusal(join(theirs, "ether")), /belongs to another user/);
    context.diagnostic(`checked with ${theirs}`);
    if (process.getuid?.() !== 0) return;
    // Its owner could replace what is ours.
    chmodSync(foreign, 0o1777);
    assert.match(await refusal(join(foreign, "ether")), /belongs to another user/);
    const path = freshPath();
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once("listening", resolve));
    chownSync(path, 65_534, 65_534);
    assert.match(await refusal(path), /socket belongs to another user/);
    server.close();
  });

  test("a lock that a living process holds without opening the ether is named", TEST, async () => {
    const path = freshPath();
    const release = takeLock(`${path}.lock`);
    assert.ok(typeof release === "function");
    assert.match(await refusal(path), new RegExp(`process ${process.pid} holds ${path}\\.lock`));
    release();
  });

  test("something else in the lock's folder is named", TEST, async () => {
    const path = freshPath();
    mkdirSync(`${path}.lock`);
    writeFileSync(`${path}.lock/1-x`, "");
    assert.match(await refusal(path), /lock .*\.lock holds something else: "1-x"/);
  });

  test(
    "after a refusal the same ether can be opened once the cause is gone, and closed and opened again",
    TEST,
    async () => {
      const path = freshPath();
      writeFileSync(path, "");
      const ether = etherAt(path);
      await assert.rejects(ether.open(), UsageError);
      rmSync(path);
      await ether.open();
      await assert.rejects(ether.open(), /open already/);
      await ether.close();
      await ether.open();
      await ether.close();
      assert.equal(existsSync(path), false);
    },
  );

  test(
    "the default is the user's own, in the directory for running programs where there is one",
    TEST,
    () => {
      const before = process.env.XDG_RUNTIME_DIR;
      process.env.XDG_RUNTIME_DIR = "/run/user/7";
      assert.equal(defaultEtherPath(), "/run/user/7/fledgling/ether");
      delete process.env.XDG_RUNTIME_DIR;
      assert.equal(defaultEtherPath(), join(tmpdir(), `fledgling-${process.getuid?.()}`, "ether"));
      if (before !== undefined) process.env.XDG_RUNTIME_DIR = before;
    },
  );
});
