/** AuthValue: what both sides must know beforehand, or learn from a person. MshPRT 5.4.2.4. */

import { ascii, getUint32BE, setUint32BE } from "../bytes.js";
import { OutputAction } from "../oob-actions.js";
import type { Random } from "../platform.js";

/** Octets are Binary, a number is Numeric (below 2^32), a text is Alphanumeric. MshPRT 5.4.2.4.1. */
export type OobValue = Uint8Array | number | string;

/**
 * AuthValue of `size` octets, 16 or 32. Binary and Alphanumeric begin on the left, padded with zeros or cut; Numeric
 * ends on the right. MshPRT 5.4.2.4.1.
 */
export function encodeAuthValue(value: OobValue, size: number): Uint8Array {
  const authValue = new Uint8Array(size);
  if (typeof value === "number") {
    setUint32BE(authValue, size - 4, value);
  } else {
    const octets = typeof value === "string" ? ascii(value) : value;
    authValue.set(octets.subarray(0, size));
  }
  return authValue;
}

/** A value that a person reads off the device. shown: what the OobUser puts out; value: what it stands for. */
export interface OobOutput {
  readonly action: OutputAction;
  readonly shown: number | string;
  readonly value: number | string;
}

const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A fresh random value for an output; size: digits or characters, 1 to 8. MshPRT 5.4.2.4.3. */
export function drawOutput(random: Random, action: OutputAction, size: number): OobOutput {
  if (action === OutputAction.Alphanumeric) {
    let text = "";
    while (text.length < size) text += ALPHANUMERIC.charAt(drawBelow(random, ALPHANUMERIC.length));
    return { action, shown: text, value: text };
  }
  const limit = 10 ** size;
  if (action === OutputAction.Numeric) {
    const value = drawBelow(random, limit);
    return { action, shown: String(value).padStart(size, "0"), value };
  }
  const events = 1 + drawBelow(random, limit - 1);
  return { action, shown: events, value: events };
}

/** Evenly from 0 to limit - 1; limit: at most 10^8. */
function drawBelow(random: Random, limit: number): number {
  const octets = new Uint8Array(4);
  // What lies beyond the last whole multiple of the limit would make small values more likely.
  const fair = 0x1_0000_0000 - (0x1_0000_0000 % limit);
  let value: number;
  do {
    random.fill(octets);
    value = getUint32BE(octets, 0);
  } while (value >= fair);
  return value % limit;
}
