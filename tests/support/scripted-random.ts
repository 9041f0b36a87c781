import type { Random } from "../../modules/platform.js";

/**
 * Random octets that a test has written down: each request gets the first unused octet string of exactly its
 * length, and when there is none of that length, what the fallback gives.
 */
export class ScriptedRandom implements Random {
  readonly #script: Uint8Array[];
  readonly #fallback: Random;
  #used = 0;

  constructor(script: readonly Uint8Array[], fallback: Random) {
    this.#script = script.map((octets) => octets.slice());
    this.#fallback = fallback;
  }

  /** How many of the octet strings have been asked for. */
  get used(): number {
    return this.#used;
  }

  fill(target: Uint8Array): void {
    const at = this.#script.findIndex((octets) => octets.length === target.length);
    const [octets] = at < 0 ? [] : this.#script.splice(at, 1);
    if (octets === undefined) {
      this.#fallback.fill(target);
      return;
    }
    target.set(octets);
    this.#used += 1;
  }
}
