/** A number as so many pulses of light, sound or vibration. MshPRT 5.4.2.4.3. */

import type { Actuator, Clock, Timer } from "../platform.js";

const PHASE_MS = 500;
/** Between the end of one round and the beginning of the next; the specification asks for 3 s. */
const PAUSE_MS = 3000;

/**
 * Rounds of pulses, 500 ms on and 500 ms off, until `stop`. The first begins after 500 ms of off: in a lamp that was
 * on, its first pulse could not be told from what was before.
 */
export class Pulses {
  readonly #timer: Timer;
  #sink: Actuator | undefined;
  #count = 0;
  #left = 0;
  #isOn = false;

  constructor(clock: Clock) {
    this.#timer = clock.createTimer(() => this.#step());
  }

  /** count: at least 1; else RangeError. What was shown before is stopped. */
  start(sink: Actuator, count: number): void {
    if (!Number.isInteger(count) || count < 1) throw new RangeError("not a number of pulses");
    this.stop();
    this.#sink = sink;
    this.#count = count;
    this.#left = count;
    this.#show(false, PHASE_MS);
  }

  /** Off, at once. Idempotent. */
  stop(): void {
    this.#timer.stop();
    this.#sink?.write(false);
    this.#sink = undefined;
  }

  #step(): void {
    if (!this.#isOn) {
      this.#show(true, PHASE_MS);
    } else if (--this.#left > 0) {
      this.#show(false, PHASE_MS);
    } else {
      this.#left = this.#count;
      this.#show(false, PHASE_MS + PAUSE_MS);
    }
  }

  #show(isOn: boolean, durationMs: number): void {
    this.#isOn = isOn;
    this.#sink?.write(isOn);
    this.#timer.start(durationMs);
  }
}
