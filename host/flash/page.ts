/**
 * A page of the log: its header of 24 octets, big-endian, then records and marks.
 *
 *   magic and layout version 4 | sequence number 4 | first 4 | erasures 4 | bound before 2 | end before 2 | CRC-32 4
 *
 * The pages of a log have consecutive sequence numbers, from `first` of its newest page on. A page counts only when a
 * mark stands in it. The last two say of the page before what counts there, and from where on it was blank: a mark that
 * stands there all the same was made by a start that did not see this page count.
 */

import { getUint16BE, getUint32BE, setUint32BE } from "../../modules/bytes.js";
import { crcOf } from "./crc32.js";
import { WORD_SIZE } from "./flash.js";
import { BLANK, boundOf, isFirst, MAX_RECORD, restoreRecord, sizeFrom } from "./record.js";

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
  /** From there on the page before was blank. */
  readonly endBefore: number;
}

export function encodeHeader({ sequence, first, erasures, boundBefore, endBefore }: PageHeader): Uint8Array {
  const header = new Uint8Array(HEADER_SIZE);
  const words = [MAGIC, sequence, first, erasures, (boundBefore << 16) | endBefore];
  for (const [index, word] of words.entries()) setUint32BE(header, index * WORD_SIZE, word);
  setUint32BE(header, CRC_AT, crcOf(header, 0, CRC_AT));
  return header;
}

/** page: its beginning, at least. undefined: it is no page of ours, or of another layout. */
export function decodeHeader(page: Uint8Array): PageHeader | undefined {
  if (getUint32BE(page, 0) !== MAGIC || getUint32BE(page, CRC_AT) !== crcOf(page, 0, CRC_AT))
    return undefined;
  const [sequence, first] = [getUint32BE(page, 4), getUint32BE(page, 8)];
  const [boundBefore, endBefore] = [getUint16BE(page, 16), getUint16BE(page, 18)];
  return { sequence, first, erasures: getUint32BE(page, 12), boundBefore, endBefore };
}

/** What a page holds. Positions are octets from its start. */
export interface PageContent {
  /** Where the records begin that count, in order. */
  readonly records: readonly number[];
  /** What begins here or later does not count, unless it is written after this. 0: there is no mark. */
  readonly bound: number;
  /** No word from here on has ever been programmed, but for a mark with this bound. */
  readonly end: number;
  /** Something that counted cannot be read any more. */
  readonly isDamaged: boolean;
}

/** Whether a page holds nothing. */
export function isBlank(page: Uint8Array): boolean {
  for (let at = 0; at < page.length; at += WORD_SIZE) if (getUint32BE(page, at) !== BLANK) return false;
  return true;
}

/** What the marks of a page tell without its records. */
export interface Marks {
  /** Where the last one stands, in octets. */
  readonly last: number;
  /** There are others than the one that the page was opened with: somebody has seen the page count. */
  readonly isSeen: boolean;
}

/** undefined: no mark stands in the page. */
export function findMarks(page: Uint8Array, sequence: number): Marks | undefined {
  let marks: Marks | undefined;
  for (let at = HEADER_SIZE; at < page.length; at += WORD_SIZE) {
    const bound = boundOf(getUint32BE(page, at), sequence);
    if (bound !== undefined) marks = { last: at, isSeen: marks !== undefined || bound < at };
  }
  return marks;
}

/** Read a page. boundAfter: what the header of the page after it says; undefined: it is the newest one. */
export function readPage(page: Uint8Array, sequence: number, boundAfter: number | undefined): PageContent {
  const scan = new Scan(page);
  for (let at = HEADER_SIZE; at < page.length; ) at += scan.step(at, sequence);
  if (boundAfter !== undefined && scan.bound > 0) scan.settle(boundAfter);
  return scan.content();
}

class Scan {
  readonly #page: Uint8Array;
  readonly #copy = new Uint8Array(MAX_RECORD);
  readonly #records: number[] = [];
  #settled = 0;
  /** Where, since the last mark, the first word stands that belongs to nothing. */
  #junkAt = Infinity;
  #end = HEADER_SIZE;
  #isDamaged = false;
  bound = 0;

  constructor(page: Uint8Array) {
    this.#page = page;
  }

  /** Take what stands at `at`; how many octets that is. */
  step(at: number, sequence: number): number {
    const word = getUint32BE(this.#page, at);
    if (word === BLANK) return WORD_SIZE;
    const bound = boundOf(word, sequence);
    if (bound !== undefined && bound >= HEADER_SIZE && bound <= at) {
      this.#reach(at + WORD_SIZE);
      this.settle(bound);
      return WORD_SIZE;
    }
    return this.#takeRecord(at, word);
  }

  /** A mark: what begins before `bound` counts, and nothing else of what has been read. */
  settle(bound: number): void {
    while ((this.#records.at(-1) ?? -1) >= bound) this.#records.pop();
    if (this.#junkAt < bound) this.#isDamaged = true;
    this.#junkAt = Infinity;
    this.#settled = this.#records.length;
    this.bound = bound;
  }

  content(): PageContent {
    this.#records.length = this.#settled;
    return { records: this.#records, bound: this.bound, end: this.#end, isDamaged: this.#isDamaged };
  }

  #takeRecord(at: number, word: number): number {
    // A header that is not whole may claim any size: then nothing behind it has been programmed.
    const claimed = isFirst(word) ? (sizeFrom(word) ?? WORD_SIZE) : WORD_SIZE;
    this.#reach(at + claimed);
    this.#copy.set(this.#page.subarray(at, at + MAX_RECORD));
    const size = at + claimed <= this.#page.length ? restoreRecord(this.#copy) : undefined;
    if (size === undefined) {
      this.#junkAt = Math.min(this.#junkAt, at);
      return WORD_SIZE;
    }
    this.#records.push(at);
    return size;
  }

  #reach(position: number): void {
    this.#end = Math.max(this.#end, position);
  }
}
