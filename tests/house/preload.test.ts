/**
 * Module bodies in modules/ are preloaded: they run when the firmware is linked, and what they leave lies in flash
 * and cannot be written. So they hold imports, types, functions, classes and frozen constants, and nothing else.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { filesBelow, top } from "../support/files.mjs";
import { lineOf, type Node, parse, type Statement, walk } from "./source.js";

/** Statements that leave nothing behind which could be written. */
const HARMLESS = [
  "ImportDeclaration",
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "FunctionDeclaration",
  "TSDeclareFunction",
];

/** Expressions that make no object, if all that stands in them makes none. */
const PLAIN = [
  "NumericLiteral",
  "StringLiteral",
  "BooleanLiteral",
  "Identifier",
  "MemberExpression",
  "UnaryExpression",
  "BinaryExpression",
  "ArrowFunctionExpression",
  "FunctionExpression",
];

/** What is wrong with a module: one line each. */
function faults(source: string): readonly string[] {
  const body = parse(source);
  return [...body.flatMap(faultsOfStatement), ...faultsAnywhere(body)];
}

function faultsOfStatement(statement: Statement): readonly string[] {
  if (HARMLESS.includes(statement.type)) return [];
  switch (statement.type) {
    case "ExportNamedDeclaration":
      return statement.declaration ? faultsOfStatement(statement.declaration) : [];
    case "ClassDeclaration":
      return statement.body.body.flatMap(faultsOfMember);
    case "VariableDeclaration":
      if (statement.kind !== "const") return [fault(statement, statement.kind)];
      return statement.declarations.flatMap(({ init }) => (init ? faultsOfData(init) : []));
    default:
      return [fault(statement, statement.type)];
  }
}

type Member = Extract<Statement, { type: "ClassDeclaration" }>["body"]["body"][number];

function faultsOfMember(member: Member): readonly string[] {
  if (member.type === "StaticBlock") return [fault(member, "a static block")];
  const isField = member.type === "ClassProperty" || member.type === "ClassPrivateProperty";
  if (!isField || !member.static) return [];
  if (!member.readonly) return [fault(member, "a static field that can be written")];
  return member.value ? faultsOfData(member.value) : [];
}

/** An expression of a module's body: plain values, and objects and arrays frozen through and through. */
function faultsOfData(node: Node): readonly string[] {
  if (isWrapped(node)) return faultsOfData(node.expression);
  const frozen = frozenContent(node);
  if (frozen !== undefined) return frozen.flatMap(faultsOfData);
  if (!PLAIN.includes(node.type)) return [fault(node, node.type)];
  return operandsOf(node).flatMap(faultsOfData);
}

/** What stands in `Object.freeze({ ... })` or `Object.freeze([ ... ])`; undefined: it is something else. */
function frozenContent(node: Node): readonly Node[] | undefined {
  const isFreeze = isCall(node) && textOf(node.callee) === "Object.freeze" && node.arguments.length === 1;
  const argument = isFreeze ? unwrap(node.arguments[0]) : undefined;
  if (argument === undefined) return undefined;
  if (isArray(argument)) return argument.elements.flatMap((element) => element ?? []);
  if (!isObject(argument)) return undefined;
  return argument.properties.flatMap((property) => {
    if (isProperty(property)) return property.computed ? [property.key, property.value] : [property.value];
    return property.type === "ObjectMethod" ? [] : [property];
  });
}

/** Rules of modules/ that hold inside functions as well. */
function faultsAnywhere(body: readonly Statement[]): readonly string[] {
  return [...walk(body)].flatMap((node) => {
    if (node.type === "CatchClause") return [fault(node, "catch")];
    if (node.type === "AwaitExpression" || ("async" in node && node.async === true))
      return [fault(node, "async")];
    return [];
  });
}

function fault(node: Node, what: string): string {
  return `line ${lineOf(node)}: ${what}`;
}

interface Wrapped extends Node {
  readonly expression: Node;
}

/** `x as const`, `x satisfies T`: x. */
function isWrapped(node: Node): node is Wrapped {
  return node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression";
}

function unwrap(node: Node | undefined): Node | undefined {
  return node !== undefined && isWrapped(node) ? unwrap(node.expression) : node;
}

function isCall(node: Node): node is Node & { readonly callee: Node; readonly arguments: readonly Node[] } {
  return node.type === "CallExpression";
}

function isArray(node: Node): node is Node & { readonly elements: readonly (Node | null)[] } {
  return node.type === "ArrayExpression";
}

function isObject(node: Node): node is Node & { readonly properties: readonly Node[] } {
  return node.type === "ObjectExpression";
}

interface Property extends Node {
  readonly key: Node;
  readonly value: Node;
  readonly computed: boolean;
}

function isProperty(node: Node): node is Property {
  return node.type === "ObjectProperty";
}

function isMember(node: Node): node is Node & { readonly object: Node; readonly property: Node } {
  return node.type === "MemberExpression";
}

function isIdentifier(node: Node): node is Node & { readonly name: string } {
  return node.type === "Identifier";
}

/** The parts of a plain expression which are evaluated with it; a function's are not. */
function operandsOf(node: Node): readonly Node[] {
  if (isMember(node)) return [node.object, node.property];
  return ["left", "right", "argument"].flatMap((name) =>
    Object.entries(node).flatMap(([key, value]) => (key === name ? [value] : [])),
  );
}

function textOf(node: Node): string {
  if (isIdentifier(node)) return node.name;
  return isMember(node) ? `${textOf(node.object)}.${textOf(node.property)}` : "";
}

test("module bodies in modules/ hold nothing that a preload breaks", () => {
  const files = filesBelow("modules", [".ts"]);
  assert.ok(files.length > 0, "there are modules");
  assert.deepEqual(
    files.flatMap((file) => faults(readFileSync(top + file, "utf8")).map((found) => `${file}, ${found}`)),
    [],
  );
});

/** Module bodies that a preload breaks, or that the house does not want. */
const BROKEN = [
  "let x = 1;",
  "export let x = 1;",
  "var x = 1;",
  "const x = 5n;",
  "const x = Object.freeze({ p: 5n });",
  "const x = 1 + 2n;",
  "const x = new Map();",
  "const x = new Uint8Array(4);",
  "const x = Uint8Array.of(1);",
  "const x = Object.freeze({ scratch: new Uint8Array(4) });",
  "const x = Object.freeze(new Set());",
  "const x = Object.freeze(make());",
  "const x = f();",
  "const x = { a: 1 };",
  "const x = [1, 2];",
  "const x = [1, 2] as const;",
  "const x = Object.freeze([[1], 2]);",
  "const x = Object.freeze({ a: { b: 1 } });",
  "const x = Object.freeze({ [key()]: 1 });",
  "const x = Object.freeze({ ...make() });",
  "const x = /a/;",
  "const x = `a`;",
  "f();",
  "if (a) f();",
  "for (;;) {}",
  "{ }",
  'export * from "./other.js";',
  "export default class {}",
  "class A { static x = 1; }",
  "class A { static #x = 1; }",
  "class A { static readonly x = new Map(); }",
  "class A { static readonly x = [1]; }",
  "class A { static { f(); } }",
  "export class A { static x: number; }",
  "enum E { A }",
  "namespace N { export const x = 1; }",
  "function f() { try { g(); } catch { h(); } }",
  "class A { b() { try { g(); } catch (error) { h(error); } } }",
  "async function f() {}",
  "const f = async () => 1;",
] as const;

/** Module bodies as they should be. */
const SOUND = [
  'import { a } from "./a.js"; import type { B } from "./b.js"; export { a };',
  'export type { B } from "./b.js"; export interface C { d: number } export type D = 1 | 2;',
  'export const x = 1; const y = -x * 2 + 0xff; const z = A.b; const s = "text"; const t = true;',
  'export const X = Object.freeze({ a: 0x00, b: "b", [A.c]: A.d, e: Object.freeze([1, 2]) } as const);',
  "const x = Object.freeze([Object.freeze({ a: 1 }), undefined, -1] as const satisfies T);",
  "const f = () => new Map(); const table = Object.freeze({ g: (x: number) => [x], h() { return 5n; } });",
  "export function f(a: number): void; export function f(a: unknown) { let b = 5n; return new Map([[a, b]]); }",
  "class A extends B { static readonly MAX = 5; static of() { return new A(); } readonly #b = new Map(); c = []; }",
  "function f() { try { g(); } finally { h(); } }",
] as const;

test("a module body that a preload breaks is noticed", () => {
  for (const source of BROKEN) assert.equal(faults(source).length, 1, source);
});

test("a sound module body passes", () => {
  for (const source of SOUND) assert.deepEqual(faults(source), [], source);
});
