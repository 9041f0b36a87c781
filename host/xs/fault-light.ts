import type { Clock, Light, Timer } from "../../modules/platform.js";

const FULL_LEVEL = 0xffff;
const LIT_MS = 50;
const DARK_MS = 950;

/** A short flash each second: this device cannot start, and its trace says why. */
export class FaultLight {
  readonly #timer: Timer;
  #led: Light | undefined;
  #isLit = false;

  constructor(clock: Clock) {
    this.#timer = clock.createTimer(() => this.#step());
  }

  /** The LED, as soon as there is one. */
  attach(led: Light | undefined): void {
    this.#led = led;
  }

  start(): void {
    this.#timer.start(0);
  }

  #step(): void {
    this.#isLit = !this.#isLit;
    this.#led?.write(this.#isLit ? FULL_LEVEL : 0);
    this.#timer.start(this.#isLit ? LIT_MS : DARK_MS);
  }
}
