import type { Clock, Timer } from "../../modules/platform.js";

/** setTimeout takes no more. */
const LONGEST_DELAY_MS = 0x7fffffff;

/** The computer's monotonic clock. Its timers hold the process until they are stopped or the clock is closed. */
export class RealClock implements Clock {
  readonly #timers: RealTimer[] = [];

  now(): number {
    return performance.now();
  }

  createTimer(expired: () => void): Timer {
    const timer = new RealTimer(this, expired);
    this.#timers.push(timer);
    return timer;
  }

  /** No timer expires from now on, nor any that is started later. */
  close(): void {
    for (const timer of this.#timers) timer.close();
  }
}

class RealTimer implements Timer {
  readonly #clock: Clock;
  readonly #expired: () => void;
  #timeout: NodeJS.Timeout | undefined;
  #deadline = 0;
  #closed = false;

  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  start(delayMs: number): void {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY))
      throw new RangeError("a delay is 0 ms or more");
    this.stop();
    if (this.#closed) return;
    this.#deadline = this.#clock.now() + delayMs;
    this.#wait(delayMs);
  }

  stop(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }

  get running(): boolean {
    return this.#timeout !== undefined;
  }

  close(): void {
    this.stop();
    this.#closed = true;
  }

  #wait(delayMs: number): void {
    this.#timeout = setTimeout(() => this.#wake(), Math.min(Math.ceil(delayMs), LONGEST_DELAY_MS));
  }

  /** Node's timers may come a millisecond early, and long delays are waited for in parts. */
  #wake(): void {
    const left = this.#deadline - this.#clock.now();
    if (left > 0) {
      this.#wait(left);
      return;
    }
    this.#timeout = undefined;
    this.#expired();
  }
}
