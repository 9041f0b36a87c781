/** Module bodies in modules/ are preloaded, and follow rules of the house besides. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { filesBelow, top } from "../support/files.mjs";
import { faultsAnywhere, faultsOfBody } from "./preload.js";

/** What is wrong with a module of modules/: one line each. */
function faults(source: string): readonly string[] {
  return [...faultsOfBody(source), ...faultsAnywhere(source)];
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
