import type { Clock, Timer } from "../../modules/platform.js";

/** So many expiries at one instant are a loop of timers that start each other without a delay. */
const MAX_EXPIRIES_AT_ONCE = 10_000;

/** Time that passes only when a test says so. Starts at 0. */
export class FakeClock implements Clock {
  readonly #running = new Set<FakeTimer>();
  #nowMs = 0;
  #starts = 0;
  #advancing = false;

  now(): number {
    return this.#nowMs;
  }

  createTimer(expired: () => void): Timer {
    return new FakeTimer(expired, {
      running: this.#running,
      begin: (delayMs) => ({ dueMs: this.#nowMs + delayMs, order: this.#starts++ }),
    });
  }

  /**
   * Let so many milliseconds pass: all that falls due runs, the earliest first, at equal times what was started
   * first, together with what is started meanwhile. `advance(0)` runs what waits for a later turn.
   */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError("time only goes forward");
    if (this.#advancing) throw new Error("the clock is already being advanced");
    this.#advancing = true;
    try {
      this.#runUntil(this.#nowMs + ms);
    } finally {
      this.#advancing = false;
    }
  }

  #runUntil(endMs: number): void {
    let atOnce = 0;
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      atOnce = timer.dueMs === this.#nowMs ? atOnce + 1 : 0;
      if (atOnce > MAX_EXPIRIES_AT_ONCE) throw new Error("timers start each other without end");
      this.#nowMs = timer.dueMs;
      timer.expire();
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number): FakeTimer | undefined {
    let first: FakeTimer | undefined;
    for (const timer of this.#running) {
      if (timer.dueMs > endMs) continue;
      if (first === undefined || timer.isBefore(first)) first = timer;
    }
    return first;
  }
}

interface Schedule {
  readonly running: Set<FakeTimer>;
  begin(delayMs: number): { readonly dueMs: number; readonly order: number };
}

class FakeTimer implements Timer {
  readonly #expired: () => void;
  readonly #schedule: Schedule;
  #due = { dueMs: 0, order: 0 };

  constructor(expired: () => void, schedule: Schedule) {
    this.#expired = expired;
    this.#schedule = schedule;
  }

  get running(): boolean {
    return this.#schedule.running.has(this);
  }

  get dueMs(): number {
    return this.#due.dueMs;
  }

  isBefore(other: FakeTimer): boolean {
    if (this.#due.dueMs !== other.#due.dueMs) return this.#due.dueMs < other.#due.dueMs;
    return this.#due.order < other.#due.order;
  }

  start(delayMs: number): void {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) throw new RangeError("not a delay");
    this.#due = this.#schedule.begin(delayMs);
    this.#schedule.running.add(this);
  }

  stop(): void {
    this.#schedule.running.delete(this);
  }

  expire(): void {
    this.stop();
    this.#expired();
  }
}
