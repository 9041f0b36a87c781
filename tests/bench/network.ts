/** Network PDUs per second on Node: node --import tsx tests/bench/network.ts */

import { createNetworkSteps, freeAes } from "./network-steps.js";

/** How many PDUs one measurement takes, and how often each is taken; the median counts. */
const PDUS = 4000;
const TIMES = 9;

for (const [title, steps] of [
  ["Network PDUs on Node, AES by noble", createNetworkSteps()],
  ["The same with an AES that costs nothing", createNetworkSteps(freeAes)],
] as const) {
  for (const step of steps) step.run(PDUS);
  console.log(`\n${title}:`);
  print("a PDU that is", "PDUs/s", "µs each", "of a decrypted one", "goal");
  let decryptedUs = 0;
  for (const step of steps) {
    const us = median(() => {
      const startMs = performance.now();
      step.run(PDUS);
      return ((performance.now() - startMs) * 1000) / PDUS;
    });
    if (decryptedUs === 0) decryptedUs = us;
    const goal = step.goal === undefined ? "" : `< ${step.goal.toFixed(2)}`;
    print(step.name, `${Math.round(1e6 / us)}`, us.toFixed(2), (us / decryptedUs).toFixed(3), goal);
  }
}

function median(measure: () => number): number {
  const values = Array.from({ length: TIMES }, measure).sort((a, b) => a - b);
  return values[TIMES >> 1] ?? Number.NaN;
}

function print(...columns: readonly string[]): void {
  console.log(`| ${columns.join(" | ")} |`);
}
