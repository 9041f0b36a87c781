/** The Configuration Server's heartbeat states. MshPRT 4.4.1.2.15, 4.4.1.2.16. */

import { ConfigurationBench, keyOf } from "../../support/configuration-bench.js";
import { talk } from "../../support/configuration-talk.js";
import type { Suite } from "../../support/harness.js";

export const suite: Suite = (harness) => {
  const { test, equal } = harness;
  const { says, ignores } = talk(harness);

  test("heartbeat publication is off until it is set; it is told as it was set [CFG/HBP/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8038", "06 00 0000 00 00 00 0000 0000");
    says(bench, "8039 00c0 00 11 7f 0f00 0000", "06 00 00c0 00 11 7f 0f00 0000");
    says(bench, "8038", "06 00 00c0 00 11 7f 0f00 0000");
    says(bench, "8039 0100 ff 11 05 0300 0000", "06 00 0100 ff 11 05 0300 0000");
    says(bench, "8038", "06 00 0100 ff 11 05 0300 0000");
    says(bench, "8039 ffff 11 00 00 0000 0000", "06 00 ffff 11 00 00 0000 0000");
  });

  test("to the unassigned address there are no heartbeats, and nothing else is told", () => {
    const bench = new ConfigurationBench();
    bench.ask("8039 00c0 05 03 07 0300 0000");
    says(bench, "8039 0000 05 03 07 0300 0000", "06 00 0000 00 00 00 0000 0000");
    says(bench, "8038", "06 00 0000 00 00 00 0000 0000");
  });

  test("the reserved bits of the features do not count [CFG/HBP/BI-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8039 00c0 00 00 07 f5ff 0000", "06 00 00c0 00 00 07 0500 0000");
    says(bench, "8038", "06 00 00c0 00 00 07 0500 0000");
  });

  test("heartbeats need a NetKey", () => {
    const bench = new ConfigurationBench();
    says(bench, "8039 00c0 05 03 07 0300 2301", "06 04 00c0 05 03 07 0300 2301");
    says(bench, "8039 0000 05 03 07 0300 2301", "06 04 0000 05 03 07 0300 2301");
    says(bench, "8038", "06 00 0000 00 00 00 0000 0000");
  });

  test("with its NetKey a heartbeat publication ends [CFG/HBP/BV-06]", () => {
    const bench = new ConfigurationBench();
    bench.ask(`8040 2301 ${keyOf(1)}`);
    says(bench, "8039 00c0 00 03 07 0300 2301", "06 00 00c0 00 03 07 0300 2301");
    bench.ask("8041 2301");
    says(bench, "8038", "06 00 0000 00 00 00 0000 0000");
  });

  test("a Get under an AppKey is not for this model [CFG/HBP/BI-02]", () => {
    const bench = new ConfigurationBench();
    bench.ask(`00 003012 ${keyOf(1)}`);
    equal(bench.ask("8038", 0, 0x123), undefined);
    equal(bench.trace.reasons, ["notBound"]);
  });

  test("heartbeats come periodically, and what is left of them is told [CFG/HBP/BV-02]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8039 00c0 03 03 05 0000 0000", "06 00 00c0 03 03 05 0000 0000");
    bench.clock.advance(0);
    equal(bench.heartbeatsSent, ["c000 5: 0a 050007"]);
    says(bench, "8038", "06 00 00c0 03 03 05 0000 0000");
    bench.clock.advance(4_000);
    equal(bench.heartbeatsSent.length, 2);
    says(bench, "8038", "06 00 00c0 02 03 05 0000 0000");
    bench.clock.advance(8_000);
    says(bench, "8038", "06 00 00c0 00 03 05 0000 0000");
    bench.clock.advance(60_000);
    equal(bench.heartbeatsSent.length, 4);
  });

  test("a change of the Relay state sends a heartbeat, if that is asked for [CFG/HBP/BV-03]", () => {
    const bench = new ConfigurationBench();
    bench.ask("8039 00c0 00 00 05 0100 0000");
    bench.clock.advance(60_000);
    equal(bench.heartbeatsSent, []);
    bench.ask("8027 00 0a");
    bench.clock.advance(0);
    bench.ask("8027 01 0a");
    bench.clock.advance(0);
    equal(bench.heartbeatsSent, ["c000 5: 0a 050006", "c000 5: 0a 050007"]);
    bench.ask("8039 00c0 00 00 05 0600 0000");
    bench.ask("8027 00 0a");
    bench.clock.advance(60_000);
    equal(bench.heartbeatsSent.length, 2);
  });

  test("prohibited values of a heartbeat publication are ignored", () => {
    const bench = new ConfigurationBench();
    ignores(bench, "8039 0080 05 03 07 0300 0000");
    ignores(bench, "8039 ffbf 05 03 07 0300 0000");
    for (const countLog of ["12", "80", "fe"]) ignores(bench, `8039 00c0 ${countLog} 03 07 0300 0000`);
    for (const periodLog of ["12", "80", "ff"]) ignores(bench, `8039 00c0 05 ${periodLog} 07 0300 0000`);
    for (const ttl of ["80", "ff"]) ignores(bench, `8039 00c0 05 03 ${ttl} 0300 0000`);
    ignores(bench, "8039 0000 12 03 07 0300 2301");
    says(bench, "8038", "06 00 0000 00 00 00 0000 0000");
  });

  test("a heartbeat publication that cannot be stored is refused, and the old one stands", () => {
    const bench = new ConfigurationBench();
    bench.ask("8039 00c0 00 03 07 0300 0000");
    bench.storage.failAt(1);
    says(bench, "8039 01c0 00 04 06 0100 0000", "06 09 01c0 00 04 06 0100 0000");
    says(bench, "8038", "06 00 00c0 00 03 07 0300 0000");
  });

  test("heartbeat subscription is off until it is set; then it counts anew [CFG/HBS/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "803a", "803c 00 0000 0000 00 00 00 00");
    says(bench, "803b 0100 0112 05", "803c 00 0100 0112 05 00 7f 00");
    says(bench, "803a", "803c 00 0100 0112 05 00 7f 00");
    says(bench, "803b ff7f 00c0 11", "803c 00 ff7f 00c0 11 00 7f 00");
    says(bench, "803b ff7f ffff 01", "803c 00 ff7f ffff 01 00 7f 00");
  });

  test("the period that is left is told, and in the end that it is over [CFG/HBS/BV-02]", () => {
    const bench = new ConfigurationBench();
    bench.ask("803b 0100 0112 05");
    bench.clock.advance(9_000);
    says(bench, "803a", "803c 00 0100 0112 03 00 7f 00");
    bench.clock.advance(7_000);
    says(bench, "803a", "803c 00 0100 0112 00 00 7f 00");
  });

  test("heartbeats of the source are counted, and how far they came [CFG/HBS/BV-04]", () => {
    const bench = new ConfigurationBench();
    bench.ask("803b 0100 0112 05");
    bench.hearHeartbeat(0x0001, 5);
    says(bench, "803a", "803c 00 0100 0112 05 01 03 03");
    bench.hearHeartbeat(0x0001, 7);
    bench.hearHeartbeat(0x0001, 2);
    says(bench, "803a", "803c 00 0100 0112 05 02 01 06");
    bench.hearHeartbeat(0x0001, 4);
    says(bench, "803a", "803c 00 0100 0112 05 03 01 06");
    bench.clock.advance(16_000);
    bench.hearHeartbeat(0x0001, 1);
    says(bench, "803a", "803c 00 0100 0112 00 03 01 06");
    says(bench, "803b 0000 0000 00", "803c 00 0000 0000 00 03 01 06");
    says(bench, "803a", "803c 00 0000 0000 00 00 00 00");
  });

  test("heartbeats of others, or to others, do not count [CFG/HBS/BV-03]", () => {
    const bench = new ConfigurationBench();
    bench.ask("803b 0100 00c0 05");
    bench.hearHeartbeat(0x0002, 5, 0xc000);
    bench.hearHeartbeat(0x0001, 5, 0xc001);
    bench.hearHeartbeat(0x0001, 5);
    says(bench, "803a", "803c 00 0100 00c0 05 00 7f 00");
    bench.hearHeartbeat(0x0001, 5, 0xc000);
    says(bench, "803a", "803c 00 0100 00c0 05 01 03 03");
  });

  test("without source, destination or period, heartbeats are not heard any more", () => {
    for (const off of ["0000 0112 05", "0100 0000 05", "0100 0112 00", "0000 0000 00"]) {
      const bench = new ConfigurationBench();
      bench.ask("803b 0100 00c0 05");
      says(bench, `803b ${off}`, "803c 00 0000 0000 00 00 7f 00");
      says(bench, "803a", "803c 00 0000 0000 00 00 00 00");
    }
  });

  test("prohibited values of a heartbeat subscription are ignored [CFG/HBS/BI-01]", () => {
    const bench = new ConfigurationBench();
    for (const source of ["0080", "00c0", "ffff"]) ignores(bench, `803b ${source} 0112 05`);
    for (const destination of ["0080", "ffbf", "0212", "0300"]) ignores(bench, `803b 0100 ${destination} 05`);
    for (const periodLog of ["12", "ff"]) ignores(bench, `803b 0100 0112 ${periodLog}`);
    says(bench, "803a", "803c 00 0000 0000 00 00 00 00");
  });
};
