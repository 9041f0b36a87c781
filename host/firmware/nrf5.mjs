/** Whether Nordic's nRF5 SDK, its compiler and its flashing tools are there, as the Moddable SDK's build wants them. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isFolder, isProgram, outputOf } from "./machine.mjs";

const VERSION = "17.0.2";
/** Nordic's libraries that the image is linked with: P-256, and the generator of random numbers. */
const LIBRARIES = [
  "external/nrf_oberon/lib/cortex-m4/hard-float/liboberon_3.0.6.a",
  "external/nrf_cc310/lib/cortex-m4/hard-float/no-interrupts/libnrf_cc310_0.9.13.a",
];
const SET_UP = '"npx xs-dev setup --device=nrf52" installs it; then open a new terminal';

/** What is missing for the nRF52 on a machine that has the Moddable SDK: one line each. */
export function nrf5Faults({ ways, deploy = ways[0] }, machine) {
  return [...sdkFaults(machine), ...compilerFaults(machine), ...flashingFaults(deploy, machine)];
}

/** The Moddable SDK's makefiles take another name of it on Windows. */
function sdkFaults({ env, system }) {
  const name = system === "win" ? "NRF52_SDK_PATH" : "NRF_SDK_DIR";
  const folder = env[name];
  if (!folder) return [`${name} is not set, the folder of Moddable's nRF5 SDK ${VERSION}: ${SET_UP}`];
  if (!isFolder(join(folder, "components", "softdevice")))
    return [`${name} is ${folder}, which is not the folder of an nRF5 SDK: ${SET_UP}`];
  const notes = textOf(join(folder, "documentation", "release_notes.txt"));
  const version = /nRF5 SDK v(\d+\.\d+\.\d+)/.exec(notes)?.[1];
  if (version !== undefined && version !== VERSION)
    return [`the nRF5 SDK in ${folder} is ${version}; ${VERSION} is needed: ${SET_UP}`];
  const isChanged =
    existsSync(join(folder, "components", "boards", "moddable_four.h")) &&
    textOf(join(folder, "components", "boards", "boards.h")).includes("moddable_four.h") &&
    textOf(join(folder, "integration", "nrfx", "legacy", "apply_old_config.h")).includes("SPIM3");
  if (!isChanged)
    return [
      `the nRF5 SDK in ${folder} is Nordic's own, without Moddable's changes (SPIM3, a board): ${SET_UP}`,
    ];
  return LIBRARIES.filter((library) => !existsSync(join(folder, library))).map(
    (library) => `the nRF5 SDK in ${folder} lacks ${library}, which Nordic's own of that version has`,
  );
}

function compilerFaults(machine) {
  const { env, system } = machine;
  const wanted = env.NRF52_GNU_VERSION || "12.2.1";
  const folder = compilerFolder(machine);
  const compiler = join(folder, "bin", `arm-none-eabi-gcc${system === "win" ? ".exe" : ""}`);
  if (!isProgram(compiler))
    return [`${compiler} is missing, Arm's compiler; NRF_ROOT or NRF52_GCC_ROOT says where it is: ${SET_UP}`];
  const found = outputOf(compiler, ["-dumpfullversion"], machine) ?? "a program that does not run";
  if (found === wanted) return [];
  // The build names a folder of headers by the version.
  return [
    `${compiler} is ${found}; ${wanted} is needed, or NRF52_GNU_VERSION=${found} where you know that it works`,
  ];
}

function compilerFolder(machine) {
  const { env, system, processor } = machine;
  const host = { lin: processor, mac: `darwin-${processor}`, win: "mingw-w64-i686" }[system];
  return env.NRF52_GCC_ROOT || join(nrfRoot(machine), `arm-gnu-toolchain-12.2.rel1-${host}-arm-none-eabi`);
}

/** Where the compiler, uf2conv.py and nrfjprog are. */
function nrfRoot({ env, home }) {
  return env.NRF_ROOT || join(home, "nrf5");
}

/** The program that makes a UF2 file of the image, or undefined: none is there. */
export function uf2Converter(machine) {
  const path = machine.env.UF2CONV || join(nrfRoot(machine), "uf2conv.py");
  return (machine.system === "win" ? existsSync(path) : isProgram(path)) ? path : undefined;
}

function flashingFaults(deploy, machine) {
  if (deploy === "usb" && uf2Converter(machine) === undefined)
    return [`uf2conv.py is not in ${nrfRoot(machine)}, or cannot be executed: ${SET_UP}`];
  return [];
}

/** What flashes by a J-Link, when it is not there: one line. */
export function jlinkFaults(machine) {
  const path = machine.env.NRFJPROG || join(nrfRoot(machine), "nrfjprog", "nrfjprog");
  if (isProgram(path) || isProgram(`${path}.exe`)) return [];
  return [
    `${path} is missing: install Nordic's nRF Command Line Tools, and set NRFJPROG to the path of nrfjprog`,
  ];
}

function textOf(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
