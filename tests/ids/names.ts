/** Which test carries which id: from the suites themselves, and from the sources of the tests that are not portable. */

import { readFileSync } from "node:fs";
import { type Node, parse, walk } from "../house/source.js";
import { suites } from "../suites.js";
import { filesBelow, top } from "../support/files.mjs";
import type { Suite } from "../support/harness.js";

/** One test: its file, from the top, and its name. */
export interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** A test that carries ids. title: its name without them. */
export interface Claim {
  readonly file: string;
  readonly title: string;
  readonly ids: readonly string[];
}

const ID =
  /\b(?:PBADV|PROV|NET|RLY|TNPT|IVU|KR|MPS|MPXS|PROX|BCN\/SNB|CFG\/[A-Z]+)\/B[VI]-\d+|\bT-[A-D]\d+|\b(?:P|S)-\d{1,2}\b/g;
const BRACKET = / \[((?:(?:PBADV|PROV|NET|RLY|TNPT|IVU|KR|MPS|MPXS|PROX|BCN|CFG)\/|[TPS]-)[^\]]*)\]$/;

/** Every test of every suite and of every test file. A name that is computed has an ellipsis where it varies. */
export function allTests(): readonly NamedTest[] {
  const portable = Object.entries(suites).flatMap(([key, suite]) =>
    namesOf(suite).map((name) => ({ file: `tests/${key}.suite.ts`, name })),
  );
  const others = filesBelow("tests", [".test.ts"]).flatMap((file) =>
    namesIn(readFileSync(top + file, "utf8")).map((name) => ({ file, name })),
  );
  return [...portable, ...others].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

/** The names of a portable suite's tests, none of which is run. */
export function namesOf(suite: Suite): readonly string[] {
  const names: string[] = [];
  const nothing = (): void => {};
  suite({ test: (name) => names.push(name), equal: nothing, ok: nothing, throws: nothing });
  return names;
}

/** The names that a source gives to `test`, as far as they are written in it. */
export function namesIn(source: string): readonly string[] {
  const names: string[] = [];
  for (const node of walk(parse(source))) {
    if (!isCallOfTest(node)) continue;
    const [name] = node.arguments;
    if (name?.type === "StringLiteral" && typeof name.value === "string") names.push(name.value);
    if (name?.type === "TemplateLiteral") {
      names.push((name.quasis ?? []).map(({ value }) => value.cooked).join("…"));
    }
  }
  return names;
}

interface CallOfTest extends Node {
  readonly arguments: readonly {
    readonly type: string;
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
  }[];
}

function isCallOfTest(node: Node): node is CallOfTest {
  if (node.type !== "CallExpression" || !("callee" in node)) return false;
  const { callee } = node;
  return typeof callee === "object" && callee !== null && "name" in callee && callee.name === "test";
}

/** The ids at the end of a name, in brackets; undefined: none. Throws Error where an id stands elsewhere. */
export function readClaim({ file, name }: NamedTest): Claim | undefined {
  const bracket = BRACKET.exec(name);
  const ids = bracket?.[1]?.split(", ") ?? [];
  const found = name.match(ID) ?? [];
  if (found.length !== ids.length || ids.some((id, i) => id !== found[i])) {
    throw new Error(`${file}: ids stand at the end of a name, as in [T-A1, T-A2]: ${name}`);
  }
  return ids.length === 0 ? undefined : { file, title: name.replace(BRACKET, ""), ids };
}
