/** What a board tells of itself: what happens at once, drops as numbers. */

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { BoardTrace } from "../../host/xs/board-trace.js";
import { FakeClock } from "../support/fake-clock.js";

describe("a board's trace", () => {
  const traced: string[] = [];
  Object.assign(globalThis, { trace: (text: string) => traced.push(text) });
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
});
