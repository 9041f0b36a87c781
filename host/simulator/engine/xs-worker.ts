/**
 * The process in which XS runs: the program that @agoric/xsnap compiles. It is spoken to directly, over two pipes and
 * a handful of letters; the package's own JavaScript would freeze all intrinsics of this process, and needs ten times
 * as many packages.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Readable, Writable } from "node:stream";
import { EngineFault, systemErrorText, UsageError } from "../usage-error.js";
import {
  type Arrived,
  type Calls,
  decode,
  deliver,
  encode,
  type Happenings,
  type Inquiry,
  type Message,
  type Outcome,
  type Questions,
} from "./messages.js";
import { NetstringReader, netstring } from "./netstrings.js";
import { XsError } from "./xs-error.js";

/** The first octet of what is written to the worker. */
const Command = Object.freeze({ Evaluate: "e", Message: "?", Reply: "/", Quit: "q" } as const);
/** The first octet of what it writes. */
const Word = Object.freeze({ Done: 0x2e, Exception: 0x21, Question: 0x3f } as const);
/** Between the meter's figures and what the turn gives. */
const SEPARATOR = 0x01;
const MAX_COMPLAINT = 2000;
/** Why it ends by itself, by its status: what no JavaScript can catch. */
const ABORTS: Readonly<Record<number, string>> = Object.freeze({
  11: "out of memory",
  12: "the stack has overflowed",
  16: "too many property names",
});
/** So long may a turn last, and so long the worker's own end, when the simulator ends. */
const PATIENCE_MS = 2000;

/** What the node in the worker calls and asks. */
export interface Served {
  readonly calls: Calls;
  readonly questions: Questions;
}

/** What the worker does now. */
type State =
  | { readonly name: "loading"; loaded(): void; failed(error: Error): void }
  | { readonly name: "idle" }
  | { readonly name: "working" }
  | { readonly name: "closing" }
  | { readonly name: "gone" };

/**
 * A running worker. When it ends by itself, or breaks its protocol, an error is thrown where nobody catches it: that
 * is the simulator's end. EngineFault: it was killed; anything else is a mistake of ours.
 */
export class XsWorker {
  readonly #script: string;
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #waiting: Message<Happenings>[] = [];
  readonly #ended: Promise<void>;
  #state: State = { name: "idle" };
  #served: Served | undefined;
  #complaint = "";

  /**
   * Start the program, and run a script in it; both are paths. Rejects with UsageError when the program cannot be
   * started, with XsError when the script fails.
   */
  static async start(program: string, script: string): Promise<XsWorker> {
    const text = readFileSync(script);
    const worker = new XsWorker(program, basename(script));
    await worker.#load(text);
    return worker;
  }

  private constructor(program: string, script: string) {
    this.#script = script;
    // A process group of its own: Ctrl-C is meant for the simulator, which ends the worker in order.
    this.#child = spawn(program, ["fledgling"], {
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    const [, , stderr, input, output] = this.#child.stdio;
    this.#input = writable(input);
    // That it is gone is told by its end.
    this.#input.on("error", () => {});
    const reader = new NetstringReader((content) => this.#take(content));
    readable(output).on("data", (octets: Buffer) => reader.push(octets));
    readable(stderr)
      .setEncoding("utf8")
      .on("data", (text: string) => {
        if (this.#complaint.length < MAX_COMPLAINT) this.#complaint += text;
      });
    this.#ended = new Promise((resolve) => {
      this.#child.on("error", (error) => this.#fail(unusable(error)));
      this.#child.on("close", (status, signal) => {
        resolve();
        this.#gone(status, signal);
      });
    });
  }

  /** How many happenings wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Who does what the node wants. Before the first happening. */
  serve(served: Served): void {
    this.#served = served;
  }

  /** Let the node know, as soon as it has done with what came before. */
  tell(...happening: Message<Happenings>): void {
    if (this.#state.name !== "idle" && this.#state.name !== "working") return;
    this.#waiting.push(happening);
    if (this.#state.name === "idle") this.#next();
  }

  /** Resolves when the turn is over and the worker has ended; one that does neither in time is ended. */
  async close(): Promise<void> {
    const { name } = this.#state;
    if (name === "gone" || name === "closing") return await this.#ended;
    this.#waiting.length = 0;
    this.#state = { name: "closing" };
    if (name === "idle") this.#send(Command.Quit);
    const late = setTimeout(() => this.kill(), PATIENCE_MS);
    await this.#ended;
    clearTimeout(late);
  }

  /** End it at once. */
  kill(): void {
    if (this.#state.name === "gone") return;
    this.#state = { name: "closing" };
    this.#child.kill("SIGKILL");
  }

  async #load(script: Uint8Array): Promise<void> {
    await new Promise<void>((loaded, failed) => {
      this.#state = { name: "loading", loaded, failed };
      this.#send(Command.Evaluate, script);
    });
  }

  #send(command: string, content: Uint8Array = Buffer.alloc(0)): void {
    this.#input.write(netstring(Buffer.from(command), content));
  }

  #next(): void {
    const happening = this.#waiting.shift();
    this.#state = { name: happening === undefined ? "idle" : "working" };
    if (happening !== undefined) this.#send(Command.Message, new Uint8Array(encode(happening)));
  }

  #take(content: Buffer): void {
    const rest = content.subarray(1);
    switch (content[0]) {
      case Word.Question:
        this.#answer(JSON.parse(decode(copy(rest))));
        return;
      case Word.Done:
        this.#done(rest.subarray(rest.indexOf(SEPARATOR) + 1));
        return;
      case Word.Exception:
        this.#fail(new XsError({ message: rest.toString(), stack: "" }, this.#script));
        return;
      default:
        throw new SyntaxError("the XS worker says what nobody understands");
    }
  }

  #answer({ calls, question }: Inquiry): void {
    const reply = this.#perform(calls, (served) => {
      try {
        return { answer: deliver(served.questions, question), refusal: undefined };
      } catch (error) {
        // The node's own mistake is told where it was made.
        if (error instanceof RangeError) return { answer: undefined, refusal: error.message };
        throw error;
      }
    });
    this.#send(Command.Reply, new Uint8Array(encode(reply)));
  }

  /** A turn is over, or the script has been run. */
  #done(content: Buffer): void {
    const state = this.#state;
    if (state.name === "loading") {
      this.#state = { name: "idle" };
      state.loaded();
      return;
    }
    const { calls, fault }: Outcome = JSON.parse(decode(copy(content)));
    this.#perform(calls, () => {});
    if (fault !== undefined) throw new XsError(fault, this.#script);
    if (state.name === "working") this.#next();
    else if (state.name === "closing") this.#send(Command.Quit);
  }

  #perform<Result>(calls: readonly Arrived[], then: (served: Served) => Result): Result {
    if (this.#served === undefined) throw new Error("nobody serves the XS worker");
    for (const call of calls) deliver(this.#served.calls, call);
    return then(this.#served);
  }

  #fail(error: Error): void {
    if (this.#state.name !== "loading") throw error;
    this.#state.failed(error);
    this.kill();
  }

  #reasonOf(status: number | null): string {
    return ABORTS[status ?? 0] ?? `status ${status}, ${this.#complaint.trim()}`;
  }

  #gone(status: number | null, signal: NodeJS.Signals | null): void {
    const { name } = this.#state;
    if (name === "closing" || name === "gone") {
      this.#state = { name: "gone" };
      return;
    }
    this.#fail(
      signal === null
        ? new Error(`the XS worker has ended: ${this.#reasonOf(status)}`)
        : new EngineFault(`--engine: the process in which XS runs was ended by ${signal}`),
    );
  }
}

/** As an ArrayBuffer of its own, which begins at its beginning. */
function copy(octets: Buffer): ArrayBuffer {
  return new Uint8Array(octets).buffer;
}

function unusable(error: Error): UsageError {
  return new UsageError(`--engine: XS cannot be started: ${systemErrorText(error)}`, { cause: error });
}

function writable(stream: Readable | Writable | null | undefined): Writable {
  if (stream && "write" in stream) return stream;
  throw new Error("the XS worker has no pipe to write to");
}

function readable(stream: Readable | Writable | null | undefined): Readable {
  if (stream && "read" in stream) return stream;
  throw new Error("the XS worker has no pipe to read from");
}
