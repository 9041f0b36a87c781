import { type PulseEvent, pulsesOf, sentenceOf } from "./wording.js";

/** Longer than any pause within a round of pulses, shorter than those between rounds. */
const QUIET_MS = 1500;

/**
 * One output that may blink, told in few lines: its first change at once, and when it has been quiet for 1.5 s, how
 * often it was on.
 */
export class PulseLines {
  readonly #write: (text: string) => void;
  #quiet: NodeJS.Timeout | undefined;
  #on = false;
  #times = 0;
  /** The latest change that stands in no line yet. */
  #untold: PulseEvent | undefined;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  changed(event: PulseEvent): void {
    const on = event.event === "led" ? event.level > 0 : event.on;
    if (this.#quiet === undefined) {
      this.#times = 0;
      this.#write(sentenceOf(event) ?? "");
    } else {
      this.#untold = event;
    }
    if (on && !this.#on) this.#times++;
    this.#on = on;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.end(), QUIET_MS).unref();
  }

  /** Tell what is untold. */
  end(): void {
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
    if (this.#untold !== undefined) this.#write(pulsesOf(this.#untold, this.#times));
    this.#untold = undefined;
  }
}
