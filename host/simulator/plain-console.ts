import type { Writable } from "node:stream";
import type { Console } from "./console.js";
import type { SimulatorEvent } from "./events.js";
import { Output } from "./output.js";
import { PulseLines } from "./pulse-lines.js";
import { uuidGroups } from "./uuid.js";
import { sentenceOf } from "./wording.js";

/** Without a terminal: a line of text for each step that a person wants to know of. It takes no commands. */
export class PlainConsole implements Console {
  readonly #output: Output;
  readonly #pulses: Readonly<Record<"led" | "buzzer" | "vibrator", PulseLines>>;
  #lastDrop = "";

  /** broken: called when nobody reads any more. */
  constructor(output: Writable, broken: () => void) {
    this.#output = new Output(output, (lines) => `(${lines} lines were not read in time)`, broken);
    const write = (text: string) => this.#output.line(text);
    this.#pulses = {
      led: new PulseLines(write),
      buzzer: new PulseLines(write),
      vibrator: new PulseLines(write),
    };
  }

  show(event: SimulatorEvent): void {
    if (event.event === "led" || event.event === "buzzer" || event.event === "vibrator") {
      this.#pulses[event.event].changed(event);
      return;
    }
    if (event.event === "stopped") for (const pulses of Object.values(this.#pulses)) pulses.end();
    for (const text of this.#linesOf(event)) this.#output.line(text);
  }

  open(): void {}

  restore(): void {}

  flush(): Promise<void> {
    return this.#output.flush();
  }

  #linesOf(event: SimulatorEvent): readonly string[] {
    if (event.event === "started") {
      const { name, uuid, state, ether, engine } = event;
      const lines = [`Device ${name}, UUID ${uuidGroups(uuid)}`, `State folder ${state}`, etherLine(ether)];
      return engine === "xs" ? [...lines, "The device runs under XS, the engine of the boards"] : lines;
    }
    if (event.event === "stopped") return ["Stopped"];
    const text = sentenceOf(event);
    if (text === undefined) return [];
    // A provisioner at work next door makes many drops of one kind.
    if (event.event === "drop" && text === this.#lastDrop) return [];
    this.#lastDrop = event.event === "drop" ? text : "";
    return [text];
  }
}

/** ether: as with the event `started`. */
function etherLine(ether: string): string {
  return `${ether.startsWith("hci:") ? "Bluetooth adapter" : "Ether"} ${ether}`;
}
