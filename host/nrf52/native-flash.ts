/** The flash pages of the storage, in C. Throws RangeError for what is outside of them; arguments are used up at once. */

/** How many pages there are; 0: the image has grown into them. */
export function flashPages(this: void): number {
  return native("fledgling_flashPages").call(this);
}

/** offset: octets from the start of the first page. */
export function flashRead(this: void, offset: number, target: Uint8Array): void {
  native("fledgling_flashRead").call(this, offset, target);
}

/** Whole words of 4 octets. 1: they are there; 0: they are not, or not all. */
export function flashProgram(this: void, offset: number, octets: Uint8Array): number {
  return native("fledgling_flashProgram").call(this, offset, octets);
}

/** 1: the page is all ones; 0: it is not. */
export function flashErase(this: void, page: number): number {
  return native("fledgling_flashErase").call(this, page);
}
