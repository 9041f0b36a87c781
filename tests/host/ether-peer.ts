/**
 * One participant of the ether as a process of its own, for ether.test.ts. It obeys lines on standard input (open
 * PATH, send HEX, close) and tells on standard output what happens (ready, opened, heard HEX, note TEXT, failed TEXT).
 */

import { createInterface } from "node:readline";
import { RealClock } from "../../host/simulator/clock.js";
import { Ether } from "../../host/simulator/ether.js";
import { Medium } from "../../host/simulator/medium.js";
import { UsageError } from "../../host/simulator/usage-error.js";
import { fromHex, toHex } from "../../modules/bytes.js";

const address = new Uint8Array([0xc0, 1, 1, 1, 1, 1]);
const medium = new Medium(new RealClock());
const port = medium.join("node", { heard: (frame) => tell(`heard ${toHex(frame.data)}`), sent: () => {} });
let ether: Ether | undefined;

function tell(what: string): void {
  process.stdout.write(`${what}\n`);
}

async function open(path: string): Promise<void> {
  ether = new Ether({ path, medium, note: (what) => tell(`note ${what}`) });
  try {
    await ether.open();
    tell("opened");
  } catch (error) {
    tell(`failed ${error instanceof UsageError ? error.message : error}`);
  }
}

async function obey(line: string): Promise<void> {
  const [verb, argument = ""] = line.split(" ");
  if (verb === "open") await open(argument);
  if (verb === "send") {
    port.send({ kind: "nonConnectable", address, data: fromHex(argument) ?? new Uint8Array() });
  }
  if (verb === "close") {
    await ether?.close();
    tell("closed");
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void obey(line));
lines.on("close", () => process.exit());
tell("ready");
