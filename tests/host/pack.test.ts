import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { transformSync } from "esbuild";
import { pack, withoutPrivateNames } from "../../host/firmware/pack.mjs";

const top = join(import.meta.dirname, "../..");

test("private names become properties of few names, also where a text holds them", () => {
  const source = `class A {\n  #one = 1;\n  #two = "#one";\n  sum = () => \`\${this.#one} #one \${this.#two}\`;\n}\n`;
  assert.equal(
    withoutPrivateNames(source, "a.ts"),
    `class A {\n  _a = 1;\n  _b = "#one";\n  sum = () => \`\${this._a} #one \${this._b}\`;\n}\n`,
  );
});

test("a class that extends another has names that its base has not", () => {
  assert.match(withoutPrivateNames("class B extends A {\n  #own = 2;\n}\n", "b.ts"), /\n {2}\$a = 2;/);
  assert.match(
    withoutPrivateNames("class E extends RangeError {\n  #own = 2;\n}\n", "e.ts"),
    /\n {2}_a = 2;/,
  );
});

test("what has no counterpart is refused, and not changed silently", () => {
  const refused = (source: string, why: RegExp) =>
    assert.throws(() => withoutPrivateNames(source, "x.ts"), why);
  refused("const is = (x: object) => #own in x;\n", /x\.ts: "#own in" has no counterpart/);
  refused("class A {}\nclass B extends A {\n  #own = 1;\n}\n", /x\.ts: a class that extends another/);
  refused("class A {\n  #own = 1;\n  read = (x: { _a: number }) => x._a;\n}\n", /x\.ts: a name is too like/);
});

test("the packed program is one module of constants, and calls C by the same names", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pack-"));
  try {
    const manifest: unknown = JSON.parse(
      readFileSync(await pack({ top, platform: "nrf52", folder }), "utf8"),
    );
    assert.deepEqual(manifest, {
      include: [join(top, "host/nrf52/packed.json")],
      modules: { main: "./main", program: "./program" },
      preload: ["program"],
    });

    const lines = transformSync(readFileSync(join(folder, "program.js"), "utf8")).code.split("\n");
    const beginnings = new Set(lines.map((line) => /^[A-Za-z]+/.exec(line)?.[0]).filter(Boolean));
    for (const allowed of ["import", "export", "const", "function", "class"]) beginnings.delete(allowed);
    assert.deepEqual([...beginnings], []);

    const text = lines.join("\n");
    const imports = [...text.matchAll(/^import .* from "(.*)";$/gm)].map(([, name]) => name);
    assert.deepEqual([...new Set(imports)].sort(), [
      "embedded:io/digital",
      "embedded:io/pwm",
      "mc/config",
      "timer",
    ]);
    for (const name of ["fledgling_flashErase", "fledgling_fillRandom", "fledgling_chipId"])
      assert.match(text, new RegExp(`native\\("${name}"\\)\\.call\\(this`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
