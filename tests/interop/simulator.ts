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

/** state: its folder; ether: the socket where it meets others, or else controllers: where it gets a controller. */
export interface SimulatorOptions {
  readonly state: string;
  readonly ether?: string;
  readonly controllers?: string;
  /** What else stands on its command line. */
  readonly more?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
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
    const isStarted = (event: SimulatorLine) => event.event === "started" || undefined;
    try {
      await simulator.events.first("started", 20_000, isStarted);
    } catch (error) {
      await simulator.stop();
      throw error;
    }
    return simulator;
  }

  private constructor({ state, ether, controllers, more = [], environment = {} }: SimulatorOptions) {
    const air = [
      ...(ether === undefined ? [] : ["--ether", ether]),
      ...(controllers === undefined ? [] : ["--radio", `hci:${controllers}`]),
    ];
    const options = ["--json", "--state", state, ...air, ...more];
    this.#child = startChild([process.execPath, program, ...options], environment);
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

  /** Of 16 octets, as it says when it starts. */
  get uuid(): Buffer {
    const started = this.events.seen.find((event) => event.event === "started");
    return Buffer.from(started?.event === "started" ? started.uuid : "", "hex");
  }

  /** Done when the LED lights up, or goes out, from now on. */
  led(isOn: boolean): Promise<true> {
    return this.events.next(`LED ${isOn ? "on" : "off"}`, 10_000, (event) =>
      event.event === "led" && event.level === (isOn ? 0xffff : 0) ? true : undefined,
    );
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

  /** Send it a signal. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
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

/** From the records node (version 2), net.000 and iv (version 1). Throws when one is absent, or of another version. */
export function readKeptRecord(state: string): KeptRecord {
  const read = (name: string, version: number) => {
    const record = readFileSync(join(state, "records", name.replace(".", "%2e")));
    if (record[0] !== version) throw new Error(`record ${name} is of version ${record[0]}`);
    return record;
  };
  const [node, net, iv] = [read("node", 2), read("net.000", 1), read("iv", 1)];
  // Key refresh phase 2, IV update.
  const flags = (net[1] === 2 ? 0x01 : 0x00) | ((iv.readUInt8(5) & 0x01) << 1);
  return {
    netKey: net.subarray(2, 18),
    netKeyIndex: 0,
    flags,
    ivIndex: iv.readUInt32BE(1),
    unicastAddress: node.readUInt16BE(1),
    deviceKey: node.subarray(4, 20),
  };
}
