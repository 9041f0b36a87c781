/** Why the chip has started: the bits of nRF52's RESETREAS; 0: power has come, or come back. */
export function resetReason(this: void): number {
  return native("fledgling_resetReason").call(this);
}
