/** The subnets that somebody has solicited: each is shown for a while, whoever asks for another. MshPRT 6.9.2.2, 4.2.47. */

import type { Clock, Timer } from "../platform.js";
import type { Subnet } from "./subnet.js";

/** A subnet, and until when it is shown. */
interface Demand {
  readonly subnet: Subnet;
  readonly endMs: number;
}

/** None at first; none survives a restart. */
export class Demands {
  readonly #clock: Clock;
  readonly #changed: (hasBegun: boolean) => void;
  readonly #timer: Timer;
  #demands: readonly Demand[] = [];

  /** changed: one has begun, or some have ended. */
  constructor(clock: Clock, changed: (hasBegun: boolean) => void) {
    this.#clock = clock;
    this.#changed = changed;
    this.#timer = clock.createTimer(() => this.#expired());
  }

  get subnets(): readonly Subnet[] {
    return this.#demands.map(({ subnet }) => subnet);
  }

  /** For so many seconds from now on. */
  add(subnet: Subnet, seconds: number): void {
    const others = this.#demands.filter((demand) => demand.subnet !== subnet);
    const isNew = others.length === this.#demands.length;
    this.#demands = [...others, { subnet, endMs: this.#clock.now() + seconds * 1000 }];
    this.#arm();
    if (isNew) this.#changed(true);
  }

  clear(): void {
    if (this.#demands.length === 0) return;
    this.#demands = [];
    this.#timer.stop();
    this.#changed(false);
  }

  #expired(): void {
    const now = this.#clock.now();
    this.#demands = this.#demands.filter(({ endMs }) => endMs > now);
    this.#arm();
    this.#changed(false);
  }

  /** The state may have changed between two of them, so the last is not always the last to end. */
  #arm(): void {
    let firstMs = Infinity;
    for (const { endMs } of this.#demands) if (endMs < firstMs) firstMs = endMs;
    if (firstMs === Infinity) this.#timer.stop();
    else this.#timer.start(firstMs - this.#clock.now());
  }
}
