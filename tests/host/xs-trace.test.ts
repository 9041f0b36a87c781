/** What a board tells of itself: what happens at once, drops as numbers. */

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { readTracePin } from "../../host/xs/board.js";
import { BoardTrace } from "../../host/xs/board-trace.js";
import { FakeChip } from "../support/fake-chip.js";
import { FakeClock } from "../support/fake-clock.js";

describe("a board's trace", () => {
  const chip = new FakeChip();
  const traced = chip.printed;
  Object.assign(globalThis, { native: chip.native });
  beforeEach(() => {
    traced.length = 0;
  });

  test("what happens is told at once", () => {
    const trace = new BoardTrace(new FakeClock());
    trace.note("node", "provisioned", 5);
    trace.failed({ step: "waitRandom", expected: "Random", came: "Data", errorCode: 3, mistake: "reversed" });
    assert.deepEqual(traced, [
      "node: provisioned 5\n",
      "provisioning: failed in waitRandom, expected Random, came Data, error 3, mistake reversed\n",
    ]);
  });

  test("a flood of drops is a line for each reason every two seconds, and silence when it is over", () => {
    const clock = new FakeClock();
    const trace = new BoardTrace(clock);
    for (let i = 0; i < 5000; i++) {
      trace.drop("network", "unknownNid");
      if (i % 1000 === 0) trace.drop("pbAdv", "foreignUuid");
    }
    assert.deepEqual(traced, []);
    clock.advance(2000);
    assert.deepEqual(traced.splice(0), [
      "network: dropped 5000, unknownNid\n",
      "pbAdv: dropped 5, foreignUuid\n",
    ]);
    trace.drop("network", "replayed");
    trace.drop("network", "unknownNid");
    clock.advance(2000);
    assert.deepEqual(traced.splice(0), [
      "network: dropped 1, unknownNid\n",
      "network: dropped 1, replayed\n",
    ]);
    clock.advance(60_000);
    assert.deepEqual(traced, []);
  });

  test("of a flood of links, sixty lines in two seconds are told, and then how many there were besides", () => {
    const clock = new FakeClock();
    const trace = new BoardTrace(clock);
    for (let i = 0; i < 1000; i++) trace.note("pbAdv", "linkOpened", i);
    trace.failed({
      step: "waitInvite",
      expected: "Invite",
      came: "Data",
      errorCode: undefined,
      mistake: "none",
    });
    assert.equal(traced.length, 60);
    assert.equal(traced.at(-1), "pbAdv: linkOpened 59\n");
    clock.advance(2000);
    assert.deepEqual(traced.splice(60), ["941 lines more\n"]);
    traced.length = 0;
    trace.note("pbAdv", "linkClosed", 1);
    assert.deepEqual(traced.splice(0), ["pbAdv: linkClosed 1\n"]);
    clock.advance(60_000);
    assert.deepEqual(traced, []);
  });
});

describe("where a board prints", () => {
  const pinOf = (settings: Readonly<Record<string, string>>) =>
    readTracePin({ get: (name) => settings[name] });

  test("is in the table, for boards whose chip does not say itself", () => {
    assert.equal(pinOf({ board: "nrf52/dk" }), 6);
    assert.equal(pinOf({ board: "nrf52/xiao" }), 43);
    assert.equal(pinOf({ board: "esp32/nodemcu" }), undefined);
    assert.equal(pinOf({}), undefined);
  });

  test("or what a setting says, or nowhere", () => {
    assert.equal(pinOf({ board: "nrf52/dk", "trace-pin": "34" }), 34);
    assert.equal(pinOf({ "trace-pin": "0" }), 0);
    assert.equal(pinOf({ board: "nrf52/dk", "trace-pin": "none" }), undefined);
    assert.throws(() => pinOf({ "trace-pin": "P0.06" }), /^Error: trace-pin: "P0.06" is neither a pin/);
  });
});
