/** What XS needs before it runs: its program, compiled, and the device as a script that it understands. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { UsageError } from "../usage-error.js";

/** Seen from build/simulator.mjs, of which this file is a part. */
const setup = new URL("../host/simulator/setup.mjs", import.meta.url);

/** Paths of both. */
export interface XsFiles {
  readonly worker: string;
  readonly script: string;
}

/**
 * Set up what is missing; only a first start has to wait for it. A process of its own, so that nothing that is needed
 * for setting up has to be in the simulator. Rejects with UsageError when this machine cannot have XS.
 */
export async function prepareXs(): Promise<XsFiles> {
  const child = spawn(process.execPath, [fileURLToPath(setup), "--engine", "xs"], {
    // What it does is told on standard error; what it gives, on standard output.
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  await once(child, "close");
  if (!text.startsWith("{")) throw new UsageError("--engine: XS could not be set up");
  const { worker, script, problem }: XsFiles & { readonly problem?: string } = JSON.parse(text);
  if (problem !== undefined) throw new UsageError(`--engine: ${problem}`);
  return { worker, script };
}
