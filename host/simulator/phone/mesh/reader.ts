/** Reading the parameters of foundation messages. MshPRT 4.3.1. */

import type { ModelId } from "./config-messages.js";
import { readLittleEndian } from "./opcode.js";

/** Parameters, read from the front; reading beyond the end throws RangeError. */
export class Reader {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Octets not read yet. */
  get left(): number {
    return this.#octets.length - this.#at;
  }

  /** Least significant octet first. */
  number(size: 1 | 2 | 3): number {
    const value = readLittleEndian(this.#octets, this.#at, size);
    this.#at += size;
    return value;
  }

  /** All that is left. */
  rest(): Uint8Array {
    const rest = this.#octets.slice(this.#at);
    this.#at = this.#octets.length;
    return rest;
  }

  /** SIG or vendor, as its size says. */
  model(size = this.left): ModelId {
    if (size !== 4) return this.number(2);
    return { company: this.number(2), model: this.number(2) };
  }

  /** Of two octets each, to the end. */
  addresses(): readonly number[] {
    const addresses: number[] = [];
    while (this.left > 0) addresses.push(this.number(2));
    return addresses;
  }

  /** Two key indexes in 3 octets. MshPRT 4.3.1.1. */
  twoIndexes(): readonly [number, number] {
    const both = this.number(3);
    return [both & 0xfff, both >> 12];
  }

  /** Pairs in 3 octets, an odd last one in 2. MshPRT 4.3.1.1. */
  indexes(): readonly number[] {
    const indexes: number[] = [];
    while (this.left >= 3) indexes.push(...this.twoIndexes());
    if (this.left > 0) indexes.push(this.number(2));
    return indexes;
  }
}
