/** Our simulator as its user has it: a process, its options, its events and its state folder. */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SimulatorEvent } from "../../host/simulator/events.js";
import { startChild, stopChild } from "./child.js";
import { Happenings } from "./happenings.js";

const program = fileURLToPath(new URL("../../build/simulator.mjs", import.meta.url));

/** state: its folder; ether: the socket where it meets others. */
export interface SimulatorOptions {
  readonly state: string;
  readonly ether: string;
  /** What else stands on its command line. */
  readonly more?: readonly string[];
}

/** What it tells. t: in milliseconds since its start. */
export type SimulatorLine = SimulatorEvent & { readonly t: number };

/** A running simulator. */
export class SimulatorProcess {
  readonly events = new Happenings<SimulatorLine>();
  readonly #child: ChildProcessWithoutNullStreams;

  /** Start it; done when it says that it has started. */
  static async start(options: SimulatorOptions): Promise<SimulatorProcess> {
    if (!existsSync(program))
      throw new Error("build/simulator.mjs is absent: run node host/simulator/setup.mjs");
    const simulator = new SimulatorProcess(options);
    await simulator.events.first("started", 5000, (event) => (event.event === "started" ? event : undefined));
    return simulator;
  }

  private constructor({ state, ether, more = [] }: SimulatorOptions) {
    const options = ["--json", "--state", state, "--ether", ether, ...more];
    this.#child = startChild([process.execPath, program, ...options], {});
    let complaint = "";
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const event: SimulatorLine = JSON.parse(line);
      this.events.add(event);
    });
    this.#child.on("error", (error) => this.events.end(error));
    this.#child.on("close", () => this.events.end(new Error(`the simulator ended: ${complaint}`)));
  }

  /** The value of the first note of this name, now or later. */
  noted(name: string, timeoutMs = 5000): Promise<number | undefined> {
    const note = this.events.first(`note ${name}`, timeoutMs, (event) =>
      event.event === "note" && event.name === name ? event : undefined,
    );
    return note.then(({ value }) => value);
  }

  /** Do something at the board: "press", "release", "turn N" or "enter TEXT". */
  act(command: string): void {
    this.#child.stdin.write(`${command}\n`);
  }

  /** Say "quit", and give the exit status. */
  async quit(): Promise<number | null> {
    const gone = once(this.#child, "close");
    this.act("quit");
    await this.events.first("stopped", 5000, (event) => (event.event === "stopped" ? event : undefined));
    await gone;
    return this.#child.exitCode;
  }

  /** End it without any warning; done when it is gone. */
  async kill(): Promise<void> {
    const gone = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await gone;
  }

  /** End it if it still runs. */
  stop(): Promise<void> {
    return stopChild(this.#child);
  }
}

/** What provisioning has left in a state folder. */
export interface KeptRecord {
  readonly netKey: Buffer;
  readonly netKeyIndex: number;
  readonly flags: number;
  readonly ivIndex: number;
  readonly unicastAddress: number;
  readonly deviceKey: Buffer;
}

/** Read by its layout of version 1, big-endian. Throws when there is none, or one of another version. */
export function readKeptRecord(state: string): KeptRecord {
  const record = readFileSync(join(state, "records", "node"));
  if (record.length !== 42 || record[0] !== 1) throw new Error(`not a node record: ${record.length} octets`);
  return {
    netKey: record.subarray(1, 17),
    netKeyIndex: record.readUInt16BE(17),
    flags: record.readUInt8(19),
    ivIndex: record.readUInt32BE(20),
    unicastAddress: record.readUInt16BE(24),
    deviceKey: record.subarray(26, 42),
  };
}
