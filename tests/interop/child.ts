/** Other programs, started by the tests, which never outlive them. */

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Start a program with all three streams piped. It gets SIGTERM when the thread that starts it ends, however it does:
 * so not from a worker. Not being able to start it shows as an early end, with a message on its standard error.
 */
export function startChild(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcessWithoutNullStreams {
  return spawn("setpriv", ["--pdeathsig", "TERM", ...command], {
    stdio: "pipe",
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
  });
}

/** End it, with SIGKILL if it does not take SIGTERM within 2 s; done when it is gone. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 2000);
  await gone;
  clearTimeout(late);
}
