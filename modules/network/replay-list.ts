/**
 * The replay protection list: of each source the last sequence number that was accepted. MshPRT 3.9.8.
 *
 *   record rpl.hh: version 1, IV Index 4, eight entries of 5: SRC 15 bits, IVI 1 bit, SEQ 3; SRC 0: nothing
 *
 * An entry belongs to the current IV Index or to the one before it; an older one cannot match any PDU that is still
 * accepted, and its place is free. Nothing else is ever forgotten.
 */

import {
  getUint16BE,
  getUint24BE,
  getUint32BE,
  octet,
  setUint16BE,
  setUint24BE,
  setUint32BE,
} from "../bytes.js";
import type { Clock, DropReason, Timer, Trace } from "../platform.js";
import { hexDigits, RecordPrefix, type Records } from "../records.js";

const VERSION = 1;
const PER_RECORD = 8;
const ENTRIES_AT = 5;
const ENTRY_SIZE = 5;
const SIZE = ENTRIES_AT + PER_RECORD * ENTRY_SIZE;
const MAX_RECORDS = 0x100;
/** What a sequence number of the current IV Index is ahead of those of the one before. */
const CURRENT = 0x1000000;

/**
 * What the list needs of its surroundings. capacity: how many sources, at most 2048; storeDelayMs: how long it may
 * take until an entry is stored; 0: at once.
 */
export interface ReplayListParts {
  readonly clock: Clock;
  readonly records: Records;
  readonly trace: Trace;
  readonly capacity: number;
  readonly storeDelayMs: number;
}

/** Keeps the list, in storage too. */
export class ReplayList {
  readonly #parts: ReplayListParts;
  readonly #store: Timer;
  /** Of each entry its source; 0: none. */
  readonly #sources: Uint16Array;
  /** Of each entry its sequence number, with CURRENT added where that belongs to the current IV Index. */
  readonly #values: Uint32Array;
  /** Of each entry: segmented messages that began below it are over. */
  readonly #floors: Uint32Array;
  /** Which records differ from what is stored. */
  readonly #unsaved: Uint8Array;
  #ivIndex = 0;

  constructor(parts: ReplayListParts) {
    const { capacity, clock } = parts;
    if (capacity < 1 || capacity > MAX_RECORDS * PER_RECORD) throw new RangeError("not a capacity");
    this.#parts = parts;
    this.#sources = new Uint16Array(capacity);
    this.#values = new Uint32Array(capacity);
    this.#floors = new Uint32Array(capacity);
    this.#unsaved = new Uint8Array(recordOf(capacity - 1) + 1);
    this.#store = clock.createTimer(() => this.#storeAll());
  }

  /** What is stored, without what is too old. */
  load(currentIvIndex: number): void {
    this.#ivIndex = currentIvIndex;
    this.#sources.fill(0);
    for (const name of this.#parts.records.keys(RecordPrefix.ReplayList)) this.#loadRecord(name);
    for (let at = 0; at < this.#sources.length; at++) {
      this.#floors[at] = this.#sources[at] === 0 ? 0 : this.#valueAt(at) + 1;
    }
    this.#storeAll();
  }

  /**
   * Whether a PDU may be processed. undefined: it may; else "replayed", or "replayListFull". Changes and allocates
   * nothing. src: a unicast address; ivIndex: the one that the PDU was decrypted with.
   */
  check(src: number, ivIndex: number, seq: number): DropReason | undefined {
    const value = this.#valueOf(ivIndex, seq);
    if (value < 0) return "replayed";
    const at = this.#sources.indexOf(src);
    if (at < 0) return this.#sources.includes(0) ? undefined : "replayListFull";
    return value > this.#valueAt(at) ? undefined : "replayed";
  }

  /**
   * Whether a segmented message is over: it began at or before what was stored when the list was loaded, or at or
   * before one that was closed. Its repetitions have higher numbers, and `check` lets them pass. seq: of SeqAuth.
   */
  isOver(src: number, ivIndex: number, seq: number): boolean {
    const at = this.#sources.indexOf(src);
    return at >= 0 && this.#valueOf(ivIndex, seq) < (this.#floors[at] ?? 0);
  }

  /**
   * A segmented message is over, and who knew of it forgets it. seq: of SeqAuth; beyond what has been accepted it says
   * nothing, because everybody with the NetKey can begin a message with any number in anybody's name.
   */
  close(src: number, ivIndex: number, seq: number): void {
    const at = this.#sources.indexOf(src);
    const [value, accepted] = [this.#valueOf(ivIndex, seq), this.#valueAt(at)];
    const floor = (value < accepted ? value : accepted) + 1;
    if (at >= 0 && floor > (this.#floors[at] ?? 0)) this.#floors[at] = floor;
  }

  /**
   * It is being processed: remember it. false: that is not possible, and it must not be processed. Without a delay it
   * is durable when this returns true.
   */
  accept(src: number, ivIndex: number, seq: number): boolean {
    const value = this.#valueOf(ivIndex, seq);
    const known = this.#sources.indexOf(src);
    const at = known < 0 ? this.#sources.indexOf(0) : known;
    if (value < 0 || at < 0) return false;
    const before = this.#valueAt(at);
    if (known >= 0 && value <= before) return true;
    this.#sources[at] = src;
    this.#values[at] = value;
    if (this.#remember(recordOf(at))) return true;
    if (known < 0) this.#sources[at] = 0;
    this.#values[at] = before;
    return false;
  }

  /** A higher IV Index is current: forget what can never match again. */
  ivIndexChanged(current: number): void {
    const steps = current - this.#ivIndex;
    if (steps <= 0) return;
    this.#ivIndex = current;
    for (let at = 0; at < this.#sources.length; at++) {
      const value = this.#valueAt(at) - steps * CURRENT;
      const floor = (this.#floors[at] ?? 0) - steps * CURRENT;
      this.#values[at] = value < 0 ? 0 : value;
      this.#floors[at] = floor < 0 ? 0 : floor;
      if (value < 0) this.#sources[at] = 0;
    }
  }

  /** Nothing is stored any more. */
  stop(): void {
    this.#store.stop();
  }

  /** What orders the sequence numbers of the two IV Indexes; negative: of another one. */
  #valueOf(ivIndex: number, seq: number): number {
    if (ivIndex === this.#ivIndex) return CURRENT + seq;
    return ivIndex === this.#ivIndex - 1 ? seq : -1;
  }

  #valueAt(at: number): number {
    return this.#values[at] ?? 0;
  }

  /** false: it had to be stored now, and could not. */
  #remember(index: number): boolean {
    const { storeDelayMs } = this.#parts;
    if (storeDelayMs === 0) return this.#write(index);
    this.#unsaved[index] = 1;
    if (!this.#store.running) this.#store.start(storeDelayMs);
    return true;
  }

  #storeAll(): void {
    for (let index = 0; index < this.#unsaved.length; index++) {
      if (this.#unsaved[index] !== 0 && this.#write(index)) this.#unsaved[index] = 0;
    }
    const { storeDelayMs } = this.#parts;
    if (storeDelayMs > 0 && this.#unsaved.includes(1)) this.#store.start(storeDelayMs);
  }

  #write(index: number): boolean {
    const record = new Uint8Array(SIZE);
    record[0] = VERSION;
    setUint32BE(record, 1, this.#ivIndex);
    for (let i = 0; i < PER_RECORD; i++) {
      const at = index * PER_RECORD + i;
      const source = this.#sources[at] ?? 0;
      if (source === 0) continue;
      const value = this.#valueAt(at);
      const ivi = (value < CURRENT ? this.#ivIndex - 1 : this.#ivIndex) & 1;
      setUint16BE(record, ENTRIES_AT + i * ENTRY_SIZE, (source << 1) | ivi);
      setUint24BE(record, ENTRIES_AT + i * ENTRY_SIZE + 2, value % CURRENT);
    }
    return this.#parts.records.write(RecordPrefix.ReplayList + hexDigits(index, 2), record);
  }

  #loadRecord(name: string): void {
    const { records } = this.#parts;
    const record = records.read(name, VERSION, SIZE);
    if (record === undefined) return;
    const ivIndex = getUint32BE(record, 1);
    const index = Number.parseInt(name.slice(RecordPrefix.ReplayList.length), 16);
    // Our own IV Index is durable before any entry under it.
    if (ivIndex > this.#ivIndex || !(index < MAX_RECORDS)) {
      records.damaged(record);
      return;
    }
    for (let i = 0; i < PER_RECORD; i++) {
      const source = getUint16BE(record, ENTRIES_AT + i * ENTRY_SIZE);
      const seq = getUint24BE(record, ENTRIES_AT + i * ENTRY_SIZE + 2);
      const ownIvIndex = (source & 1) === (octet(record, 4) & 1) ? ivIndex : ivIndex - 1;
      const value = this.#valueOf(ownIvIndex, seq);
      if (source > 1 && value >= 0) this.#put(index * PER_RECORD + i, source >> 1, value);
    }
  }

  /** An entry from the storage, into its place where that is free. */
  #put(place: number, src: number, value: number): void {
    const known = this.#sources.indexOf(src);
    const own = this.#sources[place] === 0 ? place : this.#sources.indexOf(0);
    const at = known < 0 ? own : known;
    if (at < 0) return;
    if (known < 0 || value > this.#valueAt(at)) this.#values[at] = value;
    this.#sources[at] = src;
    // A list that has become shorter: the entry has another place now.
    if (at !== place) this.#unsaved[recordOf(at)] = 1;
  }
}

/** The number of the record that the entry at that place belongs to. */
function recordOf(place: number): number {
  return (place / PER_RECORD) | 0;
}
