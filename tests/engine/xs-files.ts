/** What a test needs to run a device of its own under XS. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { XsFiles } from "../../host/simulator/engine/prepare-xs.js";
import { top } from "../support/files.mjs";

/** As the simulator gets them: with the lamp. */
export function lampFiles(): XsFiles {
  const setup = fileURLToPath(new URL("../../host/simulator/setup.mjs", import.meta.url));
  const answer = execFileSync(process.execPath, [setup, "--engine", "xs"], { encoding: "utf8" });
  const files: XsFiles & { readonly problem?: string } = JSON.parse(answer);
  if (files.problem !== undefined) throw new Error(files.problem);
  return files;
}

/** contents: a module from the top, which runs a device. path: of the script that is made of it. */
export async function scriptOf(contents: string, path: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: top },
    bundle: true,
    format: "iife",
    target: "es2022",
    supported: { "class-static-field": false },
    write: false,
    logLevel: "silent",
  });
  writeFileSync(path, outputFiles[0]?.contents ?? "");
  return path;
}

/** The probe. */
export function probeScript(path: string): Promise<string> {
  return scriptOf(
    'import { probe } from "./tests/engine/probe.js"; import { runInWorker } from "./host/simulator/engine/worker.js"; runInWorker(probe);',
    path,
  );
}
