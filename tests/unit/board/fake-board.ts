/** A board in a test's hands: it writes down what a person would see, and does what a person would do. */

import type { Actuator, Board, Button, Display, Keypad, Light, Rotary } from "../../../modules/platform.js";
import { FakeClock } from "../../support/fake-clock.js";

/** Has everything. The diary holds what changes, with its time in milliseconds, such as "500 led 65535". */
export class FakeBoard implements Board {
  readonly clock = new FakeClock();
  readonly diary: string[] = [];
  readonly led: Light;
  readonly buzzer: Actuator;
  readonly vibrator: Actuator;
  readonly display: Display;
  readonly button: Button;
  readonly rotary: Rotary;
  readonly keypad: Keypad;
  /** What the display shows; "": nothing. */
  text = "";
  push: (down: boolean) => void = () => {};
  turn: (steps: number) => void = () => {};
  enter: (line: string) => void = () => {};

  constructor(columns = 16) {
    this.led = { dimmable: true, write: (level) => this.note(`led ${level}`) };
    this.buzzer = { write: (on) => this.note(`buzzer ${on ? "on" : "off"}`) };
    this.vibrator = { write: (on) => this.note(`vibrator ${on ? "on" : "off"}`) };
    this.display = {
      columns,
      show: (text) => {
        this.text = text;
      },
      clear: () => {
        this.text = "";
      },
    };
    this.button = {
      listen: (changed) => {
        this.push = changed;
      },
    };
    this.rotary = {
      listen: (turned) => {
        this.turn = turned;
      },
    };
    this.keypad = {
      listen: (entered) => {
        this.enter = entered;
      },
    };
  }

  note(what: string): void {
    this.diary.push(`${this.clock.now()} ${what}`);
  }

  /** Let time pass; the diary of it. */
  after(ms: number): readonly string[] {
    this.clock.advance(ms);
    return this.diary.splice(0);
  }

  /** The button goes down, and comes up so much later. */
  hold(ms: number): readonly string[] {
    this.push(true);
    this.clock.advance(ms);
    this.push(false);
    return this.diary.splice(0);
  }
}
