/** The command line of `npm run firmware -- PLATFORM [options]`, and what --help says. */

import { PLATFORMS, platformNamed, unknownPlatform } from "./platforms.mjs";

/** Something that the user can put right; `lines` says what, each in one line. */
export class FirmwareError extends Error {
  constructor(...lines) {
    super(lines.join("\n"));
    this.lines = lines;
  }
}

export const HELP = `npm run firmware                        the platforms, and what this computer lacks for each
npm run firmware -- PLATFORM [options]  build main.ts for one of them

  --deploy            flash it: nrf52/dk by its J-Link, other nRF52 boards as a USB drive, ESP32 by its serial port
  --deploy=jlink      flash an nRF52 board by a J-Link
  --deploy=usb        flash an nRF52 board by its UF2 boot loader
  --debug             build for debugging, flash, and connect the debugger xsbug (lin: start it in the SDK's mcsim);
                      not on nRF52, where it has no room
  --debug=log         the same, with the trace in this terminal in place of xsbug
  --size              print what it takes of flash and RAM
  --config NAME=VALUE a setting of the node or the board, such as output=blink or led-pin=13; again for each;
                      host/FLASH.md lists them
  --crypto WHICH      native: the chip's or its vendor's, the default; noble: plain JavaScript (not on nRF52)
  --port PORT         the board's serial port, such as /dev/ttyUSB0 or COM3, or the folder of its USB drive
  --help              this
`;

const FLAGS = ["size", "help"];
const CHOICES = { deploy: ["", "jlink", "usb"], debug: ["", "log"] };
const VALUES = ["config", "crypto", "port"];
const CRYPTOS = ["native", "noble"];

/** Whatever a program reads: the board's, the node's, and those of the desktop build. A product's own belong here, too. */
export const SETTINGS = [
  ...["board", "led-pin", "led-kind", "led-active-low", "button-pin", "button-active-low", "trace-pin"],
  ...["uuid", "name", "algorithms", "profile", "output", "input", "counted-digits", "text-digits"],
  ...["no-oob", "oob-only", "static-oob", "oob-key", "oob-info", "uri", "replay-delay", "ether", "flash"],
];

/** { platform, deploy, debug, size, help, config, crypto, port }; platform is undefined when none is named. */
export function readOptions(args) {
  const options = { platform: undefined, deploy: undefined, debug: undefined, size: false, help: false };
  const given = { ...options, config: [], crypto: undefined, port: undefined };
  const left = [...args];
  while (left.length > 0) {
    const arg = left.shift();
    if (arg.startsWith("--")) readOption(arg.slice(2), left, given);
    else if (arg.startsWith("-")) throw new FirmwareError(`there is no option "${arg}"; --help lists them`);
    else if (given.platform === undefined) given.platform = readPlatform(arg);
    else throw new FirmwareError(`one platform at a time: ${given.platform.name} and "${arg}"`);
  }
  if (!given.help) check(given);
  return given;
}

function readPlatform(name) {
  const platform = platformNamed(name);
  if (platform === undefined) throw new FirmwareError(unknownPlatform(name));
  return platform;
}

function readOption(text, left, given) {
  const end = text.indexOf("=");
  const name = end < 0 ? text : text.slice(0, end);
  const value = end < 0 ? undefined : text.slice(end + 1);
  if (FLAGS.includes(name) && value === undefined) given[name] = true;
  else if (Object.hasOwn(CHOICES, name)) given[name] = oneOf(name, value ?? "", CHOICES[name]);
  else if (VALUES.includes(name)) readValue(name, value ?? left.shift(), given);
  else throw new FirmwareError(`there is no option "--${text}"; --help lists them`);
}

function readValue(name, value, given) {
  if (value === undefined || value === "") throw new FirmwareError(`--${name} wants a value`);
  if (name === "config") given.config.push(readSetting(value));
  else if (name === "crypto") given.crypto = oneOf(name, value, CRYPTOS);
  else given.port = value;
}

/** mcconfig takes whatever has an equals sign in it for a setting. */
function readSetting(value) {
  if (value.startsWith("crypto=")) throw new FirmwareError(`crypto is no setting; write --${value}`);
  const [, name, first] = /^([A-Za-z][A-Za-z0-9_-]*)=(.)/.exec(value) ?? [];
  if (name === undefined) throw new FirmwareError(`--config wants NAME=VALUE, not "${value}"`);
  if (!SETTINGS.includes(name))
    throw new FirmwareError(`there is no setting "${name}"; the settings are ${SETTINGS.join(", ")}`);
  if (first === "@") throw new FirmwareError(`${name}: a board reads no file; give what stands in it`);
  return value;
}

function oneOf(name, value, choices) {
  if (choices.includes(value)) return value;
  throw new FirmwareError(`--${name} is ${choices.filter(Boolean).join(" or ")}, not "${value}"`);
}

/** By this variable the manifests choose who computes P-256. */
export const CRYPTO = "FLEDGLING_CRYPTO";

/** Who computes P-256 in a build: native or noble. */
export function cryptoOf({ crypto }, { env }) {
  const choice = crypto ?? (env[CRYPTO] || "native");
  if (CRYPTOS.includes(choice)) return choice;
  throw new FirmwareError(`${CRYPTO} is ${CRYPTOS.join(" or ")}, not "${choice}"`);
}

function check({ platform, deploy, debug, size, config, crypto, port }) {
  if (platform === undefined) {
    const isAlone = [deploy, debug, crypto, port].every((option) => option === undefined);
    if (isAlone && !size && config.length === 0) return;
    throw new FirmwareError(`for which platform: ${Object.keys(PLATFORMS).join(", ")}?`);
  }
  const { name, ways } = platform;
  if (deploy === "" && ways.length === 0)
    throw new FirmwareError(`${name} has no board to flash; --debug starts it in the SDK's mcsim`);
  if (deploy && !ways.includes(deploy)) throw new FirmwareError(`${name} is not flashed by ${deploy}`);
  const names = config.map((setting) => setting.slice(0, setting.indexOf("=")));
  const twice = names.find((setting, index) => names.indexOf(setting) !== index);
  if (twice !== undefined) throw new FirmwareError(`"${twice}" is set twice`);
}
