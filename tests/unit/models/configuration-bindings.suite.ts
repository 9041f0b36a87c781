/** The Configuration Server's lists of bound AppKeys. MshPRT 4.4.1.2.11. */

import { LIST_CAPACITY } from "../../../modules/access/model-records.js";
import { ConfigurationBench, keyOf } from "../../support/configuration-bench.js";
import { talk } from "../../support/configuration-talk.js";
import type { Suite } from "../../support/harness.js";

/** A node with AppKeys 123 and 456 on NetKey 000. */
function withAppKeys(): ConfigurationBench {
  const bench = new ConfigurationBench();
  bench.ask(`00 003012 ${keyOf(1)}`);
  bench.ask(`00 006045 ${keyOf(2)}`);
  return bench;
}

const NO_ELEMENTS = Object.freeze(["0000", "0080", "ffbf", "00c0", "ffff"]);

export const suite: Suite = (harness) => {
  const { test, equal } = harness;
  const { says, ignores } = talk(harness);

  test("a model is bound to AppKeys, and its list shows them [CFG/MAKL/BV-01]", () => {
    const bench = withAppKeys();
    says(bench, "804b 0112 0010", "804c 00 0112 0010");
    says(bench, "803d 0112 5604 0010", "803e 00 0112 5604 0010");
    says(bench, "803d 0112 2301 0010", "803e 00 0112 2301 0010");
    says(bench, "803d 0112 2301 0010", "803e 00 0112 2301 0010");
    says(bench, "804b 0112 0010", "804c 00 0112 0010 236145");
    says(bench, "803d 0112 2301 3f00 2a00", "803e 00 0112 2301 3f00 2a00");
    says(bench, "804d 0112 3f00 2a00", "804e 00 0112 3f00 2a00 2301");
    says(bench, "803d 0212 2301 0110", "803e 00 0212 2301 0110");
  });

  test("a model is unbound, and with success from what it is not bound to [CFG/MAKL/BV-02]", () => {
    const bench = withAppKeys();
    bench.ask("803d 0112 2301 0010");
    bench.ask("803d 0112 5604 0010");
    says(bench, "803f 0112 2301 0010", "803e 00 0112 2301 0010");
    says(bench, "804b 0112 0010", "804c 00 0112 0010 5604");
    says(bench, "803f 0112 2301 0010", "803e 00 0112 2301 0010");
    says(bench, "803f 0112 2301 3f00 2a00", "803e 00 0112 2301 3f00 2a00");
  });

  test("what is not there is not bound: element, model, AppKey [CFG/MAKL/BI-01]", () => {
    const bench = withAppKeys();
    says(bench, "803d 0312 2301 0010", "803e 01 0312 2301 0010");
    says(bench, "803d 0012 2301 0010", "803e 01 0012 2301 0010");
    says(bench, "803d 0112 2301 0110", "803e 02 0112 2301 0110");
    says(bench, "803d 0112 2301 3f00 2b00", "803e 02 0112 2301 3f00 2b00");
    says(bench, "803d 0112 2301 2a00", "803e 02 0112 2301 2a00");
    says(bench, "803d 0112 8907 0010", "803e 03 0112 8907 0010");
  });

  test("of several errors the first one counts", () => {
    const bench = withAppKeys();
    says(bench, "803d 0312 8907 0110", "803e 01 0312 8907 0110");
    says(bench, "803d 0112 8907 0110", "803e 02 0112 8907 0110");
    says(bench, "803d 0112 8907 0000", "803e 03 0112 8907 0000");
  });

  test("what is not there is not unbound [CFG/MAKL/BI-02]", () => {
    const bench = withAppKeys();
    says(bench, "803f 0312 2301 0010", "803e 01 0312 2301 0010");
    says(bench, "803f 0112 2301 0110", "803e 02 0112 2301 0110");
    says(bench, "803f 0112 8907 0010", "803e 03 0112 8907 0010");
  });

  test("a SIG model that is not there has no list [CFG/MAKL/BI-03]", () => {
    const bench = withAppKeys();
    says(bench, "804b 0312 0010", "804c 01 0312 0010");
    says(bench, "804b 0112 0110", "804c 02 0112 0110");
  });

  test("a vendor's model that is not there has no list [CFG/MAKL/BI-04]", () => {
    const bench = withAppKeys();
    says(bench, "804d 0312 3f00 2a00", "804e 01 0312 3f00 2a00");
    says(bench, "804d 0112 4000 2a00", "804e 02 0112 4000 2a00");
  });

  test("a model of the device key is bound to no AppKey", () => {
    const bench = withAppKeys();
    says(bench, "803d 0112 2301 0000", "803e 0d 0112 2301 0000");
    says(bench, "803f 0112 2301 0000", "803e 00 0112 2301 0000");
    says(bench, "804b 0112 0000", "804c 00 0112 0000");
  });

  test("what is no element address is ignored", () => {
    const bench = withAppKeys();
    for (const element of NO_ELEMENTS) {
      ignores(bench, `803d ${element} 2301 0010`);
      ignores(bench, `803f ${element} 2301 3f00 2a00`);
      ignores(bench, `804b ${element} 0010`);
      ignores(bench, `804d ${element} 3f00 2a00`);
    }
  });

  test("there is room for so many bindings and no more", () => {
    const bench = new ConfigurationBench();
    const last = LIST_CAPACITY.toString(16);
    for (let index = 0; index <= LIST_CAPACITY; index++) {
      const digits = index.toString(16).padStart(2, "0");
      bench.ask(`00 00${digits.slice(1)}00${digits.slice(0, 1)} ${keyOf(index)}`);
    }
    for (let index = 0; index < LIST_CAPACITY; index++) {
      const digits = index.toString(16).padStart(2, "0");
      says(bench, `803d 0112 ${digits}00 0010`, `803e 00 0112 ${digits}00 0010`);
    }
    says(bench, `803d 0112 ${last}00 0010`, `803e 05 0112 ${last}00 0010`);
    says(bench, "803d 0112 0000 0010", "803e 00 0112 0000 0010");
  });

  test("a binding that cannot be stored is refused, and all is as it was", () => {
    const bench = withAppKeys();
    bench.storage.failAt(1);
    says(bench, "803d 0112 2301 0010", "803e 09 0112 2301 0010");
    says(bench, "804b 0112 0010", "804c 00 0112 0010");
    bench.ask("803d 0112 2301 0010");
    bench.ask("803d 0112 5604 0010");
    bench.storage.failAt(1);
    says(bench, "803f 0112 2301 0010", "803e 09 0112 2301 0010");
    says(bench, "804b 0112 0010", "804c 00 0112 0010 236145");
  });

  test("with an AppKey go the bindings to it", () => {
    const bench = withAppKeys();
    bench.ask("803d 0112 2301 0010");
    bench.ask("803d 0112 5604 0010");
    bench.ask("8000 003012");
    says(bench, "804b 0112 0010", "804c 00 0112 0010 5604");
    equal(bench.trace.reasons, []);
  });
};
