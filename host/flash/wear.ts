/** How long a flash lasts: for our own log, and for the non-volatile storage (NVS) of ESP-IDF. */

import { type Flash, WORD_SIZE } from "./flash.js";
import { HEADER_SIZE } from "./page.js";

const HOURS_A_YEAR = 24 * 365.25;

/** What wears a flash. */
export interface Load {
  /** How often a page can be erased: 10,000 times at least on nRF52840, typically 100,000 times on ESP32's flash chips. */
  readonly endurance: number;
  /** Of all records that hardly ever change: octets as FlashView counts them for our log, entries for NVS. */
  readonly live: number;
  /** Of the record that is written again and again; in the same unit. */
  readonly record: number;
  readonly writesPerHour: number;
}

/**
 * Years until the first page of our log has been erased as often as it can be. Pages take turns, and what counts of a page
 * is copied once in each round, in which all pages but the free one are filled. A start weighs as much as 80 octets.
 */
export function yearsOfLog({ pages, pageSize }: Pick<Flash, "pages" | "pageSize">, load: Load): number {
  const copied = load.live / (pages - 1);
  const room = pageSize - HEADER_SIZE - WORD_SIZE - copied;
  const size = load.record + WORD_SIZE;
  // At the end of a page, half a record finds no room on the average.
  const writesPerErasure = room / size - 1 / 2;
  const writes = writesPerErasure * pages * load.endurance;
  return Math.max(0, writes) / (load.writesPerHour * HOURS_A_YEAR);
}

/** Entries in a page of NVS. */
const NVS_ENTRIES = 126;
/** Octets in an entry. */
const NVS_ENTRY_SIZE = 32;
/** Octets in a page, the least that a partition grows by. */
const NVS_PAGE_SIZE = 4096;

/** Entries that a blob takes: one for its index, one for the header of its data, and the data. */
export function nvsEntriesOf(octets: number): number {
  return 2 + Math.ceil(octets / NVS_ENTRY_SIZE);
}

/**
 * Years until NVS has worn out the first page of its partition. It frees the page with the least that counts, so pages
 * full of what does not change are left alone, and the others wear in their place, the one that is kept free too.
 */
export function yearsOfNvs(partitionOctets: number, load: Load): number {
  const pages = Math.floor(partitionOctets / NVS_PAGE_SIZE);
  const atRest = Math.ceil(load.live / NVS_ENTRIES);
  const writesPerErasure = Math.floor(NVS_ENTRIES / load.record);
  // One of those that wear is free, and one more must have room.
  const wearing = pages - atRest;
  const writes = wearing < 2 ? 0 : wearing * writesPerErasure * load.endurance;
  return writes / (load.writesPerHour * HOURS_A_YEAR);
}

/** The least partition for NVS that lasts so many years, in octets. */
export function nvsPartitionFor(years: number, load: Load): number {
  let octets = 3 * NVS_PAGE_SIZE;
  while (yearsOfNvs(octets, load) < years) octets += NVS_PAGE_SIZE;
  return octets;
}
