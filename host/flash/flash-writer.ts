import { equal } from "../../modules/bytes.js";
import type { Flash } from "./flash.js";

/** How much is programmed by one call, at most: a chip may wait for its radio before each. */
const BATCH = 256;

/** Programs what it is given, in batches, and reads it back. */
export class FlashWriter {
  readonly #flash: Flash;
  readonly #batch = new Uint8Array(BATCH);
  #offset = 0;
  #filled = 0;

  constructor(flash: Flash) {
    this.#flash = flash;
  }

  /** Go on at `offset`. */
  seek(offset: number): void {
    this.#offset = offset;
    this.#filled = 0;
  }

  /** octets: whole words, up to a batch. false: the hardware refused; nothing more is to be written here. */
  put(octets: Uint8Array): boolean {
    if (this.#filled + octets.length > BATCH && !this.flush()) return false;
    this.#batch.set(octets, this.#filled);
    this.#filled += octets.length;
    return true;
  }

  /** Program what is left. false: the hardware refused, or reads something else. */
  flush(): boolean {
    if (this.#filled === 0) return true;
    const octets = this.#batch.subarray(0, this.#filled);
    const isDone = this.#flash.program(this.#offset, octets) && this.#holds(octets);
    this.#offset += this.#filled;
    this.#filled = 0;
    octets.fill(0);
    return isDone;
  }

  #holds(octets: Uint8Array): boolean {
    const read = new Uint8Array(octets.length);
    this.#flash.read(this.#offset, read);
    const isSame = equal(read, octets);
    read.fill(0);
    return isSame;
  }
}
