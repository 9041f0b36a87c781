/**
 * npm run bench: prints all measurements, and writes nothing. It installs nothing either: what is missing is named.
 * npm run bench -- pb-adv|pb-gatt|xs|network|network-xs runs one part. Plain JavaScript, since the packages may not be there.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { top } from "../support/files.mjs";
import { isMissing } from "../support/packages.mjs";

const ESBUILD = "node_modules/esbuild";
const XSNAP = "node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin/lin/release/xsnap-worker";

const parts = {
  "pb-adv": {
    packages: ["bluez-meshd", "dbus-daemon", "gcc", "libc6-dev", "libssl-dev"],
    files: ["node_modules/tsx", "node_modules/dbus-next", ESBUILD],
    command: ["--import", "tsx", "tests/bench/provisioning.ts"],
  },
  "pb-gatt": {
    packages: ["bluez-test-tools", "gcc", "libc6-dev", "socat"],
    files: ["node_modules/tsx", "node_modules/@stoprocent/noble", ESBUILD],
    command: ["--import", "tsx", "tests/bench/gatt.ts"],
  },
  xs: {
    packages: [],
    files: [ESBUILD, XSNAP],
    command: ["tests/bench/xs.mjs"],
  },
  network: {
    packages: [],
    files: ["node_modules/tsx"],
    command: ["--import", "tsx", "tests/bench/network.ts"],
  },
  "network-xs": {
    packages: [],
    files: [ESBUILD, XSNAP],
    command: ["tests/bench/network-xs.mjs"],
  },
};

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !Object.hasOwn(parts, name));
if (unknown === undefined) {
  process.exitCode = await main(chosen.length === 0 ? Object.keys(parts) : chosen);
} else {
  console.error(`there is no part "${unknown}"; the parts are ${Object.keys(parts).join(", ")}`);
  process.exitCode = 2;
}

/** The exit status. */
async function main(names) {
  if (names.flatMap((name) => missingOf(parts[name])).length > 0) {
    for (const line of new Set(names.flatMap((name) => missingOf(parts[name])))) console.error(line);
    return 1;
  }
  const { bundle } = await import("../../host/simulator/setup.mjs");
  await bundle();
  const failed = names.filter((name) => {
    const { status } = spawnSync(process.execPath, parts[name].command, { cwd: top, stdio: "inherit" });
    return status !== 0;
  });
  return failed.length === 0 ? 0 : 1;
}

/** One line for each thing that is missing, and how it comes in. */
function missingOf({ packages, files }) {
  const debian = packages.filter(isMissing);
  return [
    ...debian.map((name) => `missing: ${name}; "apt-get install ${name}" (Debian) brings it in`),
    ...files
      .filter((file) => !existsSync(top + file))
      .map((file) => `missing: ${file}; "npm test" brings it in`),
  ];
}
