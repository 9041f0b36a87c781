/** The Configuration Server's Model Publication states. MshPRT 4.4.1.2.7. */

import { ConfigurationBench, keyOf } from "../../support/configuration-bench.js";
import { talk } from "../../support/configuration-talk.js";
import type { Suite } from "../../support/harness.js";

/** The label of the specification's sample, and its virtual address. MshPRT 8.3.22. */
const LABEL = "0073e7e4d8b9440faf8415df4c56c0e1";
const VIRTUAL = "29b5";

/** A node whose model 1000 is bound to AppKey 123, not to 456. */
function withBinding(lowPower = false): ConfigurationBench {
  const bench = new ConfigurationBench({ features: { lowPower } });
  bench.ask(`00 003012 ${keyOf(1)}`);
  bench.ask(`00 006045 ${keyOf(2)}`);
  bench.ask("803d 0112 2301 0010");
  return bench;
}

export const suite: Suite = (harness) => {
  const { test } = harness;
  const { says, ignores } = talk(harness);

  test("publication is off until it is set; it is told as it was set [CFG/MP/BV-01]", () => {
    const bench = withBinding();
    says(bench, "8018 0112 0010", "8019 00 0112 0000 0000 00 00 00 0010");
    says(bench, "03 0112 00c0 2301 05 54 2a 0010", "8019 00 0112 00c0 2301 05 54 2a 0010");
    says(bench, "8018 0112 0010", "8019 00 0112 00c0 2301 05 54 2a 0010");
    says(bench, "03 0112 0500 2301 ff 00 00 0010", "8019 00 0112 0500 2301 ff 00 00 0010");
    says(bench, `801a 0112 ${LABEL} 2301 00 ff ff 0010`, `8019 00 0112 ${VIRTUAL} 2301 00 ff ff 0010`);
    says(bench, "8018 0112 0010", `8019 00 0112 ${VIRTUAL} 2301 00 ff ff 0010`);
  });

  test("a vendor's model publishes as well", () => {
    const bench = withBinding();
    bench.ask("803d 0112 5604 3f00 2a00");
    says(bench, "03 0112 ffff 5604 7f 00 00 3f00 2a00", "8019 00 0112 ffff 5604 7f 00 00 3f00 2a00");
    says(bench, "8018 0112 3f00 2a00", "8019 00 0112 ffff 5604 7f 00 00 3f00 2a00");
    says(
      bench,
      `801a 0112 ${LABEL} 5604 02 00 00 3f00 2a00`,
      `8019 00 0112 ${VIRTUAL} 5604 02 00 00 3f00 2a00`,
    );
  });

  test("to the unassigned address nothing is published, and the rest of the message does not count", () => {
    const bench = withBinding();
    bench.ask("03 0112 00c0 2301 05 54 2a 0010");
    says(bench, "03 0112 0000 ffff 90 54 2a 0010", "8019 00 0112 0000 0000 00 00 00 0010");
    says(bench, "8018 0112 0010", "8019 00 0112 0000 0000 00 00 00 0010");
  });

  test("the reserved bits beside the AppKey index do not count", () => {
    says(withBinding(), "03 0112 00c0 23e1 05 00 00 0010", "8019 00 0112 00c0 2301 05 00 00 0010");
  });

  test("publication stops when its AppKey is deleted or unbound [CFG/MP/BV-02]", () => {
    for (const end of ["8000 003012", "803f 0112 2301 0010"]) {
      const bench = withBinding();
      bench.ask("03 0112 00c0 2301 05 54 2a 0010");
      bench.ask(end);
      says(bench, "8018 0112 0010", "8019 00 0112 0000 0000 00 00 00 0010");
    }
  });

  test("publication stops when the NetKey of its AppKey is deleted", () => {
    const bench = withBinding();
    bench.ask(`8040 2301 ${keyOf(3)}`);
    bench.ask("03 0112 00c0 2301 05 54 2a 0010", 0x123);
    says(bench, "8041 0000", "8044 00 0000", 0x123);
    says(bench, "8018 0112 0010", "8019 00 0112 0000 0000 00 00 00 0010", 0x123);
  });

  test("an element that is not the node's does not publish [CFG/MP/BI-01]", () => {
    const bench = withBinding();
    says(bench, "8018 0312 0010", "8019 01 0312 0000 0000 00 00 00 0010");
    says(bench, "03 0312 00c0 2301 05 54 2a 0010", "8019 01 0312 0000 0000 00 00 00 0010");
    says(bench, `801a 0312 ${LABEL} 2301 05 54 2a 0010`, "8019 01 0312 0000 0000 00 00 00 0010");
    says(bench, "03 0312 0000 2301 05 54 2a 0010", "8019 01 0312 0000 0000 00 00 00 0010");
  });

  test("a model that is not there does not publish [CFG/MP/BI-02]", () => {
    const bench = withBinding();
    says(bench, "8018 0112 0110", "8019 02 0112 0000 0000 00 00 00 0110");
    says(bench, "03 0112 00c0 2301 05 54 2a 0110", "8019 02 0112 0000 0000 00 00 00 0110");
    says(bench, `801a 0112 ${LABEL} 2301 05 54 2a 4000 2a00`, "8019 02 0112 0000 0000 00 00 00 4000 2a00");
  });

  test("with an AppKey that is unknown or not bound, nothing is published [CFG/MP/BI-03]", () => {
    const bench = withBinding();
    for (const appKey of ["8907", "5604"]) {
      says(bench, `03 0112 00c0 ${appKey} 05 54 2a 0010`, "8019 03 0112 0000 0000 00 00 00 0010");
      says(bench, `801a 0112 ${LABEL} ${appKey} 05 54 2a 0010`, "8019 03 0112 0000 0000 00 00 00 0010");
    }
    says(bench, "8018 0112 0010", "8019 00 0112 0000 0000 00 00 00 0010");
  });

  test("a model of the device key publishes nothing", () => {
    const bench = withBinding();
    says(bench, "8018 0112 0000", "8019 07 0112 0000 0000 00 00 00 0000");
    says(bench, "03 0112 00c0 2301 05 54 2a 0000", "8019 07 0112 0000 0000 00 00 00 0000");
    says(bench, "03 0112 0000 0000 00 00 00 0000", "8019 07 0112 0000 0000 00 00 00 0000");
    says(bench, `801a 0112 ${LABEL} 2301 05 54 2a 0000`, "8019 07 0112 0000 0000 00 00 00 0000");
  });

  test("friendship credentials are for Low Power nodes", () => {
    const request = "03 0112 00c0 2311 05 54 2a 0010";
    says(withBinding(), request, "8019 0a 0112 0000 0000 00 00 00 0010");
    says(withBinding(), "03 0112 00c0 5614 05 54 2a 0010", "8019 03 0112 0000 0000 00 00 00 0010");
    says(withBinding(true), request, "8019 00 0112 00c0 2311 05 54 2a 0010");
  });

  test("prohibited values are ignored: element, virtual address, TTL", () => {
    const bench = withBinding();
    for (const element of ["0000", "0080", "00c0", "ffff"]) {
      ignores(bench, `8018 ${element} 0010`);
      ignores(bench, `03 ${element} 00c0 2301 05 54 2a 0010`);
      ignores(bench, `801a ${element} ${LABEL} 2301 05 54 2a 0010`);
    }
    for (const address of ["0080", "ffbf"]) ignores(bench, `03 0112 ${address} 2301 05 54 2a 0010`);
    for (const ttl of ["80", "fe"]) {
      ignores(bench, `03 0112 00c0 2301 ${ttl} 54 2a 0010`);
      ignores(bench, `801a 0112 ${LABEL} 2301 ${ttl} 54 2a 0010`);
    }
    says(bench, "8018 0112 0010", "8019 00 0112 0000 0000 00 00 00 0010");
  });

  test("a publication that cannot be stored is refused, and the old one stands", () => {
    const bench = withBinding();
    bench.ask("03 0112 00c0 2301 05 54 2a 0010");
    bench.storage.failAt(1);
    says(bench, "03 0112 01c0 2301 05 54 2a 0010", "8019 09 0112 0000 0000 00 00 00 0010");
    bench.storage.failAt(1);
    says(bench, `801a 0112 ${LABEL} 2301 05 54 2a 0010`, "8019 09 0112 0000 0000 00 00 00 0010");
    says(bench, "8018 0112 0010", "8019 00 0112 00c0 2301 05 54 2a 0010");
  });

  test("there is room for so many labels and no more", () => {
    const bench = withBinding();
    bench.ask(`8020 0112 ${keyOf(1)} 0010`);
    bench.ask(`8020 0112 ${keyOf(2)} 0010`);
    says(bench, `801a 0112 ${LABEL} 2301 05 54 2a 0010`, "8019 05 0112 0000 0000 00 00 00 0010");
    bench.ask(`8021 0112 ${keyOf(2)} 0010`);
    says(bench, `801a 0112 ${LABEL} 2301 05 54 2a 0010`, `8019 00 0112 ${VIRTUAL} 2301 05 54 2a 0010`);
  });
};
