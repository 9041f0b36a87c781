/** The Moddable build: the manifest knows every module that main reaches, and preloads all of modules/ by name. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { filesBelow, top } from "../support/files.mjs";
import { importsOf, parse, resolvePath } from "./source.js";

/** The file that only the platforms of the manifest replace. */
const HOST_PLATFORM = "host/platform.ts";

/** The name under which a manifest lists the files that a folder's entry does not take. */
const LEFT_OUT = "~";

/** The parts of a Moddable manifest that name modules. */
interface Manifest {
  readonly modules: Readonly<Record<string, unknown>>;
  readonly preload: readonly string[];
  readonly platforms?: Readonly<Record<string, { readonly modules?: Readonly<Record<string, unknown>> }>>;
}

/** Everything that is wrong with a manifest, given the project's sources: one line each. */
function faults(manifest: Manifest, sources: Sources): readonly string[] {
  return [
    ...faultsOfModules("all platforms", manifest.modules, reachedFrom("main.ts", sources), sources),
    ...Object.entries(manifest.platforms ?? {}).flatMap(([platform, { modules }]) => {
      if (modules === undefined) return [];
      const own = modules["host/platform"];
      // The first is the platform's file itself, which goes by another name.
      const reached = typeof own === "string" ? reachedFrom(fileOf(own), sources).slice(1) : [];
      return faultsOfModules(platform, { ...manifest.modules, ...modules }, reached, sources);
    }),
    ...faultsOfPreload(manifest.preload, sources),
  ];
}

/** The project's sources, by path. */
type Sources = ReadonlyMap<string, string>;

function faultsOfModules(
  platform: string,
  modules: Readonly<Record<string, unknown>>,
  reached: readonly string[],
  sources: Sources,
): readonly string[] {
  const unmapped = reached
    .filter((file) => mappedFile(modules, nameOf(file)) !== file)
    .map((file) => `${platform}: ${file} is reached and not mapped by its path`);
  const empty = Object.entries(modules)
    .filter(([name]) => name !== LEFT_OUT)
    .map(([, path]) => path)
    .filter((path) => typeof path === "string" && path.startsWith("./"))
    .filter((path) => ![...sources.keys()].some((file) => isNamed(file, String(path))))
    .map((path) => `${platform}: ${path} does not exist`);
  return [...unmapped, ...empty];
}

function faultsOfPreload(preload: readonly string[], sources: Sources): readonly string[] {
  const modules = [...sources.keys()].filter((file) => file.startsWith("modules/"));
  const missing = modules
    .filter((file) => hasCode(sources.get(file) ?? "") && !preload.includes(nameOf(file)))
    .map((file) => `${nameOf(file)} is not preloaded`);
  const wrong = preload
    .filter((name, index) => !modules.includes(`${name}.ts`) || preload.indexOf(name) !== index)
    .map((name) => `preload names ${name}, which is not a module of modules/, or twice`);
  return [...missing, ...wrong];
}

/** The files that a file loads, itself included; the platform's own are not followed. */
function reachedFrom(start: string, sources: Sources): readonly string[] {
  const reached = new Set([start]);
  for (const file of reached) {
    for (const { specifier, typeOnly } of importsOf(sources.get(file) ?? "")) {
      const target = resolvePath(file, specifier);
      if (!typeOnly && specifier.startsWith(".") && target !== HOST_PLATFORM) reached.add(target);
    }
  }
  return [...reached];
}

/** The file behind a module's name: by its own entry, or by its folder's. */
function mappedFile(modules: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const own = modules[name];
  if (typeof own === "string") return fileOf(own);
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  const path = modules[`${folder}*`];
  return typeof path === "string" ? fileOf(path.replace("*", name.slice(folder.length))) : undefined;
}

function isNamed(file: string, path: string): boolean {
  if (!path.endsWith("/*")) return file === fileOf(path);
  return `./${file.slice(0, file.lastIndexOf("/") + 1)}*` === path;
}

/** "./modules/bytes" is modules/bytes.ts. */
function fileOf(path: string): string {
  return `${path.replace("./", "")}.ts`;
}

function nameOf(file: string): string {
  return file.replace(/\.ts$/, "");
}

/** Whether anything is left of a module without its types. */
function hasCode(source: string): boolean {
  return parse(source).some((statement) => {
    switch (statement.type) {
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
        return false;
      case "ImportDeclaration":
        return statement.importKind !== "type";
      case "ExportNamedDeclaration":
        return statement.exportKind !== "type";
      default:
        return true;
    }
  });
}

function readManifest(): Manifest {
  assert.ok(existsSync(`${top}manifest.json`), "there is a manifest");
  return JSON.parse(readFileSync(`${top}manifest.json`, "utf8"));
}

function readSources(): Sources {
  const files = ["main.ts", ...filesBelow("modules", [".ts"]), ...filesBelow("host", [".ts"])];
  return new Map(files.map((file) => [file, readFileSync(top + file, "utf8")]));
}

test("the manifest maps what main reaches, and preloads every module of modules/ by name", () => {
  assert.deepEqual(faults(readManifest(), readSources()), []);
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
  ["host/esp32/platform.ts", 'import { a } from "../../modules/a.js";'],
]);

const SOUND: Manifest = {
  modules: {
    "~": "./modules/tsconfig.json",
    main: "./main",
    "modules/*": "./modules/*",
    "modules/deep/b": "./modules/deep/b",
  },
  preload: ["modules/a", "modules/deep/b"],
  platforms: {
    esp32: { modules: { "host/platform": "./host/platform-esp32", "host/esp32/*": "./host/esp32/*" } },
  },
};

test("a sound manifest passes", () => {
  assert.deepEqual(faults(SOUND, SOURCES), []);
  assert.deepEqual(faults({ ...SOUND, preload: [...SOUND.preload, "modules/types"] }, SOURCES), []);
});

test("what is wrong in a manifest is noticed", () => {
  const { modules } = SOUND;
  const broken: readonly (readonly [Manifest, string])[] = [
    [
      { ...SOUND, modules: { main: "./main", "modules/*": "./modules/*" } },
      "all platforms: modules/deep/b.ts",
    ],
    [{ ...SOUND, modules: { ...modules, "modules/a": "./modules/deep/b" } }, "all platforms: modules/a.ts"],
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
    [
      { ...SOUND, platforms: { esp32: { modules: { "host/platform": "./host/platform-esp32" } } } },
      "esp32: host/esp32/platform.ts is reached",
    ],
    [
      { ...SOUND, platforms: { nrf52: { modules: { "host/platform": "./host/platform-nrf52" } } } },
      "nrf52: ./host/platform-nrf52 does not exist",
    ],
  ];
  for (const [manifest, expected] of broken) {
    const found = faults(manifest, SOURCES);
    assert.ok(
      found.some((line) => line.includes(expected)),
      `expected "${expected}", found ${JSON.stringify(found)}`,
    );
  }
});
