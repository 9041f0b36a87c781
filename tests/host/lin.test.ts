/** The parts of Moddable's desktop platform that need nothing of its SDK; only a build with the SDK runs the rest. */

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { DesktopBoard } from "../../host/lin/board.js";
import { EtherWatch } from "../../host/lin/ether-watch.js";
import { FileFlash } from "../../host/lin/file-flash.js";
import { LineTrace } from "../../host/xs/trace.js";
import type { Trace } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";

describe("what is traced", () => {
  const traced: string[] = [];
  Object.assign(globalThis, { trace: (text: string) => traced.push(text) });
  beforeEach(() => {
    traced.length = 0;
  });

  test("every note, drop and failure is one line, and a drop's octets are not in it", () => {
    const trace: Trace = new LineTrace();
    trace.note("beacon", "beaconing");
    trace.note("node", "provisioned", 5);
    trace.note("pbAdv", "linkClosed", 0);
    trace.drop("pbAdv", "badFcs", new Uint8Array([1, 2, 3]));
    trace.failed({ step: "waitRandom", expected: "Random", came: "Data", errorCode: 3, mistake: "reversed" });
    trace.failed({
      step: "waitRandom",
      expected: "Random",
      came: "nothing",
      errorCode: undefined,
      mistake: "none",
    });
    assert.deepEqual(traced, [
      "beacon: beaconing\n",
      "node: provisioned 5\n",
      "pbAdv: linkClosed 0\n",
      "pbAdv: dropped, badFcs\n",
      "provisioning: failed in waitRandom, expected Random, came Data, error 3, mistake reversed\n",
      "provisioning: failed in waitRandom, expected Random, came nothing, error none, mistake none\n",
    ]);
  });

  test("the LED tells each change of its level, once", () => {
    const { led } = new DesktopBoard();
    for (const level of [0, 65535, 65535, 7, 0]) led.write(level);
    assert.deepEqual(traced, ["led 65535\n", "led 7\n", "led 0\n"]);
  });

  test("one signal pushes the button down, the next lets it go", () => {
    let push: unknown;
    calls.set("fledgling_onPushSignal", (pushed) => {
      push = pushed;
      return 0;
    });
    const downs: boolean[] = [];
    new DesktopBoard().button.listen((down) => downs.push(down));
    assert(typeof push === "function");
    for (let i = 0; i < 3; i++) push();
    assert.deepEqual(downs, [true, false, true]);
    assert.deepEqual(traced, ["button down\n", "button up\n", "button down\n"]);
  });
});

/** What functions in C are replaced by. */
const calls = new Map<string, (...values: readonly unknown[]) => number>();
Object.assign(globalThis, {
  native:
    (name: string) =>
    (...values: readonly unknown[]) => {
      const call = calls.get(name);
      if (call === undefined) throw new Error(`nobody has ${name}`);
      return call(...values);
    },
});

/** Gives a text as C does. */
function giving(text: string): (target: unknown) => number {
  return (target) => {
    assert(target instanceof Uint8Array);
    target.set(Buffer.from(text));
    return text.length;
  };
}

test("that the ether is there, or gone, is said once each time", () => {
  const clock = new FakeClock();
  const said: string[] = [];
  let isJoined = 0;
  calls.set("fledgling_etherPath", giving("/run/e"));
  calls.set("fledgling_etherIsJoined", () => isJoined);
  new EtherWatch(clock, (line) => said.push(line)).start();
  for (const joined of [0, 0, 1, 1, 1, 0, 1]) {
    isJoined = joined;
    clock.advance(500);
  }
  const [alone, there] = ["nobody is at /run/e: start a simulator there", "joined the ether at /run/e"];
  assert.deepEqual(said, [alone, there, alone, there]);
});

describe("a file as flash", () => {
  function openFile(outcome: number): FileFlash {
    calls.set("fledgling_flashOpen", () => outcome);
    calls.set("fledgling_flashPath", giving("/state/f"));
    return new FileFlash(undefined);
  }

  test("one that is in use, or that cannot be used, is refused by its name", () => {
    assert.throws(() => openFile(1), { message: "flash: /state/f cannot be used" });
    assert.throws(() => openFile(2), { message: "flash: another process uses /state/f" });
  });

  test("what fails is refused; what cannot be read is an error", () => {
    const flash = openFile(0);
    let isDone = 1;
    for (const name of ["Read", "Program", "Erase"]) calls.set(`fledgling_flash${name}`, () => isDone);
    flash.read(0, new Uint8Array(4));
    assert.deepEqual([flash.program(0, new Uint8Array(4)), flash.erase(1)], [true, true]);
    isDone = 0;
    assert.deepEqual([flash.program(0, new Uint8Array(4)), flash.erase(1)], [false, false]);
    assert.throws(() => flash.read(0, new Uint8Array(4)), { message: "flash: /state/f cannot be read" });
  });

  test("a page is erased at its place", () => {
    const erased: unknown[] = [];
    const flash = openFile(0);
    calls.set("fledgling_flashErase", (...values) => erased.push(values));
    flash.erase(3);
    assert.deepEqual(erased, [[3 * 4096, 4096]]);
  });
});
