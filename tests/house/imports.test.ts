/** Who imports whom: every import line of the project against the one picture. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import project from "../../package.json" with { type: "json" };
import { filesBelow, top } from "../support/files.mjs";
import { OF_THE_SDK } from "./manifest.js";
import { importsOf, resolvePath } from "./source.js";

/** The layers of modules/. A file imports its own layer and lower ones. */
const LAYERS: Readonly<Record<string, number>> = {
  "modules/platform.ts": 0,
  "modules/bytes.ts": 0,
  "modules/records.ts": 0,
  "modules/oob-actions.ts": 0,
  "modules/policy.ts": 0,
  "modules/crypto/": 1,
  "modules/board/": 2,
  "modules/bearer/": 3,
  "modules/provisioning/": 4,
  "modules/network/": 5,
  "modules/transport/": 6,
  "modules/access/": 7,
  "modules/models/": 8,
  "modules/network-role.ts": 9,
  "modules/node.ts": 9,
};

/** The layers that do not know each other although one is lower. */
const STRANGERS: readonly (readonly [number, number])[] = [
  [2, 1],
  [5, 4],
];

/** A product model sees of the stack below it only what a model is. */
const PRODUCT_MODELS = {
  of: "modules/models/",
  but: "modules/models/foundation/",
  see: "modules/access/model.ts",
};

/** All that a host may know of the protocol. */
const SEEN_BY_HOSTS = ["modules/platform.ts", "modules/bytes.ts", "modules/bearer/ad.ts"];

/**
 * What the files outside of modules/ import; the first line that fits a file holds. A folder ends in a slash; "node:"
 * stands for Node's own modules, "@noble/" for those packages, "sdk" for the Moddable SDK's modules, "dependencies"
 * and "packages" for what package.json names under `dependencies`, and for all that it names.
 */
const OUTSIDE: readonly (readonly [files: RegExp, may: readonly string[]])[] = [
  [/^main\.ts$/, ["modules/", "host/platform.ts"]],
  [/^host\/simulator\/phone\//, [...SEEN_BY_HOSTS, "host/simulator/phone/", "@noble/"]],
  [/^host\/simulator\/entry\.ts$/, [...SEEN_BY_HOSTS, "main.ts", "host/", "node:", "dependencies"]],
  [/^host\/simulator\//, [...SEEN_BY_HOSTS, "host/", "node:", "dependencies"]],
  [/^host\/noble-crypto\.ts$/, [...SEEN_BY_HOSTS, "host/noble-p256.ts", "@noble/"]],
  [/^host\/noble-p256\.ts$/, [...SEEN_BY_HOSTS, "@noble/"]],
  [/^host\/flash\//, [...SEEN_BY_HOSTS, "host/flash/"]],
  [/^host\/xs\//, [...SEEN_BY_HOSTS, "host/xs/", "host/device-address.ts", "host/noble-p256.ts", "sdk"]],
  [/^host\/lin\//, [...SEEN_BY_HOSTS, "host/lin/", "host/xs/", "host/flash/", "host/noble-crypto.ts", "sdk"]],
  [
    /^host\/(esp32|nrf52)\//,
    [...SEEN_BY_HOSTS, "host/esp32/", "host/nrf52/", "host/xs/", "host/flash/", "sdk"],
  ],
  [/^host\/firmware\//, ["host/firmware/", "host/simulator/setup.mjs", "node:", "packages"]],
  [/^host\//, [...SEEN_BY_HOSTS, "host/"]],
  [/^tests\/.*\.suite\.ts$/, ["main.ts", "modules/", "host/", "tests/"]],
  [
    /^tests\//,
    ["main.ts", "modules/", "host/", "tests/", "package.json", "manifest.json", "node:", "packages"],
  ],
];

/** What is wrong with a file's imports: one line each. */
function violations(file: string, source: string): readonly string[] {
  return importsOf(source).flatMap(({ specifier, line }) => {
    const reason = file.startsWith("modules/")
      ? reasonInModules(file, specifier)
      : reasonOutside(file, specifier);
    return reason === undefined ? [] : [`${file}:${line}: "${specifier}": ${reason}`];
  });
}

function reasonInModules(file: string, specifier: string): string | undefined {
  if (!/^(\.\/|(\.\.\/)+)[^.]+\.js$/.test(specifier)) return "not a relative specifier ending in .js";
  const target = resolvePath(file, specifier);
  const [own, other] = [layerOf(file), layerOf(target)];
  if (own === undefined) return "the importing file has no layer";
  if (other === undefined) return "outside of the layers";
  if (other > own) return `layer ${own} does not know layer ${other}`;
  if (STRANGERS.some(([a, b]) => a === own && b === other)) return `layers ${own} and ${other} are strangers`;
  const { of, but, see } = PRODUCT_MODELS;
  if (file.startsWith(of) && !file.startsWith(but) && other > 0 && other < own && target !== see) {
    return `a product model sees ${see} only`;
  }
  return undefined;
}

function layerOf(file: string): number | undefined {
  return Object.entries(LAYERS).find(([path]) => isBelow(file, path))?.[1];
}

function reasonOutside(file: string, specifier: string): string | undefined {
  const may = OUTSIDE.find(([files]) => files.test(file))?.[1];
  if (may === undefined) return "no rule for the importing file";
  const relative = specifier.startsWith(".");
  if (relative && !/\.(js|mjs|json)$/.test(specifier)) return "not ending in .js";
  const target = relative ? resolvePath(file, specifier) : specifier;
  return may.some((allowed) => (relative ? isBelow(target, allowed) : isPackageOf(target, allowed)))
    ? undefined
    : "not for this file";
}

function isBelow(path: string, allowed: string): boolean {
  return allowed.endsWith("/") ? path.startsWith(allowed) : path === allowed;
}

function isPackageOf(specifier: string, allowed: string): boolean {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const { dependencies, devDependencies } = project;
  if (allowed === "dependencies") return name in dependencies;
  if (allowed === "sdk") return OF_THE_SDK.includes(specifier);
  if (allowed === "packages") return name in dependencies || name in devDependencies;
  return /^(node:|@noble\/)$/.test(allowed) && specifier.startsWith(allowed);
}

const sources = ["modules", "host", "tests"].flatMap((folder) => filesBelow(folder, [".ts", ".mjs"]));

for (const folder of ["main.ts", "modules/", "host/", "tests/"]) {
  test(`${folder} imports only what the picture shows`, () => {
    const files = ["main.ts", ...sources].filter((file) => isBelow(file, folder));
    assert.ok(files.length > 0, "there are files");
    assert.deepEqual(
      files.flatMap((file) => violations(file, readFileSync(top + file, "utf8"))),
      [],
    );
  });
}

test("every file of modules/ has a layer", () => {
  assert.deepEqual(
    filesBelow("modules", [".ts"]).filter((file) => layerOf(file) === undefined),
    [],
  );
});

/** Sources that break the picture, each with its file. */
const BROKEN: readonly (readonly [file: string, source: string])[] = [
  ["modules/crypto/cmac.ts", 'import { x } from "../bearer/ad.js";'],
  ["modules/crypto/cmac.ts", 'import type { X } from "../bearer/bearer.js";'],
  ["modules/bytes.ts", 'export { x } from "./crypto/cmac.js";'],
  ["modules/bytes.ts", 'export * from "./node.js";'],
  ["modules/provisioning/device.ts", 'import "../network/network.js";'],
  ["modules/network/network.ts", 'import "../provisioning/device.js";'],
  ["modules/bearer/advertiser.ts", 'import "../unknown/x.js";'],
  ["modules/unknown/x.ts", 'import "../bytes.js";'],
  ["modules/bearer/advertiser.ts", 'import "../../host/platform.js";'],
  ["modules/bearer/advertiser.ts", 'import "node:fs";'],
  ["modules/bearer/advertiser.ts", 'import "@noble/hashes/hmac.js";'],
  ["modules/bearer/advertiser.ts", 'import "./ad";'],
  ["modules/bearer/advertiser.ts", 'import "./ad.ts";'],
  ["modules/bearer/advertiser.ts", 'import "./../bytes.js";'],
  ["modules/bearer/advertiser.ts", 'function f() { return import("../node.js"); }'],
  ["modules/bearer/advertiser.ts", "const load = (name: string) => import(name);"],
  ["modules/models/onoff.ts", 'import "../access/access.js";'],
  ["modules/models/onoff.ts", 'import "../crypto/cmac.js";'],
  ["main.ts", 'import "./host/simulator/medium.js";'],
  ["main.ts", 'import "node:fs";'],
  ["host/platform.ts", 'import "node:fs";'],
  ["host/simulator/medium.ts", 'import "../../modules/node.js";'],
  ["host/simulator/medium.ts", 'import "../../modules/bearer/advertiser.js";'],
  ["host/simulator/medium.ts", 'import "../../main.js";'],
  ["host/simulator/medium.ts", 'import "../../tests/support/fake-clock.js";'],
  ["host/simulator/medium.ts", 'import "tsx";'],
  ["host/simulator/phone/phone.ts", 'import "../../noble-crypto.js";'],
  ["host/simulator/phone/phone.ts", 'import "../../../modules/crypto/ccm.js";'],
  ["host/simulator/phone/phone.ts", 'import "node:fs";'],
  ["host/simulator/phone/phone.ts", 'import "../../../modules/bytes";'],
  ["host/simulator/medium.ts", 'import "timer";'],
  ["host/platform-lin.ts", 'import "timer";'],
  ["host/xs/clock.ts", 'import "node:timers";'],
  ["host/xs/clock.ts", 'import "time";'],
  ["host/xs/clock.ts", 'import "../simulator/clock.js";'],
  ["host/xs/clock.ts", 'import "../lin/storage.js";'],
  ["host/nrf52/flash.ts", 'import "../lin/storage.js";'],
  ["host/nrf52/flash.ts", 'import "../simulator/radio.js";'],
  ["host/flash/log.ts", 'import "timer";'],
  ["host/firmware/build.mjs", 'import "../../modules/bytes.js";'],
  ["host/lin/platform.ts", 'import "@noble/hashes/hmac.js";'],
  ["host/lin/platform.ts", 'import "../../modules/node.js";'],
  ["modules/bearer/advertiser.ts", 'import "timer";'],
  ["tests/vectors/crypto.suite.ts", 'import "node:fs";'],
  ["tests/vectors/crypto.suite.ts", 'import "@noble/hashes/hmac.js";'],
  ["tests/unit/some.test.ts", 'import "leftpad";'],
  ["tests/unit/some.test.ts", 'import "../../build/simulator.mjs";'],
  ["elsewhere.ts", 'import "./main.js";'],
];

/** Sources that keep to the picture. */
const SOUND: readonly (readonly [file: string, source: string])[] = [
  ["modules/crypto/cmac.ts", 'import { octet } from "../bytes.js"; import type { X } from "../platform.js";'],
  [
    "modules/provisioning/device.ts",
    'import "./pb-adv.js"; import "../bearer/ad.js"; import "../crypto/ccm.js";',
  ],
  [
    "modules/node.ts",
    'import "./provisioning/device.js"; import "./network/network.js"; import "./policy.js";',
  ],
  ["modules/models/onoff.ts", 'import "./levels.js"; import "../access/model.js"; import "../bytes.js";'],
  ["modules/models/foundation/sar.ts", 'import "../../transport/segmenter.js"; import "../onoff.js";'],
  ["main.ts", 'import { MeshNode } from "./modules/node.js"; import "./host/platform.js";'],
  ["host/simulator/entry.ts", 'import "../../main.js"; import "node:fs"; import "./medium.js";'],
  ["host/simulator/setup.mjs", 'const { build } = await import("esbuild"); import "./lock.mjs";'],
  ["host/simulator/phone/phone.ts", 'import "@noble/curves/nist.js"; import "./link.js";'],
  ["host/xs/clock.ts", 'import SdkTimer from "timer"; import "mc/config"; import "./native.js";'],
  ["host/nrf52/platform.ts", 'import "../xs/clock.js"; import "../flash/log.js"; import "timer";'],
  ["host/firmware/build.mjs", 'import "node:fs"; import "../simulator/setup.mjs";'],
  ["host/lin/platform.ts", 'import "../noble-crypto.js"; import "../xs/radio.js"; import "../flash/log.js";'],
  ["host/platform-lin.ts", 'export { createPlatform } from "./lin/platform.js";'],
  ["tests/unit/some.test.ts", 'import "node:test"; import "tsx/esm/api"; import "../support/harness.js";'],
];

test("an import that the picture does not show is noticed", () => {
  for (const [file, source] of BROKEN) {
    assert.equal(violations(file, source).length, 1, `${file}: ${source}`);
  }
});

test("the picture's own imports are allowed", () => {
  for (const [file, source] of SOUND) assert.deepEqual(violations(file, source), []);
});
