/** NOR flash, as the storage in this folder wants it from a chip. */

/**
 * Pages of flash, numbered from 0; offsets count octets from the start of page 0. An erased page holds ones only, and
 * programming makes zeros of them. Both are done when the call returns.
 */
export interface Flash {
  /** Octets in a page: a multiple of 4 from 256 to 4096. */
  readonly pageSize: number;
  /** At least 4, and 256 kB in all at most. */
  readonly pages: number;
  read(offset: number, target: Uint8Array): void;
  /**
   * Program whole words of 4 octets, one after the other, each done before the next is begun. offset and length:
   * multiples of 4, within one page. false: the hardware refused; some words may be programmed all the same.
   */
  program(offset: number, octets: Uint8Array): boolean;
  /** Make a page all ones. false: the hardware refused. */
  erase(page: number): boolean;
}

/** Octets in a word, the least that can be programmed. */
export const WORD_SIZE = 4;

/** Throws RangeError for a flash that this storage cannot work on. */
export function checkFlash({ pageSize, pages }: Flash): void {
  if (pageSize < 256 || pageSize > 4096 || pageSize % WORD_SIZE !== 0)
    throw new RangeError("not a page size");
  if (pages < 4 || pages * pageSize > 0x40000) throw new RangeError("not a number of pages");
}
