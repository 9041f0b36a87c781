/**
 * A page of the log: its header of 24 octets, big-endian, then records and marks.
 *
 *   magic and layout version 4 | sequence number 4 | first 4 | erasures 4 | bound before 4 | CRC-32 4
 *
 * The pages of a log have consecutive sequence numbers, from `first` of its newest page on. A page counts only when a
 * mark stands in it. The bound before says what counts of the page before it.
 */

import { getUint32BE, setUint32BE } from "../../modules/bytes.js";
import { crcOf } from "./crc32.js";
import { WORD_SIZE } from "./flash.js";
import { BLANK, boundOf, MAX_RECORD, restoreRecord, sizeFrom } from "./record.js";

/** Octets of a page's header. */
export const HEADER_SIZE = 24;

/** "FLG" and the version of this layout. */
const MAGIC = 0x464c4701;
const CRC_AT = HEADER_SIZE - WORD_SIZE;

/** What a page says of itself. */
export interface PageHeader {
  /** One more than that of the page that was opened before it; from 1. */
  readonly sequence: number;
  /** The log begins with the page of this sequence number. */
  readonly first: number;
  /** How often the page has been erased. */
  readonly erasures: number;
  /** What begins there or later in the page before, in octets, does not count. */
  readonly boundBefore: number;
}

export function encodeHeader({ sequence, first, erasures, boundBefore }: PageHeader): Uint8Array {
  const header = new Uint8Array(HEADER_SIZE);
  const words = [MAGIC, sequence, first, erasures, boundBefore];
  for (const [index, word] of words.entries()) setUint32BE(header, index * WORD_SIZE, word);
  setUint32BE(header, CRC_AT, crcOf(header, 0, CRC_AT));
  return header;
}

/** page: its beginning, at least. undefined: it is no page of ours, or of another layout. */
export function decodeHeader(page: Uint8Array): PageHeader | undefined {
  if (getUint32BE(page, 0) !== MAGIC || getUint32BE(page, CRC_AT) !== crcOf(page, 0, CRC_AT))
    return undefined;
  const [sequence, first] = [getUint32BE(page, 4), getUint32BE(page, 8)];
  const [erasures, boundBefore] = [getUint32BE(page, 12), getUint32BE(page, 16)];
  return { sequence, first, erasures, boundBefore };
}

/** What a page holds. Positions are octets from its start. */
export interface PageContent {
  /** Where the records begin that count, in order. */
  readonly records: readonly number[];
  /** Where the last mark stands; 0: there is none. */
  readonly mark: number;
  /** Its bound: what begins here or later does not count, unless it is written after this. */
  readonly bound: number;
  /** Something that counted cannot be read any more. */
  readonly isDamaged: boolean;
}

/** Whether a page holds nothing. */
export function isBlank(page: Uint8Array): boolean {
  for (let at = 0; at < page.length; at += WORD_SIZE) if (getUint32BE(page, at) !== BLANK) return false;
  return true;
}

/** How many marks stand in a page. */
export function countMarks(page: Uint8Array, sequence: number): number {
  let count = 0;
  for (let at = HEADER_SIZE; at < page.length; at += WORD_SIZE)
    if (markedBy(page, at, sequence) !== undefined) count++;
  return count;
}

/** The bound of the mark that stands here; undefined: none does. */
function markedBy(page: Uint8Array, at: number, sequence: number): number | undefined {
  const bound = boundOf(getUint32BE(page, at), sequence);
  return bound !== undefined && bound >= HEADER_SIZE && bound <= at ? bound : undefined;
}

/** Read a page. boundAfter: what the header of the page after it says; undefined: it is the newest one. */
export function readPage(page: Uint8Array, sequence: number, boundAfter: number | undefined): PageContent {
  const scan = new Scan(page);
  for (let at = HEADER_SIZE; at < page.length; ) at += scan.step(at, sequence);
  if (boundAfter !== undefined) scan.settle(page.length, boundAfter);
  return scan.content();
}

class Scan {
  readonly #page: Uint8Array;
  readonly #copy = new Uint8Array(MAX_RECORD);
  #records: number[] = [];
  /** The records from which the starts since the last change have chosen; undefined: none has, yet. */
  #choice: readonly number[] | undefined;
  #settled = 0;
  /** Where, since the last mark, the first word stands that belongs to nothing. */
  #junkAt = Infinity;
  /** Where the first such word stands before a bound. */
  #lostAt = Infinity;
  #mark = 0;
  #bound = 0;

  constructor(page: Uint8Array) {
    this.#page = page;
  }

  /** Take what stands at `at`; how many octets that is. */
  step(at: number, sequence: number): number {
    const word = getUint32BE(this.#page, at);
    if (word === BLANK) return WORD_SIZE;
    const bound = markedBy(this.#page, at, sequence);
    if (bound === undefined) return this.#takeRecord(at, word);
    this.settle(at, bound);
    this.#mark = at;
    this.#bound = bound;
    return WORD_SIZE;
  }

  /** A mark: what begins before `bound` counts, and nothing else of what has been read. */
  settle(at: number, bound: number): void {
    if (bound === at) this.#choice = undefined;
    else {
      // Of starts in a row, the last one has decided: what another saw before may have shown itself only later.
      this.#choice ??= this.#records;
      this.#records = this.#choice.filter((record) => record < bound);
    }
    this.#lostAt = Math.min(this.#lostAt, this.#junkAt);
    if (this.#lostAt >= bound) this.#lostAt = Infinity;
    this.#junkAt = Infinity;
    this.#settled = this.#records.length;
  }

  content(): PageContent {
    this.#records.length = this.#settled;
    const isDamaged = this.#lostAt < Infinity;
    return { records: this.#records, mark: this.#mark, bound: this.#bound, isDamaged };
  }

  #takeRecord(at: number, word: number): number {
    this.#copy.set(this.#page.subarray(at, at + MAX_RECORD));
    const isWithin = at + (sizeFrom(word) ?? Infinity) <= this.#page.length;
    const size = isWithin ? restoreRecord(this.#copy) : undefined;
    if (size === undefined) {
      this.#junkAt = Math.min(this.#junkAt, at);
      return WORD_SIZE;
    }
    this.#records.push(at);
    return size;
  }
}
