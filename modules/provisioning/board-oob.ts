/** The person's part in a provisioning, on a board: pulses and text to read, pushes, turns and lines to enter. */

import { EventCounter } from "../board/event-counter.js";
import { Pulses } from "../board/pulses.js";
import type { ButtonLayer } from "../board/shared-button.js";
import { type LightLayer, LightLevel } from "../board/shared-light.js";
import { isMadeOf } from "../bytes.js";
import { InputAction, OutputAction } from "../oob-actions.js";
import type { Actuator, Board, Clock } from "../platform.js";
import type { OobUser } from "./oob-user.js";

/** A value is never cut; MshPRT 5.4.1.2 has at most eight digits or characters. */
const MIN_COLUMNS = 8;

const DIGITS = "0123456789";
/** The specification wants upper-case ones; some provisioners show others too, so the case is the person's. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** What it works on. board: its rotary and keypad are taken over; LED and button come as layers. */
export interface BoardOobParts {
  readonly clock: Clock;
  readonly board: Board;
  readonly light: LightLayer;
  readonly button: ButtonLayer;
}

/** What the person is asked to enter. */
interface Question {
  readonly action: InputAction;
  readonly size: number;
  readonly entered: (value: number | string) => void;
}

type Task =
  | { readonly name: "idle" }
  | { readonly name: "showing" }
  | { readonly name: "asking"; readonly question: Question };

/**
 * An OobUser made of what a board has. What cannot be a value (a line with other characters, too long, a count
 * beyond the digits that were agreed) is not entered: the person may try again.
 */
export class BoardOob implements OobUser {
  readonly outputActions: number;
  readonly inputActions: number;
  readonly #parts: BoardOobParts;
  readonly #lightSwitch: Actuator;
  readonly #pulses: Pulses;
  readonly #counter: EventCounter;
  #task: Task = { name: "idle" };

  constructor(parts: BoardOobParts) {
    const { clock, board, light } = parts;
    this.#parts = parts;
    this.outputActions = outputActionsOf(board);
    this.inputActions = inputActionsOf(board);
    this.#lightSwitch = { write: (on) => light.write(on ? LightLevel.Full : LightLevel.Off) };
    this.#pulses = new Pulses(clock);
    this.#counter = new EventCounter(clock, (count) => this.#take(count));
    board.rotary?.listen((steps) => {
      // The specification counts twists and knows no direction: turning back is no correction.
      if (this.#asks(InputAction.Twist)) this.#counter.add(steps < 0 ? -steps : steps);
    });
    board.keypad?.listen((line) => this.#take(line));
  }

  output(action: OutputAction, value: number | string): void {
    requireAction(this.outputActions, action);
    this.cancel();
    this.#task = { name: "showing" };
    const sink = this.#sinkOf(action);
    if (sink === undefined) this.#parts.board.display?.show(String(value));
    else this.#pulses.start(sink, Number(value));
  }

  input(action: InputAction, size: number, entered: (value: number | string) => void): void {
    requireAction(this.inputActions, action);
    this.cancel();
    this.#task = { name: "asking", question: { action, size, entered } };
    this.#parts.board.display?.show(promptOf(action, size));
    if (action !== InputAction.Push) return;
    // Where a push begins it counts already: a slow one must not be lost.
    this.#parts.button.listen((down) => {
      if (down) this.#counter.add(1);
    });
  }

  cancel(): void {
    if (this.#task.name === "idle") return;
    this.#task = { name: "idle" };
    this.#pulses.stop();
    this.#counter.stop();
    this.#parts.light.release();
    this.#parts.button.release();
    this.#parts.board.display?.clear();
  }

  #sinkOf(action: OutputAction): Actuator | undefined {
    switch (action) {
      case OutputAction.Blink:
        return this.#lightSwitch;
      case OutputAction.Beep:
        return this.#parts.board.buzzer;
      case OutputAction.Vibrate:
        return this.#parts.board.vibrator;
      default:
        return undefined;
    }
  }

  #asks(action: InputAction): boolean {
    return this.#task.name === "asking" && this.#task.question.action === action;
  }

  /** A count, or a line of the keypad: entered, if it answers what is asked. */
  #take(answer: number | string): void {
    if (this.#task.name !== "asking") return;
    const { action, size, entered } = this.#task.question;
    if (typeof answer === "string" && isCounted(action)) return;
    const value = readAnswer(answer, action, size);
    if (value === undefined) {
      this.#parts.board.display?.show(`Again: ${limitOf(action, size)}`);
      return;
    }
    this.cancel();
    entered(value);
  }
}

function outputActionsOf({ led, buzzer, vibrator, display }: Board): number {
  return (
    (led === undefined ? 0 : 1 << OutputAction.Blink) |
    (buzzer === undefined ? 0 : 1 << OutputAction.Beep) |
    (vibrator === undefined ? 0 : 1 << OutputAction.Vibrate) |
    (display === undefined || display.columns < MIN_COLUMNS
      ? 0
      : (1 << OutputAction.Numeric) | (1 << OutputAction.Alphanumeric))
  );
}

function inputActionsOf({ button, rotary, keypad }: Board): number {
  return (
    (button === undefined ? 0 : 1 << InputAction.Push) |
    (rotary === undefined ? 0 : 1 << InputAction.Twist) |
    (keypad === undefined ? 0 : (1 << InputAction.Numeric) | (1 << InputAction.Alphanumeric))
  );
}

function requireAction(actions: number, action: number): void {
  if (((actions >> action) & 1) === 0) throw new RangeError("the board cannot do this action");
}

function isCounted(action: InputAction): boolean {
  return action === InputAction.Push || action === InputAction.Twist;
}

/** undefined: this answer cannot be the value. */
function readAnswer(answer: number | string, action: InputAction, size: number): number | string | undefined {
  if (typeof answer === "number") return answer < 10 ** size ? answer : undefined;
  if (answer.length === 0 || answer.length > size) return undefined;
  if (action === InputAction.Numeric) return isMadeOf(answer, DIGITS) ? Number(answer) : undefined;
  return isMadeOf(answer, DIGITS + LETTERS) ? answer : undefined;
}

/** On a narrow display its end may be lost. */
function promptOf(action: InputAction, size: number): string {
  switch (action) {
    case InputAction.Push:
      return "Push the button";
    case InputAction.Twist:
      return "Turn the knob";
    case InputAction.Numeric:
      return `Enter ${limitOf(action, size)}`;
    case InputAction.Alphanumeric:
      return `Text: ${limitOf(action, size)}`;
  }
}

function limitOf(action: InputAction, size: number): string {
  if (isCounted(action)) return `1 to ${10 ** size - 1}`;
  if (action === InputAction.Alphanumeric) return `at most ${size}`;
  return size === 1 ? "1 digit" : `${size} digits`;
}
