import type { Random } from "../../modules/platform.js";

/**
 * Random numbers that repeat with their seed: for tests, and for what gets lost in the simulated air. Never for keys.
 * A xorshift generator of 32 bits.
 */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) >>> 0 || 1;
    for (let i = 0; i < 8; i++) this.#next();
  }

  fill(target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) target[i] = this.#next() >>> 24;
  }

  /** A whole number from 0 to limit - 1. */
  below(limit: number): number {
    return Math.floor((this.#next() / 0x100000000) * limit);
  }

  /** true in so many of a hundred cases; 0: never, 100: always. */
  chance(percent: number): boolean {
    return this.#next() / 0x100000000 < percent / 100;
  }

  #next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }
}
