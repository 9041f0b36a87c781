/** The board that a person has before them: LED, buzzer, vibration motor and display; button, knob and keypad. */

import type { Actuator, Board, Button, Display, Keypad, Light, Rotary } from "../../modules/platform.js";
import type { Report } from "./events.js";

const COLUMNS = 16;
const FULL_LEVEL = 0xffff;

/** Its outputs become events; its inputs are methods, called from the outside only. */
export class SimulatedBoard implements Board {
  readonly led: Light;
  readonly button: Button;
  readonly rotary: Rotary;
  readonly keypad: Keypad;
  readonly display: Display;
  readonly buzzer: Actuator;
  readonly vibrator: Actuator;
  readonly #report: Report;
  #down = false;
  #buttonChanged: (down: boolean) => void = () => {};
  #turned: (steps: number) => void = () => {};
  #entered: (text: string) => void = () => {};

  constructor(report: Report) {
    this.#report = report;
    this.led = new ReportingLight(report);
    this.buzzer = new ReportingActuator((on) => report({ event: "buzzer", on }));
    this.vibrator = new ReportingActuator((on) => report({ event: "vibrator", on }));
    this.display = new ReportingDisplay(report);
    this.button = {
      listen: (changed) => {
        this.#buttonChanged = changed;
      },
    };
    this.rotary = {
      listen: (turned) => {
        this.#turned = turned;
      },
    };
    this.keypad = {
      listen: (entered) => {
        this.#entered = entered;
      },
    };
  }

  /** The button goes down, or up; false: it is there already. */
  press(down: boolean): boolean {
    if (this.#down === down) return false;
    this.#down = down;
    this.#report({ event: "button", down });
    this.#buttonChanged(down);
    return true;
  }

  /** The rotary encoder is turned; positive is clockwise. */
  turn(steps: number): void {
    this.#turned(steps);
  }

  /** A line is finished on the keypad. */
  enter(text: string): void {
    this.#entered(text);
  }
}

class ReportingLight implements Light {
  readonly dimmable = true;
  readonly #report: Report;
  #level = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  write(level: number): void {
    if (!Number.isInteger(level) || level < 0 || level > FULL_LEVEL)
      throw new RangeError("no level of a light");
    if (level === this.#level) return;
    this.#level = level;
    this.#report({ event: "led", level });
  }
}

class ReportingActuator implements Actuator {
  readonly #changed: (on: boolean) => void;
  #on = false;

  constructor(changed: (on: boolean) => void) {
    this.#changed = changed;
  }

  write(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#changed(on);
  }
}

class ReportingDisplay implements Display {
  readonly columns = COLUMNS;
  readonly #report: Report;
  #text = "";

  constructor(report: Report) {
    this.#report = report;
  }

  show(text: string): void {
    const shown = text.slice(0, COLUMNS);
    if (shown === this.#text) return;
    this.#text = shown;
    this.#report({ event: "display", text: shown });
  }

  clear(): void {
    this.show("");
  }
}
