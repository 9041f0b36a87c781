/** What the terminal board shows: events gathered, and laid out as lines for a screen of any size. */

import type { SimulatorEvent } from "./events.js";
import { uuidGroups } from "./uuid.js";
import { percent, sentenceOf } from "./wording.js";

/** One line of the screen, without control characters. */
export interface ScreenLine {
  readonly text: string;
  readonly style: "plain" | "bold" | "dim" | "lit";
}

/** What the last line is for: the keys, a question, or a line of the keypad as far as it is typed. */
export type Prompt =
  | { readonly name: "keys" }
  | { readonly name: "reset" }
  | { readonly name: "entry"; readonly text: string };

interface Entry {
  readonly text: string;
  readonly seconds: number;
  /** How often it has come in a row. */
  readonly times: number;
}

const KEPT_STEPS = 100;
const KEPT_DROPS = 2;
/** Columns left free at both sides together. */
const MARGINS = 2;
const KEYS = "space push   p press   r release   ← → turn   e enter   R new again   q quit";
const QUESTION = "Forget the network and all keys, and be new again?   y yes   n no";

/** The state of the picture. */
export class BoardView {
  prompt: Prompt = { name: "keys" };
  #started: Extract<SimulatorEvent, { event: "started" }> | undefined;
  #role = "";
  #level = 0;
  #buzzes = false;
  #vibrates = false;
  #display = "";
  #down = false;
  #drops = 0;
  #steps: readonly Entry[] = [];
  #lastDrops: readonly Entry[] = [];

  /** Take an event in; false: it changes nothing that is shown. */
  add(event: SimulatorEvent, seconds: number): boolean {
    switch (event.event) {
      case "sent":
      case "received":
      case "stopped":
        return false;
      case "started":
        this.#started = event;
        return true;
      case "button":
        this.#down = event.down;
        return true;
      case "led":
        this.#level = event.level;
        return true;
      case "buzzer":
        this.#buzzes = event.on;
        return true;
      case "vibrator":
        this.#vibrates = event.on;
        return true;
      case "display":
        this.#display = event.text;
        return true;
      case "drop":
        this.#drops++;
        this.#lastDrops = appended(this.#lastDrops, sentenceOf(event) ?? "", seconds, KEPT_DROPS);
        return true;
      default:
        return this.#addStep(event, seconds);
    }
  }

  /** The whole picture: at most `rows` lines of at most `columns` characters. */
  lines(columns: number, rows: number): readonly ScreenLine[] {
    const head = this.#head(columns);
    const foot = [...this.#dropLines(), bold(promptText(this.prompt))];
    const room = Math.max(0, rows - head.length - foot.length);
    const steps = this.#steps.flatMap((step) => linesOf(step, columns));
    const last = steps.slice(Math.max(0, steps.length - room));
    while (last.length < room) last.push(plain(""));
    const all = [...head, ...last, ...foot];
    // On a very small screen the keys matter most.
    return [...all.slice(0, rows - 1), ...all.slice(-1)]
      .slice(-rows)
      .map(({ text, style }) => ({ text: cut(` ${text}`, columns), style }));
  }

  #addStep(event: SimulatorEvent, seconds: number): boolean {
    if (event.event === "note" && event.layer === "node") this.#role = sentenceOf(event) ?? "";
    const text = sentenceOf(event);
    if (text === undefined) return false;
    this.#steps = appended(this.#steps, text, seconds, KEPT_STEPS);
    return true;
  }

  #head(columns: number): readonly ScreenLine[] {
    const { name = "", uuid = "", state = "", ether = "", engine } = this.#started ?? {};
    const lit = this.#level > 0;
    const lamp = lit ? `● on ${String(percent(this.#level)).padStart(3)} %` : "○ off     ";
    const display = `[${this.#display.padEnd(16)}]`;
    return [
      bold(
        `Fledgling: a simulated Bluetooth Mesh device named ${name}${engine === "xs" ? ", under XS" : ""}`,
      ),
      plain(`UUID     ${uuidGroups(uuid)}`),
      plain(`State    ${state}`),
      plain(`Ether    ${ether}`),
      plain(""),
      {
        text: `LED  ${lamp}    Display  ${display}    Button  ${this.#down ? "down" : "up"}`,
        style: lit ? "lit" : "plain",
      },
      {
        text: `Buzzer  ${this.#buzzes ? "● sounds " : "○ silent "}    Vibration  ${this.#vibrates ? "● on" : "○ off"}`,
        style: this.#buzzes || this.#vibrates ? "lit" : "plain",
      },
      plain(""),
      ...wrap(this.#role, columns - MARGINS).map(bold),
      plain(""),
    ];
  }

  #dropLines(): readonly ScreenLine[] {
    if (this.#drops === 0) return [plain("")];
    const title = dim(`Received and dropped: ${this.#drops}`);
    return [plain(""), title, ...this.#lastDrops.map((drop) => dim(timeOf(drop) + wordsOf(drop)))];
  }
}

function promptText(prompt: Prompt): string {
  switch (prompt.name) {
    case "keys":
      return KEYS;
    case "reset":
      return QUESTION;
    case "entry":
      return `Keypad: ${prompt.text}_   Enter done   Escape give up`;
  }
}

function appended(entries: readonly Entry[], text: string, seconds: number, kept: number): readonly Entry[] {
  const last = entries.at(-1);
  if (last?.text !== text) return [...entries, { text, seconds, times: 1 }].slice(-kept);
  return [...entries.slice(0, -1), { text, seconds, times: last.times + 1 }];
}

/** A step, in as many lines as it needs: the text stands beside its time. */
function linesOf(step: Entry, columns: number): readonly ScreenLine[] {
  const time = timeOf(step);
  const [first = "", ...more] = wrap(wordsOf(step), columns - MARGINS - time.length);
  return [plain(time + first), ...more.map((line) => plain(" ".repeat(time.length) + line))];
}

function timeOf({ seconds }: Entry): string {
  return `${seconds.toFixed(1).padStart(7)} s  `;
}

function wordsOf({ text, times }: Entry): string {
  return times > 1 ? `${text} (${times} times)` : text;
}

/** Break a text between words into lines; a word that is too long has a line of its own. */
function wrap(text: string, width: number): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function cut(text: string, columns: number): string {
  const characters = [...text.replace(/\p{Cc}/gu, "?")];
  if (characters.length <= columns) return characters.join("");
  return `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`;
}

function plain(text: string): ScreenLine {
  return { text, style: "plain" };
}

function bold(text: string): ScreenLine {
  return { text, style: "bold" };
}

function dim(text: string): ScreenLine {
  return { text, style: "dim" };
}
