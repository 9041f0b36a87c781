/** Print at this pin from now on. Throws RangeError for one that the chip does not have. */
export function openPrint(this: void, pin: number): void {
  native("fledgling_openPrint").call(this, pin);
}

/** Why the chip has started: the bits of nRF52's RESETREAS; 0: power has come, or come back. */
export function resetReason(this: void): number {
  return native("fledgling_resetReason").call(this);
}
