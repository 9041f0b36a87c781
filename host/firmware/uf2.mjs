/** Flashing by a UF2 boot loader: the board shows itself as a USB drive, and a file copied there becomes its program. */

import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { isFolder } from "./machine.mjs";
import { FirmwareError } from "./options.mjs";

/** Every such drive has it. */
const INFO = "INFO_UF2.TXT";
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;

/** The SoftDevice that the program calls; another version has other calls. */
const SOFTDEVICE = 7;

/** Copy the file onto the board's drive, which is `drive` or the first that appears. Throws FirmwareError. */
export async function copyToBoard(file, drive, machine, say) {
  const found = findDrive(drive, machine) ?? (await waitForDrive(drive, machine, say));
  checkSoftDevice(readFileSync(join(found, INFO), "utf8"));
  say(`copying ${file} to ${found}`);
  try {
    write(join(found, "firmware.uf2"), readFileSync(file));
  } catch (error) {
    // The board starts the program, and takes its drive away, before the computer has written all it wants to.
    if (existsSync(join(found, INFO)))
      throw new FirmwareError(`${found} cannot be written: ${error.message}`);
  }
}

async function waitForDrive(drive, machine, say) {
  say("waiting for the board's drive: press its reset button twice, quickly");
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const found = findDrive(drive, machine);
    if (found !== undefined) return found;
  }
  throw new FirmwareError(
    "no drive of a board has appeared; if yours is mounted elsewhere, name it: --port FOLDER",
  );
}

function findDrive(drive, machine) {
  return (drive === undefined ? drivesOf(machine) : [drive]).find((folder) => existsSync(join(folder, INFO)));
}

/** Where this operating system mounts a stick. */
function drivesOf({ system }) {
  if (system === "win") return [..."DEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => `${letter}:\\`);
  const user = userInfo().username;
  const places = system === "mac" ? ["/Volumes"] : [`/media/${user}`, `/run/media/${user}`, "/media", "/mnt"];
  return places.filter(isFolder).flatMap(foldersIn);
}

function foldersIn(place) {
  try {
    return readdirSync(place).map((name) => join(place, name));
  } catch {
    // Another user's: the board is not there.
    return [];
  }
}

/** The boot loader tells which SoftDevice is on the board, and not all do. */
function checkSoftDevice(info) {
  const said = /SoftDevice:\s*(.+)/.exec(info)?.[1]?.trim();
  if (said === undefined) return;
  const version = /S140(?: version)? (\d+)\./.exec(said)?.[1];
  if (Number(version) === SOFTDEVICE) return;
  throw new FirmwareError(
    `the board's SoftDevice is "${said}", and S140 ${SOFTDEVICE}.x is needed: host/FLASH.md says how it gets there`,
  );
}

function write(path, octets) {
  const file = openSync(path, "w");
  try {
    writeSync(file, octets);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
