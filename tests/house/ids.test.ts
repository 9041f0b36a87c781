/** tests/ids: every id has an answer, every test that names one is listed, and the pages are as the tests have it. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { allTests, type Claim, namesIn, namesOf, readClaim } from "../ids/names.js";
import { COMMAND, faults, PAGES, render } from "../ids/pages.js";
import { top } from "../support/files.mjs";

const isClaim = (claim: Claim | undefined): claim is Claim => claim !== undefined;
const cases = PAGES.flatMap((page) => page.cases);

test("every id has a test or a status, and every id that a test names is known", () => {
  const tests = allTests();
  assert.ok(tests.length > 300, `${tests.length} tests were found`);
  assert.deepEqual(faults(cases, tests.map(readClaim).filter(isClaim)), []);
});

for (const page of PAGES) {
  test(`${page.path} is what the tests say of themselves`, () => {
    const claims = allTests().map(readClaim).filter(isClaim);
    const written = existsSync(top + page.path) ? readFileSync(top + page.path, "utf8") : "";
    // One message instead of two pages: whoever renames a test wants to know what to do.
    assert.ok(written === render(page, claims), `write it anew: ${COMMAND}`);
  });
}

test("an id without an answer, with two, or unknown is noticed", () => {
  const claim = { file: "tests/x.suite.ts", title: "x", ids: ["T-A1"] };
  const open = { open: "later" };
  const meaning = "";
  assert.deepEqual(faults([{ id: "T-A1", meaning }], [claim]), []);
  assert.deepEqual(faults([{ id: "T-A2", meaning, status: open }], []), []);
  for (const [list, claims] of [
    [[{ id: "T-A1", meaning }], []],
    [[{ id: "T-A1", meaning, status: open }], [claim]],
    [[{ id: "T-A1", meaning, status: open, without: "" }], []],
    [
      [
        { id: "T-A1", meaning },
        { id: "T-A1", meaning },
      ],
      [claim],
    ],
    [[], [claim]],
    [[{ id: "T-A1", meaning }], [{ ...claim, ids: ["T-A1", "T-A1"] }]],
  ] as const) {
    assert.equal(faults(list, claims).length, 1, JSON.stringify([list, claims]));
  }
});

test("ids are read from the end of a name only, and nowhere else allowed", () => {
  const read = (name: string) => readClaim({ file: "f", name });
  assert.deepEqual(read("a [PBADV/BV-02, T-B5]"), { file: "f", title: "a", ids: ["PBADV/BV-02", "T-B5"] });
  assert.equal(read('["--seed"]'), undefined);
  for (const name of [
    "T-A1: a",
    "a [T-A1] b",
    "a [T-A1,T-A2]",
    "a [T-A1, x]",
    "a [PROV/BX-01]",
    "a (T-A1)",
  ]) {
    assert.throws(() => read(name), name);
  }
});

test("names are found in portable suites and in sources", () => {
  assert.deepEqual(
    namesOf(({ test: named }) => named("a", () => {})),
    ["a"],
  );
  const template = "`c $" + "{1} d`";
  const source = `test("a", f); describe("b", () => { test(${template}, {}, f); }); x.test("e"); test(f);`;
  assert.deepEqual(namesIn(source), ["a", "c … d"]);
});
