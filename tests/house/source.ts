/** Sources as syntax trees, for the tests that hold the house's rules. */

import { parse as parseWithBabel } from "@babel/parser";

/** A statement of a module's body. */
export type Statement = ReturnType<typeof parseWithBabel>["program"]["body"][number];

/** Any node of the tree, as far as the rules look at one. */
export interface Node {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } } | null;
}

/** One module that a source names. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Gone when the types are: nothing is loaded. */
  readonly typeOnly: boolean;
}

/** The statements of a TypeScript module. Throws on a syntax error. */
export function parse(source: string): readonly Statement[] {
  return parseWithBabel(source, {
    sourceType: "module",
    plugins: ["typescript"],
    allowAwaitOutsideFunction: true,
  }).program.body;
}

/** Every import, re-export and `import()` of a constant. Any other `import()` is named as "import()". */
export function importsOf(source: string): readonly Import[] {
  const found: Import[] = [];
  for (const node of walk(parse(source))) {
    const line = lineOf(node);
    if (isNamingModule(node)) {
      const typeOnly = node.importKind === "type" || node.exportKind === "type";
      found.push({ specifier: node.source.value, line, typeOnly });
    } else if (isDynamicImport(node)) {
      const [argument] = node.arguments;
      found.push({
        specifier: argument !== undefined && isStringLiteral(argument) ? argument.value : "import()",
        line,
        typeOnly: false,
      });
    }
  }
  return found;
}

/** Every node below, the outer ones first. */
export function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* walk(item);
  } else if (isNode(value)) {
    yield value;
    for (const child of Object.values(value)) yield* walk(child);
  }
}

/** The line on which a node begins. */
export function lineOf(node: Node): number {
  return node.loc?.start.line ?? 0;
}

/** The path that a relative specifier names, from the top; `./x.js` stands for x.ts. */
export function resolvePath(importer: string, specifier: string): string {
  const parts = importer.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/").replace(/\.js$/, ".ts");
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

interface StringLiteral extends Node {
  readonly value: string;
}

function isStringLiteral(node: unknown): node is StringLiteral {
  return isNode(node) && node.type === "StringLiteral";
}

interface NamingModule extends Node {
  readonly source: StringLiteral;
  readonly importKind?: unknown;
  readonly exportKind?: unknown;
}

function isNamingModule(node: Node): node is NamingModule {
  const kinds = ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration"];
  return kinds.includes(node.type) && "source" in node && isStringLiteral(node.source);
}

interface DynamicImport extends Node {
  readonly arguments: readonly Node[];
}

function isDynamicImport(node: Node): node is DynamicImport {
  return (
    node.type === "CallExpression" && "callee" in node && isNode(node.callee) && node.callee.type === "Import"
  );
}
