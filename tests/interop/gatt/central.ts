/** A phone's radio: noble on a virtual controller, each as a process of its own. */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startChild, stopChild } from "../child.js";
import { Happenings } from "../happenings.js";
import { CentralLink } from "./central-link.js";
import type { AdvertisementSeen, Answer, CentralLine, CentralRequest } from "./central-talk.js";

const program = fileURLToPath(new URL("central-program.ts", import.meta.url));

const START_MS = 10_000;
const ANSWER_MS = 10_000;

/** folder: made if absent, of this central alone; controllers: where it gets its controller. */
export interface CentralOptions {
  readonly folder: string;
  readonly controllers: string;
}

/** A central, which may be connected to several peripherals. */
export class Central {
  /** Every advertising report while it scans. */
  readonly seen = new Happenings<AdvertisementSeen>();
  readonly #lines = new Happenings<CentralLine>();
  readonly #children: readonly ChildProcessWithoutNullStreams[];
  readonly #links = new Map<string, CentralLink>();
  #lastId = 0;

  /** Start it; done when its controller answers. */
  static async start({ folder, controllers }: CentralOptions): Promise<Central> {
    mkdirSync(folder, { recursive: true });
    const device = join(folder, "hci");
    const line = startChild(["socat", `PTY,link=${device},raw,echo=0`, `UNIX-CONNECT:${controllers}`], {});
    let complaint = "";
    line.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    line.on("error", (error) => {
      complaint += error.message;
    });
    for (const lateMs = performance.now() + START_MS; !existsSync(device); await setTimeout(10)) {
      if (line.exitCode !== null || performance.now() > lateMs)
        throw new Error(`there is no controller: ${complaint}`);
    }
    const host = startChild([process.execPath, "--import", "tsx", program, device], {
      NOBLE_REPORT_ALL_HCI_EVENTS: "1",
    });
    const central = new Central(host, line);
    await central.#lines.first("the central is ready", START_MS, ({ tell }) => tell === "ready" || undefined);
    return central;
  }

  private constructor(host: ChildProcessWithoutNullStreams, line: ChildProcessWithoutNullStreams) {
    this.#children = [host, line];
    let complaint = "";
    host.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    createInterface({ input: host.stdout }).on("line", (text) => {
      const told: CentralLine = JSON.parse(text);
      this.#heard(told);
    });
    const end = (reason: string) => {
      this.#lines.end(new Error(`the central ended: ${reason}`));
      this.seen.end(new Error(`the central ended: ${reason}`));
      for (const link of this.#links.values()) link.disconnected("the central ended");
    };
    // What it is told when it is gone already.
    host.stdin.on("error", () => {});
    host.on("error", ({ message }) => end(message));
    host.on("close", () => end(complaint));
  }

  /** Scan until connected or told otherwise; `seen` tells. services: whom to look for; none: all. */
  async scan(...services: readonly number[]): Promise<void> {
    await this.#ask({ ask: "scan", services });
  }

  async stopScanning(): Promise<void> {
    await this.#ask({ ask: "stopScanning" });
  }

  /** Connect to somebody who was seen. mtu: what to ask for. */
  async connect(address: string, mtu: number): Promise<CentralLink> {
    const link = new CentralLink(address, (request) => this.#ask(request));
    this.#links.set(address, link);
    const made = await this.#ask({ ask: "connect", address, mtu });
    link.mtu = made.mtu ?? 0;
    return link;
  }

  /** Be gone without a word, as a phone that is out of reach. */
  async vanish(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await this.stop();
  }

  /** End it. */
  async stop(): Promise<void> {
    for (const child of this.#children) await stopChild(child);
  }

  #heard(line: CentralLine): void {
    this.#lines.add(line);
    if (line.tell === "seen") this.seen.add(line);
    if (line.tell === "notified")
      this.#links.get(line.address)?.notified(line, Buffer.from(line.value, "hex"));
    if (line.tell === "disconnected") this.#links.get(line.address)?.disconnected(line.reason);
  }

  async #ask(request: CentralRequest): Promise<Answer> {
    const id = ++this.#lastId;
    const answer = this.#lines.next(`answer to ${request.ask}`, ANSWER_MS, (line) =>
      (line.tell === "answer" || line.tell === "refusal") && line.id === id ? line : undefined,
    );
    this.#children[0]?.stdin.write(`${JSON.stringify({ ...request, id })}\n`);
    const line = await answer;
    if (line.tell === "refusal") throw new Error(`${request.ask}: ${line.reason}`);
    return line;
  }
}
