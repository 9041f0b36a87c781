/** How many beacons of a subnet are heard, and how often a node therefore sends its own. MshPRT 3.10.3.1, 3.10.4.2. */

/** Each node is to hear one beacon of a subnet in this time. */
export const EXPECTED_INTERVAL_MS = 10_000;
const MAX_INTERVAL_MS = 600_000;
/** The observation period, double the usual interval: eight times this. */
const SLOT_MS = 2_500;
const SLOTS = 8;

/** A rolling count over the observation period of 20 s. */
export class BeaconObservation {
  readonly #counts = new Uint16Array(SLOTS);
  #slot = 0;
  /** When the running slot began. */
  #startMs = 0;

  /** A beacon of the subnet has been heard. */
  heard(nowMs: number): void {
    this.#advance(nowMs);
    this.#counts[this.#slot] = (this.#counts[this.#slot] ?? 0) + 1;
  }

  /** The time between two beacons of our own: 10 s for each that was observed and for ours, at most 600 s. */
  intervalMs(nowMs: number): number {
    this.#advance(nowMs);
    let observed = 0;
    for (let slot = 0; slot < SLOTS; slot++) observed += this.#counts[slot] ?? 0;
    const intervalMs = EXPECTED_INTERVAL_MS * (observed + 1);
    return intervalMs < MAX_INTERVAL_MS ? intervalMs : MAX_INTERVAL_MS;
  }

  #advance(nowMs: number): void {
    const startMs = nowMs - (nowMs % SLOT_MS);
    const passed = (startMs - this.#startMs) / SLOT_MS;
    for (let i = 0; i < passed && i < SLOTS; i++) {
      this.#slot = (this.#slot + 1) % SLOTS;
      this.#counts[this.#slot] = 0;
    }
    this.#startMs = startMs;
  }
}
