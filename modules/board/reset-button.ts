/** Factory reset by a button that is held for ten seconds, while the LED shows how far it is. */

import type { Button, Clock, Timer } from "../platform.js";
import { type LightLayer, LightLevel } from "./shared-light.js";

const SECOND_MS = 1000;
const SECONDS = 10;
/** One flash a second, each longer than the one before: 0.1 s after the first second, 0.9 s after the ninth. */
const FLASH_STEP_MS = 100;

/** What the hold needs. button: has to hear everything, whoever else listens. */
export interface ResetButtonParts {
  readonly clock: Clock;
  readonly button: Button;
  readonly light: LightLayer;
}

/** Letting go earlier does nothing, and in the first second nothing is seen: that is a push. */
export class ResetButton {
  readonly #light: LightLayer;
  readonly #timer: Timer;
  readonly #reset: () => void;
  #second = 0;
  #isLit = false;

  /** reset: called once in each hold that lasts ten seconds. */
  constructor({ clock, button, light }: ResetButtonParts, reset: () => void) {
    this.#light = light;
    this.#timer = clock.createTimer(() => this.#step());
    this.#reset = reset;
    button.listen((down) => {
      this.#end();
      if (down) this.#timer.start(SECOND_MS);
    });
  }

  #step(): void {
    if (this.#isLit) {
      this.#show(false, SECOND_MS - this.#second * FLASH_STEP_MS);
    } else if (++this.#second < SECONDS) {
      this.#show(true, this.#second * FLASH_STEP_MS);
    } else {
      this.#end();
      this.#reset();
    }
  }

  #show(isLit: boolean, durationMs: number): void {
    this.#isLit = isLit;
    this.#light.write(isLit ? LightLevel.Full : LightLevel.Off);
    this.#timer.start(durationMs);
  }

  #end(): void {
    this.#timer.stop();
    this.#light.release();
    this.#second = 0;
    this.#isLit = false;
  }
}
