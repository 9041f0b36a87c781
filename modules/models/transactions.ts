/** Telling a repeated message from a new one. Mesh Model specification, 3.3.1.2.2 and its like. */

import type { MessageContext } from "../access/model.js";
import type { Clock } from "../platform.js";

/** So long the same identifier means the same transaction. */
const SAME_FOR_MS = 6000;

/** Senders that are remembered at a time; with more, the oldest is forgotten. */
const CAPACITY = 8;

/** The transactions that one model has taken part in lately. */
export class Transactions {
  readonly #sources = new Uint16Array(CAPACITY);
  readonly #destinations = new Uint16Array(CAPACITY);
  readonly #identifiers = new Uint8Array(CAPACITY);
  readonly #untilMs = new Float64Array(CAPACITY).fill(-1);

  /** Whether this is a new transaction, not one that is going on; it is remembered. tid: transaction identifier. */
  begin(clock: Clock, { src, dst }: MessageContext, tid: number): boolean {
    const now = clock.now();
    let place = 0;
    for (let i = 0; i < CAPACITY; i++) {
      if (this.#sources[i] === src && this.#destinations[i] === dst) {
        if (this.#identifiers[i] === tid && now < (this.#untilMs[i] ?? 0)) return false;
        place = i;
        break;
      }
      if ((this.#untilMs[i] ?? 0) < (this.#untilMs[place] ?? 0)) place = i;
    }
    this.#sources[place] = src;
    this.#destinations[place] = dst;
    this.#identifiers[place] = tid;
    this.#untilMs[place] = now + SAME_FOR_MS;
    return true;
  }

  /** Forget them all. */
  clear(): void {
    this.#sources.fill(0);
    this.#untilMs.fill(-1);
  }
}
