/** Pins as the Moddable SDK has them on the microcontrollers. */

import Digital from "embedded:io/digital";
import PWM from "embedded:io/pwm";
import type { InputPin, OutputPin, Pins, Pixel, PwmPin } from "./pins.js";

/** How a chip's PWM differs from the SDK's description. */
export interface PwmFacts {
  /** It takes one more for "all of the time": 2 to the power of the resolution. */
  readonly takesFull: boolean;
  /** false: what is written is the part of the time in which the pin is low. */
  readonly isHigh: boolean;
}

/** The pins of a chip. openPixel: undefined where nothing drives one. */
export class SdkPins implements Pins {
  readonly openPixel: ((pin: number) => Pixel) | undefined;
  readonly #pwm: PwmFacts;

  constructor(pwm: PwmFacts, openPixel?: (pin: number) => Pixel) {
    this.#pwm = pwm;
    this.openPixel = openPixel;
  }

  openOutput(pin: number, value: 0 | 1): OutputPin {
    return new Digital({ pin, mode: Digital.Output, initialValue: value });
  }

  openPwm(pin: number): PwmPin {
    const { takesFull, isHigh } = this.#pwm;
    const pwm = new PWM({ pin });
    const full = 2 ** pwm.resolution - (takesFull ? 0 : 1);
    return { full, isHigh, write: (value) => pwm.write(value) };
  }

  openInput(pin: number, pull: "up" | "down", changed: () => void): InputPin {
    return new Digital({
      pin,
      mode: pull === "up" ? Digital.InputPullUp : Digital.InputPullDown,
      edge: Digital.Rising | Digital.Falling,
      onReadable: changed,
    });
  }
}
