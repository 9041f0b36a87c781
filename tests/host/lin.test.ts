/** The parts of Moddable's desktop platform that need nothing of its SDK; only a build with the SDK runs the rest. */

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { TracingBoard } from "../../host/lin/board.js";
import { VolatileStorage } from "../../host/lin/storage.js";
import { LineTrace } from "../../host/xs/trace.js";
import type { Trace } from "../../modules/platform.js";
import { runOnNode } from "../support/node-harness.js";
import { storageContract } from "./storage-contract.js";

runOnNode(
  "VolatileStorage, as every storage",
  storageContract(() => new VolatileStorage()),
);

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
    const { led } = new TracingBoard();
    for (const level of [0, 65535, 65535, 7, 0]) led.write(level);
    assert.deepEqual(traced, ["led 65535\n", "led 7\n", "led 0\n"]);
  });
});
