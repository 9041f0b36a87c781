/** A bundled program in other words that mean the same, by its syntax tree: what is replaced, is replaced by position. */

import { parse } from "@babel/parser";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MADE_HERE = /^[_$][a-zA-Z]{1,2}$/;
const CLASSES = ["ClassDeclaration", "ClassExpression"];
const WITH_OWN_THIS = ["FunctionDeclaration", "FunctionExpression", "ObjectMethod", ...CLASSES];

/**
 * `#name` becomes `_a`, `_b`, ... in each class anew, so that all share a few names; in classes that extend another
 * `$a`, `$b`, ..., each only once, so that none meets a name of its base. Throws Error where that would change what the
 * program does.
 */
export function withoutPrivateNames(text) {
  const edits = [];
  let derived = 0;
  /** scopes: of each class around, the inmost first, its names with what they become. */
  const visit = (node, scopes) => {
    if (node.type === "Identifier" && MADE_HERE.test(node.name))
      throw new Error(`${lineOf(node, text)}: the name is too like those made here`);
    if (node.type === "BinaryExpression" && node.left.type === "PrivateName")
      throw new Error(`${lineOf(node, text)}: a private name cannot be looked for any more`);
    if (node.type === "PrivateName") {
      const scope = scopes.find((names) => names.has(node.id.name));
      edits.push({ ...placeOf(node), text: scope.get(node.id.name) });
    } else if (CLASSES.includes(node.type)) {
      const own = privateNamesOf(node);
      const become = (_, index) => (node.superClass ? `$${nameOf(derived++)}` : `_${nameOf(index)}`);
      const made = own.map(become);
      const scope = new Map(own.map((name, index) => [name, made[index]]));
      for (const child of childrenOf(node)) visit(child, [scope, ...scopes]);
    } else for (const child of childrenOf(node)) visit(child, scopes);
  };
  for (const statement of statementsOf(text)) visit(statement, []);
  return edited(text, edits);
}

/** `var A = class {};`, of which the bundler is fond, becomes `class A {}`; other variables of the module constants. */
export function withClasses(text) {
  const variables = statementsOf(text).filter(({ type }) => type === "VariableDeclaration");
  const edits = variables.map((statement) => {
    const written = statement.declarations.map(({ id, init, start, end }) => {
      const isClass = init?.type === "ClassExpression" && init.id === null;
      if (!isClass) return `const ${text.slice(start, end)};`;
      return `class ${id.name}${text.slice(init.start + "class".length, init.end)}`;
    });
    return { ...placeOf(statement), text: written.join("\n") };
  });
  return edited(text, edits);
}

/** Functions of the module become arrows. These come first: until the module has run, a constant may not be used. */
export function withArrows(text) {
  const statements = statementsOf(text);
  const plain = statements.filter((node) => node.type === "FunctionDeclaration" && canBeArrow(node));
  const arrows = plain.map((node) => {
    const { id, params, body, async: isAsync } = node;
    const parameters = params.map(({ start, end }) => text.slice(start, end)).join(", ");
    const { start, end } = body;
    return `const ${id.name} = ${isAsync ? "async " : ""}(${parameters}) => ${text.slice(start, end)};\n`;
  });
  const removed = plain.map((node) => ({ ...placeOf(node), text: "" }));
  return arrows.join("") + edited(text, removed);
}

function canBeArrow(declaration) {
  return !declaration.generator && !childrenOf(declaration).some(usesOwnCall);
}

/** Whether `this`, `arguments` or `new.target` stands there and means the function around. */
function usesOwnCall(node) {
  if (node.type === "ThisExpression" || node.type === "MetaProperty") return true;
  if (node.type === "Identifier" && node.name === "arguments") return true;
  return !WITH_OWN_THIS.includes(node.type) && childrenOf(node).some(usesOwnCall);
}

/** What a class declares; a getter and its setter are one name. */
function privateNamesOf({ body }) {
  const names = body.body.flatMap(({ key }) => (key?.type === "PrivateName" ? key.id.name : []));
  return [...new Set(names)];
}

/** Of index 0, 1, ..., 52: a, b, ..., aa. */
function nameOf(index) {
  const letter = LETTERS[index % LETTERS.length];
  return index < LETTERS.length ? letter : nameOf(Math.floor(index / LETTERS.length) - 1) + letter;
}

function statementsOf(text) {
  return parse(text, { sourceType: "module" }).program.body;
}

function childrenOf(node) {
  return Object.values(node)
    .flat()
    .filter((value) => typeof value?.type === "string" && value.start !== undefined);
}

function placeOf({ start, end }) {
  return { start, end };
}

function lineOf({ loc }, text) {
  return text.split("\n")[loc.start.line - 1].trim();
}

/** The text with other words at some places, none of which lies in another. */
function edited(text, edits) {
  const parts = [];
  let at = 0;
  for (const { start, end, text: other } of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, start), other);
    at = end;
  }
  return parts.join("") + text.slice(at);
}
