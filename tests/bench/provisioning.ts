/**
 * Provisioning over PB-ADV, measured: node --import tsx tests/bench/provisioning.ts [RUNS]
 * What is measured, and how, stands in BENCHMARKS.md.
 */

import { type Candidate, Lab } from "./lab.js";
import { type LinkTimes, median } from "./link-log.js";

const runs = Number(process.argv[2] ?? 10);
const undo: (() => Promise<void>)[] = [];
const ending = {
  after: (next: () => Promise<void>) => {
    undo.push(next);
  },
};

try {
  await compare();
  await approach();
} finally {
  for (const each of undo.reverse()) await each();
}

/** Our node against the daemon's own acceptor, in turns. */
async function compare(): Promise<void> {
  const lab = await Lab.open(ending, 20);
  console.log(`From Link Open to Complete, daemon at speedup 20, ${runs} runs each in turns, ms:`);
  console.log(row("loss", "ours: median", "min", "max", "meshd: median", "min", "max", "ours/meshd"));
  for (const percent of [0, 10, 30]) {
    const times: Record<Candidate, number[]> = { ours: [], meshd: [] };
    for (let seed = 1; seed <= runs; seed++) {
      for (const candidate of ["ours", "meshd"] as const) {
        const measured = await lab.provision(candidate, { percent, seed });
        // Never is the slowest of all.
        times[candidate].push(measured?.totalMs ?? Number.POSITIVE_INFINITY);
      }
    }
    const ratio = median(times.ours) / median(times.meshd);
    console.log(row(`${percent} %`, ...spread(times.ours), ...spread(times.meshd), ratio.toFixed(2)));
  }
}

/** Our node at the daemon's own pace, against what that pace allows. */
async function approach(): Promise<void> {
  const lab = await Lab.open(ending, 1);
  console.log("\nFrom Link Open to Complete, daemon at its own pace, no loss, ms:");
  console.log(row("run", "ours", "pauses", "our PDUs", "ours per PDU", "repeated", "bound", "ours/bound"));
  const all: LinkTimes[] = [];
  for (let run = 1; run <= runs; run++) {
    const times = await lab.provision("ours", { percent: 0, seed: run });
    if (times === undefined) throw new Error("a provisioning without loss has failed");
    all.push(times);
    console.log(row(`${run}`, ...cells(times)));
  }
  const middle = (pick: (times: LinkTimes) => number) => median(all.map(pick));
  const times = {
    totalMs: middle(({ totalMs }) => totalMs),
    pausesMs: middle(({ pausesMs }) => pausesMs),
    devicePdus: middle(({ devicePdus }) => devicePdus),
    repeatedPdus: middle(({ repeatedPdus }) => repeatedPdus),
    boundMs: middle(({ boundMs }) => boundMs),
  };
  const ratio = middle(({ totalMs, boundMs }) => totalMs / boundMs).toFixed(2);
  console.log(row("median", ...cells(times).slice(0, -1), ratio));
}

function cells(times: LinkTimes): readonly string[] {
  const { totalMs, pausesMs, devicePdus, repeatedPdus, boundMs } = times;
  const numbers = [totalMs, pausesMs, devicePdus, (totalMs - pausesMs) / devicePdus, repeatedPdus, boundMs];
  return [...numbers.map((value) => value.toFixed(0)), (totalMs / boundMs).toFixed(2)];
}

function spread(values: readonly number[]): readonly string[] {
  return [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
}

function row(...columns: readonly string[]): string {
  return `| ${columns.join(" | ")} |`;
}
