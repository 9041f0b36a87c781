/** What a person sees and touches of a board: its LED and its button, where the table or the settings have them. */

import { isMadeOf } from "../../modules/bytes.js";
import type { Board, Button, Clock, Light, Settings } from "../../modules/platform.js";
import { type BoardFacts, Boards, type ButtonFacts, type LedFacts, type LedKind } from "./boards.js";
import { PinButton } from "./button.js";
import { openLed } from "./led.js";
import type { Pins } from "./pins.js";

const LED_KINDS = Object.freeze(["switched", "dimmed", "pixel"] as const);
/** The chips have fewer than fifty. */
const MAX_PIN = 63;
const NOTHING: BoardFacts = Object.freeze({ led: undefined, button: undefined });

/** What a board is made of. */
export interface PinBoardParts {
  readonly pins: Pins;
  readonly clock: Clock;
  readonly facts: BoardFacts;
}

/** A board with what is on its pins, and nothing else. */
export class PinBoard implements Board {
  readonly led: Light | undefined;
  readonly button: Button | undefined;
  readonly buzzer = undefined;
  readonly vibrator = undefined;
  readonly rotary = undefined;
  readonly keypad = undefined;
  readonly display = undefined;

  /** Throws Error for a pin that is not there or taken. */
  constructor({ pins, clock, facts: { led, button } }: PinBoardParts) {
    this.led = led && orFault(`led-pin: ${led.pin}`, () => openLed(pins, led));
    this.button = button && orFault(`button-pin: ${button.pin}`, () => new PinButton(pins, clock, button));
  }
}

/**
 * The facts of the board that the setting `board` names, with what the settings led-pin, led-kind, led-active-low,
 * button-pin and button-active-low say instead; a pin may be "none". Throws Error, in one line, for what makes no sense.
 */
export function readBoardFacts(settings: Settings): BoardFacts {
  const name = settings.get("board");
  const facts = name === undefined ? NOTHING : ownFacts(name);
  return { led: readLed(settings, facts.led), button: readButton(settings, facts.button) };
}

/** The pin at which the board prints, by the setting trace-pin or else the table. Throws Error, as above. */
export function readTracePin(settings: Settings): number | undefined {
  const name = settings.get("board");
  const own = name !== undefined && Object.hasOwn(Boards, name) ? Boards[name]?.tracePin : undefined;
  return readPin(settings, "trace-pin", own);
}

function ownFacts(name: string): BoardFacts {
  const facts = Object.hasOwn(Boards, name) ? Boards[name] : undefined;
  if (facts === undefined) throw new Error(`board: "${name}" is none of ${Object.keys(Boards).join(", ")}`);
  return facts;
}

function readLed(settings: Settings, own: LedFacts | undefined): LedFacts | undefined {
  const pin = readPin(settings, "led-pin", own?.pin);
  if (pin === undefined) return undefined;
  // An LED that is wired to another pin is one that lights when the pin is high, unless somebody says otherwise.
  const assumed = pin === own?.pin ? own : undefined;
  return {
    pin,
    kind: readKind(settings) ?? assumed?.kind ?? "switched",
    activeLow: readYes(settings, "led-active-low") ?? assumed?.activeLow ?? false,
  };
}

function readButton(settings: Settings, own: ButtonFacts | undefined): ButtonFacts | undefined {
  const pin = readPin(settings, "button-pin", own?.pin);
  if (pin === undefined) return undefined;
  return { pin, activeLow: readYes(settings, "button-active-low") ?? true };
}

function readPin(settings: Settings, name: string, otherwise: number | undefined): number | undefined {
  const text = settings.get(name);
  if (text === undefined) return otherwise;
  if (text === "none") return undefined;
  const pin = text.length > 0 && text.length <= 2 && isMadeOf(text, "0123456789") ? Number(text) : Infinity;
  if (pin > MAX_PIN) throw new Error(`${name}: "${text}" is neither a pin from 0 to ${MAX_PIN} nor none`);
  return pin;
}

function readKind(settings: Settings): LedKind | undefined {
  const text = settings.get("led-kind");
  const kind = LED_KINDS.find((candidate) => candidate === text);
  if (text !== undefined && kind === undefined) {
    throw new Error(`led-kind: "${text}" is none of ${LED_KINDS.join(", ")}`);
  }
  return kind;
}

function readYes(settings: Settings, name: string): boolean | undefined {
  const text = settings.get(name);
  if (text !== undefined && text !== "true" && text !== "false") {
    throw new Error(`${name}: "${text}" is neither true nor false`);
  }
  return text === undefined ? undefined : text === "true";
}

/** The SDK says only what is wrong, not where. */
function orFault<Made>(what: string, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
