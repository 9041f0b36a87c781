/**
 * Runs portable suites on XS: node tests/support/run-xs.mjs FILE...
 * Each is bundled and given to a worker of its own, for an exception while loading ends a worker. A process of its
 * own, because @endo/init freezes everything in the process that imports it. Ends with a line of JSON, the counts.
 */

import "@endo/init";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { xsnap } from "@agoric/xsnap";
import { bundleForXs } from "./bundle-xs.mjs";

const SUITE_LIMIT_MS = 300_000;

/** What the worker brings and a board does not: whoever reaches for it fails here as there. */
const NOT_ON_BOARDS = ["TextEncoder", "TextDecoder", "Base64", "print", "performance", "setImmediate"];

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of process.argv.slice(2)) await runSuite(file);
process.stdout.write(`${JSON.stringify(counts)}\n`);

async function runSuite(file) {
  const results = [];
  let compute = 0;
  let broken;
  try {
    const worker = await xsnap({
      name: file,
      os: os.type(),
      spawn,
      fs: { ...fs, ...fs.promises },
      meteringLimit: 0,
      stderr: "inherit",
      handleCommand: async (message) => {
        results.push(JSON.parse(Buffer.from(message).toString("utf16le")));
        return new Uint8Array();
      },
    });
    const limit = setTimeout(() => worker.terminate(), SUITE_LIMIT_MS);
    try {
      await worker.evaluate(NOT_ON_BOARDS.map((name) => `delete globalThis.${name};`).join(""));
      compute = (await worker.evaluate(await bundle(file))).meterUsage.compute;
    } finally {
      clearTimeout(limit);
      await worker.terminate();
    }
  } catch (error) {
    broken = error;
  }
  count(file, results, broken, compute);
}

/** The suite as a script. */
function bundle(file) {
  return bundleForXs(
    `import { suite } from "./${file}"; import { runOnXs } from "./tests/support/xs-harness.ts"; runOnXs(suite);`,
  );
}

function count(file, results, broken, compute) {
  const tests = results.filter((result) => result.name !== undefined);
  const failed = tests.filter((test) => test.failure !== undefined);
  counts.passed += tests.length - failed.length;
  counts.failed += failed.length;
  for (const { name, failure } of failed) print(`FAILED ${name}`, failure);
  if (broken !== undefined)
    fail(`FAILED ${file}`, `after ${tests.at(-1)?.name ?? "nothing"}: ${broken.message}`);
  else if (!results.some((result) => result.finished))
    fail(`FAILED ${file}`, "the suite did not come to its end");
  else if (tests.length === 0) fail(`FAILED ${file}`, "the file holds no test");
  process.stdout.write(`${file}: ${tests.length} tests, compute ${compute}\n`);
}

function fail(what, why) {
  counts.failed++;
  print(what, why);
}

function print(what, why) {
  process.stdout.write(`${what}\n${why.replace(/^/gm, "  ")}\n`);
}
