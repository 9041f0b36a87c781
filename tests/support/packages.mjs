/** The Debian packages that some tests need, and what shows that each is there, wherever it came from. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const evidence = {
  "bluez-meshd": () => existsSync("/usr/libexec/bluetooth/bluetooth-meshd"),
  "bluez-test-tools": () => runs("btvirt"),
  "dbus-daemon": () => runs("dbus-daemon"),
  gcc: () => runs("cc"),
  "libc6-dev": () => process.platform !== "linux" || existsSync("/usr/include/stdio.h"),
  "libssl-dev": () => existsSync("/usr/include/openssl/evp.h"),
  make: () => runs("make"),
  socat: () => runs("socat"),
};

/** Whether a package is not there. Throws for one that is not in the list above. */
export function isMissing(name) {
  return !evidence[name]();
}

/** Bring packages in, if this process may. Whoever needs one that is still missing notices by `isMissing`. */
export function installMissing(names) {
  if (names.length === 0 || process.getuid?.() !== 0) return;
  console.log(`installing ${names.join(" ")}`);
  aptGet("update");
  aptGet("install", "-y", "--no-install-recommends", ...names);
}

function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // All of it on standard error: what the tests say stands alone on standard output.
  const { status, error } = spawnSync("apt-get", ["-q", ...args], { env, stdio: ["ignore", 2, 2] });
  if (status !== 0) console.log(`"apt-get ${args.join(" ")}" failed${error ? `: ${error.message}` : ""}`);
}

function runs(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}
