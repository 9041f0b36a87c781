/** Another process, as the tests meet it: what it prints, what is typed into it, how it ends. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Longer than any answer takes, by far. */
const PATIENCE_MS = 20_000;

/** How a process has ended, and all that it wrote on standard error. */
export interface End {
  readonly status: number | null;
  readonly stderr: string;
}

/** A started process. Its lines on standard output are kept, and taken in order. */
export class Program {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  readonly #end: Promise<End>;
  #wake: () => void = () => {};

  /** environment: besides this process's own. */
  constructor(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const [file = "", ...args] = command;
    const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
    // npm gives it to its scripts, these tests among them.
    if (environment.npm_lifecycle_event === undefined) delete env.npm_lifecycle_event;
    this.#child = spawn(file, args, { stdio: "pipe", env });
    let stderr = "";
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.#child.stdin.on("error", () => {});
    this.#end = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (status) => resolve({ status, stderr }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** How it has ended; fails when it does not. */
  async ended(): Promise<End> {
    return await soon(this.#end, "the program does not end");
  }

  /** The next line that `fits`; those before it are passed over. Fails when there is none, or the program ends. */
  async line(what: string, fits: (line: string) => boolean): Promise<string> {
    const search = async (): Promise<string> => {
      for (;;) {
        for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
          if (fits(line)) return line;
        }
        const more = new Promise<undefined>((resolve) => {
          this.#wake = () => resolve(undefined);
        });
        const end = await Promise.race([more, this.#end]);
        if (end !== undefined && this.#lines.length === 0) {
          throw new Error(`no ${what}, but the end with status ${end.status}: ${end.stderr}`);
        }
      }
    };
    return await soon(search(), `no ${what}`);
  }

  /** The next event with all these fields, of a program that prints JSON. */
  async event(fields: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const fits = (line: string) => {
      const event = parse(line);
      return Object.entries(fields).every(([name, value]) => event[name] === value);
    };
    return parse(await this.line(JSON.stringify(fields), fits));
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** No more is typed. */
  endInput(): void {
    this.#child.stdin.end();
  }

  /** Nobody reads what it prints any more. */
  closeOutput(): void {
    this.#child.stdout.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** npm writes lines of its own on standard output: they are no events. */
function parse(line: string): Readonly<Record<string, unknown>> {
  return line.startsWith("{") ? JSON.parse(line) : {};
}

async function soon<Result>(result: Promise<Result>, otherwise: string): Promise<Result> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timeout = setTimeout(() => reject(new Error(`${otherwise} within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timeout);
  }
}
