/** One LED that several purposes want at once: the highest one that wants it is seen. */

import type { Light } from "../platform.js";
import type { Purpose } from "./purpose.js";

/** The two levels of a lamp that only switches. */
export const LightLevel = Object.freeze({ Off: 0, Full: 0xffff } as const);

/** The LED as one purpose has it: a level that is written lasts, unseen at times, until `release`. */
export interface LightLayer extends Light {
  /** Want nothing any more: what lies below is seen again. Idempotent. */
  release(): void;
}

/** Dark as long as nobody wants it. */
export class SharedLight {
  readonly #light: Light | undefined;
  readonly #levels: (number | undefined)[] = [];
  #shown: number | undefined;

  /** light: undefined where a board has none; then nothing is seen of what is wanted. */
  constructor(light: Light | undefined) {
    this.#light = light;
  }

  layer(purpose: Purpose): LightLayer {
    return {
      dimmable: this.#light?.dimmable ?? false,
      write: (level) => this.#want(purpose, level),
      release: () => this.#want(purpose, undefined),
    };
  }

  #want(purpose: Purpose, level: number | undefined): void {
    this.#levels[purpose] = level;
    const seen = this.#levels.findLast((wanted) => wanted !== undefined) ?? LightLevel.Off;
    if (seen === this.#shown) return;
    this.#shown = seen;
    this.#light?.write(seen);
  }
}
