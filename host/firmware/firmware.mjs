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
import { cryptoOf, FirmwareError, HELP, readOptions } from "./options.mjs";
import { PLATFORMS, platformNamed } from "./platforms.mjs";
import { debuggerFaults, faultsOf, hasSoundTypes, typescriptFaults } from "./sdk.mjs";
import { sizeTable } from "./size.mjs";
import { copyToBoard } from "./uf2.mjs";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const NO_ROOM_FOR_NOBLE =
  "noble has no room on an nRF52840: it takes some 80 kB of RAM more than the node leaves; " +
  "without --crypto noble, or FLEDGLING_CRYPTO, P-256 is that of Nordic's library";

const NO_ROOM_FOR_DEBUGGING =
  "a debug build has no room on an nRF52840: it is some 40 kB larger than the flash; " +
  "debug the same program on an ESP32, or on Linux: npm run firmware -- lin --debug";

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
  if (options.platform.isPacked) await packed(options, places, machine);
  const status = run(buildTarget(options, machine));
  if (status !== 0) return failed(status);
  for (const path of imagesOf(options.platform, places)) console.log(path);
  if (options.size) console.log(sizeTable(options.platform, places).join("\n"));
  return await deliver(options, places, run, machine);
}

/** Pack the program. mcconfig has tsc look at what is written in TypeScript, and will not see that. */
async function packed({ platform }, { program }, machine) {
  if (!hasSoundTypes(top, machine)) throw new FirmwareError("tsc refuses the program; its words stand above");
  // What it imports is there since the installation.
  const { pack } = await import("./pack.mjs");
  try {
    await pack({ top, family: platform.family, folder: program });
  } catch (error) {
    throw new FirmwareError(...reasonsOf(error));
  }
}

/** esbuild knows of each what and where; we have one. */
function reasonsOf({ errors, message }) {
  if (errors === undefined) return [message];
  return errors.map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text));
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
  if (debug !== undefined) return run(undefined);
  if (platform.deploy === "usb") {
    const [, image] = imagesOf(platform, places);
    await copyToBoard(image, port, machine, say);
  } else {
    const status = run(platform.deploy === "jlink" ? "flash" : "deploy");
    if (status !== 0) return failed(status);
  }
  return 0;
}

/** What building needs, and what comes after it. */
function allFaults(options, machine) {
  const { platform, deploy, debug } = options;
  // What no installation can help comes first.
  if (platform.isPacked && cryptoOf(options, machine) === "noble") return [NO_ROOM_FOR_NOBLE];
  if (platform.isPacked && debug !== undefined) return [NO_ROOM_FOR_DEBUGGING];
  const faults = faultsOf(platform, top, machine);
  if (faults.length > 0) return faults;
  const flashing = deploy !== undefined && platform.deploy === "jlink" ? jlinkFaults(machine) : [];
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
