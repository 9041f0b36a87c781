/**
 * The solicitation replay protection list: of each client the last number of its Solicitation PDUs. MshPRT 6.9.2.1.
 *
 *   record srpl.hh: version 1, nine entries of 5: SSRC 2, SSEQ 3; SSRC 0: nothing
 *
 * The numbers do not depend on the IV Index, and never begin anew; only a configuration client removes entries.
 */

import { getUint16BE, getUint24BE, setUint16BE, setUint24BE } from "../bytes.js";
import { hexDigits, RecordPrefix, type Records } from "../records.js";

const VERSION = 1;
const PER_RECORD = 9;
const ENTRY_SIZE = 5;
const SIZE = 1 + PER_RECORD * ENTRY_SIZE;
const RECORDS = 2;
const CAPACITY = RECORDS * PER_RECORD;

/** Keeps the list, in storage too, for 18 clients. */
export class SolicitationList {
  readonly #records: Records;
  readonly #sources = new Uint16Array(CAPACITY);
  readonly #numbers = new Uint32Array(CAPACITY);

  constructor(records: Records) {
    this.#records = records;
  }

  /** What is stored. */
  load(): void {
    for (let index = 0; index < RECORDS; index++) {
      const record = this.#records.read(keyOf(index), VERSION, SIZE);
      for (let i = 0; record !== undefined && i < PER_RECORD; i++) {
        this.#sources[index * PER_RECORD + i] = getUint16BE(record, 1 + i * ENTRY_SIZE);
        this.#numbers[index * PER_RECORD + i] = getUint24BE(record, 3 + i * ENTRY_SIZE);
      }
    }
  }

  /** undefined: a PDU with those numbers may be processed. src: a unicast address. */
  check(src: number, seq: number): "replayed" | "replayListFull" | undefined {
    const at = this.#sources.indexOf(src);
    if (at < 0) return this.#sources.includes(0) ? undefined : "replayListFull";
    return seq > (this.#numbers[at] ?? 0) ? undefined : "replayed";
  }

  /** It is being processed; durable when this returns. false: that is not possible, and it must not be processed. */
  accept(src: number, seq: number): boolean {
    const known = this.#sources.indexOf(src);
    const at = known < 0 ? this.#sources.indexOf(0) : known;
    if (at < 0) return false;
    const before = this.#numbers[at] ?? 0;
    this.#sources[at] = src;
    this.#numbers[at] = seq;
    if (this.#write((at / PER_RECORD) | 0)) return true;
    this.#sources[at] = known < 0 ? 0 : src;
    this.#numbers[at] = before;
    return false;
  }

  /** Forget the clients with the `count` addresses from `first` on. false: it could not be stored. MshPRT 4.4.17.2. */
  clear(first: number, count: number): boolean {
    let isStored = true;
    for (let index = 0; index < RECORDS; index++) {
      let isChanged = false;
      for (let at = index * PER_RECORD; at < (index + 1) * PER_RECORD; at++) {
        const source = this.#sources[at] ?? 0;
        if (source === 0 || source < first || source >= first + count) continue;
        this.#sources[at] = 0;
        isChanged = true;
      }
      if (isChanged && !this.#write(index)) isStored = false;
    }
    return isStored;
  }

  #write(index: number): boolean {
    const record = new Uint8Array(SIZE);
    record[0] = VERSION;
    for (let i = 0; i < PER_RECORD; i++) {
      const at = index * PER_RECORD + i;
      setUint16BE(record, 1 + i * ENTRY_SIZE, this.#sources[at] ?? 0);
      setUint24BE(record, 3 + i * ENTRY_SIZE, this.#numbers[at] ?? 0);
    }
    return this.#records.write(keyOf(index), record);
  }
}

function keyOf(index: number): string {
  return RecordPrefix.Solicitations + hexDigits(index, 2);
}
