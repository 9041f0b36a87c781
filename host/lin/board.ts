import type { Board, Button, Light } from "../../modules/platform.js";

/** An LED that traces its level, and a button that nobody presses. */
export class TracingBoard implements Board {
  readonly led: Light = new TracingLight();
  readonly button: Button = { listen: () => {} };
  readonly buzzer = undefined;
  readonly vibrator = undefined;
  readonly rotary = undefined;
  readonly keypad = undefined;
  readonly display = undefined;
}

class TracingLight implements Light {
  readonly dimmable = true;
  #level = 0;

  write(level: number): void {
    if (level === this.#level) return;
    this.#level = level;
    trace(`led ${level}\n`);
  }
}
