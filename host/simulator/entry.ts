/** The program behind `npm start`: options, a console, one simulated device, and how they end. */

import { lamp } from "../../main.js";
import type { Console } from "./console.js";
import { type Engine, OwnEngine } from "./engine/engine.js";
import { prepareXs } from "./engine/prepare-xs.js";
import { XsEngine } from "./engine/xs-engine.js";
import { HELP } from "./help.js";
import { JsonConsole } from "./json-console.js";
import { labelOf } from "./label.js";
import { labelText } from "./label-text.js";
import { type Options, parseOptions } from "./options.js";
import { PlainConsole } from "./plain-console.js";
import { rehearse } from "./rehearsal.js";
import { Simulator } from "./simulator.js";
import { StorageFault } from "./storage.js";
import { TerminalConsole } from "./terminal-console.js";
import { EngineFault, RadioFault, UsageError } from "./usage-error.js";

const ExitStatus = Object.freeze({ Fine: 0, Fault: 1, Usage: 2, Bug: 70 } as const);

/** Nothing else need keep a silent device's process alive. */
const HEARTBEAT_MS = 0x7fffffff;

let terminal: Console | undefined;
let simulator: Simulator | undefined;
let engine: Engine | undefined;
let stopping = false;

process.on("uncaughtException", end);
process.on("exit", () => {
  engine?.release();
  simulator?.release();
});
// Nobody may be there to read what is said last.
process.stderr.on("error", () => {});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);

try {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options === "help") process.stdout.write(HELP);
  else if (options.label) await printLabel(options);
  else await start(options);
} catch (error) {
  end(error);
}

async function start(options: Options): Promise<void> {
  // What the node refuses is refused before there is a folder, an ether or a word of it.
  rehearse(options, lamp);
  setInterval(() => {}, HEARTBEAT_MS);
  const isXs = options.engine === "xs";
  const runner = isXs ? await XsEngine.load(await prepareXs()) : new OwnEngine(lamp);
  engine = runner;
  const events: Console = createConsole(options);
  const device = new Simulator(options, (event) => events.show(event));
  simulator = device;
  terminal = events;
  await device.open();
  // A signal came meanwhile: the device is closed already.
  if (stopping) return;
  runner.start(device.platform);
  events.open({
    press: (down) => device.board.press(down),
    turn: (steps) => device.board.turn(steps),
    enter: (text) => device.board.enter(text),
    reset: () => {
      events.show({ event: "reset" });
      runner.reset();
    },
    quit: stop,
  });
}

async function printLabel(options: Options): Promise<void> {
  const { stdout } = process;
  // What the node would refuse has no label.
  rehearse(options, lamp);
  const content = await labelOf(options);
  const { isTTY: isTerminal, columns } = stdout;
  stdout.write(labelText(content, { colours: isTerminal, columns: isTerminal ? columns : undefined }));
}

function createConsole({ json, headless }: Options): Console {
  const { stdin, stdout } = process;
  if (json) return new JsonConsole(stdin, stdout, stop);
  const isTerminal = stdin.isTTY && stdout.isTTY && process.env.TERM !== "dumb";
  if (headless || !isTerminal) return new PlainConsole(stdout, stop);
  return new TerminalConsole(stdin, stdout, stop);
}

/** The end that was asked for: by a command, a key, a signal, or a reader that went away. */
function stop(): void {
  if (stopping) return;
  stopping = true;
  leave().catch(end);
}

async function leave(): Promise<void> {
  await engine?.close();
  await simulator?.close();
  terminal?.show({ event: "stopped" });
  terminal?.restore();
  await terminal?.flush();
  process.exit(ExitStatus.Fine);
}

/** The end that nobody asked for. */
function end(error: unknown): void {
  terminal?.restore();
  const { status, text } = explain(error);
  process.stderr.write(`fledgling: ${text}\n`);
  process.exit(status);
}

function explain(error: unknown): { readonly status: number; readonly text: string } {
  if (error instanceof UsageError) return { status: ExitStatus.Usage, text: oneLine(error.message) };
  if (error instanceof StorageFault || error instanceof RadioFault || error instanceof EngineFault) {
    return { status: ExitStatus.Fault, text: oneLine(error.message) };
  }
  if (!(error instanceof Error)) return { status: ExitStatus.Bug, text: String(error) };
  // The node has refused a setting; settings have the names of options.
  if (error.name === "SettingsError")
    return { status: ExitStatus.Usage, text: oneLine(`--${error.message}`) };
  const bug = "the simulator has met a bug of its own and ends; please report this:";
  return { status: ExitStatus.Bug, text: `${bug}\n${error.stack ?? error.message}` };
}

/** Messages repeat what the user has written, which may hold anything. */
function oneLine(message: string): string {
  return message.replace(/\p{Cc}/gu, "?");
}
