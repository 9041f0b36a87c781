/**
 * Module bodies that are preloaded run when the firmware is linked, and what they leave lies in flash and cannot be
 * written. So they hold imports, types, functions, classes and frozen constants, and nothing else.
 */

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

/** What a preload would break in a module's body: one line each. */
export function faultsOfBody(source: string): readonly string[] {
  return parse(source).flatMap(faultsOfStatement);
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

/** Rules of modules/ that hold inside functions as well: no catch and no async. */
export function faultsAnywhere(source: string): readonly string[] {
  return [...walk(parse(source))].flatMap((node) => {
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
