/** What a board's LED and button need of the chip's pins. */

/** A pin that is driven high or low. */
export interface OutputPin {
  write(value: 0 | 1): void;
}

/** A pin that is high for a part of the time. */
export interface PwmPin {
  /** What stands for all of the time. */
  readonly full: number;
  /** false: the pin is low for that part of the time, and high for the rest. */
  readonly isHigh: boolean;
  /** 0 to `full`. */
  write(value: number): void;
}

/** One LED of three colours. */
export interface Pixel {
  /** The same of each colour, 0 to 255. */
  write(brightness: number): void;
}

/** A pin that is read. */
export interface InputPin {
  read(): 0 | 1;
}

/** The chip's pins, as its SDK has them. Each throws Error for a pin that is not there or taken. */
export interface Pins {
  openOutput(pin: number, value: 0 | 1): OutputPin;
  /** Dark, until it is written. */
  openPwm(pin: number): PwmPin;
  /** undefined: nothing on this chip drives them. */
  readonly openPixel: ((pin: number) => Pixel) | undefined;
  /** pull: what keeps the pin where nothing else drives it; changed: after each edge, in a turn of its own. */
  openInput(pin: number, pull: "up" | "down", changed: () => void): InputPin;
}
