/** How the sources treat secrets: compared by `equal` alone, and nothing in a product that is there for tests. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { filesBelow, top } from "../support/files.mjs";
import { lineOf, type Node, parse, walk } from "./source.js";

/** Where secrets are handled. */
const FOLDERS = ["modules/provisioning", "modules/crypto"];

/** Names of octet strings that somebody must not be able to guess piece by piece, or that are compared with such. */
const SECRETS =
  /^(auth|peer|own|static|oob|ecdh|session|device|net|private)?(confirmation|random|value|oob|secret|key|mic|mac|nonce|digest)s?$/i;

const EQUALITIES = ["==", "===", "!=", "!=="];
/** They stop at the first difference, as `===` on what they make of octets does. */
const STOPPING = ["every", "some", "indexOf", "includes", "findIndex", "join", "toString", "localeCompare"];

interface Named extends Node {
  readonly name: string;
}

interface PrivateName extends Node {
  readonly id: Node;
}

interface Member extends Node {
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
}

interface Call extends Node {
  readonly callee: Node;
  readonly arguments: readonly Node[];
}

interface Comparison extends Node {
  readonly operator: string;
  readonly left: Node;
  readonly right: Node;
}

const isNamed = (node: Node): node is Named => node.type === "Identifier" && "name" in node;
const isPrivateName = (node: Node): node is PrivateName => node.type === "PrivateName" && "id" in node;
const isMember = (node: Node): node is Member =>
  node.type === "MemberExpression" || node.type === "OptionalMemberExpression";
const isCall = (node: Node): node is Call =>
  node.type === "CallExpression" || node.type === "OptionalCallExpression";
const isComparison = (node: Node): node is Comparison =>
  node.type === "BinaryExpression" &&
  "operator" in node &&
  EQUALITIES.some((operator) => operator === node.operator);

/** The last name of an expression: `x` of x, `c` of a.b.c, `f` of f(x); undefined: it has none. */
function lastName(node: Node): string | undefined {
  if (isNamed(node)) return node.name;
  if (isPrivateName(node)) return lastName(node.id);
  if (isMember(node)) return node.computed ? undefined : lastName(node.property);
  return isCall(node) ? lastName(node.callee) : undefined;
}

/** Whether an expression is one octet of a string of them. */
function isOctet(node: Node): boolean {
  return (isMember(node) && node.computed) || (isCall(node) && lastName(node) === "octet");
}

function isConstant(node: Node): boolean {
  if (node.type.endsWith("Literal") && node.type !== "TemplateLiteral") return true;
  return isNamed(node) && (node.name === "undefined" || /^[A-Z0-9_]+$/.test(node.name));
}

/** Whether a comparison tells by its time, or by where it stops, how much of two octet strings is the same. */
function isTelling({ left, right }: Comparison): boolean {
  const sides = [left, right];
  if (sides.some((side) => isCall(side) && ["toHex", "String", "stringify"].includes(lastName(side) ?? ""))) {
    return true;
  }
  if (sides.every(isOctet)) return true;
  return !sides.some(isConstant) && sides.some((side) => SECRETS.test(lastName(side) ?? ""));
}

/** What of a source compares secrets otherwise than by `equal`: one line each. */
function tellingComparisons(file: string, source: string): readonly string[] {
  const found: string[] = [];
  for (const node of walk(parse(source))) {
    const isStopping =
      isCall(node) &&
      isMember(node.callee) &&
      STOPPING.includes(lastName(node.callee) ?? "") &&
      SECRETS.test(lastName(node.callee.object) ?? "");
    if (isStopping || (isComparison(node) && isTelling(node))) found.push(`${file}:${lineOf(node)}`);
  }
  return found;
}

test("secrets are compared by `equal` and nothing else [T-B16]", () => {
  const files = FOLDERS.flatMap((folder) => filesBelow(folder, [".ts"]));
  assert.ok(files.length > 20, "there are files");
  assert.deepEqual(
    files.flatMap((file) => tellingComparisons(file, readFileSync(top + file, "utf8"))),
    [],
  );
});

test("`equal` looks at every octet, whatever it finds [T-B16]", () => {
  const source = readFileSync(`${top}modules/bytes.ts`, "utf8");
  const body = /export function equal\([\s\S]*?\n\}/.exec(source)?.[0] ?? "";
  const loops = [...walk(parse(body))].filter(({ type }) => type === "ForStatement");
  assert.equal(loops.length, 1);
  const inside = [...walk(loops)].map(({ type }) => type);
  for (const way of [
    "ReturnStatement",
    "BreakStatement",
    "IfStatement",
    "ConditionalExpression",
    "LogicalExpression",
  ]) {
    assert.ok(!inside.includes(way), way);
  }
  assert.ok(body.includes("|="), "differences are collected");
});

test("a comparison that tells is noticed", () => {
  for (const source of [
    "if (confirmation === received) f();",
    "if (state.random !== peerRandom) f();",
    "if (toHex(a) === toHex(b)) f();",
    "for (const i of x) if (a[i] !== b[i]) f();",
    "if (octet(mic, i) === octet(other, i)) f();",
    "if (confirmer.confirmation(a) == b) f();",
    "if (authValue.every((o, i) => o === 1)) f();",
    "if (String(secret) === x) f();",
    "class A { #mic = x; f(y) { return this.#mic === y; } }",
  ]) {
    assert.equal(tellingComparisons("x.ts", source).length > 0, true, source);
  }
  for (const source of [
    "if (equal(confirmation, received)) f();",
    "if (ecdhSecret === undefined) f();",
    "if (octet(pdu, 0) === 3) f();",
    "if (confirmation.length !== size) f();",
    "if (octet(privateKey, 0) === 0x7f) f();",
    "if (name === other) f();",
  ]) {
    assert.deepEqual(tellingComparisons("x.ts", source), [], source);
  }
});

/** All that a user of the product may set: each of these is on the simulator's help page. */
const SETTINGS = [
  "algorithms",
  "counted-digits",
  "input",
  "name",
  "no-oob",
  "oob-info",
  "oob-key",
  "oob-only",
  "output",
  "profile",
  "replay-delay",
  "static-oob",
  "text-digits",
  "uri",
];

test("a product reads the settings of its user and no others: nothing is there for tests [T-C9]", () => {
  const files = ["main.ts", ...filesBelow("modules", [".ts"])];
  const read = new Set<string>();
  for (const file of files) {
    for (const node of walk(parse(readFileSync(top + file, "utf8")))) {
      if (!isCall(node)) continue;
      const names = node.arguments.map((argument) => lastName(argument));
      const isReading = lastName(node.callee) === "get" || names.includes("settings");
      for (const argument of isReading ? node.arguments : []) {
        if (argument.type === "StringLiteral" && "value" in argument) read.add(String(argument.value));
      }
    }
  }
  assert.deepEqual([...read].sort(), SETTINGS);
  assert.ok(
    !readFileSync(`${top}manifest.json`, "utf8").includes("tests/"),
    "a board gets nothing of tests/",
  );
});
