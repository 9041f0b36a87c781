/** Against guessing: after each failed authentication the device is invisible for longer. Ours, not the specification's. */

import type { Storage, Trace } from "../platform.js";
import { decodeFailureCount, encodeFailureCount, RecordKey } from "../records.js";

const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;
const MAX_COUNT = 255;

/**
 * Counts failed authentications, over restarts. The count is kept before the provisioner learns of the failure, so
 * that taking the power away saves it nothing.
 */
export class BackOff {
  readonly #storage: Storage;
  readonly #trace: Trace;
  #count: number;

  constructor(storage: Storage, trace: Trace) {
    this.#storage = storage;
    this.#trace = trace;
    const record = storage.read(RecordKey.BackOff);
    this.#count = record === undefined ? 0 : decodeFailureCount(record);
  }

  /** How long the device stays invisible: 0, or 1 s, doubling to 5 min. */
  get delayMs(): number {
    if (this.#count === 0) return 0;
    const delayMs = FIRST_MS * 2 ** (this.#count - 1);
    return delayMs < LONGEST_MS ? delayMs : LONGEST_MS;
  }

  /** An authentication has failed. */
  add(): void {
    if (this.#count < MAX_COUNT) this.#count++;
    const record = encodeFailureCount(this.#count);
    if (!this.#storage.write(RecordKey.BackOff, record)) {
      this.#trace.note("storage", "writeFailed", record.length);
    }
  }

  /** An authentication has succeeded, or the device was reset. */
  clear(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#storage.erase(RecordKey.BackOff);
  }
}
