/** The worker's pipes carry netstrings: a length in decimal digits, a colon, so many octets, a comma. */

const COLON = 0x3a;
const COMMA = 0x2c;
/** The worker reads no more digits. */
const MAX_DIGITS = 9;

/** Parts as one netstring. */
export function netstring(...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from(`${length}:`), ...parts, Buffer.of(COMMA)]);
}

/** Cuts what comes through a pipe into netstrings. */
export class NetstringReader {
  readonly #read: (content: Buffer) => void;
  #held: Buffer = Buffer.alloc(0);

  /** read: called with the content of each, which is borrowed. */
  constructor(read: (content: Buffer) => void) {
    this.#read = read;
  }

  /** Throws SyntaxError for anything that is no netstring. */
  push(octets: Buffer): void {
    this.#held = this.#held.length === 0 ? octets : Buffer.concat([this.#held, octets]);
    for (let content = this.#take(); content !== undefined; content = this.#take()) this.#read(content);
  }

  /** undefined: the next one is not complete. */
  #take(): Buffer | undefined {
    const colon = this.#held.subarray(0, MAX_DIGITS + 1).indexOf(COLON);
    const digits = this.#held.toString("latin1", 0, colon < 0 ? MAX_DIGITS + 1 : colon);
    if (colon < 0 ? !/^\d{0,9}$/.test(digits) : !/^\d+$/.test(digits)) throw new SyntaxError("no netstring");
    const end = colon + 1 + Number(digits);
    if (colon < 0 || this.#held.length <= end) return undefined;
    if (this.#held[end] !== COMMA) throw new SyntaxError("no netstring");
    const content = this.#held.subarray(colon + 1, end);
    this.#held = this.#held.subarray(end + 1);
    return content;
  }
}
