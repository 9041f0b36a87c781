/**
 * What `npm start` needs before the simulator runs: the right Node, the packages, the bundle. Plain JavaScript that
 * needs nothing installed. Standard output belongs to the simulator, so everything said here goes to standard error.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeLock } from "./lock.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const packages = join(root, "node_modules");
const marker = join(packages, ".fledgling-installed");
const worker = join(packages, "@agoric/xsnap/xsnap-native/xsnap/build/bin/lin/release/xsnap-worker");
const buildFolder = join(root, "build");

export class SetupError extends Error {}

/** Install what package-lock.json names, unless it is there; dev: the packages of the tests as well. */
export async function install({ dev }) {
  checkNode();
  if (isInstalled(dev) && (!dev || isWorkerReady())) return;
  await alone(() => {
    // Another start may have done it while this one waited.
    if (!isInstalled(dev)) installPackages(dev);
    if (dev && !isWorkerReady()) npm("rebuild", "@agoric/xsnap");
  });
}

/** Bundle the simulator and its libraries, so that a running one does not notice a later installation. */
export async function bundle() {
  const unfinished = join(buildFolder, `simulator.${process.pid}.mjs`);
  try {
    const { build } = await import("esbuild");
    await build({
      absWorkingDir: root,
      entryPoints: ["host/simulator/entry.ts"],
      outfile: unfinished,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "error",
    });
    renameSync(unfinished, join(buildFolder, "simulator.mjs"));
  } catch (error) {
    // esbuild has shown what is wrong with our own files.
    if (error.errors !== undefined) throw new SetupError("the simulator could not be bundled");
    const reason = String(error.message).split("\n")[0];
    throw new SetupError(`esbuild does not run on this machine (${reason}); "npm ci" brings the right one`);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`Node ${process.versions.node} is too old; Node 20.19 or newer is needed`);
}

/** Whether the packages of the present lock file are there, by our marker or, after a manual "npm ci", by npm's. */
function isInstalled(dev) {
  const fingerprint = lockFingerprint();
  const [known, kind] = (readIfThere(marker) ?? "").split(" ");
  if (known === fingerprint && (kind === "all" || !dev)) return true;
  if (!hasPackages(dev)) return false;
  writeFileSync(marker, `${fingerprint} ${hasPackages(true) ? "all" : "production"}`);
  return true;
}

/** Changes when the lock file changes, and when npm changes what is installed. */
function lockFingerprint() {
  const installed = readIfThere(join(packages, ".package-lock.json")) ?? "";
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .update(installed)
    .digest("hex");
}

function hasPackages(dev) {
  const installed = installedPackages();
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      // Optional packages are for one kind of machine each: npm knows which.
      path === "" || entry.optional || (entry.dev && !dev) || installed[path]?.version === entry.version,
  );
}

/** What npm says it has installed, by path. */
function installedPackages() {
  const text = readIfThere(join(packages, ".package-lock.json"));
  return text === undefined ? {} : JSON.parse(text).packages;
}

/** Development packages that are there stay there: "npm ci" without them would take them away. */
function installPackages(dev) {
  const all = dev || Object.values(installedPackages()).some((entry) => entry.dev);
  say(`installing ${all ? "all" : "its"} packages, once`);
  npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", ...(all ? [] : ["--omit=dev"]));
  writeFileSync(marker, `${lockFingerprint()} ${all ? "all" : "production"}`);
}

/** Whether the XS engine of the tests is compiled, or cannot be on this machine. */
function isWorkerReady() {
  return existsSync(worker) || !["make", "cc"].every(hasProgram);
}

function hasProgram(name) {
  return spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
}

function npm(...args) {
  // npm tells its scripts which file it is; the plain name is for a start without npm.
  const cli = process.env.npm_execpath;
  const [program, ...first] = cli?.endsWith("npm-cli.js") ? [process.execPath, cli] : ["npm"];
  const { status, error } = spawnSync(program, [...first, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new SetupError(`"npm ${args.join(" ")}" failed${error ? `: ${error.message}` : ""}`);
}

/** Do `work` while no other start does its own. */
async function alone(work) {
  mkdirSync(buildFolder, { recursive: true });
  let told = false;
  for (;;) {
    const lock = takeLock(join(buildFolder, "setup.lock"));
    if (typeof lock === "function") {
      try {
        return work();
      } finally {
        lock();
      }
    }
    if (!told) say(`waiting for process ${lock}, which installs the packages`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function say(text) {
  process.stderr.write(`fledgling: ${text}\n`);
}

const program = process.argv[1];
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  try {
    await install({ dev: false });
    await bundle();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
