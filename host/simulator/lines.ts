/** Lines out of a stream of octets. A line that is too long is passed over; its end is still found. */
export class LineReader {
  readonly #maxLength: number;
  readonly #line: (text: string) => void;
  readonly #tooLong: () => void;
  readonly #decoder = new TextDecoder();
  #rest = "";
  #skipping = false;

  /** maxLength: characters of a line without its end. */
  constructor(maxLength: number, line: (text: string) => void, tooLong: () => void) {
    this.#maxLength = maxLength;
    this.#line = line;
    this.#tooLong = tooLong;
  }

  /** The next octets. What follows the last line's end is kept for the next call. */
  push(octets: Uint8Array): void {
    const parts = this.#decoder.decode(octets, { stream: true }).split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) {
      this.#append(part);
      if (!this.#skipping) this.#line(this.#rest.replace(/\r$/, ""));
      this.#rest = "";
      this.#skipping = false;
    }
    this.#append(last);
  }

  #append(part: string): void {
    if (this.#skipping) return;
    this.#rest += part;
    if (this.#rest.length <= this.#maxLength) return;
    this.#rest = "";
    this.#skipping = true;
    this.#tooLong();
  }
}
