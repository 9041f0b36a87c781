/** What a chip has in C beside what every platform has; a desktop has none of it. */

/**
 * Write what tells this chip from all others, as the factory has set it, into `target`, which has 16 octets. Its
 * number of octets; the same at every start, whatever is erased.
 */
export function readChipId(this: void, target: Uint8Array): number {
  return native("fledgling_chipId").call(this, target);
}

/** Begin anew, as after a reset. It does not return. */
export function restartChip(this: void): void {
  native("fledgling_restart").call(this);
}
