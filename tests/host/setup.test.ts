import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const simulator = fileURLToPath(new URL("../../host/simulator/", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "fledgling-setup-"));
after(() => rmSync(scratch, { recursive: true }));
let scenes = 0;

const LOCK = JSON.stringify({
  packages: { "": {}, "node_modules/esbuild": { version: "1.0.0", integrity: "sha512-x" } },
});

/** It installs all of the lock file: an esbuild that bundles everything to nothing. */
const NPM = `
  import { cpSync, mkdirSync, writeFileSync, appendFileSync } from "node:fs";
  appendFileSync("npm.log", process.argv.slice(2).join(" ") + "\\n");
  if (process.env.OFFLINE) process.exit(1);
  mkdirSync("node_modules/esbuild", { recursive: true });
  writeFileSync("node_modules/esbuild/package.json", JSON.stringify({ version: "1.0.0", main: "main.cjs" }));
  writeFileSync(
    "node_modules/esbuild/main.cjs",
    "exports.build = async () => ({ outputFiles: [{ contents: '' }] });",
  );
  cpSync("package-lock.json", "node_modules/.package-lock.json");
`;

/** A checkout with nothing but the set-up in it, and an npm that needs no network. */
class Checkout {
  readonly #top = join(scratch, `${scenes++}`);

  constructor() {
    mkdirSync(this.path("host/simulator"), { recursive: true });
    for (const file of ["setup.mjs", "lock.mjs"]) {
      cpSync(join(simulator, file), this.path(`host/simulator/${file}`));
    }
    writeFileSync(this.path("package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(this.path("package-lock.json"), LOCK);
    writeFileSync(this.path("npm-cli.js"), NPM);
  }

  path(name: string): string {
    return join(this.#top, name);
  }

  /** How often npm has run. */
  get installations(): number {
    const log = this.path("npm.log");
    return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").length : 0;
  }

  setUp(environment: Readonly<Record<string, string>> = {}): { status: number | null; stderr: string } {
    const env = { ...process.env, npm_execpath: this.path("npm-cli.js"), ...environment };
    const { status, stderr } = spawnSync(process.execPath, [this.path("host/simulator/setup.mjs")], {
      env,
      encoding: "utf8",
    });
    return { status, stderr };
  }

  /** Set up what is damaged: it is installed once more, and once only. */
  repaired(): void {
    const before = this.installations;
    const installing = "fledgling: installing its packages, once\n";
    assert.deepEqual(this.setUp(), { status: 0, stderr: installing });
    assert.deepEqual(this.setUp(), { status: 0, stderr: "" });
    assert.equal(this.installations, before + 1);
    assert.ok(existsSync(this.path("build/simulator.mjs")));
  }

  refused(reason: RegExp, environment?: Readonly<Record<string, string>>): void {
    const { status, stderr } = this.setUp(environment);
    assert.match(stderr, reason);
    assert.doesNotMatch(stderr, /^ +at /m, "no stack trace");
    assert.equal(status, 1);
  }
}

function installed(): Checkout {
  const checkout = new Checkout();
  checkout.repaired();
  return checkout;
}

describe("The set-up", () => {
  test("installs what is missing once, and nothing when all is there", () => {
    installed();
  });

  for (const [what, damage] of [
    [
      "npm's own list cut short",
      (at: Checkout) => writeFileSync(at.path("node_modules/.package-lock.json"), "{"),
    ],
    [
      "npm's own list empty",
      (at: Checkout) => writeFileSync(at.path("node_modules/.package-lock.json"), "{}"),
    ],
    ["npm's own list gone", (at: Checkout) => rmSync(at.path("node_modules/.package-lock.json"))],
    [
      "a package's folder gone",
      (at: Checkout) => rmSync(at.path("node_modules/esbuild"), { recursive: true }),
    ],
    ["a file of a package gone", (at: Checkout) => rmSync(at.path("node_modules/esbuild/main.cjs"))],
    [
      "another version wanted",
      (at: Checkout) => writeFileSync(at.path("package-lock.json"), LOCK.replace("1.0.0", "1.0.1")),
    ],
  ] as const) {
    test(`repairs an installation with ${what}`, () => {
      const checkout = installed();
      damage(checkout);
      checkout.repaired();
    });
  }

  test("says what it needs when package-lock.json is damaged or gone", () => {
    const checkout = installed();
    const reason = /^fledgling: package-lock\.json is missing or damaged; "git checkout [^\n]+\n$/;
    for (const text of [LOCK.slice(0, 40), "", "{}", "[]", '"packages"', "null"]) {
      writeFileSync(checkout.path("package-lock.json"), text);
      checkout.refused(reason);
    }
    rmSync(checkout.path("package-lock.json"));
    checkout.refused(reason);
  });

  test("says that a file is in the place of the build folder", () => {
    const checkout = installed();
    rmSync(checkout.path("build"), { recursive: true });
    writeFileSync(checkout.path("build"), "");
    checkout.refused(/^fledgling: the simulator cannot be set up: EEXIST: [^\n]+\/build'\n$/);
  });

  test("asks for the network when npm fails", () => {
    const checkout = new Checkout();
    checkout.refused(/"npm ci [^\n]+" failed; is this machine online\?\n$/, { OFFLINE: "1" });
    checkout.repaired();
  });

  test("says what stands in the lock's way", () => {
    const checkout = new Checkout();
    mkdirSync(checkout.path("build/setup.lock/strange"), { recursive: true });
    checkout.refused(
      /^fledgling: the simulator cannot be set up: the lock [^\n]+ holds something else: "strange"\n$/,
    );
  });
});
