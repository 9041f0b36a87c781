import { getUint32BE } from "../../modules/bytes.js";
import { type Flash, WORD_SIZE } from "./flash.js";
import type { PageView } from "./flash-view.js";
import { FlashWriter } from "./flash-writer.js";
import type { KeyIndex } from "./key-index.js";
import { type LogStart, readRecord } from "./log-reader.js";
import { encodeHeader, HEADER_SIZE } from "./page.js";
import { encodeMark, encodeRecord, MAX_RECORD, recordValue, sizeFrom } from "./record.js";

/** What a change programs, at most: a record and its mark. */
const MAX_CHANGE = MAX_RECORD + WORD_SIZE;
/** Room that a page may lack when what counts of another has been copied into it: a mark, a record and its mark. */
const UNSURE = WORD_SIZE + MAX_CHANGE;

/**
 * Octets of records that always find room. All pages but the free one could hold UNSURE each of what does not count; that
 * of one page more is kept free, or each write would copy the whole log.
 */
export function capacityOf({ pages, pageSize }: Pick<Flash, "pages" | "pageSize">): number {
  return (pages - 2) * (pageSize - HEADER_SIZE - UNSURE);
}

/** Appends to the pages, in turns. It moves the places in the index with what it copies. */
export class Log {
  readonly #flash: Flash;
  readonly #writer: FlashWriter;
  readonly #index: KeyIndex;
  readonly #sequences: Uint32Array;
  readonly #erasures: Uint32Array;
  #first: number;
  #sequence: number;
  #active: number;
  /** In the active page: where the next word goes, where the last mark stands, and its bound. */
  #position: number;
  #mark: number;
  #bound: number;
  /** Behind the last mark may stand what must not count. */
  #isUnsettled: boolean;
  /** The last mark is surely whole. */
  #isSure = false;

  constructor(flash: Flash, start: LogStart) {
    this.#flash = flash;
    this.#writer = new FlashWriter(flash);
    this.#index = start.index;
    this.#sequences = start.sequences;
    this.#erasures = start.erasures;
    this.#first = start.first;
    this.#sequence = start.sequence;
    this.#active = start.active;
    this.#mark = start.mark;
    this.#bound = start.bound;
    this.#position = start.first > 0 ? start.mark + WORD_SIZE : flash.pageSize;
    this.#isUnsettled = start.first > 0;
  }

  /** The place of a record, in words; undefined: it could not be made durable, and never counts. */
  append(record: Uint8Array): number | undefined {
    if (!this.settle() || !this.#makeRoom(record.length + WORD_SIZE)) return undefined;
    const offset = this.#active * this.#flash.pageSize + this.#position;
    const bound = this.#position + record.length;
    this.#position = bound + WORD_SIZE;
    this.#writer.seek(offset);
    if (
      this.#writer.put(record) &&
      this.#writer.put(encodeMark(this.#sequence, bound)) &&
      this.#writer.flush()
    ) {
      this.#mark = bound;
      this.#bound = bound;
      return offset / WORD_SIZE;
    }
    this.#isUnsettled = true;
    this.settle();
    return undefined;
  }

  /**
   * What stands behind the last mark shall never count. At a start that mark may be half programmed itself, and is
   * programmed again; then one with its bound is set behind all that a change can have left. Starts that see the same last
   * mark do the same, so whatever cuts leave of them stands before what is written next. false: the hardware refused.
   */
  settle(): boolean {
    if (!this.#isUnsettled) return true;
    const { pageSize } = this.#flash;
    const next = this.#mark + WORD_SIZE + MAX_CHANGE;
    const hasRoom = this.#position < pageSize && next < pageSize;
    this.#isSure ||= this.#setMark(this.#mark);
    if (!this.#isSure || !hasRoom || !this.#setMark(next)) return this.#turn();
    this.#mark = next;
    this.#position = next + WORD_SIZE;
    this.#isUnsettled = false;
    return true;
  }

  #setMark(at: number): boolean {
    this.#writer.seek(this.#active * this.#flash.pageSize + at);
    return this.#writer.put(encodeMark(this.#sequence, this.#bound)) && this.#writer.flush();
  }

  /** Octets of the record at a place. */
  sizeAt(place: number): number {
    const word = new Uint8Array(WORD_SIZE);
    this.#flash.read(place * WORD_SIZE, word);
    return sizeFrom(getUint32BE(word, 0)) ?? 0;
  }

  view(): readonly PageView[] {
    const { pages, pageSize } = this.#flash;
    const live = new Uint32Array(pages);
    for (let slot = 0; slot < this.#index.size; slot++) {
      const page = this.#pageOf(slot);
      live[page] = (live[page] ?? 0) + this.sizeAt(this.#index.placeOf(slot));
    }
    return Array.from(live, (octets, page): PageView => {
      const erasures = this.#erasures[page] ?? 0;
      if (this.#sequences[page] === 0) return { state: "free", live: 0, blank: 0, erasures };
      if (page !== this.#active) return { state: "full", live: octets, blank: 0, erasures };
      return { state: "active", live: octets, blank: Math.max(0, pageSize - this.#position), erasures };
    });
  }

  #pageOf(slot: number): number {
    return Math.floor((this.#index.placeOf(slot) * WORD_SIZE) / this.#flash.pageSize);
  }

  #makeRoom(size: number): boolean {
    const { pages, pageSize } = this.#flash;
    for (let turns = 0; this.#position + size > pageSize; turns++) {
      if (turns === pages || !this.#turn()) return false;
    }
    return true;
  }

  /** A free page becomes the newest; the last one that is free takes over what counts of the oldest page. */
  #turn(): boolean {
    const { pages, pageSize } = this.#flash;
    const free: number[] = [];
    for (let step = 1; step <= pages; step++) {
      const page = (this.#active + step) % pages;
      if (this.#sequences[page] === 0) free.push(page);
    }
    const oldest = free.length === 1 ? this.#sequences.indexOf(this.#first) : undefined;
    // Whatever becomes of this, nothing is appended to this page now: a newer one may count already.
    this.#position = pageSize;
    return free.some((page) => this.#turnTo(page, oldest));
  }

  #turnTo(page: number, oldest: number | undefined): boolean {
    const { pageSize } = this.#flash;
    const sequence = this.#sequence + 1;
    const first = this.#first === 0 ? sequence : oldest === undefined ? this.#first : this.#first + 1;
    if (!this.#flash.erase(page)) return false;
    const erasures = (this.#erasures[page] ?? 0) + 1;
    this.#erasures[page] = erasures;
    this.#writer.seek(page * pageSize);
    const header = encodeHeader({ sequence, first, erasures, boundBefore: this.#bound });
    if (!this.#writer.put(header)) return false;
    const copied = this.#copy(oldest, page * pageSize + HEADER_SIZE);
    if (copied === undefined) return false;
    const bound = HEADER_SIZE + copied.octets;
    if (!this.#writer.put(encodeMark(sequence, bound)) || !this.#writer.flush()) return false;

    for (const [slot, place] of copied.places.entries()) if (place > 0) this.#index.move(slot, place);
    if (oldest !== undefined) this.#sequences[oldest] = 0;
    this.#sequences[page] = sequence;
    this.#first = first;
    this.#sequence = sequence;
    this.#active = page;
    this.#mark = bound;
    this.#bound = bound;
    this.#position = bound + WORD_SIZE;
    this.#isUnsettled = false;
    this.#isSure = true;
    return true;
  }

  /** places: of each slot where its record is now; 0: where it was. undefined: the hardware refused, or a record has rotted. */
  #copy(from: number | undefined, to: number): { octets: number; places: Uint16Array } | undefined {
    const places = new Uint16Array(this.#index.size);
    const record = new Uint8Array(MAX_RECORD);
    let octets = 0;
    for (let slot = 0; slot < places.length; slot++) {
      if (this.#pageOf(slot) !== from) continue;
      const key = readRecord(this.#flash, this.#index.placeOf(slot), record);
      // What has rotted must not be left out as if it had never been there.
      if (key === undefined) return undefined;
      const copy = encodeRecord(key, recordValue(record));
      record.fill(0);
      if (!this.#writer.put(copy)) return undefined;
      copy.fill(0);
      places[slot] = (to + octets) / WORD_SIZE;
      octets += copy.length;
    }
    return { octets, places };
  }
}
