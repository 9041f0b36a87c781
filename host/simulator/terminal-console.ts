import type { Readable, Writable } from "node:stream";
import { BoardView, type Prompt, type ScreenLine } from "./board-view.js";
import type { Console, Controls } from "./console.js";
import type { SimulatorEvent } from "./events.js";

const REDRAW_MS = 30;
const PUSH_MS = 150;

const ESCAPE = "\x1b";
/** A second screen, without a cursor and without wrapping; and back. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/** One key: a character, or how arrows, function keys and keys with Alt arrive; their letters mean nothing here. */
const KEY = new RegExp(`${ESCAPE}(\\[[0-9;]*[@-~]|O.|.)?|.`, "gsu");
/** Terminals have two ways to write an arrow. */
const TURNS: Readonly<Record<string, number>> = Object.freeze({
  [`${ESCAPE}[C`]: 1,
  [`${ESCAPE}OC`]: 1,
  [`${ESCAPE}[D`]: -1,
  [`${ESCAPE}OD`]: -1,
});
const MAX_ENTRY = 32;
const STYLES: Readonly<Record<ScreenLine["style"], string>> = Object.freeze({
  plain: "",
  bold: "\x1b[1m",
  dim: "\x1b[2m",
  lit: "\x1b[1;33m",
});

/** What this console needs of a terminal's two streams. */
export type TerminalInput = Readable & { setRawMode(raw: boolean): unknown };
export type TerminalOutput = Writable & { readonly columns?: number; readonly rows?: number };

/** For a person at a terminal: the board as a picture that is redrawn in place, and keys. */
export class TerminalConsole implements Console {
  readonly #input: TerminalInput;
  readonly #output: TerminalOutput;
  readonly #view = new BoardView();
  readonly #resized = () => this.#redrawSoon();
  readonly #continued = () => this.#enter();
  #active = true;
  #redraw: NodeJS.Timeout | undefined;
  #release: NodeJS.Timeout | undefined;

  /** Takes the terminal. broken: called when it is gone. */
  constructor(input: TerminalInput, output: TerminalOutput, broken: () => void) {
    this.#input = input;
    this.#output = output;
    output.on("error", broken);
    output.on("resize", this.#resized);
    process.on("SIGCONT", this.#continued);
    this.#enter();
  }

  show(event: SimulatorEvent): void {
    if (this.#view.add(event, performance.now() / 1000)) this.#redrawSoon();
  }

  open(controls: Controls): void {
    this.#input.setEncoding("utf8");
    this.#input.on("error", () => {});
    this.#input.on("end", () => controls.quit());
    this.#input.on("data", (keys: string) => {
      for (const [key] of keys.matchAll(KEY)) this.#pressed(key, controls);
    });
  }

  restore(): void {
    if (!this.#active) return;
    this.#active = false;
    clearTimeout(this.#redraw);
    clearTimeout(this.#release);
    this.#output.off("resize", this.#resized);
    process.off("SIGCONT", this.#continued);
    this.#setRaw(false);
    this.#output.write(LEAVE);
  }

  flush(): Promise<void> {
    // Writing to a terminal waits for it.
    return Promise.resolve();
  }

  #enter(): void {
    this.#setRaw(true);
    this.#output.write(ENTER);
    this.#redrawSoon();
  }

  #setRaw(raw: boolean): void {
    try {
      this.#input.setRawMode(raw);
    } catch {
      // The terminal is gone; nothing is left to be set.
    }
  }

  #pressed(key: string, controls: Controls): void {
    const { prompt } = this.#view;
    if (key === "\x03") controls.quit();
    else if (prompt.name === "reset") this.#answered(key, controls);
    else if (prompt.name === "entry") this.#typed(key, prompt.text, controls);
    else this.#commanded(key, controls);
  }

  #commanded(key: string, controls: Controls): void {
    const steps = TURNS[key];
    if (steps !== undefined) controls.turn(steps);
    else if (key === " ") this.#push(controls);
    else if (key === "p") controls.press(true);
    else if (key === "r") controls.press(false);
    else if (key === "q") controls.quit();
    else if (key === "R") this.#ask({ name: "reset" });
    else if (key === "e") this.#ask({ name: "entry", text: "" });
  }

  #ask(prompt: Prompt): void {
    this.#view.prompt = prompt;
    this.#redrawSoon();
  }

  #answered(key: string, controls: Controls): void {
    this.#ask({ name: "keys" });
    if (key === "y") controls.reset();
  }

  /** A key of the line for the keypad. */
  #typed(key: string, text: string, controls: Controls): void {
    if (key === ESCAPE) {
      this.#ask({ name: "keys" });
    } else if (key === "\r" || key === "\n") {
      this.#ask({ name: "keys" });
      if (text !== "") controls.enter(text);
    } else if (key === "\x7f" || key === "\b") {
      this.#ask({ name: "entry", text: text.slice(0, -1) });
    } else if (/^[\x20-\x7e]$/.test(key) && text.length < MAX_ENTRY) {
      this.#ask({ name: "entry", text: text + key });
    }
  }

  /** A terminal tells when a key goes down, never when it comes up. */
  #push(controls: Controls): void {
    controls.press(true);
    clearTimeout(this.#release);
    this.#release = setTimeout(() => controls.press(false), PUSH_MS);
  }

  #redrawSoon(): void {
    if (!this.#active) return;
    this.#redraw ??= setTimeout(() => {
      this.#redraw = undefined;
      this.#draw();
    }, REDRAW_MS);
  }

  #draw(): void {
    const { columns = 80, rows = 24 } = this.#output;
    const lines = this.#view
      .lines(columns, rows)
      .map(({ text, style }) => `${STYLES[style]}${text}${style === "plain" ? "" : "\x1b[0m"}\x1b[K`);
    this.#output.write(`\x1b[H${lines.join("\r\n")}\x1b[J`);
  }
}
