/** tests/suites.ts: a portable suite that it does not list would run on XS only. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { suites } from "../suites.js";
import { filesBelow, top } from "../support/files.mjs";
import { importsOf } from "./source.js";

test("every portable suite on disk is listed, once and under its own name", () => {
  const files = filesBelow("tests", [".suite.ts"]);
  const names = files.map((file) => file.slice("tests/".length, -".suite.ts".length));
  assert.ok(names.length > 0, "there are suites");
  assert.deepEqual(Object.keys(suites).sort(), names.sort());
  assert.equal(new Set(Object.values(suites)).size, names.length);
  const imported = importsOf(readFileSync(`${top}tests/suites.ts`, "utf8")).map(({ specifier }) => specifier);
  for (const name of names) assert.ok(imported.includes(`./${name}.suite.js`), name);
});
