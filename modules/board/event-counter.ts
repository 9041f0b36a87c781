/** A number entered by so many pushes or turns. MshPRT 5.4.2.4.4. */

import type { Clock, Timer } from "../platform.js";

/** The number is entered when so long nothing more has come. */
const QUIET_MS = 5000;

/** Counts, and calls `counted` after five seconds of quiet; never before the first event. */
export class EventCounter {
  readonly #timer: Timer;
  #count = 0;

  constructor(clock: Clock, counted: (count: number) => void) {
    this.#timer = clock.createTimer(() => {
      const count = this.#count;
      this.#count = 0;
      counted(count);
    });
  }

  /** So many more have come; 0 is no event. */
  add(events: number): void {
    if (events === 0) return;
    this.#count += events;
    this.#timer.start(QUIET_MS);
  }

  /** Forget what was counted. Idempotent. */
  stop(): void {
    this.#timer.stop();
    this.#count = 0;
  }
}
