/** The shim that is preloaded into bluetooth-meshd, compiled when its sources are newer. */

import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const sources = ["meshd-shim.c", "meshd-crypto.c"].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);
const folder = fileURLToPath(new URL("../../../build/", import.meta.url));

/** Path of the shared object. Throws when there is no C compiler, or no OpenSSL to compile with. */
export function buildShim(): string {
  const target = `${folder}meshd-shim.so`;
  const modified = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (modified(target) > Math.max(...sources.map(modified))) return target;
  mkdirSync(folder, { recursive: true });
  // Under its own name first: another test may be about to load the old one.
  const unfinished = `${target}.${process.pid}`;
  const flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"];
  execFileSync("cc", [...flags, "-o", unfinished, ...sources, "-lcrypto", "-ldl"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  renameSync(unfinished, target);
  return target;
}
