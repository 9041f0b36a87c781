/** Linux's own adapter, by a package that stands in for the one that a user adds. */

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, test } from "node:test";
import { openUserChannel } from "../../host/simulator/hci/user-channel-stream.js";
import { toHex } from "../../modules/bytes.js";

/** What the package exports, with the same methods. */
class FakeSocket extends EventEmitter {
  static last: FakeSocket | undefined;
  static bindError: Error | undefined;
  readonly diary: string[] = [];

  constructor() {
    super();
    FakeSocket.last = this;
  }

  bindUser(number: number): void {
    if (FakeSocket.bindError !== undefined) throw FakeSocket.bindError;
    this.diary.push(`bind ${number}`);
  }

  start(): void {
    this.diary.push("start");
  }

  stop(): void {
    this.diary.push("stop");
  }

  write(octets: Uint8Array): void {
    this.diary.push(`write ${toHex(octets)}`);
  }
}

const asIs = (reason: string): Error => new Error(reason);

/** The reason why it cannot be opened. */
function reasonOf(load: () => unknown): string {
  try {
    openUserChannel(1, asIs, load);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return assert.fail("it opens");
}

describe("Linux's own adapter", () => {
  test("is bound, started, read, written and stopped", () => {
    FakeSocket.bindError = undefined;
    const stream = openUserChannel(3, asIs, () => FakeSocket);
    const socket = FakeSocket.last;
    assert.ok(socket !== undefined);
    const heard: string[] = [];
    stream.listen({
      received: (octets) => heard.push(toHex(octets)),
      closed: (why) => heard.push(why),
    });
    stream.write(Uint8Array.of(1, 3, 0x0c, 0));
    socket.emit("data", Buffer.from([4, 0x0e]));
    assert.deepEqual(heard, ["040e"]);
    socket.emit("error", new Error("Network is down"));
    assert.equal(heard[1], "the system has taken it away: Network is down");
    socket.emit("error", new Error("Network is down"));
    socket.emit("data", Buffer.from([4, 0x0e]));
    stream.write(Uint8Array.of(1));
    assert.equal(heard.length, 2);
    assert.deepEqual(socket.diary, ["bind 3", "start", "write 01030c00", "stop"]);
  });

  for (const [error, reason] of [
    ["No such device", /^there is no such adapter; plug it in/],
    ["Operation not permitted", /^you have no right to use it; start the simulator as root/],
    [
      "Device or resource busy",
      /^the system uses it; run "sudo systemctl stop bluetooth" and .*hci1 down" first$/,
    ],
    ["Address family not supported by protocol", /^this system has no Bluetooth/],
    ["Something else", /^Something else$/],
  ] as const) {
    test(`"${error}" is told as what to do`, () => {
      FakeSocket.bindError = new Error(error);
      assert.match(
        reasonOf(() => FakeSocket),
        reason,
      );
    });
  }

  test("needs a package, which is named", () => {
    const missing = Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });
    const fails = (error: Error) => (): unknown => {
      throw error;
    };
    const name = "@stoprocent/bluetooth-hci-socket";
    const how = `run "npm install --no-save ${name}" in this folder first`;
    assert.equal(reasonOf(fails(missing)), `the package ${name} is needed; ${how}`);
    assert.equal(
      reasonOf(fails(new Error("x"))),
      `the package ${name} is there but cannot be loaded; ${how}`,
    );
    for (const other of [undefined, {}, class {}]) {
      assert.match(
        reasonOf(() => other),
        /^this version of .* is not known; run "npm install/,
      );
    }
  });
});
