/**
 * Scripts on XS, and what they cost in the engine's meter. Whoever imports this is a process of its own, because
 * @endo/init freezes everything in it.
 */

import "@endo/init";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { xsnap } from "@agoric/xsnap";

/** One XS engine. */
export async function openMeter() {
  const answers = [];
  const worker = await xsnap({
    name: "bench",
    os: os.type(),
    spawn,
    fs: { ...fs, ...fs.promises },
    meteringLimit: 0,
    stderr: "inherit",
    handleCommand: async (message) => {
      answers.push(JSON.parse(Buffer.from(message).toString("utf16le")));
      return new Uint8Array();
    },
  });
  return {
    /** What scripts have handed to `issueCommand`, in order. */
    answers,
    /** What one script costs. */
    async measure(script) {
      const startMs = performance.now();
      const { meterUsage } = await worker.evaluate(script);
      return { steps: meterUsage.compute, ms: performance.now() - startMs };
    },
    close: () => worker.terminate(),
  };
}

/** A line of a table. */
export function print(...columns) {
  console.log(`| ${columns.join(" | ")} |`);
}
