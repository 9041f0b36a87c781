/** What is found in a flash at the start. Nothing is changed by looking. */

import { type Flash, WORD_SIZE } from "./flash.js";
import { KeyIndex } from "./key-index.js";
import { countMarks, decodeHeader, isBlank, type PageContent, type PageHeader, readPage } from "./page.js";
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
  /** Where in the active page the last mark stands, and its bound. */
  readonly mark: number;
  readonly bound: number;
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
  /** How many stand in it. Of two pages with one number, the hardware has refused the one with fewer. */
  readonly marks: number;
}

class LogReader {
  readonly #flash: Flash;
  readonly #octets: Uint8Array;
  readonly #record = new Uint8Array(MAX_RECORD);
  /** The pages that have a header, the newest first; each sequence number once. */
  #own: OwnPage[] = [];
  /** Pages that hold something, but no header. */
  readonly #unknown: number[] = [];
  readonly #index = new KeyIndex();
  readonly #sequences: Uint32Array;
  readonly #erasures: Uint32Array;
  /** The highest number of all headers, and its page. */
  #sequence = 0;
  #active: number;

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
    for (let page = 0; page < this.#flash.pages; page++) {
      this.#readPage(page);
      const header = decodeHeader(this.#octets);
      if (header !== undefined) this.#addHeader(page, header);
      else if (!isBlank(this.#octets)) this.#unknown.push(page);
    }
    this.#own.sort((a, b) => b.header.sequence - a.header.sequence || b.marks - a.marks);
    this.#own = this.#own.filter(({ header }, i, own) => header.sequence !== own[i - 1]?.header.sequence);
    // Pages take turns: those whose count is lost have been erased about as often as the others.
    const usual = Math.max(0, Math.max(...this.#erasures) - 1);
    for (const [page, erasures] of this.#erasures.entries()) if (erasures === 0) this.#erasures[page] = usual;
  }

  #addHeader(page: number, header: PageHeader): void {
    this.#erasures[page] = header.erasures;
    if (header.sequence > this.#sequence) {
      this.#sequence = header.sequence;
      this.#active = page;
    }
    this.#own.push({ page, header, marks: countMarks(this.#octets, header.sequence) });
  }

  #readLog(): LogStart {
    for (const [age, { page, header }] of this.#own.entries()) {
      this.#readPage(page);
      const content = readPage(this.#octets, header.sequence, undefined);
      if (content.mark === 0) continue;
      const isWhole = !content.isDamaged && this.#takeOlder(age, header) && !this.#hasLostNewer(header);
      if (!isWhole) return this.#nothing("damaged");
      this.#readPage(page);
      this.#take(page, header.sequence, content);
      const [index, sequences, erasures] = [this.#index, this.#sequences, this.#erasures];
      const { first, sequence } = header;
      const { mark, bound } = content;
      return { found: "sound", index, sequences, erasures, first, sequence, active: page, mark, bound };
    }
    return this.#nothing(this.#unknown.length > 0 || this.#sequence > 0 ? "foreign" : "empty");
  }

  /** A page without a header that holds what was written after this one: without it, older values would come back. */
  #hasLostNewer({ sequence }: PageHeader): boolean {
    return this.#unknown.some((page) => {
      this.#readPage(page);
      const marks = countMarks(this.#octets, sequence + 1);
      return marks > 1 && !readPage(this.#octets, sequence + 1, undefined).isDamaged;
    });
  }

  /** There is no log to go on with; but a new one has higher numbers than what is there. */
  #nothing(found: Found): LogStart {
    return {
      found,
      index: new KeyIndex(),
      sequences: new Uint32Array(this.#flash.pages),
      erasures: this.#erasures,
      first: 0,
      sequence: this.#sequence,
      active: this.#active,
      mark: 0,
      bound: 0,
    };
  }

  /** The log's other pages, from the oldest on. false: something of them is lost. */
  #takeOlder(age: number, newest: PageHeader): boolean {
    const older = this.#own.slice(age + 1).filter(({ header }) => header.sequence >= newest.first);
    if (older.length !== newest.sequence - newest.first) return false;
    const newer = [newest, ...older.map(({ header }) => header)];
    for (const [i, { page, header }] of [...older.entries()].reverse()) {
      this.#readPage(page);
      const content = readPage(this.#octets, header.sequence, newer[i]?.boundBefore);
      if (content.isDamaged) return false;
      this.#take(page, header.sequence, content);
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
