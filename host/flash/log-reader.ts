/** What is found in a flash at the start. Nothing is changed by looking. */

import { type Flash, WORD_SIZE } from "./flash.js";
import { KeyIndex } from "./key-index.js";
import {
  decodeHeader,
  findMarks,
  isBlank,
  type Marks,
  type PageContent,
  type PageHeader,
  readPage,
} from "./page.js";
import { MAX_RECORD, recordKey, recordValue, restoreRecord } from "./record.js";

/**
 * empty: nothing has been programmed. sound: a log, perhaps with an end that a power cut has left. foreign: no log, or one
 * of another layout. damaged: a log of which something is lost that counted.
 */
export type Found = "empty" | "sound" | "foreign" | "damaged";

/** What a start finds. */
export interface LogStart {
  readonly found: Found;
  readonly index: KeyIndex;
  /** Of each page its sequence number; 0: it holds nothing of the log. */
  readonly sequences: Uint32Array;
  /** Of each page how often it has been erased, as far as that is known. */
  readonly erasures: Uint32Array;
  /** The sequence number of the log's oldest page; 0: there is no log. */
  readonly first: number;
  /** The highest sequence number, and the page that has it. */
  readonly sequence: number;
  readonly active: number;
  /** Where in the active page what counts is over, and what has been programmed. */
  readonly bound: number;
  readonly end: number;
}

/** Read the whole flash. It never throws for what is found. */
export function readLog(flash: Flash): LogStart {
  return new LogReader(flash).read();
}

/**
 * The key of the record at a place, in words; undefined: it cannot be read any more. record: of MAX_RECORD octets, left
 * with that record.
 */
export function readRecord(flash: Flash, place: number, record: Uint8Array): string | undefined {
  const offset = place * WORD_SIZE;
  const length = Math.min(MAX_RECORD, flash.pages * flash.pageSize - offset);
  flash.read(offset, length === MAX_RECORD ? record : record.subarray(0, length));
  return restoreRecord(record) === undefined ? undefined : recordKey(record);
}

interface OwnPage {
  readonly page: number;
  readonly header: PageHeader;
  readonly marks: Marks;
}

class LogReader {
  readonly #flash: Flash;
  readonly #octets: Uint8Array;
  readonly #record = new Uint8Array(MAX_RECORD);
  /** The pages that seem to count, the newest first. */
  readonly #own: OwnPage[] = [];
  readonly #index = new KeyIndex();
  readonly #sequences: Uint32Array;
  readonly #erasures: Uint32Array;
  /** The highest number of all headers, and its page. */
  #sequence = 0;
  #active: number;
  #isBlank = false;

  constructor(flash: Flash) {
    this.#flash = flash;
    this.#octets = new Uint8Array(flash.pageSize);
    this.#sequences = new Uint32Array(flash.pages);
    this.#erasures = new Uint32Array(flash.pages);
    this.#active = flash.pages - 1;
  }

  read(): LogStart {
    this.#readHeaders();
    const log = this.#readLog();
    this.#octets.fill(0);
    this.#record.fill(0);
    return log;
  }

  #readHeaders(): void {
    const blank: number[] = [];
    const unknown: number[] = [];
    for (let page = 0; page < this.#flash.pages; page++) {
      this.#readPage(page);
      const header = decodeHeader(this.#octets);
      if (header !== undefined) this.#addHeader(page, header);
      else if (isBlank(this.#octets)) blank.push(page);
      else unknown.push(page);
    }
    this.#own.sort((a, b) => b.header.sequence - a.header.sequence);
    this.#isBlank = blank.length === this.#flash.pages;
    // Pages take turns: those whose count is lost have been erased about as often as the others.
    const most = Math.max(...this.#erasures);
    for (const page of unknown) this.#erasures[page] = most;
    for (const page of blank) this.#erasures[page] = Math.max(0, most - 1);
  }

  #addHeader(page: number, header: PageHeader): void {
    this.#erasures[page] = header.erasures;
    if (header.sequence > this.#sequence) {
      this.#sequence = header.sequence;
      this.#active = page;
    }
    const marks = findMarks(this.#octets, header.sequence);
    if (marks !== undefined) this.#own.push({ page, header, marks });
  }

  #readLog(): LogStart {
    for (const [age, own] of this.#own.entries()) {
      if (this.#isOvertaken(own)) continue;
      const { page, header } = own;
      this.#readPage(page);
      const content = readPage(this.#octets, header.sequence, undefined);
      // A mark that a power cut has left half programmed may be there at one look, and not at the next.
      if (content.bound === 0) continue;
      if (content.isDamaged || !this.#takeOlder(age, header)) return this.#nothing("damaged");
      this.#readPage(page);
      this.#take(page, header.sequence, content);
      const [index, sequences, erasures] = [this.#index, this.#sequences, this.#erasures];
      const { first, sequence } = header;
      const { bound, end } = content;
      return { found: "sound", index, sequences, erasures, first, sequence, active: page, bound, end };
    }
    return this.#nothing(this.#isBlank ? "empty" : "foreign");
  }

  /** A start did not see the mark that the page was opened with, and has gone on with the page before. */
  #isOvertaken({ header, marks }: OwnPage): boolean {
    const before = this.#own.find((own) => own.header.sequence === header.sequence - 1);
    return before !== undefined && !marks.isSeen && before.marks.last >= header.endBefore;
  }

  /** There is no log to go on with; but a new one has higher numbers than what is there. */
  #nothing(found: Found): LogStart {
    const { pages, pageSize } = this.#flash;
    return {
      found,
      index: new KeyIndex(),
      sequences: new Uint32Array(pages),
      erasures: this.#erasures,
      first: 0,
      sequence: this.#sequence,
      active: this.#active,
      bound: 0,
      end: pageSize,
    };
  }

  /** The log's other pages, from the oldest on. false: something of them is lost. */
  #takeOlder(age: number, newest: PageHeader): boolean {
    const older = this.#own.slice(age + 1).filter(({ header }) => header.sequence >= newest.first);
    if (newest.first > newest.sequence || older.length !== newest.sequence - newest.first) return false;
    let { boundBefore } = newest;
    const bounds = older.map(({ header }) => {
      const bound = boundBefore;
      boundBefore = header.boundBefore;
      return bound;
    });
    for (let i = older.length - 1; i >= 0; i--) {
      const own = older[i];
      if (own === undefined || own.header.sequence !== newest.sequence - 1 - i) return false;
      this.#readPage(own.page);
      const content = readPage(this.#octets, own.header.sequence, bounds[i]);
      if (content.isDamaged) return false;
      this.#take(own.page, own.header.sequence, content);
    }
    return true;
  }

  /** Add the records of the page that has been read. */
  #take(page: number, sequence: number, { records }: PageContent): void {
    this.#sequences[page] = sequence;
    const pageAt = page * this.#flash.pageSize;
    for (const at of records) {
      this.#record.set(this.#octets.subarray(at, at + MAX_RECORD));
      if (restoreRecord(this.#record) === undefined) continue;
      const key = recordKey(this.#record);
      const isErasure = recordValue(this.#record) === undefined;
      const slot = this.#index.find(key, (place) => readRecord(this.#flash, place, this.#record));
      const place = (pageAt + at) / WORD_SIZE;
      if (slot === undefined) {
        if (!isErasure) this.#index.add(key, place);
      } else if (isErasure) this.#index.remove(slot);
      else this.#index.move(slot, place);
    }
  }

  #readPage(page: number): void {
    this.#flash.read(page * this.#flash.pageSize, this.#octets);
  }
}
