/**
 * What stands behind the header of a page: records and marks, in words of four octets, big-endian.
 *
 *   record   word 0    0 | length of the key 4 | length of the value 6 | ones 4 | lent bits 17
 *            words     key and value, filled up with ones
 *            last word CRC-32 of all before it, with the lent bits in their own places and ones in word 0
 *   mark     0 | 0000 | 111110 | bound, in words 10 | check 11
 *
 * The highest bit of a word says where something begins: it is 0 in the first word of a record and in a mark, and 1
 * everywhere else. What belongs there in the other words of a record is lent to its first one. So no value can look like a
 * record, and none is missed, whatever a power cut has left in front of it.
 *
 * The length of a value is 63 for the erasure of a key, which has no value. A mark ends what was written since the mark
 * before it: what begins before `bound` counts, and what begins between there and the mark does not and never will. Behind
 * a record, bound is where the mark itself stands; a start's mark repeats the bound of the mark before it.
 */

import { getUint32BE, octet, setUint32BE } from "../../modules/bytes.js";
import { crcOf } from "./crc32.js";
import { WORD_SIZE } from "./flash.js";

/** Characters in a key, at most. */
export const MAX_KEY = 15;
/** Octets in a value, at most. */
export const MAX_VALUE = 48;
/** Octets of the longest record. */
export const MAX_RECORD = 72;

const ERASURE = 63;
const MARK = 62;
const ONES_AT_LENGTHS = 0x001fffff;
const SPARE = 0x001e0000;
const LENT = 17;

/** A word that nobody has programmed. */
export const BLANK = 0xffffffff;

/** Whether something begins with this word. */
export function isFirst(word: number): boolean {
  return word <= 0x7fffffff;
}

/** The octets of a record with a key and a value, or, without a value, of an erasure. */
export function sizeOf(keyLength: number, valueLength: number): number {
  const words = Math.ceil((keyLength + valueLength) / WORD_SIZE);
  return (1 + words + 1) * WORD_SIZE;
}

/** Octets of the record that begins with this word; undefined: none does. */
export function sizeFrom(word: number): number | undefined {
  const keyLength = keyLengthOf(word);
  const valueLength = (word >>> 21) & 0x3f;
  if (!isFirst(word) || keyLength === 0 || (word & SPARE) !== SPARE) return undefined;
  if (valueLength === ERASURE) return sizeOf(keyLength, 0);
  return valueLength <= MAX_VALUE ? sizeOf(keyLength, valueLength) : undefined;
}

/** A record, ready to be programmed. value: undefined for an erasure. key: checked. */
export function encodeRecord(key: string, value: Uint8Array | undefined): Uint8Array {
  const record = new Uint8Array(sizeOf(key.length, value?.length ?? 0)).fill(0xff);
  for (let i = 0; i < key.length; i++) record[WORD_SIZE + i] = key.charCodeAt(i);
  if (value !== undefined) record.set(value, WORD_SIZE + key.length);
  const first = (key.length << 27) | ((value?.length ?? ERASURE) << 21) | ONES_AT_LENGTHS;
  setUint32BE(record, 0, first);
  const last = record.length - WORD_SIZE;
  setUint32BE(record, last, crcOf(record, 0, last));
  setUint32BE(record, 0, first & ~lend(record));
  return record;
}

/** The bits of word 0 that are 0 because a highest bit is; those bits become ones. */
function lend(record: Uint8Array): number {
  let zeros = 0;
  for (let at = WORD_SIZE, bit = 1; at < record.length; at += WORD_SIZE, bit <<= 1) {
    const value = octet(record, at);
    if (value < 0x80) zeros |= bit;
    record[at] = value | 0x80;
  }
  return zeros;
}

/**
 * Put the lent bits of a record into their own places, in `record`, which begins with it. Its size; undefined: it is no
 * record, or not whole.
 */
export function restoreRecord(record: Uint8Array): number | undefined {
  const first = getUint32BE(record, 0);
  const size = sizeFrom(first);
  if (size === undefined || size > record.length) return undefined;
  for (let at = WORD_SIZE, bit = 1; at < size; at += WORD_SIZE, bit <<= 1) {
    const value = octet(record, at);
    if (value < 0x80) return undefined;
    if ((first & bit) === 0) record[at] = value & 0x7f;
  }
  setUint32BE(record, 0, first | ((1 << LENT) - 1));
  const last = size - WORD_SIZE;
  return getUint32BE(record, last) === crcOf(record, 0, last) ? size : undefined;
}

/** The key of a record that has been restored. */
export function recordKey(record: Uint8Array): string {
  let key = "";
  const length = keyLengthOf(octet(record, 0) << 24);
  for (let i = 0; i < length; i++) key += String.fromCharCode(octet(record, WORD_SIZE + i));
  return key;
}

/** The value of a record that has been restored, within it; undefined: the key is erased. */
export function recordValue(record: Uint8Array): Uint8Array | undefined {
  const first = getUint32BE(record, 0);
  const length = (first >>> 21) & 0x3f;
  const at = WORD_SIZE + keyLengthOf(first);
  return length === ERASURE ? undefined : record.subarray(at, at + length);
}

function keyLengthOf(word: number): number {
  return (word >>> 27) & 0x0f;
}

/** A mark in the page with this sequence number. bound: octets from the start of the page. */
export function encodeMark(sequence: number, bound: number): Uint8Array {
  const mark = new Uint8Array(WORD_SIZE);
  const words = bound / WORD_SIZE;
  setUint32BE(mark, 0, (MARK << 21) | (words << 11) | checkOf(sequence, words));
  return mark;
}

/** The bound of the mark that this word is, in octets; undefined: it is none, or not of this page. */
export function boundOf(word: number, sequence: number): number | undefined {
  if (word >>> 21 !== MARK) return undefined;
  const words = (word >>> 11) & 0x3ff;
  return (word & 0x7ff) === checkOf(sequence, words) ? words * WORD_SIZE : undefined;
}

function checkOf(sequence: number, words: number): number {
  const octets = new Uint8Array(2 * WORD_SIZE);
  setUint32BE(octets, 0, sequence);
  setUint32BE(octets, WORD_SIZE, words);
  return crcOf(octets, 0, octets.length) & 0x7ff;
}
