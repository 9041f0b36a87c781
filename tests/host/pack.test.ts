/** The packed program: what is rewritten means the same, and what comes out obeys the rules of a preload. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { compileFunction } from "node:vm";
import { transformSync } from "esbuild";
import { bundled, pack, rewritten } from "../../host/firmware/pack.mjs";
import { withArrows, withClasses, withoutPrivateNames } from "../../host/firmware/rewrite.mjs";
import { faultsOfBody } from "../house/preload.js";
import { importsOf } from "../house/source.js";
import { filesBelow, top } from "../support/files.mjs";
import { createHarness, type Suite } from "../support/harness.js";

/** Some modules leave it to the rest of the program whether they are used. */
const KEPT = { packages: "external", platform: "node", treeShaking: true } as const;

describe("Private names become properties", () => {
  const became = (text: string, expected: string) => assert.equal(withoutPrivateNames(text), expected);

  test("in fields, methods, accessors and statics, and not in texts, comments or regular expressions", () => {
    became(
      'class A { #one = "#one"; /* #one */ get #two() { return /#one/; } static #three() {} sum = (a) => a?.#two; }',
      'class A { _a = "#one"; /* #one */ get _b() { return /#one/; } static _c() {} sum = (a) => a?._b; }',
    );
    became(
      `class A { #x; text = \`#x \${this.#x + \`\${this.#x} #x\`}\`; }`,
      `class A { _a; text = \`#x \${this._a + \`\${this._a} #x\`}\`; }`,
    );
  });

  test("of few names, which each class takes anew; a getter and its setter have one", () => {
    became(
      "class A { #x; #y = this.#x; }\nclass B { #y; get #z() {} set #z(z) { this.#y = z; } }",
      "class A { _a; _b = this._a; }\nclass B { _a; get _b() {} set _b(z) { this._a = z; } }",
    );
  });

  test("which in a class that extends another are its own, whatever its base is", () => {
    became(
      "class A { #x; }\nclass B extends A { #x; #y; }\nclass C extends B { #x = 1; }",
      "class A { _a; }\nclass B extends A { $a; $b; }\nclass C extends B { $c = 1; }",
    );
  });

  test("and belong to the class that declares them, when another stands in it", () => {
    became(
      "class A { #x; #y; inner = (a) => class { #z = a.#y; #x = this.#z; }; }",
      "class A { _a; _b; inner = (a) => class { _a = a._b; _b = this._a; }; }",
    );
  });

  test("that are fifty and more have two letters", () => {
    const names = Array.from({ length: 54 }, (_, index) => `#n${index};`);
    assert.match(withoutPrivateNames(`class A { ${names.join(" ")} }`), /_z; _A;.* _Z; _aa; _ab; }$/);
  });

  test("or are refused, where the program would do something else", () => {
    const refused = (text: string, why: RegExp) => assert.throws(() => withoutPrivateNames(text), why);
    refused("class A { #x; static is = (a) => #x in a; }", /#x in a.*cannot be looked for any more/);
    refused("class A { #x; read = (a) => a._a; }", /a\._a.*too like those made here/);
    refused("const f = ({ $bc }) => $bc;", /too like/);
  });
});

describe("What stands in the module", () => {
  test("variables become constants, and those that hold classes become classes", () => {
    assert.equal(
      withClasses("var a = 1, A = class { x = 1; }, B = class extends A {};\nlet c = () => { var d = 1; };"),
      "const a = 1;\nclass A { x = 1; }\nclass B extends A {}\nconst c = () => { var d = 1; };",
    );
  });

  test("functions become arrows, and come before all that may call them", () => {
    assert.equal(
      withArrows('import a from "a";\nconst c = f(1);\nfunction f(x, { y } = {}) { return x; }'),
      'const f = (x, { y } = {}) => { return x; };\nimport a from "a";\nconst c = f(1);\n',
    );
    assert.match(withArrows("async function f() {}"), /^\s*const f = async \(\) => {};/);
  });

  test("but what an arrow cannot be remains a function", () => {
    for (const body of ["return this;", "return () => this;", "return arguments[0];", "return new.target;"])
      assert.match(withArrows(`function f() { ${body} }`), /^\s*function f\(\)/);
    assert.match(withArrows("function* f() {}"), /^\s*function\* f/);
    assert.match(withArrows("function f(x = this) {}"), /^\s*function f/);
    for (const body of [
      "return { f() { return this; } };",
      "class A { x = this; }",
      "(function () { this; })();",
    ])
      assert.match(withArrows(`function f() { ${body} }`), /^\s*const f = /);
  });
});

test("a class and its base keep apart what each calls its own, and methods call each other", () => {
  const program = `
    class Base { #x = 1; #add(n) { return this.#x + n; } get base() { return this.#add(10); } }
    class Derived extends Base { #x = 2; #add(n) { return this.#x + n; } get own() { return this.#add(20); } }
    const made = new Derived();
    export const seen = [made.base, made.own];
  `;
  const { seen } = imported(rewritten(program));
  assert.deepEqual(seen, [11, 22]);
});

/** The other conversations take a minute, and use no code that these and the units do not. */
const CHOSEN = /^(?!conversation\/)|^conversation\/(lamp$|both-bearers$|phones\/)/;

test("the portable suites pass when they are packed, with all that they test", async () => {
  const { suites } = imported(
    rewritten(await bundled('export { suites } from "./tests/suites.ts";', top, KEPT)),
  );
  const all: Readonly<Record<string, Suite>> = Object(suites);
  const failed: string[] = [];
  let passed = 0;
  for (const [name, suite] of Object.entries(all).filter(([suiteName]) => CHOSEN.test(suiteName))) {
    const register = (title: string, body: () => void) => {
      try {
        body();
        passed++;
      } catch (error) {
        failed.push(`${name}: ${title}: ${error}`);
      }
    };
    suite(createHarness(register));
  }
  assert.deepEqual(failed, []);
  assert.ok(passed > 1500, `${passed} tests ran`);
});

describe("The packed program of nRF52", async () => {
  const { manifest, program, main } = await packed();

  test("comes with a manifest that preloads it", () => {
    assert.deepEqual(manifest, {
      include: ["$(MODDABLE)/examples/manifest_base.json", join(top, "host/nrf52/hardware.json")],
      modules: { main: "./main", program: "./program" },
      preload: ["program"],
    });
    assert.deepEqual(
      importsOf(main).map(({ specifier }) => specifier),
      ["program"],
    );
  });

  test("obeys the rules of a preload", () => {
    assert.deepEqual(faultsOfBody(program), []);
  });

  test("holds no private name, and few functions that are no arrows: those that C stands behind", () => {
    const { code } = transformSync(program);
    assert.doesNotMatch(code, /[.\s]#\w/);
    const functions = [...code.matchAll(/^(?:async )?function[^{]*\{\n(.*)/gm)].map(([, first]) => first);
    assert.ok(functions.length > 10);
    assert.deepEqual(
      functions.filter((first) => !first?.includes("native(")),
      [],
    );
  });

  test("takes of others only what the manifests bring", () => {
    const taken = new Set(importsOf(program).map(({ specifier }) => specifier));
    assert.deepEqual([...taken].sort(), ["embedded:io/digital", "embedded:io/pwm", "mc/config", "timer"]);
  });

  test("calls only C that is there", () => {
    const called = [...program.matchAll(/\bnative\("(\w+)"\)/g)].map(([, name]) => name);
    assert.ok(called.length > 10);
    const files = [...filesBelow("host/xs", [".c"]), ...filesBelow("host/nrf52", [".c"])];
    const c = files.map((file) => readFileSync(join(top, file), "utf8")).join("\n");
    assert.deepEqual(
      called.filter((name) => !c.includes(`void ${name}(`)),
      [],
    );
  });
});

interface Packed {
  readonly manifest: unknown;
  readonly program: string;
  readonly main: string;
}

async function packed(): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), "pack-"));
  try {
    const path = await pack({ top, family: "nrf52", folder });
    const text = (name: string) => readFileSync(join(folder, name), "utf8");
    return {
      manifest: JSON.parse(readFileSync(path, "utf8")),
      program: text("program.js"),
      main: text("main.js"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A module's exports. */
function imported(text: string): Readonly<Record<string, unknown>> {
  const { code } = transformSync(text, { format: "cjs" });
  const exports: Record<string, unknown> = {};
  const module = { exports };
  compileFunction(code, ["module", "exports", "require"])(module, exports, createRequire(import.meta.url));
  return module.exports;
}
