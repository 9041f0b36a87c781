/** What this product offers to a provisioner and what it refuses, read from its Settings. MshPRT 5.4.1.2, 3.10.2. */

import { ascii } from "./bytes.js";
import type { Settings } from "./platform.js";

/** The choices, checked against each other. */
export interface Policy {
  /** Bit 0: CMAC, bit 1: HMAC-SHA-256. MshPRT 5.4.1.2, table 5.21. */
  readonly algorithms: number;
  /** 16 or 32 octets that both sides know; undefined: none. */
  readonly staticOob: Uint8Array | undefined;
  /** Where a person finds OOB information: 16 bits. MshPRT 3.10.2, table 3.71. */
  readonly oobInformation: number;
  /** The payload of the URI AD structure, at most 29 octets; undefined: none. Core Supplement, Part A, 1.18. */
  readonly uri: Uint8Array | undefined;
}

/** A setting that cannot be used; the message is one line for the person who made it. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Both algorithms, No OOB. Throws SettingsError where a setting makes no sense. */
export function readPolicy(settings: Settings): Policy {
  return {
    algorithms: 0x0003,
    staticOob: undefined,
    oobInformation: readOobInformation(settings.get("oob-info")),
    uri: readUri(settings.get("uri")),
  };
}

/** Bits 7 and 8 announce certificates and provisioning records, which there are none of; 9 and 10 are reserved. */
const USABLE_OOB_INFORMATION = 0xf87f;

function readOobInformation(text: string | undefined): number {
  if (text === undefined) return 0;
  const value = text.length === 6 && text.startsWith("0x") ? Number(text) : Number.NaN;
  if (!(value >= 0)) throw new SettingsError(`oob-info: "${text}" is not 0x and four hexadecimal digits`);
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
