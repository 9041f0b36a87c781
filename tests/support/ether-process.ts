/** Drives tests/host/ether-peer.ts: a participant of the ether in another process. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../host/ether-peer.ts", import.meta.url));

/** A running participant. */
export class EtherProcess {
  /** All lines it has told, in order. */
  readonly told: string[] = [];
  readonly #process: ChildProcess;
  readonly #input: NodeJS.WritableStream;
  readonly #waiting = new Set<() => void>();
  #gone = false;

  private constructor(child: ChildProcess, input: NodeJS.WritableStream, output: NodeJS.ReadableStream) {
    this.#process = child;
    this.#input = input;
    // A process that has been killed takes no more commands.
    input.on("error", () => {});
    createInterface({ input: output }).on("line", (line) => {
      this.told.push(line);
      this.#wake();
    });
    child.on("exit", () => {
      this.#gone = true;
      this.#wake();
    });
  }

  /** Start one, ready for commands. */
  static async start(): Promise<EtherProcess> {
    const child = spawn(process.execPath, ["--import", "tsx", program], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const peer = new EtherProcess(child, child.stdin, child.stdout);
    await peer.until("ready");
    return peer;
  }

  get alive(): boolean {
    return !this.#gone;
  }

  /** Give a command: open PATH, send HEX, close. */
  command(line: string): void {
    this.#input.write(`${line}\n`);
  }

  /** Join the ether at a path, and wait until that is done. */
  async open(path: string): Promise<void> {
    this.command(`open ${path}`);
    await this.until("opened");
  }

  /** Leave the ether, and forget what was told. */
  async close(): Promise<void> {
    this.command("close");
    await this.until("closed");
    this.told.length = 0;
  }

  /** Wait until it has told exactly this line. Rejects when the process ends before. */
  async until(line: string): Promise<void> {
    while (!this.told.includes(line)) {
      if (this.#gone) throw new Error(`the process ended before it told: ${line}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** SIGSTOP: it stands still from now on; SIGCONT: no more. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(name);
  }

  /** End it with no chance to tidy up. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    while (!this.#gone) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
