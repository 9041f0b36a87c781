/**
 * Preloaded into a process that is measured: at each SIGUSR2 it appends to the file CPU_METER how many microseconds of
 * processor time it has used since its start, in a line of its own.
 */

import { appendFileSync } from "node:fs";

process.on("SIGUSR2", () => {
  const { user, system } = process.cpuUsage();
  appendFileSync(process.env.CPU_METER, `${user + system}\n`);
});
