/** The boards that firmware is built for, and how each is flashed. Plain JavaScript: it runs before an installation. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** By the SDK's names: what it is, and how --deploy brings a program onto it. */
export const PLATFORMS = Object.freeze({
  "nrf52/dk": { what: "Nordic's nRF52840 DK", ways: ["jlink", "usb"] },
  "nrf52/xiao": { what: "Seeed's XIAO nRF52840", ways: ["usb", "jlink"] },
  "esp32/nodemcu": { what: "NodeMCU-32S, and other boards with an ESP32-WROOM-32", ways: ["idf"] },
  "esp32/esp32c3": { what: "Espressif's ESP32-C3-DevKitM-1", ways: ["idf"] },
  "esp32/esp32s3": { what: "Espressif's ESP32-S3-DevKitC-1", ways: ["idf"] },
  lin: { what: "this Linux computer, with the ether as its radio", ways: [] },
});

/** Boards that the SDK knows and this project does not. */
const OTHER_BOARD = /^(?:nrf52|esp32)\/[a-z0-9_]+$/;
const WAYS = { nrf52: ["usb", "jlink"], esp32: ["idf"] };

/** On these chips the program fits only when it is packed, with the chip's own cryptography. */
const PACKED = ["nrf52"];

/** The chips of these families have no Bluetooth. */
const WITHOUT_BLUETOOTH = ["esp32s2"];

/** What a platform's name means: { name, family, isPacked, ways }; undefined: nothing. */
export function platformNamed(name) {
  const family = name.split("/")[0];
  const isPacked = PACKED.includes(family);
  if (Object.hasOwn(PLATFORMS, name)) return { name, family, isPacked, ways: PLATFORMS[name].ways };
  return OTHER_BOARD.test(name) ? { name, family, isPacked, ways: WAYS[family] } : undefined;
}

/** Why the SDK in `moddable` cannot build for a board of its own; undefined: it can. */
export function faultOfBoard({ name, family }, moddable) {
  if (family === "lin") return undefined;
  const manifest = join(moddable, "build", "devices", family, "targets", name.slice(family.length + 1));
  const path = join(manifest, "manifest.json");
  if (!existsSync(path)) return unknownPlatform(name);
  const chip = readSubclass(path);
  return WITHOUT_BLUETOOTH.includes(chip) ? `${name} has an ${chip}, a chip without Bluetooth` : undefined;
}

export function unknownPlatform(name) {
  return `there is no platform "${name}"; the platforms are ${Object.keys(PLATFORMS).join(", ")}`;
}

function readSubclass(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).build?.ESP32_SUBCLASS;
  } catch {
    // A manifest that cannot be read is mcconfig's to complain of.
    return undefined;
  }
}
