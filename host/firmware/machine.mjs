/** This computer, as far as a build depends on it. */

import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const SYSTEMS = { linux: "lin", darwin: "mac", win32: "win" };
const ENDINGS = ["", ".exe", ".cmd", ".bat"];

/** The operating system by the SDK's name for it, the processor, the environment and the home folder. */
export function thisMachine() {
  return {
    system: SYSTEMS[process.platform] ?? process.platform,
    processor: { x64: "x86_64", arm64: process.platform === "darwin" ? "arm64" : "aarch64" }[process.arch],
    env: process.env,
    home: homedir(),
  };
}

/** Whether a folder of PATH has this program. */
export function hasProgram(name, { env, system }) {
  const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter(Boolean);
  const endings = system === "win" ? ENDINGS : [""];
  return folders.some((folder) => endings.some((ending) => isProgram(join(folder, name + ending))));
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** What a program prints, without the space around it; undefined: it cannot be run, or failed. */
export function outputOf(program, args, { env }, cwd) {
  const { status, stdout } = spawnSync(program, args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** Whether version "6.0.1" is 6.0 or newer, when `least` is [6, 0]. */
export function isAtLeast(version, least) {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
