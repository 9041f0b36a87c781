/** The published samples of configuration messages and packed key indexes: MshPRT 8.3.6, 8.3.16, 8.10, 8.12, 4.3.1.1. */

import { toHex } from "../../modules/bytes.js";
import {
  getKeyIndex,
  getSecondKeyIndex,
  packKeyIndexes,
} from "../../modules/models/foundation/key-indexes.js";
import { ConfigurationBench } from "../support/configuration-bench.js";
import type { Suite } from "../support/harness.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import file from "./foundation.json" with { type: "json" };

/** A vector with its fields as a table of names. */
interface Sample {
  readonly name: string;
  readonly type: string;
  readonly fields: Fields;
  readonly outputs: Fields;
}

function indexOf(fields: Fields, name: string): number {
  return Number.parseInt(String(fields[name]), 16);
}

export const suite: Suite = ({ test, equal }) => {
  const samples: readonly Sample[] = file.vectors;
  const of = (name: string): string => {
    const sample = samples.find((candidate) => candidate.name === name && candidate.type === "accessMessage");
    if (sample === undefined) throw new Error(`there is no sample ${name}`);
    return toHex(octetsOf(sample.outputs, "Message"));
  };

  const pairs = samples.filter(({ type }) => type === "keyIndexPair");
  test("there are five samples of two key indexes", () => equal(pairs.length, 5));
  for (const { fields, outputs } of pairs) {
    const first = indexOf(fields, "first");
    const second = indexOf(fields, "second");
    test(`the key indexes ${toHexIndex(first)} and ${toHexIndex(second)} in three octets`, () => {
      const packed = octetsOf(outputs, "Packed");
      equal(packKeyIndexes([first, second]), packed);
      equal([getKeyIndex(packed, 0), getSecondKeyIndex(packed, 0)], [first, second]);
    });
  }

  test("one key index in two octets", () => {
    const single = samples.filter(({ type }) => type === "keyIndex");
    equal(single.length, 1);
    for (const { fields, outputs } of single) {
      const packed = octetsOf(outputs, "Packed");
      equal(packKeyIndexes([indexOf(fields, "index")]), packed);
      equal(getKeyIndex(packed, 0), indexOf(fields, "index"));
    }
  });

  test("Config AppKey Add is answered with the sample's Config AppKey Status", () => {
    const bench = new ConfigurationBench();
    bench.ask(`8040 5604 ${"77".repeat(16)}`);
    equal(bench.ask(of("Config AppKey Add")), of("Config AppKey Status"));
  });

  for (const name of ["Config Model App Bind, SIG model", "Config Model App Bind, vendor model"]) {
    test(`${name}: the status repeats the request`, () => {
      const bench = new ConfigurationBench();
      bench.ask(`00 003012 ${"77".repeat(16)}`);
      equal(bench.ask(of(name)), `803e00${of(name).slice(4)}`);
    });
  }
};

function toHexIndex(index: number): string {
  return index.toString(16).padStart(3, "0");
}
