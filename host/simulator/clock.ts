import type { Clock, Timer } from "../../modules/platform.js";

/** setTimeout takes no more. */
const LONGEST_DELAY_MS = 0x7fffffff;

/** The computer's monotonic clock. Its timers hold the process until they are stopped or the clock is closed. */
export class RealClock implements Clock {
  /** Not all timers: a node makes new ones for each network that it joins, and whoever drops one is done with it. */
  readonly #running = new Set<RealTimer>();
  #closed = false;

  now(): number {
    return performance.now();
  }

  createTimer(expired: () => void): Timer {
    return new RealTimer(expired, {
      running: this.#running,
      now: () => this.now(),
      isClosed: () => this.#closed,
    });
  }

  /** No timer expires from now on, nor any that is started later. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#running) timer.stop();
  }
}

/** A clock, as its timers see it. */
interface Clockwork {
  readonly running: Set<RealTimer>;
  now(): number;
  isClosed(): boolean;
}

class RealTimer implements Timer {
  readonly #expired: () => void;
  readonly #clock: Clockwork;
  #timeout: NodeJS.Timeout | undefined;
  #deadline = 0;

  constructor(expired: () => void, clock: Clockwork) {
    this.#expired = expired;
    this.#clock = clock;
  }

  start(delayMs: number): void {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY))
      throw new RangeError("a delay is 0 ms or more");
    this.stop();
    if (this.#clock.isClosed()) return;
    this.#deadline = this.#clock.now() + delayMs;
    this.#clock.running.add(this);
    this.#wait(delayMs);
  }

  stop(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#clock.running.delete(this);
  }

  get running(): boolean {
    return this.#timeout !== undefined;
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
    this.stop();
    this.#expired();
  }
}
