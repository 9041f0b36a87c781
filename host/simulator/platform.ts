import type { Platform } from "../../modules/platform.js";
import { parseOptions } from "./options.js";
import { PlainConsole } from "./plain-console.js";
import { Simulator } from "./simulator.js";
import { UsageError } from "./usage-error.js";

/**
 * A simulated platform of this process's arguments that says in plain lines what happens. For whoever calls
 * main's default function on Node; the simulator program composes its own. What the user must put right ends the
 * process with one line and status 2.
 */
export function createPlatform(): Platform {
  try {
    const options = parseOptions(process.argv.slice(2), process.env);
    if (options === "help") throw new UsageError("--help is for the simulator program: npm start -- --help");
    if (options.engine === "xs") {
      throw new UsageError("--engine: xs is for the simulator program: npm start -- --engine xs");
    }
    const output = new PlainConsole(process.stdout, () => process.exit(0));
    const simulator = new Simulator(options, (event) => output.show(event));
    process.once("exit", () => simulator.release());
    simulator.open().catch(end);
    return simulator.platform;
  } catch (error) {
    return end(error);
  }
}

function end(error: unknown): never {
  if (!(error instanceof UsageError)) throw error;
  // Messages repeat what the user has written, which may hold anything.
  process.stderr.write(`fledgling: ${error.message.replace(/\p{Cc}/gu, "?")}\n`);
  process.exit(2);
}
