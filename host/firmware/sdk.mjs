/** What must be there before mcconfig is run: the Moddable SDK, its built tools, make, TypeScript. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { espIdfFaults } from "./esp-idf.mjs";
import { hasProgram, isAtLeast, isFolder, isProgram, outputOf } from "./machine.mjs";
import { nrf5Faults } from "./nrf5.mjs";
import { faultOfBoard } from "./platforms.mjs";

const LEAST_SDK = [8, 2];
const LEAST_TYPESCRIPT = [6, 0];

/** Neither make nor nmake can cope with a path that has one of these in it. */
const UNFIT_FOR_MAKE = /[\s#$%'"();&|]/;

/** What keeps this machine from building for a platform: one line each, with what to do. `top`: the project. */
export function faultsOf(platform, top, machine) {
  const faults = moddableFaults(machine);
  if (UNFIT_FOR_MAKE.test(trimmed(top)))
    faults.push(
      `${top} has a character in its name that make cannot cope with, such as a space: move the project`,
    );
  if (faults.length > 0) return faults;
  const unfit = faultOfBoard(platform, machine.env.MODDABLE);
  if (unfit !== undefined) return [unfit];
  return [...makeFaults(machine), ...vendorFaults(platform, machine)];
}

/** The vendor's part, which each family of chips has of its own. */
function vendorFaults(platform, machine) {
  switch (platform.family) {
    case "nrf52":
      return nrf5Faults(platform, machine);
    case "esp32":
      return espIdfFaults(machine);
    default:
      return linFaults(machine);
  }
}

/** Where the SDK's tools are. */
export function toolsFolder({ env, system }) {
  return join(env.MODDABLE, "build", "bin", system, "release");
}

function moddableFaults(machine) {
  const { env, system } = machine;
  const setUp = '"npx xs-dev setup" installs it; then open a new terminal';
  if (!env.MODDABLE) return [`MODDABLE is not set, the folder of the Moddable SDK: ${setUp}`];
  const folder = env.MODDABLE;
  if (!isFolder(folder)) return [`MODDABLE is ${folder}, which is no folder: ${setUp}`];
  if (!existsSync(join(folder, "tools", "mcconfig.js")))
    return [`MODDABLE is ${folder}, which is not the folder of a Moddable SDK: ${setUp}`];
  if (UNFIT_FOR_MAKE.test(folder))
    return [`MODDABLE is ${folder}: make cannot cope with a character in it, such as a space: move the SDK`];
  const version = readVersion(folder);
  if (version === undefined || !isAtLeast(version, LEAST_SDK))
    return [
      `the Moddable SDK in ${folder} is ${version ?? "of no known version"}; ${LEAST_SDK.join(".")} or newer ` +
        'is needed: "npx xs-dev update" brings it',
    ];
  const tool = join(toolsFolder(machine), system === "win" ? "mcconfig.exe" : "mcconfig");
  if (!isProgram(tool))
    return [
      `${tool} is missing: the SDK's tools are built by "npx xs-dev setup", or by ` +
        `${system === "win" ? "build.bat" : "make"} in ${join(folder, "build", "makefiles", system)}`,
    ];
  return [];
}

function readVersion(folder) {
  const path = join(folder, "tools", "VERSION");
  const text = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  return /^\d+\.\d+/.test(text) ? text : undefined;
}

function makeFaults(machine) {
  if (machine.system === "win")
    return hasProgram("nmake", machine)
      ? []
      : ['nmake is missing: use the "x86 Native Tools Command Prompt" of Visual Studio'];
  if (hasProgram("make", machine)) return [];
  const install = machine.system === "mac" ? "xcode-select --install" : "sudo apt-get install make";
  return [`make is missing: "${install}" brings it`];
}

function linFaults(machine) {
  if (machine.system !== "lin")
    return ["lin is built and run on Linux alone; on this computer there is npm start"];
  if (!hasProgram("gcc", machine) && !hasProgram("cc", machine))
    return ['a C compiler is missing: "sudo apt-get install gcc" brings it'];
  return outputOf("pkg-config", ["--exists", "gio-2.0"], machine) === undefined
    ? [
        'pkg-config or the headers of gio-2.0 are missing: "sudo apt-get install pkg-config libglib2.0-dev" brings them',
      ]
    : [];
}

/** What --debug starts: the debugger's window, or xsbug-log with the trace in the terminal. */
export function debuggerFaults(debug, machine) {
  if (debug === undefined) return [];
  const { env, system } = machine;
  const log = join(env.MODDABLE, "tools", "xsbug-log");
  if (debug === "log")
    return existsSync(join(log, "node_modules"))
      ? []
      : [`xsbug-log is not installed: "npm install" in ${log} does it`];
  const name = { mac: "xsbug.app", win: "xsbug.exe" }[system] ?? "xsbug";
  const app = join(toolsFolder(machine), name);
  return existsSync(app) ? [] : [`${app} is missing, the debugger; --debug=log does without`];
}

/** mcconfig runs the first tsc of PATH: the project's own, which must know the language of 2025. */
export function typescriptFaults(top, machine) {
  const tsc = join(top, "node_modules", "typescript", "bin", "tsc");
  const said = outputOf(process.execPath, [tsc, "--version"], machine);
  const version = /\d+\.\d+\.\d+/.exec(said ?? "")?.[0];
  if (version === undefined) return [`${tsc} does not run; "npm ci" installs TypeScript anew`];
  if (isAtLeast(version, LEAST_TYPESCRIPT)) return [];
  return [`TypeScript ${version} is too old, 6 or newer is needed; "npm ci" brings the project's own`];
}

/** Whether tsc finds nothing wrong in the whole project; what it says goes to standard error. */
export function hasSoundTypes(top, { env }) {
  const tsc = join(top, "node_modules", "typescript", "bin", "tsc");
  const project = join(top, "tsconfig.json");
  const { status } = spawnSync(process.execPath, [tsc, "-p", project], { env, stdio: ["ignore", 2, 2] });
  return status === 0;
}

function trimmed(top) {
  return top.replace(/[\\/]$/, "");
}
