/**
 * The records of a node as a log on raw pages of flash: for chips whose SDK has nothing that survives a power cut.
 *
 *   page    header 24 | record, mark | record, mark | ... | blank
 *   pages   oldest | ... | newest, which is written to | free, and round
 *
 * A change appends a record, and behind it the mark with which it counts. Whenever the power is cut, the value is the old
 * one or the new one, and stays that at all later starts: the word that a power cut has left half programmed may read as
 * anything, at each look, and must not decide twice. So each start, before anything is read, programs the last mark that it
 * sees again, and one more with the same bound behind all that may have been half programmed, 80 octets away. That is the
 * only word that is programmed twice, as often as nRF52840 allows; more often only if the power is cut in that very moment.
 *
 * When the newest page is full, the free page behind it is erased and becomes the newest. One page is always free: when it
 * is the last, what still counts of the oldest page is copied into it first; its header says where the log begins now,
 * and its first mark makes all that true at once. A start that does not see that mark takes the same turn again. So pages
 * wear evenly, and each is erased right before it is used. What is erased or overwritten stays in the flash until then.
 *
 * A write takes one such turn at most, an erasure and a page of words (85 ms + 1024 x 41 us = 127 ms on nRF52840 by its
 * crystal, besides the machine's own time), for each page in a row that holds hardly anything but what counts, and one more: two turns with
 * up to 4 kB of records, and as many as there are pages at the very most.
 *
 * What is no sound log is left as it is until the first write, which begins a new one; older values come back never, with
 * one exception: the last change is undone when a bit of its mark turns before the next start.
 */

import { equal } from "../../modules/bytes.js";
import type { Storage } from "../../modules/platform.js";
import { checkFlash, type Flash } from "./flash.js";
import type { FlashView } from "./flash-view.js";
import type { KeyIndex } from "./key-index.js";
import { capacityOf, Log } from "./log.js";
import { type Found, readLog, readRecord } from "./log-reader.js";
import { encodeRecord, MAX_KEY, MAX_RECORD, MAX_VALUE, recordValue, sizeOf } from "./record.js";

/** Storage on flash. The constructor reads all of it, and throws RangeError for its geometry, never for its contents. */
export class FlashStorage implements Storage {
  /** What the start has found. Unless it is sound, the storage begins empty. */
  readonly found: Found;
  readonly #flash: Flash;
  readonly #index: KeyIndex;
  readonly #log: Log;
  readonly #record = new Uint8Array(MAX_RECORD);
  readonly #capacity: number;
  #live = 0;

  constructor(flash: Flash) {
    checkFlash(flash);
    const start = readLog(flash);
    this.found = start.found;
    this.#flash = flash;
    this.#index = start.index;
    this.#log = new Log(flash, start);
    this.#capacity = capacityOf(flash);
    for (let slot = 0; slot < this.#index.size; slot++) this.#live += this.#sizeOf(slot);
    this.#log.settle();
  }

  read(key: string): Uint8Array | undefined {
    checkKey(key);
    const value = this.#find(key) === undefined ? undefined : recordValue(this.#record)?.slice();
    this.#record.fill(0);
    return value;
  }

  write(key: string, value: Uint8Array): boolean {
    checkKey(key);
    if (value.length > MAX_VALUE) throw new RangeError(`a record has at most ${MAX_VALUE} octets`);
    const slot = this.#find(key);
    const old = slot === undefined ? undefined : recordValue(this.#record);
    const isSame = old !== undefined && equal(old, value);
    this.#record.fill(0);
    if (isSame) return this.#log.settle();

    const growth = sizeOf(key.length, value.length) - (slot === undefined ? 0 : this.#sizeOf(slot));
    if (this.#live + growth > this.#capacity) return false;
    const place = this.#append(key, value);
    if (place === undefined) return false;
    if (slot === undefined) this.#index.add(key, place);
    else this.#index.move(slot, place);
    this.#live += growth;
    return true;
  }

  /** Throws Error when the hardware refuses: an erasure must not be taken for one that is done. */
  erase(key: string): void {
    checkKey(key);
    const slot = this.#find(key);
    this.#record.fill(0);
    if (slot === undefined) return;
    const size = this.#sizeOf(slot);
    if (this.#append(key, undefined) === undefined) throw new Error("the flash refused an erasure");
    this.#index.remove(slot);
    this.#live -= size;
  }

  keys(): readonly string[] {
    const keys: string[] = [];
    for (let slot = 0; slot < this.#index.size; slot++) {
      const key = this.#keyAt(this.#index.placeOf(slot));
      if (key !== undefined) keys.push(key);
    }
    this.#record.fill(0);
    return keys;
  }

  /** How full and how worn the flash is. */
  view(): FlashView {
    return { found: this.found, live: this.#live, capacity: this.#capacity, pages: this.#log.view() };
  }

  /** The slot of a key, whose record is left in `#record`; undefined: it is not there. */
  #find(key: string): number | undefined {
    return this.#index.find(key, (place) => this.#keyAt(place));
  }

  #keyAt(place: number): string | undefined {
    return readRecord(this.#flash, place, this.#record);
  }

  #sizeOf(slot: number): number {
    return this.#log.sizeAt(this.#index.placeOf(slot));
  }

  #append(key: string, value: Uint8Array | undefined): number | undefined {
    const record = encodeRecord(key, value);
    const place = this.#log.append(record);
    record.fill(0);
    return place;
  }
}

function checkKey(key: string): void {
  let isKey = key.length >= 1 && key.length <= MAX_KEY;
  for (let i = 0; i < key.length; i++) isKey &&= key.charCodeAt(i) <= 0x7f;
  if (!isKey) throw new RangeError(`a key has 1 to ${MAX_KEY} ASCII characters`);
}
