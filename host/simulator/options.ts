/** The options of `npm start -- [options]`, parsed strictly. */

import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fromHex } from "../../modules/bytes.js";
import type { Settings } from "../../modules/platform.js";
import { UsageError } from "./usage-error.js";
import { UUID_LENGTH } from "./uuid.js";

/** What the user wants. */
export interface Options {
  readonly name: string;
  /** The folder of the device's state, as an absolute path. */
  readonly state: string;
  /** 16 octets; undefined: the one that the state folder keeps. */
  readonly uuid: Uint8Array | undefined;
  /** Unchecked here: the node knows what it takes. */
  readonly uri: string | undefined;
  readonly oobInfo: string | undefined;
  /** An absolute path; undefined: this user's. */
  readonly ether: string | undefined;
  readonly headless: boolean;
  readonly json: boolean;
  /** 0 to 4294967295; undefined: true randomness. */
  readonly seed: number | undefined;
}

/** The part of the process's environment that options depend on. */
export type Environment = Readonly<Record<string, string | undefined>>;

const FLAGS: readonly string[] = Object.freeze(["headless", "json", "help"]);
const VALUES: Readonly<Record<string, string>> = Object.freeze({
  state: "DIR, a folder",
  uuid: "HEX, 32 hexadecimal digits",
  name: "TEXT",
  uri: "TEXT, such as https://example.com/lamp",
  "oob-info": "BITS, such as 0x0002",
  ether: "PATH, a socket's path",
  seed: "N, a whole number",
});
const DEFAULT_NAME = "lamp";
const MAX_NAME = 29;
const MAX_SEED = 0xffffffff;

/** The arguments as options, or "help" when that is asked for. Throws UsageError, which names the option. */
export function parseOptions(args: readonly string[], environment: Environment): Options | "help" {
  const given = collect(args);
  if (given.has("help")) return "help";
  const name = parseName(given.get("name") ?? DEFAULT_NAME);
  return {
    name,
    state: parsePath("state", given.get("state"), environment) ?? defaultState(name, environment),
    uuid: parseUuid(given.get("uuid")),
    uri: given.get("uri"),
    oobInfo: given.get("oob-info"),
    ether: parsePath("ether", given.get("ether"), environment),
    headless: given.has("headless"),
    json: given.has("json"),
    seed: parseSeed(given.get("seed")),
  };
}

/** The options that are the node's settings, under their own names. */
export function settingsOf(options: Options): Settings {
  const settings = new Map([
    ["name", options.name],
    ["uri", options.uri],
    ["oob-info", options.oobInfo],
  ]);
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
      throw new UsageError(`"${token.value}" is no option; options begin with --, see --help`);
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
    const hint = next && value !== "-" ? `; write --${name}=${value} if ${value} is meant as its value` : "";
    throw new UsageError(`--${name} needs a value: ${wanted}${hint}`);
  }
  return value;
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
