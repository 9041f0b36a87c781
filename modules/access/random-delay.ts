/** Delays by chance, so that many nodes do not answer at one moment. MshPRT 3.7.3.1. */

import { getUint16BE } from "../bytes.js";
import type { Random } from "../platform.js";

/** From `lowMs` to `highMs`, both included; they are less than 65 s apart. */
export interface DelayRange {
  readonly lowMs: number;
  readonly highMs: number;
}

/** Where few nodes speak: an answer to one of them, a periodic publication. */
export const SHORT_DELAY: DelayRange = Object.freeze({ lowMs: 20, highMs: 50 });

/** Where many may: an answer to a group, a publication after power-up or a change. */
export const LONG_DELAY: DelayRange = Object.freeze({ lowMs: 20, highMs: 500 });

/** Draws them. */
export class RandomDelay {
  readonly #random: Random;
  readonly #octets = new Uint8Array(2);

  constructor(random: Random) {
    this.#random = random;
  }

  /** In whole milliseconds. */
  within({ lowMs, highMs }: DelayRange): number {
    this.#random.fill(this.#octets);
    return lowMs + (getUint16BE(this.#octets, 0) % (highMs - lowMs + 1));
  }
}
