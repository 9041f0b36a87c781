/**
 * Runs test files on Node: node --import tsx tests/support/run-node.mjs [--serial] FILE...
 * A dot for a test that passes, everything about one that fails, and at the end a line of JSON, the counts.
 */

import { resolve } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";

/** A file, with all its tests, that takes longer hangs. */
const FILE_LIMIT_MS = 600_000;
/** A test that takes longer has a line of its own, so that a slow group shows how far it is. */
const SLOW_MS = 1000;
const DOTS = 80;

const args = process.argv.slice(2);
const serial = args[0] === "--serial";
const files = args.slice(serial ? 1 : 0).map((file) => resolve(file));
const counts = { passed: 0, failed: 0, skipped: 0 };

let dots = "";
for await (const { type, data } of run({ files, concurrency: !serial, timeout: FILE_LIMIT_MS })) {
  const text = describe(type, data);
  if (text === ".") dots += text;
  if (dots.length === DOTS || text.length > 1) flushDots();
  if (text.length > 1) process.stdout.write(text);
}
flushDots();
process.stdout.write(`${JSON.stringify(counts)}\n`);

function flushDots() {
  if (dots !== "") process.stdout.write(`${dots}\n`);
  dots = "";
}

/** Counts what an event of the test runner tells, and says what is to be printed: a dot, lines, or nothing. */
function describe(type, data) {
  if (type === "test:stdout" || type === "test:stderr") return data.message;
  if (type === "test:pass") return describePassed(data);
  if (type === "test:fail") return describeFailed(data);
  return "";
}

function describePassed({ name, skip, details }) {
  if (details.type === "suite") return "";
  // The runner takes a file without any test for a test that has passed.
  if (files.includes(resolve(name))) return failure(name, "the file holds no test");
  if (skip !== undefined) {
    counts.skipped++;
    return `skipped ${name}${skip === true ? "" : `: ${skip}`}\n`;
  }
  counts.passed++;
  return details.duration_ms < SLOW_MS ? "." : `${name} (${(details.duration_ms / 1000).toFixed(1)} s)\n`;
}

function describeFailed({ name, details: { error } }) {
  // What failed in it has been told and counted.
  if (error.failureType === "subtestsFailed") return "";
  return failure(name, inspect(error.cause instanceof Error ? error.cause : error));
}

function failure(name, why) {
  counts.failed++;
  return `FAILED ${name}\n${why.replace(/^/gm, "  ")}\n`;
}
