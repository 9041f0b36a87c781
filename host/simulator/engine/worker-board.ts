import type { Actuator, Board, Display, Light } from "../../../modules/platform.js";
import type { BoardFacts } from "./messages.js";
import type { WorkerHost } from "./worker-host.js";

/** The simulator's board, in the worker. Its inputs are methods, called when the simulator tells of them. */
export class WorkerBoard implements Board {
  readonly led: Light;
  readonly button = { listen: (changed: (down: boolean) => void) => this.#pressed.push(changed) };
  readonly buzzer: Actuator | undefined;
  readonly vibrator: Actuator | undefined;
  readonly rotary: Board["rotary"];
  readonly keypad: Board["keypad"];
  readonly display: Display | undefined;
  readonly #pressed: ((down: boolean) => void)[] = [];
  readonly #turned: ((steps: number) => void)[] = [];
  readonly #entered: ((text: string) => void)[] = [];

  constructor(host: WorkerHost, { dimmable, buzzer, vibrator, rotary, keypad, columns }: BoardFacts) {
    this.led = { dimmable, write: (level) => host.tell("light", level) };
    if (buzzer) this.buzzer = { write: (on) => host.tell("buzz", on) };
    if (vibrator) this.vibrator = { write: (on) => host.tell("vibrate", on) };
    if (rotary) this.rotary = { listen: (turned) => this.#turned.push(turned) };
    if (keypad) this.keypad = { listen: (entered) => this.#entered.push(entered) };
    if (columns !== undefined) {
      this.display = { columns, show: (text) => host.tell("show", text), clear: () => host.tell("clear") };
    }
  }

  press(down: boolean): void {
    for (const changed of this.#pressed) changed(down);
  }

  turn(steps: number): void {
    for (const turned of this.#turned) turned(steps);
  }

  enter(text: string): void {
    for (const entered of this.#entered) entered(text);
  }
}
