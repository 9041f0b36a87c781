/** The Moddable build: the manifest knows every module that main reaches, and preloads all of modules/ by name. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { filesBelow, top } from "../support/files.mjs";
import { faults, fileOf, type Manifest, type Modules, type Platform, type Sources } from "./manifest.js";

function readManifest(): Manifest {
  assert.ok(existsSync(`${top}manifest.json`), "there is a manifest");
  const manifest: Manifest = JSON.parse(readFileSync(`${top}manifest.json`, "utf8"));
  const platforms = Object.entries(manifest.platforms ?? {}).map(([name, platform]) => [
    name,
    (platform.include ?? []).map((path) => readPlatform(path)).reduce(merged, {}),
  ]);
  return { ...manifest, platforms: Object.fromEntries(platforms) };
}

/** What an included manifest and those that it includes say; paths become relative to the top. */
function readPlatform(path: string): Platform {
  const own: Platform = JSON.parse(readFileSync(join(top, path), "utf8"));
  const fromTop = (relative: string): string => `./${join(dirname(path), relative)}`;
  const modules = Object.fromEntries(
    Object.entries(own.modules ?? {}).map(([name, file]) => [name, fromTop(String(file))]),
  );
  return (own.include ?? [])
    .map((other) => readPlatform(fromTop(other)))
    .reduceRight((all, other) => merged(other, all), { ...own, modules });
}

function merged(one: Platform, other: Platform): Platform {
  return {
    ...one,
    ...other,
    modules: { ...one.modules, ...other.modules },
    preload: [...(one.preload ?? []), ...(other.preload ?? [])],
  };
}

function readSources(manifest: Manifest): Sources {
  const paths = Object.values(manifest.platforms ?? {}).flatMap(({ modules }) =>
    Object.values(modules ?? {}),
  );
  const packages = paths.map((path) => fileOf(String(path))).filter((file) => file.endsWith(".js"));
  const files = [
    "main.ts",
    ...filesBelow("modules", [".ts"]),
    ...filesBelow("host", [".ts", ".c"]),
    ...packages.filter((file) => existsSync(top + file)),
  ];
  return new Map(files.map((file) => [file, readFileSync(top + file, "utf8")]));
}

test("the manifest maps what main reaches on each platform, and preloads every module of modules/ by name", () => {
  const manifest = readManifest();
  assert.deepEqual(Object.keys(manifest.platforms ?? {}), ["lin"]);
  assert.deepEqual(faults(manifest, readSources(manifest)), []);
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
    'import Timer from "timer"; import { a } from "../../modules/a.js"; import { x } from "@noble/x/deep/x.js";',
  ],
  ["node_modules/@noble/x/deep/x.js", 'import { y } from "../y.js"; export const x = y;'],
  ["node_modules/@noble/x/y.js", "export const y = 5n;"],
]);

const ESP32 = {
  modules: {
    "host/platform": "./host/platform-esp32",
    "host/esp32/*": "./host/esp32/*",
    "@noble/x/deep/x": "./node_modules/@noble/x/deep/x",
    "@noble/x/y": "./node_modules/@noble/x/y",
  },
  typescript: { tsconfig: { compilerOptions: { moduleSuffixes: ["-esp32", ""] } } },
} satisfies Platform;

const SOUND: Manifest = {
  modules: {
    "~": "./modules/tsconfig.json",
    main: "./main",
    "modules/*": "./modules/*",
    "modules/deep/b": "./modules/deep/b",
  },
  preload: ["modules/a", "modules/deep/b"],
  platforms: { esp32: ESP32 },
};

test("a sound manifest passes", () => {
  assert.deepEqual(faults(SOUND, SOURCES), []);
  assert.deepEqual(faults({ ...SOUND, preload: [...SOUND.preload, "modules/types"] }, SOURCES), []);
  assert.deepEqual(faults(withEsp32({ preload: ["host/esp32/platform"] }), SOURCES), []);
});

/** The sound manifest with something else for its platform; a module that is undefined is not mapped. */
function withEsp32(other: Platform): Manifest {
  const modules = Object.entries({ ...ESP32.modules, ...other.modules }).filter(
    ([, path]) => path !== undefined,
  );
  return {
    ...SOUND,
    platforms: { esp32: { ...ESP32, ...other, modules: Object.fromEntries(modules) } },
  };
}

function assertFault(manifest: Manifest, expected: string): void {
  const found = faults(manifest, SOURCES);
  assert.ok(
    found.some((line) => line.includes(expected)),
    `expected "${expected}", found ${JSON.stringify(found)}`,
  );
}

test("what is wrong in a manifest is noticed", () => {
  const { modules } = SOUND;
  const broken: readonly (readonly [Manifest, string])[] = [
    [
      { ...SOUND, modules: { main: "./main", "modules/*": "./modules/*" } },
      "all platforms: modules/deep/b is reached",
    ],
    [
      { ...SOUND, modules: { ...modules, "modules/a": "./modules/deep/b" } },
      "all platforms: modules/a is reached",
    ],
    [
      { ...SOUND, modules: { ...modules, "modules/gone/*": "./modules/gone/*" } },
      "./modules/gone/* does not",
    ],
    [{ ...SOUND, modules: { ...modules, "modules/gone": "./modules/gone" } }, "./modules/gone does not"],
    [{ ...SOUND, preload: ["modules/a"] }, "modules/deep/b is not preloaded"],
    [{ ...SOUND, preload: ["modules/*"] }, "modules/a is not preloaded"],
    [{ ...SOUND, preload: [...SOUND.preload, "modules/gone"] }, "preload names modules/gone"],
    [{ ...SOUND, preload: [...SOUND.preload, "main"] }, "preload names main"],
    [{ ...SOUND, preload: [...SOUND.preload, "modules/a"] }, "preload names modules/a"],
  ];
  for (const [manifest, expected] of broken) assertFault(manifest, expected);
});

test("what is wrong in a platform's part is noticed", () => {
  const suffixes = (...moduleSuffixes: readonly string[]): Platform => ({
    typescript: { tsconfig: { compilerOptions: { moduleSuffixes } } },
  });
  const common = (modules: Modules): Manifest => ({ ...SOUND, modules: { ...SOUND.modules, ...modules } });
  const broken: readonly (readonly [Manifest, string])[] = [
    [{ ...SOUND, platforms: { esp32: {} } }, "esp32: host/platform is reached and not mapped"],
    [{ ...SOUND, platforms: { nrf52: ESP32 } }, "nrf52: host/platform is reached and not mapped"],
    [withEsp32({ modules: { "host/platform": "./host/platform" } }), "esp32: host/platform is reached"],
    [withEsp32({ modules: { "host/esp32/*": undefined } }), "esp32: host/esp32/platform is reached"],
    [withEsp32({ modules: { "@noble/x/deep/x": undefined } }), "esp32: @noble/x/deep/x is reached"],
    [withEsp32({ modules: { "@noble/x/y": undefined } }), "esp32: @noble/x/y is reached"],
    [withEsp32({ modules: { "@noble/x/y": "./host/esp32/platform" } }), "esp32: @noble/x/y is reached"],
    [withEsp32({ modules: { "host/gone": "./host/gone" } }), "esp32: ./host/gone does not exist"],
    [withEsp32({ modules: { "@noble/z": "./node_modules/@noble/z" } }), "./node_modules/@noble/z does not"],
    [withEsp32({ modules: { "modules/*": "./modules/*" } }), "esp32: modules/* is mapped for all"],
    [withEsp32({ preload: ["@noble/x/y"] }), "esp32: preload names @noble/x/y"],
    [withEsp32({ preload: ["host/esp32/gone"] }), "esp32: preload names host/esp32/gone"],
    [withEsp32(suffixes("-lin", "")), "esp32: moduleSuffixes are not"],
    [withEsp32(suffixes("", "-esp32")), "esp32: moduleSuffixes are not"],
    [withEsp32({ typescript: {} }), "esp32: moduleSuffixes are not"],
    [common({ "host/platform": "./host/platform" }), "all platforms: host/platform is reached"],
    [common({ "host/platform": "./host/platform-esp32" }), "esp32: host/platform is mapped for all"],
  ];
  for (const [manifest, expected] of broken) assertFault(manifest, expected);
});
