/** An LED on a pin, whichever way it is driven. */

import type { Light } from "../../modules/platform.js";
import type { LedFacts } from "./boards.js";
import type { OutputPin, Pins, Pixel, PwmPin } from "./pins.js";

const FULL_LEVEL = 0xffff;
/** Of 255: more is too bright to look at. */
const PIXEL_FULL = 48;

/** The LED that a board has, dark. Throws Error when the chip cannot do it. */
export function openLed(pins: Pins, { pin, kind, activeLow }: LedFacts): Light {
  switch (kind) {
    case "switched":
      return new SwitchedLed(pins.openOutput(pin, activeLow ? 1 : 0), activeLow);
    case "dimmed":
      return new DimmedLed(pins.openPwm(pin), activeLow);
    case "pixel":
      if (pins.openPixel === undefined) throw new Error("led-kind: this chip drives no pixel");
      return new PixelLed(pins.openPixel(pin));
  }
}

class SwitchedLed implements Light {
  readonly dimmable = false;
  readonly #pin: OutputPin;
  readonly #activeLow: boolean;

  constructor(pin: OutputPin, activeLow: boolean) {
    this.#pin = pin;
    this.#activeLow = activeLow;
  }

  write(level: number): void {
    this.#pin.write(level > 0 === this.#activeLow ? 0 : 1);
  }
}

class DimmedLed implements Light {
  readonly dimmable = true;
  readonly #pin: PwmPin;
  readonly #isInverse: boolean;

  constructor(pin: PwmPin, activeLow: boolean) {
    this.#pin = pin;
    this.#isInverse = pin.isHigh === activeLow;
    this.write(0);
  }

  write(level: number): void {
    const { full } = this.#pin;
    const lit = scaled(level, full);
    this.#pin.write(this.#isInverse ? full - lit : lit);
  }
}

class PixelLed implements Light {
  readonly dimmable = true;
  readonly #pixel: Pixel;

  constructor(pixel: Pixel) {
    this.#pixel = pixel;
    this.write(0);
  }

  write(level: number): void {
    this.#pixel.write(scaled(level, PIXEL_FULL));
  }
}

/** What is not off is seen. */
function scaled(level: number, full: number): number {
  return level === 0 ? 0 : Math.max(1, Math.round((level * full) / FULL_LEVEL));
}
