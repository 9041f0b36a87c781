import type { Board, Button, Light } from "../../modules/platform.js";
import { onPushSignal } from "./native-desktop.js";

/** An LED that traces its level, and a button that a signal pushes. */
export class DesktopBoard implements Board {
  readonly led: Light = new TracingLight();
  readonly button: Button = new SignalButton();
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

/** SIGUSR1 pushes it down, and the next one lets it go. */
class SignalButton implements Button {
  #isDown = false;

  listen(changed: (down: boolean) => void): void {
    onPushSignal(() => {
      this.#isDown = !this.#isDown;
      trace(this.#isDown ? "button down\n" : "button up\n");
      changed(this.#isDown);
    });
  }
}
