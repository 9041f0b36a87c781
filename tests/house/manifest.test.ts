/** The Moddable build: the manifests know every module that main reaches, and preload what can be preloaded. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { filesBelow, top } from "../support/files.mjs";
import { includedBy, type Manifest, type Manifests, type Sources } from "./flat-manifest.js";
import { faults } from "./manifest.js";

/** The top manifest and all of ours that it includes, directly or not. */
function readManifests(): Manifests {
  const manifests = new Map<string, Manifest>();
  const paths = new Set(["manifest.json"]);
  for (const path of paths) {
    if (!existsSync(top + path)) continue;
    const manifest: Manifest = JSON.parse(readFileSync(top + path, "utf8"));
    manifests.set(path, manifest);
    for (const other of includedBy(path, manifest)) paths.add(other);
  }
  return manifests;
}

function readSources(): Sources {
  const files = [
    "main.ts",
    ...filesBelow("modules", [".ts"]),
    ...filesBelow("host", [".ts", ".c", ".h"]),
    ...filesBelow("node_modules/@noble", [".js"]),
  ];
  return new Map(files.map((file) => [file, readFileSync(top + file, "utf8")]));
}

test("the manifests map what main reaches on each platform, and preload what can be preloaded", () => {
  const manifests = readManifests();
  assert.ok(Object.hasOwn(manifests.get("manifest.json")?.platforms ?? {}, "lin"), "there is a manifest");
  assert.deepEqual(faults(manifests, readSources()), []);
});

/** A project in small. */
const SOURCES: Sources = new Map([
  ["main.ts", 'import { a } from "./modules/a.js"; import { createPlatform } from "./host/platform.js";'],
  [
    "modules/a.ts",
    'import { b } from "./deep/b.js"; import type { T } from "./types.js"; export const a = b;',
  ],
  ["modules/types.ts", 'import type { B } from "./deep/b.js"; export interface T { b: B }'],
  ["modules/deep/b.ts", "export const b = 1; export type B = 1;"],
  ["host/platform.ts", 'export { createPlatform } from "./simulator/platform.js";'],
  ["host/platform-esp32.ts", 'export { createPlatform } from "./esp32/platform.js";'],
  [
    "host/esp32/platform.ts",
    'import Timer from "timer"; import { Led } from "embedded:led"; import { Log } from "../flash/log.js"; ' +
      'import { radio } from "../xs/radio.js"; import { keys } from "../xs/keys.js"; import Digital from "embedded:io/digital"; export const c = 1;',
  ],
  ["host/esp32/vendor.c", ""],
  ["host/xs/radio.ts", 'import { a } from "../../modules/a.js"; export class Radio { b = a; }'],
  ["host/xs/radio.c", ""],
  ["host/xs/turns.c", ""],
  ["host/xs/keys.ts", 'import { x } from "@noble/x/deep/x.js"; export const y = new Map([[x, 1]]);'],
  ["host/flash/log.ts", "export class Log {}"],
  ["host/flash/unused.ts", "let unused = 1;"],
  ["node_modules/@noble/x/deep/x.js", 'import { y } from "../y.js"; export const x = y;'],
  ["node_modules/@noble/x/y.js", "export const y = 5n;"],
]);

const TOP: Manifest = {
  include: ["$(MODDABLE)/examples/manifest_base.json"],
  modules: {
    "~": "./modules/tsconfig.json",
    main: "./main",
    "modules/*": "./modules/*",
    "modules/deep/b": "./modules/deep/b",
  },
  preload: ["modules/a", "modules/deep/b"],
  platforms: { esp32: { include: ["./host/esp32/manifest.json", "./host/xs/manifest.json"] } },
};
const ESP32: Manifest = {
  include: ["../flash/manifest.json", "$(MODDABLE)/modules/io/manifest.json"],
  modules: {
    "host/platform": "../platform-esp32",
    "host/esp32/*": "./*",
    "*": ["../xs/turns"],
    "led/*": ["$(MODDABLE)/modules/led/*"],
    "embedded:led": "$(MODDABLE)/modules/led/led",
  },
  typescript: { tsconfig: { compilerOptions: { moduleSuffixes: ["-esp32", ""] } } },
};
const XS: Manifest = {
  include: ["../flash/manifest.json"],
  modules: {
    "host/xs/radio": "./radio",
    "host/xs/keys": "./keys",
    "@noble/x/deep/x": "../../node_modules/@noble/x/deep/x",
    "@noble/x/y": "../../node_modules/@noble/x/y",
  },
  preload: ["host/xs/radio"],
};
const FLASH: Manifest = { modules: { "host/flash/log": "./log" }, preload: "host/flash/log" };

interface Changes {
  readonly top?: Manifest;
  readonly esp32?: Manifest;
  readonly xs?: Manifest;
  readonly flash?: Manifest;
}

function project({ top: first = TOP, esp32 = ESP32, xs = XS, flash = FLASH }: Changes): Manifests {
  return new Map([
    ["manifest.json", first],
    ["host/esp32/manifest.json", esp32],
    ["host/xs/manifest.json", xs],
    ["host/flash/manifest.json", flash],
  ]);
}

/** A manifest with other modules; one that is undefined is not mapped. */
function withModules(manifest: Manifest, changed: Manifest["modules"]): Manifest {
  const entries = Object.entries({ ...manifest.modules, ...changed });
  return { ...manifest, modules: Object.fromEntries(entries.filter(([, path]) => path !== undefined)) };
}

function assertFault(manifests: Manifests, expected: string, sources = SOURCES): void {
  const found = faults(manifests, sources);
  assert.ok(
    found.some((line) => line.includes(expected)),
    `expected "${expected}", found ${JSON.stringify(found)}`,
  );
}

test("sound manifests pass", () => {
  assert.deepEqual(faults(project({}), SOURCES), []);
  const typesToo = { ...TOP, preload: [...(TOP.preload ?? []), "modules/types"] };
  assert.deepEqual(faults(project({ top: typesToo }), SOURCES), []);
  const byFolder = withModules(XS, { "host/xs/radio": undefined, "host/xs/*": ["./radio", "./port"] });
  const withPort: Sources = new Map([...SOURCES, ["host/xs/port.h", ""]]);
  assert.deepEqual(faults(project({ xs: byFolder }), withPort), []);
  const boards = { ...ESP32, platforms: { "esp32/*": {}, "esp32/one": { include: "$(MODDABLE)/x.json" } } };
  assert.deepEqual(faults(project({ esp32: boards }), SOURCES), []);
});

test("what a build chooses is looked at in each way, with what is loaded later", () => {
  const sources = new Map([
    ...SOURCES,
    ["host/esp32/platform.ts", 'import { b } from "../xs/radio.js"; import { Log } from "../flash/log.js";'],
    ["host/xs/radio.ts", 'import { crypto } from "./crypto.js"; export const b = crypto;'],
    ["host/xs/crypto.ts", "export const crypto = 1;"],
    [
      "host/xs/crypto-noble.ts",
      'import Modules from "modules"; export const crypto = () => Modules.importNow("host/xs/keys");',
    ],
  ]);
  const xs: Manifest = {
    ...withModules(XS, { "host/xs/keys": undefined }),
    include: ["../flash/manifest.json", "./crypto-$(FLEDGLING_CRYPTO).json"],
    build: { "FLEDGLING_CRYPTO ?=": "native" },
  };
  const native: Manifest = { modules: { "host/xs/crypto": "./crypto" }, preload: ["host/xs/crypto"] };
  const noble: Manifest = {
    include: "$(MODDABLE)/modules/base/modules/manifest.json",
    modules: { "host/xs/crypto": "./crypto-noble", "host/xs/keys": "./keys" },
    preload: ["host/xs/crypto"],
  };
  const choose = (one: Manifest, other: Manifest, changed = xs): Manifests =>
    new Map([
      ...project({ xs: changed, esp32: { ...ESP32, preload: ["host/platform", "host/esp32/platform"] } }),
      ["host/xs/crypto-native.json", one],
      ["host/xs/crypto-noble.json", other],
    ]);

  assert.deepEqual(faults(choose(native, noble), sources), []);
  const broken: readonly (readonly [Manifests, string])[] = [
    [choose(native, native), "host/xs/crypto is reached and not mapped to host/xs/crypto-noble.ts"],
    [choose(noble, noble), "host/xs/crypto is reached and not mapped to host/xs/crypto.ts"],
    [choose({ ...native, preload: [] }, noble), "host/xs/radio is preloaded and loads host/xs/crypto, which"],
    [choose(native, { ...noble, preload: [] }), "host/xs/crypto is not preloaded"],
    [choose(native, { ...noble, include: [] }), "modules is reached"],
    [choose(native, withModules(noble, { "host/xs/keys": undefined })), "host/xs/keys is reached"],
    [choose(native, noble, { ...xs, build: {} }), 'host/xs/manifest.json: "FLEDGLING_CRYPTO ?=" does not'],
  ];
  for (const [manifests, expected] of broken) assertFault(manifests, expected, sources);
});

test("what a manifest names and nobody has is noticed", () => {
  const broken: readonly (readonly [Changes, string])[] = [
    [{ top: { modules: {} } }, "the manifest knows no platform"],
    [
      { top: withModules(TOP, { "modules/gone": "./modules/gone" }) },
      "manifest.json: ./modules/gone does not",
    ],
    [{ top: withModules(TOP, { "modules/gone/*": "./modules/gone/*" }) }, "./modules/gone/* does not"],
    [{ esp32: withModules(ESP32, { "*": "../xs/radio.cpp" }) }, "../xs/radio.cpp does not exist"],
    [{ esp32: withModules(ESP32, { "*": ["./turns.c"] }) }, "host/esp32/manifest.json: ./turns.c does not"],
    [{ xs: withModules(XS, { "@noble/z": "../../node_modules/@noble/z" }) }, "@noble/z does not exist"],
    [{ xs: withModules(XS, { "host/xs/radio": { source: "./radio" } }) }, '{"source":"./radio"} does not'],
    [{ esp32: { ...ESP32, include: "../flash/manifest.json" } }, "embedded:io/digital is reached"],
    [{ esp32: { ...ESP32, include: "../gone/manifest.json" } }, "manifest host/gone/manifest.json does not"],
  ];
  for (const [changes, expected] of broken) assertFault(project(changes), expected);
});

test("what main reaches and no manifest maps to its own file is noticed", () => {
  const suffixes = (...moduleSuffixes: readonly string[]): Changes => ({
    esp32: { ...ESP32, typescript: { tsconfig: { compilerOptions: { moduleSuffixes } } } },
  });
  const nrf52 = { ...TOP, platforms: { ...TOP.platforms, nrf52: TOP.platforms?.esp32 ?? {} } };
  const empty = { ...TOP, platforms: { ...TOP.platforms, "esp32/one": {} } };
  const broken: readonly (readonly [Changes, string])[] = [
    [{ top: withModules(TOP, { "modules/deep/b": undefined }) }, "modules/deep/b is reached and not mapped"],
    [
      { top: withModules(TOP, { "modules/a": "./modules/deep/b", "modules/*": undefined }) },
      "modules/a is reached",
    ],
    [{ top: nrf52 }, "nrf52: host/platform is reached and not mapped to host/platform-nrf52.ts"],
    [{ top: empty }, "esp32/one: host/platform is reached"],
    [{ esp32: withModules(ESP32, { "host/platform": "../platform" }) }, "esp32: host/platform is reached"],
    [{ esp32: withModules(ESP32, { "host/esp32/*": undefined }) }, "host/esp32/platform is reached"],
    [{ esp32: withModules(ESP32, { "embedded:led": undefined }) }, "embedded:led is reached"],
    [{ xs: withModules(XS, { "@noble/x/y": undefined }) }, "@noble/x/y is reached"],
    [{ xs: withModules(XS, { "@noble/x/y": "./radio" }) }, "@noble/x/y is reached"],
    [{ flash: withModules(FLASH, { "host/flash/log": "./unused" }) }, "host/flash/log is reached"],
    [suffixes("-lin", ""), 'esp32: moduleSuffixes are not "-esp32", ""'],
    [suffixes("", "-esp32"), "esp32: moduleSuffixes are not"],
    [suffixes(), "esp32: moduleSuffixes are not"],
  ];
  for (const [changes, expected] of broken) assertFault(project(changes), expected);
});

test("of two files with one name, of which mcconfig takes the first, both are named", () => {
  assertFault(
    project({ flash: withModules(FLASH, { "modules/a": "../xs/radio" }) }),
    "esp32: modules/a is mapped to host/xs/radio.ts and modules/a.ts",
  );
  assertFault(
    project({}),
    "host/xs/radio.c has the name of another file of C",
    new Map([...SOURCES, ["host/esp32/radio.c", ""]]),
  );
  assertFault(
    project({ esp32: withModules(ESP32, { "*": ["./port", "../xs/port"] }) }),
    "host/xs/port.h has the name of another file of C",
    new Map([...SOURCES, ["host/esp32/port.h", ""], ["host/xs/port.h", ""]]),
  );
});

test("what is wrong in a preload list is noticed", () => {
  const more = (...names: readonly string[]): Changes => ({
    xs: { ...XS, preload: ["host/xs/radio", ...names] },
  });
  const withUnused = withModules(FLASH, { "host/flash/*": "./*", "host/flash/log": undefined });
  const broken: readonly (readonly [Changes, string])[] = [
    [{ top: { ...TOP, preload: ["modules/a"] } }, "modules/deep/b is not preloaded"],
    [
      { top: { ...TOP, preload: ["modules/a"] } },
      "modules/a is preloaded and loads modules/deep/b, which is",
    ],
    [{ top: { ...TOP, preload: ["modules/*", "modules/deep/b"] } }, "modules/a is not preloaded"],
    [{ xs: { ...XS, preload: [] } }, "host/xs/radio is not preloaded"],
    [{ flash: { modules: FLASH.modules ?? {} } }, "host/flash/log is not preloaded"],
    [more("modules/gone"), "preload names modules/gone, which"],
    [more("main"), "preload names main, which"],
    [more("modules/a"), "preload names modules/a twice"],
    [more("@noble/x/y"), "preload names @noble/x/y, which"],
    [more("host/xs/keys"), "host/xs/keys is preloaded, line 1: NewExpression"],
    [more("host/xs/keys"), "host/xs/keys is preloaded and loads @noble/x/deep/x, which is not"],
    [
      { flash: { ...withUnused, preload: ["host/flash/log", "host/flash/unused"] } },
      "host/flash/unused is preloaded, line 1: let",
    ],
  ];
  for (const [changes, expected] of broken) assertFault(project(changes), expected);
});
