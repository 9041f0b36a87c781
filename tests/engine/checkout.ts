/** A copy of this project in which something is otherwise. */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { top } from "../support/files.mjs";

/** Its simulator is bundled by `setUp`. */
export class Checkout {
  readonly #folder: string;

  /** folder: not there yet. without: packages of this project's that it has not, by the first part of their names. */
  constructor(folder: string, without: readonly string[] = []) {
    this.#folder = folder;
    mkdirSync(this.path("node_modules"), { recursive: true });
    for (const name of ["host", "modules", "main.ts", "package.json", "package-lock.json"]) {
      cpSync(join(top, name), this.path(name), { recursive: true });
    }
    for (const name of readdirSync(join(top, "node_modules"))) {
      if (!without.includes(name))
        symlinkSync(join(top, "node_modules", name), this.path("node_modules", name));
    }
  }

  path(...names: readonly string[]): string {
    return join(this.#folder, ...names);
  }

  /** Replace a text, which must be there, in a file. */
  change(file: string, from: string, to: string): void {
    const text = readFileSync(this.path(file), "utf8");
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
    writeFileSync(this.path(file), text.replace(from, to));
  }

  /** The simulator's path. */
  setUp(): string {
    execFileSync(process.execPath, [this.path("host/simulator/setup.mjs")]);
    return this.path("build/simulator.mjs");
  }
}
