import type { Readable, Writable } from "node:stream";
import { obey } from "./commands.js";
import type { Console, Controls } from "./console.js";
import type { SimulatorEvent } from "./events.js";
import { LineReader } from "./lines.js";
import { Output } from "./output.js";

const MAX_COMMAND = 256;

/** For programs: each event a line of JSON with `t`, the milliseconds since the start; commands on standard input. */
export class JsonConsole implements Console {
  readonly #input: Readable;
  readonly #output: Output;

  /** broken: called when nobody reads any more. */
  constructor(input: Readable, output: Writable, broken: () => void) {
    this.#input = input;
    this.#output = new Output(output, lost, broken);
  }

  show(event: SimulatorEvent): void {
    this.#output.line(toLine(event));
  }

  /** The end of the input is not a command: the device goes on. */
  open(controls: Controls): void {
    const lines = new LineReader(
      MAX_COMMAND,
      (line) => {
        if (line !== "") this.#complain(obey(line, controls));
      },
      () => this.#complain(`a command has at most ${MAX_COMMAND} characters`),
    );
    this.#input.on("error", () => {});
    this.#input.on("data", (octets: Uint8Array) => lines.push(octets));
  }

  restore(): void {}

  flush(): Promise<void> {
    return this.#output.flush();
  }

  #complain(message: string | undefined): void {
    if (message !== undefined) this.show({ event: "error", message });
  }
}

function lost(lines: number): string {
  return toLine({
    event: "warning",
    message: `${lines} events are left out here: they were not read in time`,
  });
}

function toLine(event: SimulatorEvent): string {
  return JSON.stringify({ t: Math.round(performance.now()), ...event });
}
