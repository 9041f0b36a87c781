/**
 * What this product offers to a provisioner and what it refuses, read from its Settings. Whatever contradicts itself,
 * the board or the specification is refused with the reason. MshPRT 5.4.1.2, 5.4.2.3, 3.10.2.
 */

import { ascii, fromHex, getUint16BE, isMadeOf, octet } from "./bytes.js";
import { InputAction, OutputAction } from "./oob-actions.js";
import type { Settings } from "./platform.js";

/** The choices, checked against each other. */
export interface Policy {
  /** Bit 0: CMAC, bit 1: HMAC-SHA-256. MshPRT 5.4.1.2, table 5.21. */
  readonly algorithms: number;
  /** A provisioner may do without authentication. */
  readonly allowNoOob: boolean;
  /** Announced that it may not: then CMAC is not offered either. MshPRT 5.4.1.2. */
  readonly onlyOobAuthenticated: boolean;
  /** 16 or 32 octets that both sides know; undefined: none. */
  readonly staticOob: Uint8Array | undefined;
  /** 32 octets, the private key of a public key that is known out of band; undefined: none. */
  readonly oobPrivateKey: Uint8Array | undefined;
  /** A bit for each OutputAction. MshPRT 5.4.1.2, table 5.25. */
  readonly outputActions: number;
  /** Digits or characters, 0 to 8; 0: no output. */
  readonly outputSize: number;
  /** A bit for each InputAction. MshPRT 5.4.1.2, table 5.27. */
  readonly inputActions: number;
  readonly inputSize: number;
  /** Where a person finds OOB information: 16 bits. MshPRT 3.10.2, table 3.71. */
  readonly oobInformation: number;
  /** The payload of the URI AD structure, at most 29 octets; undefined: none. Core Supplement, Part A, 1.18. */
  readonly uri: Uint8Array | undefined;
  /** How late the replay protection list is stored; 0: before a message is obeyed. Ours, not the specification's. */
  readonly replayStoreDelayMs: number;
}

/** What the board lets a person do: a bit for each action. */
export interface OobAbilities {
  readonly outputActions: number;
  readonly inputActions: number;
}

/** A setting that cannot be used; the message is one line for the person who made it. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const CMAC = 0x01;
const HMAC = 0x02;

/** The settings as choices, with defaults that every phone copes with. Throws SettingsError. */
export function readPolicy(settings: Settings, abilities: OobAbilities): Policy {
  const onlyOobAuthenticated = readChoice(settings, "oob-only", ["true", "false"]) === "true";
  const algorithms = readAlgorithms(settings, onlyOobAuthenticated);
  const outputActions = readActions("output", settings, OUTPUTS, abilities.outputActions);
  const inputActions = readActions("input", settings, INPUTS, abilities.inputActions);
  const policy = {
    algorithms,
    allowNoOob: readAllowNoOob(settings.get("no-oob"), onlyOobAuthenticated),
    onlyOobAuthenticated,
    staticOob: readStaticOob(settings.get("static-oob"), algorithms),
    oobPrivateKey: readPrivateKey(settings.get("oob-key")),
    outputActions,
    outputSize: readSize("output", settings, outputActions, COUNTED_OUTPUTS),
    inputActions,
    inputSize: readSize("input", settings, inputActions, COUNTED_INPUTS),
    oobInformation: readOobInformation(settings.get("oob-info")),
    uri: readUri(settings.get("uri")),
    replayStoreDelayMs: readReplayStoreDelay(settings.get("replay-delay")),
  };
  if (!policy.allowNoOob && policy.staticOob === undefined && outputActions === 0 && inputActions === 0) {
    throw new SettingsError(
      `${onlyOobAuthenticated ? "oob-only" : "no-oob"}: there is no authentication left; ` +
        "allow static-oob, output or input",
    );
  }
  // CMAC cuts a value after 16 octets, and zeros are what everybody has who has no value. MshPRT 5.4.2.4.1.
  const used = policy.staticOob?.subarray(0, (algorithms & CMAC) === 0 ? 32 : 16);
  if (!policy.allowNoOob && used !== undefined && isZero(used)) {
    throw new SettingsError(
      "static-oob: zeros alone are the value of those who have none, whom no-oob refuses",
    );
  }
  return policy;
}

function readAlgorithms(settings: Settings, onlyOobAuthenticated: boolean): number {
  const profile = readChoice(settings, "profile", ["standard", "cmacOnly"]) ?? "standard";
  const choice = readChoice(settings, "algorithms", ["cmac", "hmac", "both"]);
  if (profile === "cmacOnly") {
    if (choice !== undefined && choice !== "cmac") {
      throw new SettingsError(`algorithms: ${choice} contradicts the profile cmacOnly`);
    }
    if (onlyOobAuthenticated)
      throw new SettingsError("oob-only: needs HMAC, which the profile cmacOnly leaves out");
    return CMAC;
  }
  if (onlyOobAuthenticated) {
    // "If bit 1 of the OOB Type field is set to 1, bit 0 of the Algorithms field shall be set to 0." MshPRT 5.4.1.2.
    if (choice !== undefined && choice !== "hmac") {
      throw new SettingsError(`algorithms: oob-only leaves out CMAC, so ${choice} cannot be offered`);
    }
    return HMAC;
  }
  if (choice === "cmac") {
    throw new SettingsError(
      "algorithms: a device of version 1.1 must offer HMAC; for old provisioners there is --profile cmacOnly",
    );
  }
  return choice === "hmac" ? HMAC : CMAC | HMAC;
}

function readAllowNoOob(text: string | undefined, onlyOobAuthenticated: boolean): boolean {
  if (text !== undefined && text !== "allow" && text !== "refuse") {
    throw new SettingsError(`no-oob: "${text}" is neither allow nor refuse`);
  }
  if (text === "allow" && onlyOobAuthenticated) throw new SettingsError("no-oob: allow contradicts oob-only");
  return !onlyOobAuthenticated && text !== "refuse";
}

function readChoice(settings: Settings, name: string, choices: readonly string[]): string | undefined {
  const text = settings.get(name);
  if (text === undefined || choices.includes(text)) return text;
  throw new SettingsError(`${name}: "${text}" is none of ${choices.join(", ")}`);
}

/** 16 octets serve both algorithms, padded for HMAC; with HMAC alone there is no reason for a short value. */
function readStaticOob(text: string | undefined, algorithms: number): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const value = fromHex(text);
  if (value === undefined || (value.length !== 16 && value.length !== 32)) {
    throw new SettingsError("static-oob: 16 or 32 octets are needed: 32 or 64 hexadecimal digits");
  }
  if (algorithms === HMAC && value.length !== 32) {
    throw new SettingsError("static-oob: with HMAC alone, 32 octets are needed: 64 hexadecimal digits");
  }
  return value;
}

function isZero(octets: Uint8Array): boolean {
  let any = 0;
  for (let i = 0; i < octets.length; i++) any |= octet(octets, i);
  return any === 0;
}

function readPrivateKey(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const key = fromHex(text);
  if (key?.length !== 32)
    throw new SettingsError("oob-key: a private key has 32 octets: 64 hexadecimal digits");
  // "The private keys shall be between 1 and r/2": r/2 is 7fffffff80000000... MshPRT 5.4.3.1.
  if (isZero(key) || octet(key, 0) >= 0x7f) {
    throw new SettingsError("oob-key: a private key is not zero, and its first octet is at most 7e");
  }
  return key;
}

/** The names of actions in settings, and their bits. */
type ActionNames = Readonly<Record<string, number>>;

const OUTPUTS: ActionNames = Object.freeze({
  blink: OutputAction.Blink,
  beep: OutputAction.Beep,
  vibrate: OutputAction.Vibrate,
  number: OutputAction.Numeric,
  text: OutputAction.Alphanumeric,
});
const INPUTS: ActionNames = Object.freeze({
  push: InputAction.Push,
  twist: InputAction.Twist,
  number: InputAction.Numeric,
  text: InputAction.Alphanumeric,
});
const COUNTED_OUTPUTS = 0x07;
const COUNTED_INPUTS = 0x03;

/**
 * A bit for each action. By default one alone, since some phones offer only the lowest: a number, where the board has
 * what it takes, else what is counted.
 */
function readActions(name: string, settings: Settings, names: ActionNames, able: number): number {
  const text = settings.get(name);
  if (text === "none") return 0;
  if (text === undefined) {
    const first = ["number", "blink", "push"].find((word) => isAble(names[word], able));
    return first === undefined ? 0 : 1 << (names[first] ?? 0);
  }
  let actions = 0;
  for (const word of text.split(",")) {
    const bit = Object.hasOwn(names, word) ? names[word] : undefined;
    if (bit === undefined) {
      throw new SettingsError(`${name}: "${word}" is none of none, ${Object.keys(names).join(", ")}`);
    }
    if (!isAble(bit, able)) throw new SettingsError(`${name}: this board has nothing for "${word}"`);
    actions |= 1 << bit;
  }
  return actions;
}

function isAble(bit: number | undefined, able: number): boolean {
  return bit !== undefined && (able & (1 << bit)) !== 0;
}

/** Nobody counts a hundred blinks: where anything offered is counted, one digit, unless the user wants more. */
function readSize(name: string, settings: Settings, actions: number, counted: number): number {
  const countedDigits = readDigits(settings, "counted-digits", 1);
  const textDigits = readDigits(settings, "text-digits", 6);
  if (actions === 0) return 0;
  if ((actions & counted) === 0) return textDigits;
  if ((actions & ~counted) !== 0 && settings.get("text-digits") !== undefined && textDigits > countedDigits) {
    throw new SettingsError(
      `text-digits: ${textDigits} digits cannot be had while ${name} offers what is counted, too: ` +
        "both have one size; leave out the one or set counted-digits",
    );
  }
  return countedDigits;
}

function readDigits(settings: Settings, name: string, otherwise: number): number {
  const text = settings.get(name);
  if (text === undefined) return otherwise;
  const digits = "12345678".indexOf(text) + 1;
  if (text.length !== 1 || digits === 0)
    throw new SettingsError(`${name}: "${text}" is not a digit from 1 to 8`);
  return digits;
}

const DEFAULT_REPLAY_STORE_DELAY_MS = 5000;
const MAX_REPLAY_STORE_DELAY_MS = 60_000;

function readReplayStoreDelay(text: string | undefined): number {
  if (text === undefined) return DEFAULT_REPLAY_STORE_DELAY_MS;
  const delayMs =
    text.length > 0 && text.length <= 5 && isMadeOf(text, "0123456789") ? Number(text) : Infinity;
  if (delayMs > MAX_REPLAY_STORE_DELAY_MS) {
    throw new SettingsError(`replay-delay: "${text}" is not a number of milliseconds from 0 to 60000`);
  }
  return delayMs;
}

/** Bits 7 and 8 announce certificates and provisioning records, which there are none of; 9 and 10 are reserved. */
const USABLE_OOB_INFORMATION = 0xf87f;

function readOobInformation(text: string | undefined): number {
  if (text === undefined) return 0;
  const octets = text.startsWith("0x") ? fromHex(text.slice(2)) : undefined;
  if (octets?.length !== 2) {
    throw new SettingsError(`oob-info: "${text}" is not 0x and four hexadecimal digits`);
  }
  const value = getUint16BE(octets, 0);
  if ((value & ~USABLE_OOB_INFORMATION) !== 0) {
    throw new SettingsError(
      `oob-info: ${text} sets bits 7 to 10, which mean certificates and provisioning records or are reserved`,
    );
  }
  return value;
}

/** Scheme name strings of the Assigned Numbers that save most: a code takes the place of the scheme and its colon. */
const URI_SCHEMES = Object.freeze([
  Object.freeze({ text: "https:", code: 0x17 } as const),
  Object.freeze({ text: "http:", code: 0x16 } as const),
] as const);
const EMPTY_SCHEME = 0x01;
const MAX_URI_SIZE = 28;

function readUri(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) {
      throw new SettingsError("uri: only visible ASCII characters can stand in a URI; write others as %XX");
    }
  }
  const scheme = URI_SCHEMES.find((known) => text.startsWith(known.text));
  const rest = scheme === undefined ? text : text.slice(scheme.text.length);
  if (rest.length === 0 || text.indexOf(":") < 1) {
    throw new SettingsError(`uri: "${text}" is not a URI such as https://example.com/lamp`);
  }
  if (rest.length > MAX_URI_SIZE) {
    throw new SettingsError(
      `uri: too long for an advertisement; after "https:" or "http:" at most ${MAX_URI_SIZE} characters fit`,
    );
  }
  const payload = new Uint8Array(1 + rest.length);
  payload[0] = scheme?.code ?? EMPTY_SCHEME;
  payload.set(ascii(rest), 1);
  return payload;
}
