/** Compiling the C of the boards for this machine, as the tests need it. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

/** The top of the repository. */
export const top = fileURLToPath(new URL("../..", import.meta.url));

const FLAGS = ["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror"];

let folder: string | undefined;

/** Compile C files, named from the top, into `name` in a folder that goes when the tests are over: its path. */
export function compile(name: string, sources: readonly string[], options: readonly string[] = []): string {
  folder ??= temporaryFolder();
  const target = join(folder, name);
  const args = [...FLAGS, "-o", target, ...sources, ...options];
  const { status, stderr, error } = spawnSync("gcc", args, { cwd: top, encoding: "utf8" });
  if (status !== 0) throw new Error(`gcc ${args.join(" ")}\n${error ?? stderr}`);
  return target;
}

function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "fledgling-native-"));
  after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
