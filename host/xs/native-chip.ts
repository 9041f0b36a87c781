/** What a chip has in C beside what every platform has; a desktop has none of it. */

/**
 * Fill `target` with what tells this chip from all others, as the factory has set it: the same at every start, whatever
 * is erased. It has as many octets as that has on this kind of chip.
 */
export function readChipId(this: void, target: Uint8Array): void {
  native("fledgling_chipId").call(this, target);
}

/**
 * A line for a person, with its line feed: to the debugger in a debug build, else to the chip's serial port, which takes
 * some 90 microseconds for each character. Characters that are not ASCII come out as several.
 */
export function print(this: void, text: string): void {
  native("fledgling_print").call(this, text);
}

/** Begin anew, as after a reset. It does not return. */
export function restartChip(this: void): void {
  native("fledgling_restart").call(this);
}
