/** A push button on a pin. */

import type { Button, Clock, Timer } from "../../modules/platform.js";
import type { ButtonFacts } from "./boards.js";
import type { InputPin, Pins } from "./pins.js";

/** The contacts of a small button bounce for up to ten milliseconds. */
const SETTLING_MS = 25;

/**
 * Debounced: a change is told at once, and for 25 ms after it the pin may do what it likes. Held down when it is made,
 * it tells nothing before it is pushed again.
 */
export class PinButton implements Button {
  readonly #pin: InputPin;
  readonly #settling: Timer;
  readonly #activeLow: boolean;
  #isDown: boolean;
  /** It was down from the beginning: its coming up is no end of a push. */
  #isHeld: boolean;
  #changed: (down: boolean) => void = () => {};

  constructor(pins: Pins, clock: Clock, { pin, activeLow }: ButtonFacts) {
    this.#activeLow = activeLow;
    this.#settling = clock.createTimer(() => this.#look());
    this.#pin = pins.openInput(pin, activeLow ? "up" : "down", () => {
      if (!this.#settling.running) this.#look();
    });
    this.#isDown = this.#readDown();
    this.#isHeld = this.#isDown;
  }

  listen(changed: (down: boolean) => void): void {
    this.#changed = changed;
  }

  #look(): void {
    const isDown = this.#readDown();
    if (isDown === this.#isDown) return;
    this.#isDown = isDown;
    this.#settling.start(SETTLING_MS);
    if (!this.#isHeld) this.#changed(isDown);
    this.#isHeld = false;
  }

  #readDown(): boolean {
    return (this.#pin.read() === 0) === this.#activeLow;
  }
}
