/** The Configuration Server's Subscription Lists. MshPRT 4.4.1.2.8. */

import { LIST_CAPACITY } from "../../../modules/access/model-records.js";
import { ConfigurationBench, keyOf } from "../../support/configuration-bench.js";
import { talk } from "../../support/configuration-talk.js";
import type { Suite } from "../../support/harness.js";

/** The label of the specification's sample, and its virtual address. MshPRT 8.3.22. */
const LABEL = "0073e7e4d8b9440faf8415df4c56c0e1";
const VIRTUAL = "29b5";

export const suite: Suite = (harness) => {
  const { test } = harness;
  const { says, ignores } = talk(harness);

  test("group addresses are added, deleted, overwritten and listed [CFG/SL/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8029 0112 0010", "802a 00 0112 0010");
    says(bench, "801b 0112 00c0 0010", "801f 00 0112 00c0 0010");
    says(bench, "801b 0112 feff 0010", "801f 00 0112 feff 0010");
    says(bench, "801b 0112 00c0 0010", "801f 00 0112 00c0 0010");
    says(bench, "8029 0112 0010", "802a 00 0112 0010 00c0 feff");
    says(bench, "801c 0112 00c0 0010", "801f 00 0112 00c0 0010");
    says(bench, "801c 0112 00c0 0010", "801f 00 0112 00c0 0010");
    says(bench, "8029 0112 0010", "802a 00 0112 0010 feff");
    bench.ask("801b 0112 02c0 0010");
    says(bench, "801e 0112 01c0 0010", "801f 00 0112 01c0 0010");
    says(bench, "8029 0112 0010", "802a 00 0112 0010 01c0");
    bench.ask("801b 0112 02c0 0010");
    says(bench, "801d 0112 0010", "801f 00 0112 0000 0010");
    says(bench, "8029 0112 0010", "802a 00 0112 0010");
  });

  test("labels are added, deleted, overwritten and listed as virtual addresses [CFG/SL/BV-02]", () => {
    const bench = new ConfigurationBench();
    says(bench, `8020 0112 ${LABEL} 0010`, `801f 00 0112 ${VIRTUAL} 0010`);
    says(bench, `8020 0112 ${LABEL} 0010`, `801f 00 0112 ${VIRTUAL} 0010`);
    bench.ask("801b 0112 00c0 0010");
    says(bench, "8029 0112 0010", `802a 00 0112 0010 ${VIRTUAL} 00c0`);
    says(bench, `8021 0112 ${LABEL} 0010`, `801f 00 0112 ${VIRTUAL} 0010`);
    says(bench, `8021 0112 ${LABEL} 0010`, `801f 00 0112 ${VIRTUAL} 0010`);
    says(bench, "8029 0112 0010", "802a 00 0112 0010 00c0");
    says(bench, `8022 0112 ${LABEL} 0010`, `801f 00 0112 ${VIRTUAL} 0010`);
    says(bench, "8029 0112 0010", `802a 00 0112 0010 ${VIRTUAL}`);
    says(bench, "801d 0112 0010", "801f 00 0112 0000 0010");
    says(bench, "8029 0112 0010", "802a 00 0112 0010");
  });

  test("a vendor's model has a list of its own [CFG/SL/BV-03]", () => {
    const bench = new ConfigurationBench();
    says(bench, "801b 0112 00c0 3f00 2a00", "801f 00 0112 00c0 3f00 2a00");
    says(bench, `8020 0112 ${LABEL} 3f00 2a00`, `801f 00 0112 ${VIRTUAL} 3f00 2a00`);
    says(bench, "802b 0112 3f00 2a00", `802c 00 0112 3f00 2a00 00c0 ${VIRTUAL}`);
    says(bench, "8029 0112 0010", "802a 00 0112 0010");
    says(bench, "801e 0112 01c0 3f00 2a00", "801f 00 0112 01c0 3f00 2a00");
    says(bench, "801d 0112 3f00 2a00", "801f 00 0112 0000 3f00 2a00");
    says(bench, "802b 0112 3f00 2a00", "802c 00 0112 3f00 2a00");
  });

  const refused = [
    ["added to", "801b", "8020", "CFG/SL/BI-01", "CFG/SL/BI-02"],
    ["deleted from", "801c", "8021", "CFG/SL/BI-03", "CFG/SL/BI-06"],
    ["overwritten on", "801e", "8022", "CFG/SL/BI-07", "CFG/SL/BI-08"],
  ] as const;
  for (const [what, plain, virtual, ofElement, ofModel] of refused) {
    test(`nothing is ${what} an element that is not the node's [${ofElement}]`, () => {
      const bench = new ConfigurationBench();
      says(bench, `${plain} 0312 00c0 0010`, "801f 01 0312 00c0 0010");
      says(bench, `${virtual} 0312 ${LABEL} 0010`, `801f 01 0312 ${VIRTUAL} 0010`);
      says(bench, `${plain} 0312 00c0 3f00 2a00`, "801f 01 0312 00c0 3f00 2a00");
    });

    test(`nothing is ${what} a model that is not there [${ofModel}]`, () => {
      const bench = new ConfigurationBench();
      says(bench, `${plain} 0112 00c0 0110`, "801f 02 0112 00c0 0110");
      says(bench, `${virtual} 0112 ${LABEL} 0110`, `801f 02 0112 ${VIRTUAL} 0110`);
      says(bench, `${plain} 0112 00c0 4000 2a00`, "801f 02 0112 00c0 4000 2a00");
    });

    test(`nothing is ${what} a model of the device key`, () => {
      const bench = new ConfigurationBench();
      says(bench, `${plain} 0112 00c0 0000`, "801f 08 0112 00c0 0000");
      says(bench, `${virtual} 0112 ${LABEL} 0000`, `801f 08 0112 ${VIRTUAL} 0000`);
    });
  }

  test("an element that is not the node's has no list of a SIG model [CFG/SL/BI-04]", () => {
    says(new ConfigurationBench(), "8029 0312 0010", "802a 01 0312 0010");
  });

  test("a SIG model that is not there has no list [CFG/SL/BI-05]", () => {
    says(new ConfigurationBench(), "8029 0112 0110", "802a 02 0112 0110");
  });

  test("an element that is not the node's has no list of a vendor's model [CFG/SL/BI-09]", () => {
    says(new ConfigurationBench(), "802b 0312 3f00 2a00", "802c 01 0312 3f00 2a00");
  });

  test("a vendor's model that is not there has no list [CFG/SL/BI-10]", () => {
    says(new ConfigurationBench(), "802b 0112 4000 2a00", "802c 02 0112 4000 2a00");
  });

  test("Delete All and Get have the same conditions", () => {
    const bench = new ConfigurationBench();
    says(bench, "801d 0312 0010", "801f 01 0312 0000 0010");
    says(bench, "801d 0112 0110", "801f 02 0112 0000 0110");
    says(bench, "801d 0112 0000", "801f 08 0112 0000 0000");
    says(bench, "8029 0112 0000", "802a 08 0112 0000");
  });

  test("prohibited values are ignored: element, address", () => {
    const bench = new ConfigurationBench();
    for (const opcode of ["801b", "801c", "801e"]) {
      for (const address of ["0000", "0100", "ff7f", "0080", "ffbf", "ffff"]) {
        ignores(bench, `${opcode} 0112 ${address} 0010`);
      }
      for (const element of ["0000", "0080", "00c0"]) ignores(bench, `${opcode} ${element} 00c0 0010`);
    }
    for (const element of ["0000", "0080", "00c0", "ffff"]) {
      for (const opcode of ["8020", "8021", "8022"]) ignores(bench, `${opcode} ${element} ${LABEL} 0010`);
      ignores(bench, `801d ${element} 0010`);
      ignores(bench, `8029 ${element} 0010`);
      ignores(bench, `802b ${element} 3f00 2a00`);
    }
  });

  test("there is room for so many addresses and no more", () => {
    const bench = new ConfigurationBench();
    for (let i = 0; i < LIST_CAPACITY; i++) {
      const address = `${i.toString(16).padStart(2, "0")}c1`;
      says(bench, `801b 0112 ${address} 0010`, `801f 00 0112 ${address} 0010`);
    }
    says(bench, "801b 0112 00c2 0010", "801f 05 0112 00c2 0010");
    says(bench, `8020 0112 ${LABEL} 0010`, `801f 05 0112 ${VIRTUAL} 0010`);
    says(bench, "801b 0112 00c1 0010", "801f 00 0112 00c1 0010");
    says(bench, "801e 0112 00c2 0010", "801f 00 0112 00c2 0010");
    says(bench, "8029 0112 0010", "802a 00 0112 0010 00c2");
  });

  test("there is room for so many labels and no more", () => {
    const bench = new ConfigurationBench();
    bench.ask(`8020 0112 ${keyOf(1)} 0010`);
    bench.ask(`8020 0112 ${keyOf(2)} 0010`);
    says(bench, `8020 0112 ${LABEL} 0010`, `801f 05 0112 ${VIRTUAL} 0010`);
    bench.ask("801d 0112 0010");
    says(bench, `8020 0112 ${LABEL} 0010`, `801f 00 0112 ${VIRTUAL} 0010`);
  });

  test("a list that cannot be stored is refused, and the old one stands", () => {
    const bench = new ConfigurationBench();
    bench.ask("801b 0112 00c0 0010");
    bench.ask("801b 0112 01c0 0010");
    for (const [request, address] of [
      ["801b 0112 02c0", "02c0"],
      ["801c 0112 00c0", "00c0"],
      ["801e 0112 02c0", "02c0"],
      [`8020 0112 ${LABEL}`, VIRTUAL],
      [`8022 0112 ${LABEL}`, VIRTUAL],
    ] as const) {
      bench.storage.failAt(1);
      says(bench, `${request} 0010`, `801f 09 0112 ${address} 0010`);
      says(bench, "8029 0112 0010", "802a 00 0112 0010 00c0 01c0");
    }
  });
};
