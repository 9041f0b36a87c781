/**
 * The sequence numbers: one counter for all elements. MshPRT 3.9.3.
 *
 *   record seq: version 1, the IV Index to send with 4, the first number that is not reserved 3
 *
 * No number is given out twice under one IV Index, wherever the power is cut. Each is reserved in storage before it is
 * given out, and the counter goes back to 0 only for a higher IV Index. That one is durable in its own record before
 * this counter hears of it, so a record of a lower IV Index is what a power cut between the two has left, and no
 * number of the higher one has been used.
 */

import { getUint24BE, getUint32BE, setUint24BE, setUint32BE } from "../bytes.js";
import type { Trace } from "../platform.js";
import { RecordKey, type Records } from "../records.js";

const VERSION = 1;
const SIZE = 8;
/** So many numbers are reserved by one write. */
const BLOCK = 256;
/** The end of what a record can say; this number itself is never used. */
const LIMIT = 0xffffff;
/** From here on a higher IV Index is wanted. */
const LOW = 0x800000;

/** What the counter needs of its surroundings. */
export interface SequenceParts {
  readonly records: Records;
  readonly trace: Trace;
  /**
   * The numbers run low, or none may be used: an IV update is wanted. Called from within `take`, with each block of
   * numbers again, and must only remember it for a later turn.
   */
  readonly low: () => void;
}

/** Gives out the sequence numbers. */
export class Sequence {
  readonly #parts: SequenceParts;
  #ivIndex = 0;
  #next = LIMIT;
  /** The first number that is not reserved. */
  #reserved = LIMIT;

  constructor(parts: SequenceParts) {
    this.#parts = parts;
  }

  /**
   * Go on behind what was reserved. When the record is missing or damaged nobody knows which numbers have been used:
   * none may be, until `restart`. ivIndexSending: the IV Index that the node sends with.
   */
  load(ivIndexSending: number): void {
    const { records } = this.#parts;
    const record = records.read(RecordKey.Sequence, VERSION, SIZE);
    const stored = record === undefined ? Infinity : getUint32BE(record, 1);
    this.#ivIndex = ivIndexSending;
    if (record !== undefined && stored <= ivIndexSending) {
      this.#next = stored < ivIndexSending ? 0 : getUint24BE(record, 5);
    } else {
      if (record !== undefined) records.damaged(record);
      this.#next = LIMIT;
    }
    this.#reserved = this.#next;
    if (this.#next === LIMIT) this.#noteExhausted();
  }

  /** From 0, for a node that has just joined a network. false: it could not be stored. */
  begin(ivIndexSending: number): boolean {
    if (!this.#write(ivIndexSending, 0)) return false;
    this.#restartAt(ivIndexSending);
    return true;
  }

  /** From 0 again under a higher IV Index; for the one in use nothing happens. MshPRT 3.11.5, 3.11.6. */
  restart(ivIndexSending: number): void {
    if (ivIndexSending <= this.#ivIndex) return;
    this.#restartAt(ivIndexSending);
    // If this fails the first reservation makes up for it.
    this.#write(ivIndexSending, 0);
  }

  /** The next number, to be used under `ivIndex`. undefined: none may be used now. */
  take(): number | undefined {
    if (this.#next === this.#reserved && !this.#reserve()) return undefined;
    const number = this.#next++;
    if (this.#next === LIMIT) this.#noteExhausted();
    return number;
  }

  /** The number that `take` gives next; ffffff: none. */
  get next(): number {
    return this.#next;
  }

  /** The IV Index under which the numbers are used. */
  get ivIndex(): number {
    return this.#ivIndex;
  }

  #restartAt(ivIndexSending: number): void {
    this.#ivIndex = ivIndexSending;
    this.#next = 0;
    this.#reserved = 0;
  }

  #reserve(): boolean {
    if (this.#next >= LOW) this.#parts.low();
    const end = this.#next < LIMIT - BLOCK ? this.#next + BLOCK : LIMIT;
    if (end === this.#next || !this.#write(this.#ivIndex, end)) return false;
    this.#reserved = end;
    return true;
  }

  #write(ivIndex: number, reserved: number): boolean {
    const record = new Uint8Array(SIZE);
    record[0] = VERSION;
    setUint32BE(record, 1, ivIndex);
    setUint24BE(record, 5, reserved);
    return this.#parts.records.write(RecordKey.Sequence, record);
  }

  #noteExhausted(): void {
    this.#parts.trace.note("network", "sequenceExhausted");
  }
}
