import SdkTimer from "timer";
import type { Clock, Timer } from "../../modules/platform.js";
import { monotonicMs } from "./native.js";

/** The SDK's timer takes no more. */
const LONGEST_DELAY_MS = 0x7fffffff;

type Failed = (error: unknown) => void;

/** The monotonic clock of chip or computer, with timers of the SDK. */
export class XsClock implements Clock {
  readonly #failed: Failed;

  /** failed: what becomes of an exception of a timer; without it, the engine's own way. */
  constructor(failed: Failed = rethrow) {
    this.#failed = failed;
  }

  now(): number {
    return monotonicMs();
  }

  createTimer(expired: () => void): Timer {
    return new XsTimer(expired, this.#failed);
  }
}

class XsTimer implements Timer {
  readonly #expired: () => void;
  readonly #failed: Failed;
  #waiting: ReturnType<typeof SdkTimer.set> | undefined;
  #deadline = 0;

  constructor(expired: () => void, failed: Failed) {
    this.#expired = expired;
    this.#failed = failed;
  }

  start(delayMs: number): void {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY))
      throw new RangeError("a delay is 0 ms or more");
    this.stop();
    this.#deadline = monotonicMs() + delayMs;
    this.#wait(delayMs);
  }

  stop(): void {
    if (this.#waiting !== undefined) SdkTimer.clear(this.#waiting);
    this.#waiting = undefined;
  }

  get running(): boolean {
    return this.#waiting !== undefined;
  }

  /** A new timer of the SDK each time: one that has called is gone, and must not be touched again. */
  #wait(delayMs: number): void {
    this.#waiting = SdkTimer.set(() => this.#wake(), Math.min(Math.ceil(delayMs), LONGEST_DELAY_MS));
  }

  /** The SDK's timers may come a little early, and long delays are waited for in parts. */
  #wake(): void {
    this.#waiting = undefined;
    const leftMs = this.#deadline - monotonicMs();
    if (leftMs > 0) this.#wait(leftMs);
    else this.#expire();
  }

  #expire(): void {
    try {
      this.#expired();
    } catch (error) {
      this.#failed(error);
    }
  }
}

function rethrow(error: unknown): never {
  throw error;
}
