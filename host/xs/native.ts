/**
 * What every platform under XS has in C, each in a file of its own. The form of these functions is the one of which
 * the SDK's compiler makes a direct call.
 */

/** Fill `target` from the hardware's or the kernel's generator; throws rather than give fewer or weaker octets. */
export function fillRandom(this: void, target: Uint8Array): void {
  native("fledgling_fillRandom").call(this, target);
}

/** Milliseconds since the start; setting a clock does not change them, and they never wrap. */
export function monotonicMs(this: void): number {
  return native("fledgling_monotonicMs").call(this);
}
