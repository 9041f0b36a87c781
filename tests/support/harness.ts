/** What a portable suite is written against: the same file runs on Node and on XS. No platform is used here. */

/** One engine's way to run a suite. */
export interface Harness {
  /** One test; its body is synchronous and asserts at least once. */
  test(name: string, body: () => void): void;
  /** Deep and strict: same types, same keys, same octets. */
  equal(actual: unknown, expected: unknown, message?: string): void;
  /** Neither false, 0, "", undefined nor null. */
  ok(value: unknown, message?: string): void;
  /** The body throws. */
  throws(body: () => unknown, message?: string): void;
}

/** Tests that belong together. */
export type Suite = (harness: Harness) => void;

/** How an engine takes up one test: run `body` now or later, and report under `name` what it throws. */
export type Register = (name: string, body: () => void) => void;

/** A harness over an engine's `register`. A body that asserts nothing, or is asynchronous, fails. */
export function createHarness(register: Register): Harness {
  let assertions = 0;
  return {
    test(name, body) {
      register(name, () => {
        const before = assertions;
        const returned: unknown = body();
        if (returned instanceof Promise) throw new Error("a portable test is synchronous");
        if (assertions === before) throw new Error("the test asserts nothing");
      });
    },
    equal(actual, expected, message) {
      assertions++;
      const found = difference(actual, expected, "");
      if (found !== undefined) fail(found, message);
    },
    ok(value, message) {
      assertions++;
      if (!value) fail(`came ${describe(value)}, expected something true`, message);
    },
    throws(body, message) {
      assertions++;
      if (!hasThrown(body)) fail("nothing was thrown", message);
    },
  };
}

function fail(what: string, message: string | undefined): never {
  throw new Error(message === undefined ? what : `${message}: ${what}`);
}

function hasThrown(body: () => unknown): boolean {
  try {
    body();
  } catch {
    return true;
  }
  return false;
}

/** The first place where two values differ, in words; undefined: they are equal. */
function difference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (actual instanceof Uint8Array && expected instanceof Uint8Array) {
    return sameOctets(actual, expected) ? undefined : contrast(actual, expected, path);
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length !== expected.length) return contrast(actual, expected, path);
    return firstDifference(actual.keys(), (index) =>
      difference(actual[index], expected[index], `${path}[${index}]`),
    );
  }
  if (isRecord(actual) && isRecord(expected)) {
    const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
    return firstDifference(keys, (key) =>
      key in actual && key in expected
        ? difference(actual[key], expected[key], `${path}.${key}`)
        : contrast(actual, expected, path),
    );
  }
  return contrast(actual, expected, path);
}

function firstDifference<Key>(
  keys: Iterable<Key>,
  compare: (key: Key) => string | undefined,
): string | undefined {
  for (const key of keys) {
    const found = compare(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function contrast(actual: unknown, expected: unknown, path: string): string {
  const place = path === "" ? "" : `at ${path}: `;
  return `${place}came ${describe(actual)}, expected ${describe(expected)}`;
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** Objects of literals only: an instance of a class hides its state, so it equals nothing but itself. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A value as text: octets as <hexadecimal digits>. */
function describe(value: unknown): string {
  if (value instanceof Uint8Array) return `<${[...value].map(hex).join("")}>`;
  if (Array.isArray(value)) return `[${value.map(describe).join(", ")}]`;
  if (isRecord(value)) {
    return `{ ${Object.keys(value)
      .map((key) => `${key}: ${describe(value[key])}`)
      .join(", ")} }`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  return String(value);
}

function hex(value: number): string {
  return value.toString(16).padStart(2, "0");
}
