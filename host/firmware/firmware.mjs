/**
 * npm run firmware: builds main.ts for a board by the user's own Moddable SDK, and flashes it. Plain JavaScript that
 * needs nothing installed. Exit status: 0; 2 when something is missing or was asked wrongly; else the build's own.
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, SetupError } from "../simulator/setup.mjs";
import { imagesOf, mcconfig, placesOf, removeImages } from "./build.mjs";
import { thisMachine } from "./machine.mjs";
import { jlinkFaults, uf2Converter } from "./nrf5.mjs";
import { FirmwareError, HELP, readOptions } from "./options.mjs";
import { PLATFORMS, platformNamed } from "./platforms.mjs";
import { debuggerFaults, faultsOf, typescriptFaults } from "./sdk.mjs";
import { sizeTable } from "./size.mjs";
import { copyToBoard } from "./uf2.mjs";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The exit status. */
async function main(args) {
  const options = readOptions(args);
  if (options.help) process.stdout.write(HELP);
  else if (options.platform === undefined) list(thisMachine());
  else return await build(options, thisMachine());
  return 0;
}

function list(machine) {
  const lacking = [];
  for (const [name, { what }] of Object.entries(PLATFORMS)) {
    const faults = faultsOf(platformNamed(name), top, machine);
    lacking.push(...faults.filter((fault) => !lacking.includes(fault)));
    const numbers = faults.map((fault) => lacking.indexOf(fault) + 1);
    const state = numbers.length === 0 ? "ready" : `lacks ${numbers.join(", ")}`;
    console.log(`${name.padEnd(14)}  ${state.padEnd(14)}  ${what}`);
  }
  for (const [index, fault] of lacking.entries()) console.log(`${index + 1}. ${fault}`);
  console.log(
    '"npm run firmware -- PLATFORM" builds one of them; "npm run firmware -- --help" explains the options',
  );
}

async function build(given, machine) {
  const options = {
    ...given,
    platform: { ...given.platform, deploy: given.deploy || given.platform.ways[0] },
  };
  refuseIf(allFaults(options, machine));
  await install({ dev: true });
  refuseIf(typescriptFaults(top, machine));
  const places = placesOf(options, top, machine);
  const run = (target) => mcconfig(options, target, places, top, machine);
  removeImages(options.platform, places);
  const status = run(buildTarget(options, machine));
  if (status !== 0) return failed(status);
  for (const path of imagesOf(options.platform, places)) console.log(path);
  if (options.size) console.log(sizeTable(options.platform, places).join("\n"));
  return await deliver(options, places, run, machine);
}

/** Without uf2conv.py the SDK's "build" fails, and a J-Link needs no UF2 file: "precursor" makes all but that. */
function buildTarget({ platform }, machine) {
  const isWithoutUf2 = platform.family === "nrf52" && uf2Converter(machine) === undefined;
  return isWithoutUf2 ? "precursor" : "build";
}

/** Bring it onto the board, and connect the debugger, as far as that is asked for. */
async function deliver({ platform, deploy, debug, port }, places, run, machine) {
  if (deploy === undefined && debug === undefined) return 0;
  // Without a target mcconfig does all: on Linux and for ESP32 that is the debugger, too.
  if (debug !== undefined && platform.family !== "nrf52") return run(undefined);
  if (platform.deploy === "usb") {
    const [, image] = imagesOf(platform, places);
    await copyToBoard(image, port, machine, say);
  } else {
    const status = run(platform.deploy === "jlink" ? "flash" : "deploy");
    if (status !== 0) return failed(status);
  }
  return debug === undefined ? 0 : run("xsbug");
}

/** What building needs, and what comes after it. */
function allFaults({ platform, deploy, debug }, machine) {
  const faults = faultsOf(platform, top, machine);
  if (faults.length > 0) return faults;
  const isFlashed = deploy !== undefined || debug !== undefined;
  const flashing = isFlashed && platform.deploy === "jlink" ? jlinkFaults(machine) : [];
  return [...flashing, ...debuggerFaults(debug, machine)];
}

function refuseIf(faults) {
  if (faults.length > 0) throw new FirmwareError(...faults);
}

function failed(status) {
  say(`mcconfig failed with status ${status}; what it said stands above`);
  return status;
}

function say(text) {
  process.stderr.write(`fledgling: ${text}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof FirmwareError) && !(error instanceof SetupError)) throw error;
  for (const line of error.lines ?? [error.message]) say(line);
  process.exitCode = 2;
}
