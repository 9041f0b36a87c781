/**
 * npm test: sets up what the tests need, runs them group by group, and counts. npm test -- GROUP... runs only those.
 * Plain JavaScript: it runs before anything is installed.
 */

import { spawn, spawnSync } from "node:child_process";
import { inspect } from "node:util";
import { bundle, install, SetupError } from "../host/simulator/setup.mjs";
import { filesBelow, top } from "./support/files.mjs";
import { installMissing, isMissing } from "./support/packages.mjs";

/** Whether this run must be complete: what is missing is a failure then, and never left out. */
const required = process.env.CI === "true";

const bin = (name) => `node_modules/.bin/${name}`;
const testFiles = (folder) => filesBelow(folder, [".test.ts"]);
const elsewhere = ["tests/house/", "tests/host/", "tests/native/", "tests/engine/", "tests/interop/"];

/** In the order in which they run. packages: what Debian must bring for it. */
const groups = {
  check: { packages: [], run: runChecks },
  house: { packages: [], run: () => runOnNode(testFiles("tests/house")) },
  node: {
    packages: [],
    run: () =>
      runOnNode(testFiles("tests").filter((file) => !elsewhere.some((folder) => file.startsWith(folder)))),
  },
  host: { packages: [], run: () => runOnNode(testFiles("tests/host")) },
  native: { packages: ["gcc", "libc6-dev", "libssl-dev"], run: () => runOnNode(testFiles("tests/native")) },
  xs: { packages: ["make", "gcc", "libc6-dev"], run: runOnXs },
  engine: { packages: ["make", "gcc", "libc6-dev"], run: () => runOnNode(testFiles("tests/engine")) },
  interop: {
    packages: [
      "bluez-meshd",
      "bluez-test-tools",
      "dbus-daemon",
      "make",
      "gcc",
      "libc6-dev",
      "libssl-dev",
      "socat",
    ],
    // Daemons and their timing: one file after the other.
    run: () => runOnNode(testFiles("tests/interop"), "--serial"),
  },
};

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(groups, name));
if (unknown === undefined) {
  process.exitCode = await main(names.length === 0 ? Object.keys(groups) : names);
} else {
  console.error(`there is no test group "${unknown}"; the groups are ${Object.keys(groups).join(", ")}`);
  process.exitCode = 2;
}

/** The exit status. */
async function main(chosen) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const leftOut = new Map();
  if (required)
    installMissing([...new Set(chosen.flatMap((name) => groups[name].packages))].filter(isMissing));
  if (await done(() => install({ dev: true }), total)) {
    // Without the simulator some tests fail, but the others may say why.
    await done(bundle, total);
    for (const name of Object.keys(groups).filter((group) => chosen.includes(group))) {
      const missing = groups[name].packages.filter(isMissing);
      if (missing.length > 0 && !required) leftOut.set(name, missing);
      else add(total, await runGroup(name, missing));
    }
  }
  if (leftOut.size > 0) console.log(leftOutLine(leftOut));
  console.log(summary(total));
  return total.failed === 0 ? 0 : 1;
}

/** Whether a step of the set-up succeeded; its failure is counted. */
async function done(step, total) {
  try {
    await step();
    return true;
  } catch (error) {
    add(total, broken(error instanceof SetupError ? error.message : inspect(error)));
    return false;
  }
}

async function runGroup(name, missing) {
  console.log(`\n== ${name}`);
  const startMs = Date.now();
  const counts = missing.length > 0 ? broken(`missing: ${missing.join(", ")}`) : await groups[name].run();
  if (counts.passed + counts.failed === 0) add(counts, broken("the group ran no test"));
  if (required && counts.skipped > 0) add(counts, broken("a test was skipped, which CI does not allow"));
  console.log(`${name}: ${summary(counts)} (${((Date.now() - startMs) / 1000).toFixed(1)} s)`);
  return counts;
}

/** The linter and the two TypeScript programs, each as one test. */
async function runChecks() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const command of [
    [bin("biome"), "check", "--error-on-warnings", "."],
    [bin("tsc"), "-p", "modules"],
    [bin("tsc")],
  ]) {
    const { status } = spawnSync(command[0], command.slice(1), { cwd: top, stdio: "inherit" });
    if (status === 0) counts.passed++;
    else add(counts, broken(`failed: ${command.join(" ")}`));
  }
  return counts;
}

function runOnNode(files, ...options) {
  if (files.length === 0) return broken("there is no test file");
  return runCounting(["--import", "tsx", "tests/support/run-node.mjs", ...options, ...files]);
}

function runOnXs() {
  const files = filesBelow("tests", [".suite.ts"]);
  return files.length === 0
    ? broken("there is no suite")
    : runCounting(["tests/support/run-xs.mjs", ...files]);
}

/** Run Node on a script that ends its output with a line of JSON, the counts. */
async function runCounting(args) {
  const child = spawn(process.execPath, args, { cwd: top, stdio: ["ignore", "pipe", "inherit"] });
  let held = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    const lines = (held + text).split("\n");
    // The last full line is held back until another follows it: it may be the counts.
    held = lines.splice(-2).join("\n");
    for (const line of lines) console.log(line);
  });
  const [status, signal] = await new Promise((resolve) => {
    child.on("close", (...end) => resolve(end));
  });
  const counts = parseCounts(held.trimEnd());
  if (counts === undefined) {
    if (held !== "") console.log(held);
    return broken(`the run broke off (${signal ?? `status ${status}`})`);
  }
  if (status !== 0 && counts.failed === 0) add(counts, broken(`the run ended with status ${status}`));
  return counts;
}

function parseCounts(line) {
  return /^\{"passed":\d+,"failed":\d+,"skipped":\d+\}$/.test(line) ? JSON.parse(line) : undefined;
}

/** One failure that is not a test's own. */
function broken(reason) {
  console.log(`FAILED ${reason}`);
  return { passed: 0, failed: 1, skipped: 0 };
}

function add(total, counts) {
  for (const key of Object.keys(total)) total[key] += counts[key];
}

function leftOutLine(leftOut) {
  const packages = [...new Set([...leftOut.values()].flat())].join(" ");
  return (
    `\nleft out: ${[...leftOut.keys()].join(", ")}; ` +
    `"apt-get install -y --no-install-recommends ${packages}" (as root, on Debian) brings them in`
  );
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
