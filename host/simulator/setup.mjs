/**
 * What `npm start` needs before the simulator runs: the right Node, the packages, the bundle. Plain JavaScript that
 * needs nothing installed. Standard output belongs to the simulator, so everything said here goes to standard error.
 */

import { spawnSync } from "node:child_process";
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
const buildFolder = join(root, "build");

/** Where XS runs, with the name that its program's folder has. */
const XS_PLATFORMS = { linux: "lin", darwin: "mac" };
const worker = join(
  packages,
  `@agoric/xsnap/xsnap-native/xsnap/build/bin/${XS_PLATFORMS[process.platform]}/release/xsnap-worker`,
);
/** What compiles it. */
const TOOLS = ["make", "cc"];

/** What the XS worker brings and a board does not: whoever reaches for it fails there as on a board. */
const NOT_ON_BOARDS = ["TextEncoder", "TextDecoder", "Base64", "print", "performance", "setImmediate"];

/** What is bundled: a file in the build folder, and how esbuild makes it. */
const SIMULATOR = {
  file: "simulator.mjs",
  options: {
    entryPoints: ["host/simulator/entry.ts"],
    outfile: "simulator.mjs",
    platform: "node",
    format: "esm",
    target: "node20",
  },
};
const XS_DEVICE = {
  file: "xs-device.js",
  options: {
    stdin: {
      contents:
        'import { lamp } from "./main.js"; import { runInWorker } from "./host/simulator/engine/worker.js"; runInWorker(lamp);',
      resolveDir: root,
    },
    banner: { js: NOT_ON_BOARDS.map((name) => `delete globalThis.${name};`).join("") },
    format: "iife",
    target: "es2022",
    // XS 13.3 stumbles over a class with fields whose static holds a new instance of it: @noble's Point.
    supported: { "class-static-field": false },
    plugins: [{ name: "no platform", setup: leaveOutPlatform }],
  },
};

export class SetupError extends Error {}

/** Install what package-lock.json names, unless it is there; dev: the packages of the tests as well. */
export async function install({ dev }) {
  checkNode();
  await plainly(async () => {
    if (isInstalled(dev) && (!dev || isWorkerReady())) return;
    await alone(() => {
      // Another start may have done it while this one waited.
      if (!isInstalled(dev)) installPackages(dev);
      if (dev && !isWorkerReady()) compileWorker();
    });
  });
}

/** Bundle the simulator and its libraries, so that a running one does not notice a later installation. */
export async function bundle() {
  await bundleAs(SIMULATOR);
}

/** Compile XS, unless it is there, and bundle the device for it: the paths of both. */
async function prepareXs() {
  if (XS_PLATFORMS[process.platform] === undefined) {
    throw new SetupError("XS runs on Linux and macOS only; leave the option out");
  }
  const missing = existsSync(worker) ? [] : TOOLS.filter((name) => !hasProgram(name));
  if (missing.length > 0) {
    throw new SetupError(
      `XS has to be compiled once, and ${missing.join(" and ")} cannot be found; on Debian, ` +
        '"apt-get install make gcc libc6-dev" brings what it takes',
    );
  }
  await install({ dev: true });
  await bundleAs(XS_DEVICE);
  return { worker, script: join(buildFolder, XS_DEVICE.file) };
}

async function bundleAs(bundled) {
  await plainly(async () => {
    mkdirSync(buildFolder, { recursive: true });
    let error = await tryBundling(bundled);
    if (error !== undefined && isFaultOfPackages(error)) {
      // Every package has its folder, but something in one is missing.
      await alone(() => installPackages(false));
      error = await tryBundling(bundled);
    }
    if (error === undefined) return;
    if (error.syscall !== undefined) throw error;
    // esbuild knows in many lines what is wrong with our own files.
    const reason = error.errors === undefined ? error.message.split("\n")[0] : error.message;
    throw new SetupError(`the simulator cannot be bundled: ${reason}`);
  });
}

/** Under XS the device gets its platform from whoever makes it: the one that main would make needs Node. */
function leaveOutPlatform(esbuild) {
  esbuild.onResolve({ filter: /^\.\/host\/platform\.js$/ }, () => ({ path: "none", namespace: "none" }));
  esbuild.onLoad({ filter: /^none$/, namespace: "none" }, () => ({
    // A module of no fixed exports: nothing of it is used.
    contents: "module.exports = {};",
  }));
}

/** Why it does not work; undefined: it does. */
async function tryBundling({ file, options }) {
  const unfinished = join(buildFolder, `${process.pid}.${file}`);
  try {
    const { build } = await import("esbuild");
    const { outputFiles } = await build({
      ...options,
      absWorkingDir: root,
      write: false,
      bundle: true,
      logLevel: "silent",
    });
    writeFileSync(unfinished, outputFiles[0].contents);
    renameSync(unfinished, join(buildFolder, file));
    return undefined;
  } catch (error) {
    return error;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Whether esbuild, or something that it bundles, is not there as it should be. */
function isFaultOfPackages({ errors, syscall }) {
  if (errors === undefined) return syscall === undefined;
  return errors.some(
    ({ text, location }) =>
      /^Could not resolve "[^./]/.test(text) || location?.file.startsWith("node_modules/") === true,
  );
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`Node ${process.versions.node} is too old; Node 20.19 or newer is needed`);
}

/** Whether the packages of the present lock file are there, as npm has noted; dev: those of the tests as well. */
function isInstalled(dev) {
  // Not there, or not to be read: then nothing is known to be installed.
  const installed = packagesIn(join(packages, ".package-lock.json")) ?? {};
  return Object.entries(wantedPackages()).every(
    ([path, { optional, dev: isDev, version, integrity }]) =>
      // Optional packages are for one kind of machine each: npm knows which.
      optional ||
      (isDev && !dev) ||
      (installed[path]?.version === version && installed[path].integrity === integrity && isThere(path)),
  );
}

/** Development packages that are there stay there: "npm ci" without them would take them away. */
function installPackages(dev) {
  const all = dev || Object.entries(wantedPackages()).some(([path, entry]) => entry.dev && isThere(path));
  say(`installing ${all ? "all" : "its"} packages, once`);
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", ...(all ? [] : ["--omit=dev"])];
  npm(["ci", ...options], "is this machine online?");
}

function isThere(path) {
  return existsSync(join(root, path, "package.json"));
}

/** What package-lock.json names, by path. */
function wantedPackages() {
  const { "": _project, ...wanted } = packagesIn(join(root, "package-lock.json")) ?? {};
  if (Object.keys(wanted).length > 0) return wanted;
  throw new SetupError(
    'package-lock.json is missing or damaged; "git checkout package-lock.json" brings it back',
  );
}

/** The packages in one of npm's lock files, by path; undefined: it is missing or damaged. */
function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Whether the XS engine of the tests is compiled, or cannot be on this machine. */
function isWorkerReady() {
  return existsSync(worker) || !TOOLS.every(hasProgram);
}

function compileWorker() {
  say("compiling XS, once");
  npm(["rebuild", "@agoric/xsnap"], "has this machine a C compiler with its headers?");
}

function hasProgram(name) {
  return spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
}

function npm(args, doubt) {
  // npm tells its scripts which file it is; the plain name is for a start without npm.
  const cli = process.env.npm_execpath;
  const [program, ...first] = cli?.endsWith("npm-cli.js") ? [process.execPath, cli] : ["npm"];
  const { status, error } = spawnSync(program, [...first, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new SetupError(`"npm ${args.join(" ")}" failed${error ? `: ${error.message}` : `; ${doubt}`}`);
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

/** Do `work`; what the operating system refuses is thrown as a SetupError. */
async function plainly(work) {
  try {
    await work();
  } catch (error) {
    if (error.syscall === undefined) throw error;
    throw new SetupError(`the simulator cannot be set up: ${error.message.split("\n")[0]}`);
  }
}

function say(text) {
  process.stderr.write(`fledgling: ${text}\n`);
}

/** What `npm start` needs: with --engine xs, what the simulator needs besides, told to it as a line of JSON. */
async function setUp(args) {
  if (args[0] === "--engine") {
    const files = await prepareXs().catch(problemOf);
    process.stdout.write(`${JSON.stringify(files)}\n`);
    return;
  }
  try {
    await install({ dev: false });
    await bundle();
  } catch (error) {
    say(problemOf(error).problem);
    process.exitCode = 1;
  }
}

function problemOf(error) {
  if (!(error instanceof SetupError)) throw error;
  return { problem: error.message };
}

const program = process.argv[1];
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  await setUp(process.argv.slice(2));
}
