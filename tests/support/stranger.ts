import { connect, type Socket } from "node:net";

/** A program that is no simulator: a plain client of the socket. */
export class Stranger {
  readonly socket: Socket;
  /** All that has come, in hexadecimal. */
  heard = "";
  closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(path: string) {
    this.socket = connect(path);
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  /** Begin to read. */
  listen(): this {
    this.socket.on("data", (chunk: Buffer) => {
      this.heard += chunk.toString("hex");
      this.#wake();
    });
    return this;
  }

  /** Send octets, whatever they are. */
  send(hex: string): void {
    this.socket.write(Buffer.from(hex, "hex"));
  }

  /** Wait until something has come, or the socket has closed, that makes this true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
