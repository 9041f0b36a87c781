/** The simulator as its user has it, with XS: a process and its worker, how both begin, and how both end. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundle } from "../../host/simulator/setup.mjs";
import { FolderStorage } from "../../host/simulator/storage.js";
import { Program } from "../host/program.js";
import { top } from "../support/files.mjs";
import { Checkout } from "./checkout.js";
import { lampFiles, probeScript } from "./xs-files.js";

const bundled = join(top, "build", "simulator.mjs");
const uuid = "70cf7c9732a345b691494810d2e9cbf4";
const xs = ["--engine", "xs"];
const scratch = mkdtempSync(join(tmpdir(), "fledgling-xs-"));
const started: Program[] = [];
let scenes = 0;

const { worker } = lampFiles();
const script = await probeScript(join(scratch, "probe.js"));

before(bundle);
afterEach(async () => {
  for (const program of started) program.kill("SIGKILL");
  await Promise.all(started.splice(0).map((program) => program.ended()));
});
after(() => rmSync(scratch, { recursive: true }));

describe("The simulator with --engine xs", () => {
  test("says so, and its beacon is heard on the ether", async () => {
    const { state, ether } = newScene();
    const listener = start("--json", "--state", newScene().state, "--ether", ether);
    await listener.event({ event: "started" });
    const device = start("--json", "--state", state, "--ether", ether, "--uuid", uuid, ...xs);
    const first = await device.event({ event: "started" });
    assert.deepEqual(
      { ...first, t: 0 },
      { t: 0, event: "started", name: "lamp", uuid, state, ether, engine: "xs" },
    );
    await device.event({ event: "note", layer: "node", name: "unprovisioned" });
    const data = `142b00${uuid}0000`;
    await device.event({ event: "sent", data, kind: "nonConnectable" });
    await listener.event({ event: "received", data });
  });

  test("obeys commands, and ends with its worker", async () => {
    const { device, worker } = await startDevice();
    device.type("press\nrelease\n");
    await device.event({ event: "button", down: false });
    await device.event({ event: "led", level: 65535 });
    device.type("press\npress\n");
    await device.event({ event: "error", message: "the button is pressed already" });
    device.type("release\n");
    await device.event({ event: "led", level: 0 });
    device.type("turn -3\nenter 1234\nreset\n");
    await device.event({ event: "reset" });
    device.type("quit\n");
    await device.event({ event: "stopped" });
    assert.deepEqual(await device.ended(), { status: 0, stderr: "" });
    assert.ok(!isAlive(worker));
  });

  test("has the state folder of the same device under Node", async () => {
    const scene = newScene();
    const { device } = await startDevice(scene);
    device.type("quit\n");
    await device.ended();
    const kept = readFileSync(join(scene.state, "uuid"), "utf8").trim();
    const other = start("--json", "--state", scene.state, "--ether", scene.ether);
    const { engine } = await other.event({ event: "started", uuid: kept });
    assert.equal(engine, undefined);
  });

  test("tells a person in plain lines", async () => {
    const { state, ether } = newScene();
    const device = start("--headless", "--state", state, "--ether", ether, ...xs);
    await device.line("engine", (line) => line === "The device runs under XS, the engine of the boards");
    await device.line("role", (line) => line.startsWith("New: it belongs to no network"));
    device.kill("SIGINT");
    await device.line("end", (line) => line === "Stopped");
    assert.deepEqual(await device.ended(), { status: 0, stderr: "" });
  });

  test("refuses what the node refuses before anything is made", async () => {
    const { state, ether } = newScene();
    const device = start("--state", state, "--ether", ether, "--output", "whistle", ...xs);
    const { status, stderr } = await device.ended();
    assert.match(stderr, /^fledgling: --output: [^\n]+\n$/);
    assert.equal(status, 2);
    assert.ok(!existsSync(state));
  });
});

describe("The worker", () => {
  test("that is killed ends the simulator with one line and status 1", async () => {
    const scene = newScene();
    const { device, worker } = await startDevice(scene);
    process.kill(worker, "SIGKILL");
    assert.deepEqual(await device.ended(), {
      status: 1,
      stderr: "fledgling: --engine: the process in which XS runs was ended by SIGKILL\n",
    });
    assert.ok(!readdirSync(scene.state).includes("lock"));
    await startDevice(scene);
  });

  test("ends when the simulator is killed", async () => {
    const { device, worker } = await startDevice();
    device.kill("SIGKILL");
    await device.ended();
    for (let waits = 0; isAlive(worker); waits++) {
      assert.ok(waits < 200, "the worker is still there");
      await setTimeout(10);
    }
  });
});

describe("Killed in the middle of a write under XS", () => {
  const oldValue = new Uint8Array(48).fill(1);
  const newValue = new Uint8Array(48).fill(2);
  for (const [step, expected] of [
    ["write", oldValue],
    ["rename", oldValue],
    ["syncFolder", newValue],
    ["none", newValue],
  ] as const) {
    test(`before the step "${step}": the record is whole`, () => {
      const { folder } = newScene();
      mkdirSync(folder, { recursive: true });
      const victim = fileURLToPath(new URL("victim.ts", import.meta.url));
      const args = ["--import", "tsx", victim, folder, worker, script, step];
      const { signal, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
      assert.equal(signal, "SIGKILL", stderr);
      const storage = new FolderStorage(join(folder, "state"));
      assert.deepEqual(storage.read("node"), expected);
      storage.close();
    });
  }
});

describe("What goes wrong with XS", () => {
  test("a bug is told with the stack of XS, and status 70", async () => {
    const checkout = new Checkout(join(scratch, "bug"));
    checkout.change("main.ts", "onOff.set(!onOff.isOn);", 'throw new TypeError("a bug");');
    const simulator = checkout.setUp();
    const { state, ether } = newScene();
    const device = track(
      new Program([process.execPath, simulator, "--json", "--state", state, "--ether", ether, ...xs]),
    );
    await device.event({ event: "sent" });
    device.type("press\nrelease\n");
    const { status, stderr } = await device.ended();
    const [first, second, ...stack] = stderr.trimEnd().split("\n");
    assert.equal(first, "fledgling: the simulator has met a bug of its own and ends; please report this:");
    assert.equal(second, "under XS: TypeError: a bug");
    assert.ok(stack.length > 3 && stack.every((line) => line.startsWith(" at ")), stderr);
    assert.match(stderr, /xs-device\.js:\d+/);
    assert.equal(status, 70);
  });

  test("without a compiler it cannot be set up, and that is told in one line", async () => {
    const checkout = new Checkout(join(scratch, "bare"), ["@agoric"]);
    const simulator = checkout.setUp();
    const { state, ether } = newScene();
    // No program is found there.
    const environment = { PATH: scratch };
    const device = track(
      new Program([process.execPath, simulator, "--state", state, "--ether", ether, ...xs], environment),
    );
    const { status, stderr } = await device.ended();
    assert.equal(
      stderr,
      "fledgling: --engine: XS has to be compiled once, and make and cc cannot be found; on Debian, " +
        '"apt-get install make gcc libc6-dev" brings what it takes\n',
    );
    assert.equal(status, 2);
    assert.ok(!existsSync(state));
  });
});

interface Scene {
  readonly folder: string;
  readonly state: string;
  readonly ether: string;
}

/** A place where nothing is yet. */
function newScene(): Scene {
  const folder = join(scratch, `${scenes++}`);
  return { folder, state: join(folder, "state"), ether: join(folder, "ether") };
}

function track(program: Program): Program {
  started.push(program);
  return program;
}

function start(...options: readonly string[]): Program {
  return track(new Program([process.execPath, bundled, ...options]));
}

/** A simulator that has sent its first beacon; worker: its process id. */
async function startDevice(
  scene = newScene(),
): Promise<{ readonly device: Program; readonly worker: number }> {
  const device = start("--json", "--state", scene.state, "--ether", scene.ether, ...xs);
  await device.event({ event: "sent" });
  const children = readFileSync(`/proc/${device.pid}/task/${device.pid}/children`, "utf8");
  return { device, worker: Number(children.trim()) };
}

/** Not so: it may still stand in the list of processes, until somebody asks how it ended. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
