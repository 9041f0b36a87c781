/** The options of `npm start -- [options]`, parsed strictly. */

import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fromHex } from "../../modules/bytes.js";
import type { Settings } from "../../modules/platform.js";
import { type HciPlace, parsePlace } from "./hci/place.js";
import { readSecretFile } from "./secret-file.js";
import { UsageError } from "./usage-error.js";
import { UUID_LENGTH } from "./uuid.js";

/** What the user wants. */
export interface Options {
  readonly name: string;
  /** The folder of the device's state, as an absolute path. */
  readonly state: string;
  /** 16 octets; undefined: the one that the state folder keeps. */
  readonly uuid: Uint8Array | undefined;
  /** What is given for the node, by the options' names; unchecked here: the node knows what it takes. */
  readonly settings: ReadonlyMap<string, string>;
  /** An absolute path; undefined: this user's. */
  readonly ether: string | undefined;
  /** Where the Bluetooth adapter is; undefined: the radio is the ether. */
  readonly radio: HciPlace | undefined;
  /** What runs the node: Node, in the simulator's process, or XS, in one of its own. */
  readonly engine: "node" | "xs";
  readonly headless: boolean;
  readonly json: boolean;
  /** Print the label of the device's box, and end. */
  readonly label: boolean;
  /** 0 to 4294967295; undefined: true randomness. */
  readonly seed: number | undefined;
}

/** The part of the process's environment that options depend on. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The options that are the node's settings, each with the value that it wants; a flag's value is "true". */
const SETTING_FLAGS: readonly string[] = Object.freeze(["oob-only"]);
const SETTING_VALUES: Readonly<Record<string, string>> = Object.freeze({
  name: "TEXT",
  uri: "TEXT, such as https://example.com/lamp",
  "oob-info": "BITS, such as 0x0002",
  algorithms: "cmac, hmac or both",
  profile: "standard or cmacOnly",
  "static-oob": "HEX, 32 or 64 hexadecimal digits, or @FILE",
  output: "LIST, such as number or blink,beep; or none",
  input: "LIST, such as number or push,twist; or none",
  "counted-digits": "N, a digit from 1 to 8",
  "text-digits": "N, a digit from 1 to 8",
  "no-oob": "allow or refuse",
  "oob-key": "HEX, 64 hexadecimal digits, or @FILE",
  "replay-delay": "MS, milliseconds from 0 to 60000",
});
/** Settings that are never shown, and that can be read from a file. */
const SECRETS: readonly string[] = Object.freeze(["static-oob", "oob-key"]);

const FLAGS: readonly string[] = Object.freeze(["headless", "json", "label", "help", ...SETTING_FLAGS]);
const VALUES: Readonly<Record<string, string>> = Object.freeze({
  state: "DIR, a folder",
  uuid: "HEX, 32 hexadecimal digits",
  ether: "PATH, a socket's path",
  radio: "ether, or hci:WHERE such as hci:hci0",
  engine: "node or xs",
  seed: "N, a whole number",
  ...SETTING_VALUES,
});
const DEFAULT_NAME = "lamp";
const MAX_NAME = 29;
const MAX_SEED = 0xffffffff;

/** The arguments as options, or "help" when that is asked for. Throws UsageError, which names the option. */
export function parseOptions(args: readonly string[], environment: Environment): Options | "help" {
  const given = collect(args);
  if (given.has("help")) return "help";
  const name = parseName(given.get("name") ?? DEFAULT_NAME);
  if (given.has("label") && given.has("json")) {
    throw new UsageError("--label: a label is for people to read; --json has none");
  }
  const radio = parseRadio(given.get("radio"), environment);
  if (radio !== undefined && given.has("ether")) {
    throw new UsageError("--ether: the radio is a Bluetooth adapter, as --radio says, not the ether");
  }
  return {
    name,
    state: parsePath("state", given.get("state"), environment) ?? defaultState(name, environment),
    uuid: parseUuid(given.get("uuid")),
    settings: parseSettings(name, given, environment),
    ether: parsePath("ether", given.get("ether"), environment),
    radio,
    engine: parseEngine(given.get("engine")),
    headless: given.has("headless"),
    json: given.has("json"),
    label: given.has("label"),
    seed: parseSeed(given.get("seed")),
  };
}

/** The options that are the node's settings, under their own names. */
export function settingsOf({ settings }: Options): Settings {
  return { get: (name) => settings.get(name) };
}

/** Each option that is given, with its value; flags have an empty one. */
function collect(args: readonly string[]): ReadonlyMap<string, string> {
  const options: Record<string, { type: "string" | "boolean" }> = {};
  for (const flag of FLAGS) options[flag] = { type: "boolean" };
  for (const name of Object.keys(VALUES)) options[name] = { type: "string" };
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      // It may be the second half of a secret.
      const what = SECRETS.some((name) => given.has(name)) ? "one argument" : `"${token.value}"`;
      throw new UsageError(`${what} is no option; options begin with --, see --help`);
    }
    const { name, rawName, value, inlineValue } = token;
    if (given.has(name)) throw new UsageError(`--${name} is given twice`);
    given.set(name, checkValue(name, rawName, value, inlineValue ?? false));
  }
  return given;
}

function checkValue(name: string, rawName: string, value: string | undefined, inline: boolean): string {
  if (FLAGS.includes(name)) {
    if (inline) throw new UsageError(`--${name} takes no value`);
    return "";
  }
  const wanted = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  if (wanted === undefined) throw new UsageError(`${rawName} is no option of the simulator; see --help`);
  const next = value?.startsWith("-") === true && !inline;
  if (value === undefined || value === "" || next) {
    const hint =
      next && value !== "-" && !SECRETS.includes(name)
        ? `; write --${name}=${value} if ${value} is meant as its value`
        : "";
    throw new UsageError(`--${name} needs a value: ${wanted}${hint}`);
  }
  return value;
}

function parseSettings(
  name: string,
  given: ReadonlyMap<string, string>,
  environment: Environment,
): ReadonlyMap<string, string> {
  const settings = new Map([["name", name]]);
  for (const [option, value] of given) {
    if (SETTING_FLAGS.includes(option)) settings.set(option, "true");
    else if (SECRETS.includes(option)) settings.set(option, parseSecret(option, value, environment));
    else if (Object.hasOwn(SETTING_VALUES, option)) settings.set(option, value);
  }
  return settings;
}

/** The digits themselves, or @ and the file that holds them. */
function parseSecret(name: string, value: string, environment: Environment): string {
  if (!value.startsWith("@")) return value;
  const path = value === "@" ? undefined : parsePath(name, value.slice(1), environment);
  if (path === undefined) throw new UsageError(`--${name}: after @ the path of a file is needed`);
  return readSecretFile(name, path);
}

function parseName(name: string): string {
  const size = new TextEncoder().encode(name).length;
  if (/\p{Cc}/u.test(name) || name.trim() === "" || size > MAX_NAME) {
    throw new UsageError(`--name: 1 to ${MAX_NAME} characters without control characters are needed`);
  }
  return name;
}

function parseUuid(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const uuid = fromHex(text.replaceAll("-", ""));
  if (uuid?.length === UUID_LENGTH) return uuid;
  throw new UsageError(`--uuid: "${text}" is not 32 hexadecimal digits`);
}

function parseRadio(text: string | undefined, environment: Environment): HciPlace | undefined {
  if (text === undefined || text === "ether") return undefined;
  const where = /^hci:(.*)$/s.exec(text)?.[1];
  const absolute = (path: string): string => parsePath("radio", path, environment) ?? path;
  const place = where === undefined ? undefined : parsePlace(where, absolute);
  if (place !== undefined) return place;
  throw new UsageError(`--radio: "${text}" is neither ether nor hci:WHERE, such as hci:hci0; see --help`);
}

function parseEngine(text = "node"): Options["engine"] {
  if (text === "node" || text === "xs") return text;
  throw new UsageError(`--engine: "${text}" is neither node nor xs`);
}

function parseSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= MAX_SEED) return seed;
  throw new UsageError(`--seed: "${text}" is not a whole number from 0 to ${MAX_SEED}`);
}

/** npm starts programs in the package's folder; a path is meant from where the user stands. */
function parsePath(name: string, path: string | undefined, environment: Environment): string | undefined {
  if (path === undefined) return undefined;
  if (path.includes("\0")) throw new UsageError(`--${name}: a path cannot hold a zero character`);
  const stand = environment.npm_lifecycle_event === "start" ? environment.INIT_CWD : undefined;
  return resolve(stand ?? process.cwd(), path);
}

/** A folder of this user for each name. */
function defaultState(name: string, environment: Environment): string {
  const asked = environment.XDG_STATE_HOME;
  const home = asked !== undefined && isAbsolute(asked) ? asked : join(homedir(), ".local", "state");
  return join(home, "fledgling", folderName(name));
}

/** A name as a folder's name, different for different names. */
function folderName(name: string): string {
  const safe = name.toLowerCase().replace(/[^a-z0-9_-]+/g, "-");
  return safe === name ? name : `${safe}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}
