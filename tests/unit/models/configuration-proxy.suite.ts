/** The Configuration Server of a proxy: Node Identity, and heartbeats. MshPRT 4.2.13, 4.4.1.2.12, 4.4.1.2.15. */

import { ConfigurationBench, keyOf } from "../../support/configuration-bench.js";
import { talk } from "../../support/configuration-talk.js";
import type { Suite } from "../../support/harness.js";

export const suite: Suite = (harness) => {
  const { test, equal } = harness;
  const { says, ignores } = talk(harness);
  const proxy = () => new ConfigurationBench({ isProxy: true });

  test("Node Identity is told and set, and ends by itself after 60 s [CFG/NID/BV-01]", () => {
    const bench = proxy();
    says(bench, "8046 0000", "8048 00 0000 00");
    says(bench, "8047 0000 01", "8048 00 0000 01");
    bench.clock.advance(59_999);
    says(bench, "8046 0000", "8048 00 0000 01");
    bench.clock.advance(1);
    says(bench, "8046 0000", "8048 00 0000 00");
    says(bench, "8047 0000 01", "8048 00 0000 01");
    says(bench, "8047 0000 00", "8048 00 0000 00");
    says(bench, "8047 0000 00", "8048 00 0000 00");
  });

  test("set once more, its 60 s begin anew", () => {
    const bench = proxy();
    says(bench, "8047 0000 01", "8048 00 0000 01");
    bench.clock.advance(50_000);
    says(bench, "8047 0000 01", "8048 00 0000 01");
    bench.clock.advance(50_000);
    says(bench, "8046 0000", "8048 00 0000 01");
  });

  test("each subnet has its own", () => {
    const bench = proxy();
    says(bench, `8040 0100 ${keyOf(7)}`, "8044 00 0100");
    says(bench, "8047 0100 01", "8048 00 0100 01");
    says(bench, "8046 0000", "8048 00 0000 00");
    says(bench, "8047 0000 01", "8048 00 0000 01");
    says(bench, "8047 0100 00", "8048 00 0100 00");
    says(bench, "8046 0000", "8048 00 0000 01");
  });

  test("an unknown NetKey index is an error, told with what was asked [CFG/NID/BI-01]", () => {
    const bench = proxy();
    says(bench, "8046 2301", "8048 04 2301 00");
    says(bench, "8047 2301 01", "8048 04 2301 01");
  });

  test("it cannot be set to not supported, or to what is no state [CFG/NID/BI-03]", () => {
    const bench = proxy();
    for (const value of ["02", "03", "ff"]) ignores(bench, `8047 0000 ${value}`);
    says(bench, "8046 0000", "8048 00 0000 00");
  });

  test("a change of the GATT Proxy state sends a heartbeat, if that is asked for [CFG/HBP/BV-07]", () => {
    const bench = proxy();
    bench.ask("8039 00c0 00 00 05 0200 0000");
    bench.clock.advance(60_000);
    equal(bench.heartbeatsSent, []);
    says(bench, "8013 00", "8014 00");
    bench.clock.advance(0);
    says(bench, "8013 01", "8014 01");
    says(bench, "8013 01", "8014 01");
    bench.clock.advance(60_000);
    equal(bench.heartbeatsSent, ["c000 5: 0a 050005", "c000 5: 0a 050007"]);
  });
};
