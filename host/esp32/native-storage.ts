/** The records in C. Arguments are used up when a call returns. */

/**
 * Open the partition. 1: what lay there was unusable or written by a newer firmware, and has been erased; 0: it was
 * not. Throws Error when it cannot be opened.
 */
export function openStorage(this: void): number {
  return native("fledgling_storageOpen").call(this);
}

/** Copy a record to the front of `target`. Its length; -1: there is none. */
export function readRecord(this: void, key: string, target: Uint8Array): number {
  return native("fledgling_storageRead").call(this, key, target);
}

/** 1: it is durable; 0: there is no room, and the old record stands. */
export function writeRecord(this: void, key: string, value: Uint8Array): number {
  return native("fledgling_storageWrite").call(this, key, value);
}

/** A record that is not there is erased already. Throws Error when the flash refuses. */
export function eraseRecord(this: void, key: string): void {
  native("fledgling_storageErase").call(this, key);
}

/** Copy a key to the front of `target`: the first with `isFirst` 1, then the others. Its length; 0: no more. */
export function nextKey(this: void, target: Uint8Array, isFirst: 0 | 1): number {
  return native("fledgling_storageNextKey").call(this, target, isFirst);
}
