/**
 * The boards' C that needs no board: each `*.test.c` of this folder is a program whose cases are tests here. Its first
 * lines name what it is compiled with: "Sources:" and files from the top, and "Sanitizers:" with one run for each word.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { compile, top } from "./compile.js";

const FOLDER = "tests/native";
const LIMIT_MS = 120_000;

for (const file of readdirSync(join(top, FOLDER)).filter((name) => name.endsWith(".test.c"))) {
  const text = readFileSync(join(top, FOLDER, file), "utf8");
  for (const sanitizers of wordsAfter(text, "Sanitizers:")) {
    describe(`${file}, with -fsanitize=${sanitizers}`, () => run(file, text, sanitizers));
  }
}

function run(file: string, text: string, sanitizers: string): void {
  const cases: { readonly name: string; readonly trouble: string | undefined }[] = [];
  let trouble: string | undefined;
  try {
    const sources = [join(FOLDER, file), ...wordsAfter(text, "Sources:")];
    const name = `${file}-${sanitizers.replace(",", "-")}`;
    const options = [`-fsanitize=${sanitizers}`, "-fno-sanitize-recover=all", "-pthread"];
    const ended = spawnSync(compile(name, sources, options), { encoding: "utf8", timeout: LIMIT_MS });
    for (const line of ended.stdout.split("\n").filter((each) => each !== "")) cases.push(caseOf(line));
    if (ended.status !== 0) trouble = `${ended.signal ?? `status ${ended.status}`}\n${ended.stderr}`;
  } catch (error) {
    trouble = String(error);
  }
  test("compiles, and runs to its end", () => {
    assert.equal(trouble, undefined);
    assert.ok(cases.length > 0, "the program has no case");
  });
  for (const { name, trouble: failure } of cases) test(name, () => assert.equal(failure, undefined));
}

/** "ok NAME", or "not ok NAME", a tab and the reason. */
function caseOf(line: string): { readonly name: string; readonly trouble: string | undefined } {
  const [, not, name = line, reason = line] = /^(not )?ok ([^\t]*)(?:\t(.*))?$/.exec(line) ?? [];
  return { name, trouble: not === undefined && line.startsWith("ok ") ? undefined : reason };
}

/** Of the line that begins so, in the comment at the head. */
function wordsAfter(text: string, label: string): readonly string[] {
  const head = text.slice(0, text.indexOf("*/"));
  const line = head.split("\n").find((each) => each.includes(label)) ?? "";
  const words = line.slice(line.indexOf(label) + label.length).trim();
  return words === "" ? [] : words.split(/\s+/);
}
