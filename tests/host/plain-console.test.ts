import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { SimulatedBoard } from "../../host/simulator/board.js";
import type { SimulatorEvent } from "../../host/simulator/events.js";
import { PlainConsole } from "../../host/simulator/plain-console.js";
import { sentenceOf } from "../../host/simulator/wording.js";
import type { AuthMistake } from "../../modules/platform.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

describe("What runs", () => {
  for (const [ether, line] of [
    ["/tmp/ether", "Ether /tmp/ether"],
    ["hci:/dev/ttyACM0", "Bluetooth adapter hci:/dev/ttyACM0"],
  ] as const) {
    test(line, () => {
      const { show, lines } = newConsole();
      const uuid = "70cf7c9732a345b691494810d2e9cbf4";
      const unsaid = { uri: undefined, oobInfo: undefined, seed: undefined };
      show({ event: "started", name: "lamp", uuid, state: "/s", ether, ...unsaid });
      assert.equal(lines()[2], line);
    });
  }
});

describe("What blinks, in lines", () => {
  test("a lamp that is switched is told at once, and once", () => {
    const { board, lines } = newConsole();
    board.led.write(0xffff);
    assert.deepEqual(lines(), ["LED on, 100 %"]);
    mock.timers.tick(60_000);
    board.led.write(0);
    assert.deepEqual(lines(), ["LED off"]);
  });

  test("a number is told when its pulses pause, in every round", () => {
    const { board, lines } = newConsole();
    for (let round = 0; round < 2; round++) {
      pulse(3, (on) => board.led.write(on ? 0xffff : 0));
      assert.deepEqual(lines(), ["LED on, 100 %"]);
      mock.timers.tick(3000);
      assert.deepEqual(lines(), ["LED lit 3 times, now off"]);
    }
  });

  test("sound and vibration likewise, each for itself", () => {
    const { board, lines } = newConsole();
    pulse(2, (on) => {
      board.buzzer.write(on);
      board.vibrator.write(on);
    });
    mock.timers.tick(3000);
    assert.deepEqual(lines(), [
      "The buzzer sounds",
      "The device vibrates",
      "The buzzer has sounded 2 times, now silent",
      "The device has vibrated 2 times, now still",
    ]);
  });

  test("a lamp that was on is off first; its pulses alone are counted", () => {
    const { board, lines } = newConsole();
    board.led.write(0xffff);
    mock.timers.tick(3000);
    board.led.write(0);
    mock.timers.tick(500);
    pulse(1, (on) => board.led.write(on ? 0xffff : 0));
    board.led.write(1);
    board.led.write(2);
    mock.timers.tick(3000);
    assert.deepEqual(lines(), ["LED on, 100 %", "LED off", "LED lit 2 times, now on, 1 %"]);
  });

  test("nothing is left untold at the end", () => {
    const { board, lines, show } = newConsole();
    pulse(2, (on) => board.buzzer.write(on));
    show({ event: "stopped" });
    assert.deepEqual(lines(), ["The buzzer sounds", "The buzzer has sounded 2 times, now silent", "Stopped"]);
    mock.timers.tick(60_000);
    assert.deepEqual(lines(), []);
  });
});

test("The board reports what changes, and nothing else", () => {
  const events: SimulatorEvent[] = [];
  const board = new SimulatedBoard((event) => events.push(event));
  for (const on of [false, true, true, false, false]) {
    board.buzzer.write(on);
    board.vibrator.write(on);
  }
  assert.deepEqual(events, [
    { event: "buzzer", on: true },
    { event: "vibrator", on: true },
    { event: "buzzer", on: false },
    { event: "vibrator", on: false },
  ]);
});

describe("A failed provisioning in one sentence", () => {
  const MISTAKES: Readonly<Record<AuthMistake, RegExp>> = {
    none: /confirmation failed\)$/,
    paddedOnTheOtherSide: /: the provisioner filled the value up on the wrong side/,
    digitsAsText: /: the provisioner took the digits for text.*a number is sent as a number$/,
    reversed: /: the provisioner used .* in reverse order$/,
    wrongLength: /: the provisioner .* a wrong length/,
    allZero: /: the provisioner used no value at all/,
  };
  for (const mistake of Object.keys(MISTAKES).filter(isMistake)) {
    test(mistake, () => {
      const sentence = sentenceOf({
        event: "failed",
        step: "waitRandom",
        expected: "Random",
        came: "another",
        errorCode: 4,
        mistake,
      });
      assert.match(sentence ?? "", /^Provisioning failed in waitRandom: expected Random, came another /);
      assert.match(sentence ?? "", MISTAKES[mistake]);
      assert.doesNotMatch(sentence ?? "", /\.|\n/);
    });
  }

  function isMistake(name: string): name is AuthMistake {
    return Object.hasOwn(MISTAKES, name);
  }
});

test("The steps of an authentication have their words", () => {
  const words = (name: "waitInput" | "backingOff", value: number | undefined) =>
    sentenceOf({ event: "note", layer: "provisioning", name, value });
  assert.match(words("waitInput", undefined) ?? "", /enter on this device what the provisioner shows$/);
  assert.match(words("backingOff", 1001) ?? "", /invisible for 2 s$/);
});

/** So many times 500 ms on, and off in between and at the end. */
function pulse(count: number, write: (on: boolean) => void): void {
  for (let left = count; left > 0; left--) {
    write(true);
    mock.timers.tick(500);
    write(false);
    if (left > 1) mock.timers.tick(500);
  }
}

/** A console, a board that it shows, and the lines that have come since the last time. */
function newConsole() {
  const output = new PassThrough({ encoding: "utf8" });
  const terminal = new PlainConsole(output, assert.fail);
  const board = new SimulatedBoard((event) => terminal.show(event));
  const lines = () => {
    const text: unknown = output.read();
    return text === null ? [] : String(text).trimEnd().split("\n");
  };
  return { board, lines, show: (event: SimulatorEvent) => terminal.show(event) };
}
