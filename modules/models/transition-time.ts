/** Transition times and delays in the octets of the generic models. Mesh Model specification, 3.1.3. */

/** Steps that stand for an unknown time; nobody may ask for it. */
const UNKNOWN_STEPS = 0x3f;
const MAX_STEPS = 0x3e;

/** What one step is worth, by the two highest bits. */
const RESOLUTIONS_MS = Object.freeze([100, 1000, 10_000, 600_000] as const);

/** In milliseconds; undefined: an unknown time. */
export function decodeTransitionTime(octet: number): number | undefined {
  const steps = octet & 0x3f;
  if (steps === UNKNOWN_STEPS) return undefined;
  return steps * (RESOLUTIONS_MS[octet >> 6] ?? 0);
}

/** The shortest time that can be said and is not shorter than this one; at most 62 steps of ten minutes. */
export function encodeTransitionTime(timeMs: number): number {
  for (const [index, resolutionMs] of RESOLUTIONS_MS.entries()) {
    const rest = timeMs % resolutionMs;
    const steps = (timeMs - rest) / resolutionMs + (rest > 0 ? 1 : 0);
    if (steps <= MAX_STEPS) return (index << 6) | steps;
  }
  return 0xc0 | MAX_STEPS;
}

/** A Delay field counts 5 ms. */
export const DELAY_STEP_MS = 5;
