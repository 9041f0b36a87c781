/** Shared objects that are preloaded into other programs, compiled when their sources are newer. */

import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../build/", import.meta.url));

/** What a shared object is made of. name: of the file in `build/`, without its ending. */
export interface SharedObject {
  readonly name: string;
  readonly sources: readonly URL[];
  /** As the linker wants them: "-ldl". */
  readonly libraries: readonly string[];
}

/** Its path. Throws when there is no C compiler, or a library that it needs is not there. */
export function buildSharedObject({ name, sources, libraries }: SharedObject): string {
  const target = `${folder}${name}.so`;
  const paths = sources.map((source) => fileURLToPath(source));
  const modified = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (modified(target) > Math.max(...paths.map(modified))) return target;
  mkdirSync(folder, { recursive: true });
  // Under its own name first: another test may be about to load the old one.
  const unfinished = `${target}.${process.pid}`;
  const flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"];
  execFileSync("cc", [...flags, "-o", unfinished, ...paths, ...libraries], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  renameSync(unfinished, target);
  return target;
}
