import type { Clock, Timer } from "../../../modules/platform.js";
import type { WorkerHost } from "./worker-host.js";

/** The simulator's clock, in the worker. */
export class WorkerClock implements Clock {
  readonly #host: WorkerHost;
  /** Those that run, by their run's number: an expiry that is on its way while its timer is stopped finds none. */
  readonly #running = new Map<number, WorkerTimer>();
  #lastRun = 0;

  constructor(host: WorkerHost) {
    this.#host = host;
  }

  now(): number {
    return this.#host.ask("now");
  }

  createTimer(expired: () => void): Timer {
    return new WorkerTimer(expired, {
      run: (timer, delayMs) => this.#run(timer, delayMs),
      stop: (run) => this.#stop(run),
    });
  }

  /** A run's time is over. */
  expired(run: number): void {
    const timer = this.#running.get(run);
    this.#running.delete(run);
    timer?.expire();
  }

  #run(timer: WorkerTimer, delayMs: number): number {
    this.#lastRun += 1;
    this.#running.set(this.#lastRun, timer);
    this.#host.tell("startTimer", this.#lastRun, delayMs);
    return this.#lastRun;
  }

  #stop(run: number): void {
    this.#running.delete(run);
    this.#host.tell("stopTimer", run);
  }
}

/** A clock, as its timers see it. */
interface Clockwork {
  /** The run's number. */
  run(timer: WorkerTimer, delayMs: number): number;
  stop(run: number): void;
}

class WorkerTimer implements Timer {
  readonly #expired: () => void;
  readonly #clock: Clockwork;
  #run: number | undefined;

  constructor(expired: () => void, clock: Clockwork) {
    this.#expired = expired;
    this.#clock = clock;
  }

  start(delayMs: number): void {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY))
      throw new RangeError("a delay is 0 ms or more");
    this.stop();
    this.#run = this.#clock.run(this, delayMs);
  }

  stop(): void {
    if (this.#run !== undefined) this.#clock.stop(this.#run);
    this.#run = undefined;
  }

  get running(): boolean {
    return this.#run !== undefined;
  }

  expire(): void {
    this.#run = undefined;
    this.#expired();
  }
}
