/** The Configuration Server's states of one octet, and the composition data. MshPRT 4.4.1.2.1 to 4.4.1.2.6. */

import { ConfigurationBench } from "../../support/configuration-bench.js";
import { talk } from "../../support/configuration-talk.js";
import type { Suite } from "../../support/harness.js";

const NOTHING = Object.freeze({ relay: false, proxy: false, friend: false, lowPower: false });

export const suite: Suite = (harness) => {
  const { test, equal } = harness;
  const { says, ignores } = talk(harness);

  test("the Secure Network Beacon state is told and set [CFG/SNBP/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8009", "800b 01");
    says(bench, "800a 00", "800b 00");
    says(bench, "8009", "800b 00");
    says(bench, "800a 01", "800b 01");
  });

  test("a Beacon state that is none is ignored [CFG/SNBP/BI-01]", () => {
    const bench = new ConfigurationBench();
    for (const value of ["02", "80", "ff"]) ignores(bench, `800a ${value}`);
    says(bench, "8009", "800b 01");
  });

  test("the Default TTL is told and set [CFG/DTTL/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "800c", "800e 07");
    for (const ttl of ["00", "02", "7f"]) {
      says(bench, `800d ${ttl}`, `800e ${ttl}`);
      says(bench, "800c", `800e ${ttl}`);
    }
  });

  test("a Default TTL of 1 or above 127 is ignored [CFG/DTTL/BI-01]", () => {
    const bench = new ConfigurationBench();
    for (const ttl of ["01", "80", "ff"]) ignores(bench, `800d ${ttl}`);
    says(bench, "800c", "800e 07");
  });

  test("Relay and Relay Retransmit are told and set together [CFG/CFGR/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8026", "8028 01 0a");
    says(bench, "8027 00 f7", "8028 00 f7");
    says(bench, "8027 00 01", "8028 00 01");
    says(bench, "8027 01 01", "8028 01 01");
    says(bench, "8026", "8028 01 01");
  });

  test("Relay cannot be set to not supported, or to what is no state [CFG/CFGR/BI-01]", () => {
    const bench = new ConfigurationBench();
    for (const value of ["02", "03", "ff"]) ignores(bench, `8027 ${value} 55`);
    says(bench, "8026", "8028 01 0a");
  });

  test("the Friend state is told and set [CFG/CFGF/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "800f", "8011 01");
    says(bench, "8010 00", "8011 00");
    says(bench, "800f", "8011 00");
    says(bench, "8010 01", "8011 01");
  });

  test("Friend cannot be set to not supported, or to what is no state [CFG/CFGF/BI-01]", () => {
    const bench = new ConfigurationBench();
    for (const value of ["02", "03", "ff"]) ignores(bench, `8010 ${value}`);
    says(bench, "800f", "8011 01");
  });

  test("the GATT Proxy state is told and set [CFG/GPXY/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8012", "8014 01");
    says(bench, "8013 00", "8014 00");
    says(bench, "8012", "8014 00");
    says(bench, "8013 01", "8014 01");
  });

  test("GATT Proxy cannot be set to not supported, or to what is no state [CFG/GPXY/BI-01]", () => {
    const bench = new ConfigurationBench();
    for (const value of ["02", "03", "ff"]) ignores(bench, `8013 ${value}`);
    says(bench, "8012", "8014 01");
  });

  test("a feature that the product has not says so, whatever it is set to", () => {
    const bench = new ConfigurationBench({ features: NOTHING });
    const writes = bench.storage.changes;
    for (const value of ["00", "01"]) {
      says(bench, `8027 ${value} 15`, "8028 02 00");
      says(bench, `8010 ${value}`, "8011 02");
      says(bench, `8013 ${value}`, "8014 02");
    }
    says(bench, "8026", "8028 02 00");
    ignores(bench, "8027 02 15");
    equal(bench.storage.changes, writes);
  });

  test("Network Transmit is told and set, and every octet is a value of it [CFG/NTX/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8023", "8025 0a");
    for (const value of ["00", "07", "f8", "ff"]) {
      says(bench, `8024 ${value}`, `8025 ${value}`);
      says(bench, "8023", `8025 ${value}`);
    }
  });

  test("what cannot be stored is answered with the value that stands", () => {
    const bench = new ConfigurationBench();
    const conversations = [
      ["800a 00", "800b 01"],
      ["800d 03", "800e 07"],
      ["8027 00 01", "8028 01 0a"],
      ["8010 00", "8011 01"],
      ["8013 00", "8014 01"],
      ["8024 01", "8025 0a"],
    ] as const;
    for (const [set, status] of conversations) {
      bench.storage.failAt(1);
      says(bench, set, status);
    }
  });

  test("what is set already is not written once more", () => {
    const bench = new ConfigurationBench();
    const writes = bench.storage.changes;
    for (const set of ["800a 01", "800d 07", "8027 01 0a", "8010 01", "8013 01", "8024 0a"]) bench.ask(set);
    equal(bench.storage.changes, writes);
  });

  test("no Low Power node has this one as friend", () => {
    const bench = new ConfigurationBench();
    says(bench, "802d 0100", "802e 0100 000000");
    says(bench, "802d ff7f", "802e ff7f 000000");
  });

  test("PollTimeout of what is no unicast address is ignored [CFG/LPNPT/BI-01]", () => {
    const bench = new ConfigurationBench();
    for (const address of ["0000", "0080", "ffbf", "00c0", "ffff"]) ignores(bench, `802d ${address}`);
  });

  test("composition data page 0 and 1, and for any other the highest below it [CFG/COMP/BV-01]", () => {
    const bench = new ConfigurationBench();
    const page0 = "00 f105 0100 0200 0800 0700" + "0000 02 01 0000 0010 3f00 2a00" + "0000 01 00 0110";
    const page1 = "01" + "02 01 00 00 00" + "01 00 00";
    says(bench, "8008 00", `02 ${page0}`);
    for (const page of ["01", "02", "7f", "80", "ff"]) says(bench, `8008 ${page}`, `02 ${page1}`);
  });
};
