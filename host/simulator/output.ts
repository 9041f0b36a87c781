import type { Writable } from "node:stream";

/** A reader that lags further than this loses lines, so that it cannot use up the memory. */
const MAX_WAITING_OCTETS = 4 * 1024 * 1024;

/** At the end a reader has so long to take the rest. */
const FLUSH_MS = 1000;

/** Standard output, with a reader that may be slow or gone. */
export class Output {
  readonly #stream: Writable;
  readonly #lost: (lines: number) => string;
  #lostLines = 0;
  #broken = false;

  /** lost: the line that says how many are missing before it. broken: called once, when nobody reads any more. */
  constructor(stream: Writable, lost: (lines: number) => string, broken: () => void) {
    this.#stream = stream;
    this.#lost = lost;
    stream.on("error", () => {
      if (this.#broken) return;
      this.#broken = true;
      broken();
    });
  }

  /** Write a line. */
  line(text: string): void {
    if (this.#broken) return;
    if (this.#stream.writableLength > MAX_WAITING_OCTETS) {
      this.#lostLines++;
      return;
    }
    if (this.#lostLines > 0) this.#stream.write(`${this.#lost(this.#lostLines)}\n`);
    this.#lostLines = 0;
    this.#stream.write(`${text}\n`);
  }

  /** Resolves when everything is with the reader, or the reader is gone or too slow. */
  async flush(): Promise<void> {
    if (this.#broken || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, FLUSH_MS).unref();
      this.#stream.write("", () => resolve());
    });
  }
}
