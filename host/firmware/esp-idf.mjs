/** Whether Espressif's SDK is there, in the version that this Moddable SDK is made for. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasProgram, isFolder, outputOf } from "./machine.mjs";

/** What is missing of ESP-IDF on a machine that has the Moddable SDK: one line each. */
export function espIdfFaults(machine) {
  const { env, home, system } = machine;
  const wanted = expectedVersion(env.MODDABLE);
  const setUp = '"npx xs-dev setup --device=esp32" installs it; then open a new terminal';
  const folder = env.IDF_PATH;
  if (!folder) return [`IDF_PATH is not set, the folder of ESP-IDF ${wanted}: ${setUp}`];
  const script = join(folder, system === "win" ? "export.bat" : "export.sh");
  if (!isFolder(folder) || !existsSync(script))
    return [`IDF_PATH is ${folder}, which is not the folder of ESP-IDF: ${setUp}`];
  const faults = [];
  // The SDK's build asks git as well, and stops without an answer.
  const found = outputOf("git", ["describe", "--always", "--abbrev=0"], machine, folder);
  if (found === undefined || minorOf(found) !== minorOf(wanted)) {
    const clone = `git clone -b ${wanted} --recursive https://github.com/espressif/esp-idf.git esp-idf-${wanted}`;
    const is = found === undefined ? "is no clone that git can tell the version of" : `is ${found}`;
    faults.push(
      `ESP-IDF in ${folder} ${is}; this Moddable SDK needs ${wanted}: "${clone}", run the install script in it, and set IDF_PATH to it`,
    );
  }
  // mcconfig sources the export script by itself; what that needs, the install script has put here.
  const tools = env.IDF_TOOLS_PATH || join(home, ".espressif");
  if (!hasProgram("idf.py", machine) && !isFolder(tools)) {
    const install = join(folder, system === "win" ? "install.bat" : "install.sh");
    faults.push(
      `idf.py is not in PATH and ESP-IDF's tools are not in ${tools}: run ${install}, then ${script}`,
    );
  }
  return faults;
}

/** The version that the SDK's own manifest names, such as v6.0. */
function expectedVersion(moddable) {
  try {
    const path = join(moddable, "build", "devices", "esp32", "manifest.json");
    return JSON.parse(readFileSync(path, "utf8")).build.EXPECTED_ESP_IDF ?? "v6.0";
  } catch {
    return "v6.0";
  }
}

/** "v6.0.1" is "6.0". */
function minorOf(version) {
  return /^v?(\d+\.\d+)/.exec(version)?.[1];
}
