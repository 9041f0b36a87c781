/** The Configuration Server's NetKeys and AppKeys. MshPRT 4.4.1.2.9, 4.4.1.2.10, 4.4.1.2.12, 4.4.1.2.14. */

import { ConfigurationBench, keyOf } from "../../support/configuration-bench.js";
import { talk } from "../../support/configuration-talk.js";
import type { Suite } from "../../support/harness.js";

const A = keyOf(0xaa);
const B = keyOf(0xbb);
const C = keyOf(0xcc);

/** A node that knows NetKey 000 and, of A, NetKey 123. */
function withTwoNetKeys(): ConfigurationBench {
  const bench = new ConfigurationBench();
  bench.ask(`8040 2301 ${A}`);
  return bench;
}

/** The same with AppKey 456 on NetKey 123, of A. */
function withAppKey(): ConfigurationBench {
  const bench = withTwoNetKeys();
  bench.ask(`00 236145 ${A}`);
  return bench;
}

export const suite: Suite = (harness) => {
  const { test, equal } = harness;
  const { says, ignores } = talk(harness);

  test("NetKeys are added and listed [CFG/NKL/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8042", "8043 0000");
    says(bench, `8040 2301 ${A}`, "8044 00 2301");
    says(bench, "8042", "8043 003012");
    says(bench, `8040 5604 ${B}`, "8044 00 5604");
    says(bench, "8042", "8043 003012 5604");
  });

  test("a NetKey that is there is added once more with success, and another one in its place is not [CFG/NKL/BI-02]", () => {
    const bench = withTwoNetKeys();
    says(bench, `8040 2301 ${A}`, "8044 00 2301");
    says(bench, `8040 2301 ${B}`, "8044 06 2301");
    says(bench, "8042", "8043 003012");
  });

  test("there is room for so many NetKeys and no more [CFG/NKL/BI-03]", () => {
    const bench = withTwoNetKeys();
    says(bench, `8040 5604 ${B}`, "8044 00 5604");
    says(bench, `8040 8907 ${C}`, "8044 05 8907");
    says(bench, `8040 5604 ${B}`, "8044 00 5604");
    says(bench, "8042", "8043 003012 5604");
  });

  test("the reserved bits beside a key index do not count", () => {
    const bench = new ConfigurationBench();
    says(bench, `8040 23f1 ${A}`, "8044 00 2301");
    says(bench, "8015 2381", "8017 00 2301 00");
    says(bench, "8001 2341", "8002 00 2301");
  });

  test("a NetKey is updated [CFG/NKL/BV-02]", () => {
    const bench = withTwoNetKeys();
    says(bench, `8045 2301 ${B}`, "8044 00 2301");
    says(bench, "8015 2301", "8017 00 2301 01");
    says(bench, "8015 0000", "8017 00 0000 00");
    says(bench, "8042", "8043 003012");
  });

  test("an unknown NetKey is not updated [CFG/NKL/BI-01]", () => {
    says(new ConfigurationBench(), `8045 2301 ${B}`, "8044 04 2301");
  });

  test("during a key refresh there is one new NetKey, and no other [KR/BI-02]", () => {
    const bench = withTwoNetKeys();
    says(bench, `8045 2301 ${A}`, "8044 0b 2301");
    says(bench, `8045 2301 ${B}`, "8044 00 2301");
    says(bench, `8045 2301 ${B}`, "8044 00 2301");
    says(bench, `8045 2301 ${C}`, "8044 0b 2301");
    says(bench, `8045 2301 ${A}`, "8044 0b 2301");
    bench.ask("8016 2301 02");
    for (const key of [A, B, C]) says(bench, `8045 2301 ${key}`, "8044 0b 2301");
  });

  test("a NetKey is deleted, and an absent one with success [CFG/NKL/BV-03]", () => {
    const bench = withTwoNetKeys();
    says(bench, "8041 2301", "8044 00 2301");
    says(bench, "8042", "8043 0000");
    says(bench, "8041 2301", "8044 00 2301");
    says(bench, "8041 ff0f", "8044 00 ff0f");
  });

  test("neither the last NetKey nor the one of the message is deleted [CFG/NKL/BV-04]", () => {
    const bench = withTwoNetKeys();
    says(bench, "8041 2301", "8044 0c 2301", 0x123);
    says(bench, "8041 0000", "8044 0c 0000", 0);
    says(bench, "8041 0000", "8044 00 0000", 0x123);
    says(bench, "8041 2301", "8044 0c 2301", 0x123);
    says(bench, "8042", "8043 2301", 0x123);
  });

  test("with a NetKey go its AppKeys, and those of others stay", () => {
    const bench = withAppKey();
    bench.ask(`00 009078 ${B}`);
    says(bench, "8001 0000", "8002 00 0000 8907");
    bench.ask("8041 2301");
    says(bench, "8001 2301", "8002 04 2301");
    says(bench, "8001 0000", "8002 00 0000 8907");
    bench.ask(`8040 2301 ${A}`);
    says(bench, "8001 2301", "8002 00 2301");
  });

  test("a key refresh goes through its phases [KR/BV-01]", () => {
    const bench = withTwoNetKeys();
    says(bench, "8015 2301", "8017 00 2301 00");
    bench.ask(`8045 2301 ${B}`);
    says(bench, "8015 2301", "8017 00 2301 01");
    says(bench, "8016 2301 02", "8017 00 2301 02");
    says(bench, "8016 2301 02", "8017 00 2301 02");
    says(bench, "8016 2301 03", "8017 00 2301 00");
    says(bench, "8016 2301 03", "8017 00 2301 00");
    says(bench, "8015 2301", "8017 00 2301 00");
    says(bench, `8040 2301 ${B}`, "8044 00 2301");
    says(bench, `8040 2301 ${A}`, "8044 06 2301");
  });

  test("a key refresh can leave phase 2 out [KR/BV-03]", () => {
    const bench = withTwoNetKeys();
    bench.ask(`8045 2301 ${B}`);
    says(bench, "8016 2301 03", "8017 00 2301 00");
    says(bench, `8040 2301 ${B}`, "8044 00 2301");
  });

  test("a transition that the phase has not is ignored [KR/BI-01]", () => {
    const bench = withTwoNetKeys();
    ignores(bench, "8016 2301 02");
    const prohibited = ["00", "01", "04", "ff"];
    for (const transition of prohibited) ignores(bench, `8016 2301 ${transition}`);
    bench.ask(`8045 2301 ${B}`);
    for (const transition of prohibited) ignores(bench, `8016 2301 ${transition}`);
    says(bench, "8016 2301 02", "8017 00 2301 02");
    for (const transition of prohibited) ignores(bench, `8016 2301 ${transition}`);
    says(bench, "8015 2301", "8017 00 2301 02");
  });

  test("an unknown NetKey has no phase [KR/BI-03]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8015 2301", "8017 04 2301 00");
    for (const transition of ["02", "03"]) says(bench, `8016 2301 ${transition}`, "8017 04 2301 00");
  });

  test("a node without a proxy has no Node Identity", () => {
    const bench = new ConfigurationBench();
    says(bench, "8046 0000", "8048 00 0000 02");
    says(bench, "8047 0000 01", "8048 00 0000 02");
    says(bench, "8047 0000 00", "8048 00 0000 02");
  });

  test("Node Identity of an unknown NetKey: what was asked for comes back", () => {
    const bench = new ConfigurationBench();
    says(bench, "8046 2301", "8048 04 2301 00");
    says(bench, "8047 2301 00", "8048 04 2301 00");
    says(bench, "8047 2301 01", "8048 04 2301 01");
  });

  test("Node Identity cannot be set to not supported, or to what is no state [CFG/NID/BI-01, CFG/NID/BI-03]", () => {
    const bench = new ConfigurationBench();
    for (const identity of ["02", "03", "ff"]) {
      ignores(bench, `8047 0000 ${identity}`);
      ignores(bench, `8047 2301 ${identity}`);
    }
  });

  test("AppKeys are added and listed by NetKey [CFG/AKL/BV-01]", () => {
    const bench = withTwoNetKeys();
    says(bench, `00 236145 ${A}`, "8003 00 236145");
    says(bench, `00 231100 ${B}`, "8003 00 231100");
    says(bench, `00 00f0ff ${C}`, "8003 00 00f0ff");
    says(bench, "8001 2301", "8002 00 2301 016045");
    says(bench, "8001 0000", "8002 00 0000 ff0f");
  });

  test("an AppKey needs a NetKey [CFG/AKL/BI-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, `00 236145 ${A}`, "8003 04 236145");
    says(bench, "8001 0000", "8002 00 0000");
  });

  test("an AppKey that is there is added once more with success, and another one in its place is not [CFG/AKL/BI-04]", () => {
    const bench = withAppKey();
    says(bench, `00 236145 ${A}`, "8003 00 236145");
    says(bench, `00 236145 ${B}`, "8003 06 236145");
  });

  test("an AppKey belongs to one NetKey", () => {
    const bench = withAppKey();
    says(bench, `00 006045 ${A}`, "8003 04 006045");
    says(bench, `00 006045 ${B}`, "8003 06 006045");
    says(bench, "8000 006045", "8003 11 006045");
    says(bench, "8001 2301", "8002 00 2301 5604");
  });

  test("there is room for so many AppKeys and no more", () => {
    const bench = new ConfigurationBench();
    for (let index = 0; index < 24; index++) {
      const pair = `00${(index & 0x0f).toString(16)}0${(index >> 4).toString(16).padStart(2, "0")}`;
      says(bench, `00 ${pair} ${A}`, `8003 00 ${pair}`);
    }
    says(bench, `00 00f0ff ${A}`, "8003 05 00f0ff");
  });

  test("an AppKey is updated during the key refresh of its NetKey, and only then [CFG/AKL/BV-02]", () => {
    const bench = withAppKey();
    says(bench, `01 236145 ${B}`, "8003 0b 236145");
    bench.ask(`8045 2301 ${B}`);
    says(bench, `01 236145 ${A}`, "8003 0b 236145");
    says(bench, `01 236145 ${B}`, "8003 00 236145");
    says(bench, `01 236145 ${B}`, "8003 00 236145");
    bench.ask("8016 2301 02");
    says(bench, `01 236145 ${C}`, "8003 0b 236145");
    bench.ask("8016 2301 03");
    says(bench, `00 236145 ${B}`, "8003 00 236145");
  });

  test("an Update names the AppKey's own NetKey [CFG/AKL/BI-02]", () => {
    const bench = withAppKey();
    const pairsWrongly = (): void => says(bench, `01 006045 ${C}`, "8003 11 006045");
    pairsWrongly();
    bench.ask(`8045 2301 ${B}`);
    pairsWrongly();
    bench.ask(`8045 0000 ${B}`);
    pairsWrongly();
    says(bench, `01 236178 ${C}`, "8003 03 236178");
    says(bench, `01 896745 ${C}`, "8003 04 896745");
  });

  test("an AppKey is deleted, and an absent one with success [CFG/AKL/BV-03]", () => {
    const bench = withAppKey();
    says(bench, "8000 236145", "8003 00 236145");
    says(bench, "8001 2301", "8002 00 2301");
    says(bench, "8000 236145", "8003 00 236145");
  });

  test("an unknown NetKey has no list of AppKeys [CFG/AKL/BI-03]", () => {
    says(new ConfigurationBench(), "8001 2301", "8002 04 2301");
  });

  test("a key that cannot be stored is refused, and all is as it was", () => {
    const bench = withAppKey();
    const fails = (request: string, status: string): void => {
      bench.storage.failAt(1);
      says(bench, request, status);
    };
    fails(`8040 5604 ${C}`, "8044 09 5604");
    says(bench, "8042", "8043 003012");
    fails(`8045 2301 ${C}`, "8044 09 2301");
    says(bench, "8015 2301", "8017 00 2301 00");
    fails(`00 009078 ${C}`, "8003 09 009078");
    says(bench, "8001 0000", "8002 00 0000");
    bench.ask(`8045 2301 ${C}`);
    fails(`01 236145 ${C}`, "8003 09 236145");
    fails("8016 2301 02", "8017 09 2301 00");
    says(bench, "8015 2301", "8017 00 2301 01");
    says(bench, `01 236145 ${B}`, "8003 00 236145");
    equal(bench.trace.reasons, []);
  });
};
