/** One device under both engines: the same platform, used in the same way, does the same. */

import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type Engine, OwnEngine } from "../../host/simulator/engine/engine.js";
import { XsEngine } from "../../host/simulator/engine/xs-engine.js";
import type { SimulatorEvent } from "../../host/simulator/events.js";
import { parseOptions } from "../../host/simulator/options.js";
import { Simulator } from "../../host/simulator/simulator.js";
import { UsageError } from "../../host/simulator/usage-error.js";
import { Happenings } from "../interop/happenings.js";
import { probe } from "./probe.js";
import { lampFiles, probeScript } from "./xs-files.js";

const scratch = mkdtempSync(join(tmpdir(), "fledgling-engines-"));
after(() => rmSync(scratch, { recursive: true }));
let scenes = 0;

const uuid = "70cf7c9732a345b691494810d2e9cbf4";
const PRIVATE_KEY = "18cd7c8e5a3e1d6f0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f506172";
/** A mesh beacon of a kind that nobody knows. */
const AD = "032bff02";

const { worker } = lampFiles();
const script = await probeScript(join(scratch, "probe.js"));

for (const [name, load] of [
  ["Node's own engine", async () => new OwnEngine(probe)],
  ["XS", () => XsEngine.load({ worker, script })],
] as const) {
  describe(`A device under ${name}`, () => {
    test("knows what it is made of", async (t) => {
      const device = await start(t, await load(), "--name", "Lämpchen", "--uuid", uuid);
      device.enter("facts");
      assert.deepEqual(await device.said(3), [uuid, "16 true true", "Lämpchen undefined"]);
    });

    test("has a storage that keeps every promise", async (t) => {
      const device = await start(t, await load());
      device.enter("storage");
      assert.deepEqual(await device.said(1), ["11 tests"]);
    });

    test("writes a record before it goes on", async (t) => {
      const device = await start(t, await load());
      device.enter("write seq 0102ff");
      assert.deepEqual(await device.said(1), ["written true"]);
      assert.equal(readFileSync(join(device.state, "records", "seq"), "hex"), "0102ff");
      device.enter("read seq");
      assert.deepEqual(await device.said(1), ["read 0102ff"]);
    });

    test("acts on its board and its trace in order, with questions between", async (t) => {
      const device = await start(t, await load());
      device.enter("order");
      await device.said(1);
      assert.deepEqual(device.others(), [
        { event: "led", level: 1 },
        { event: "note", layer: "node", name: "complete", value: undefined },
        { event: "buzzer", on: true },
        { event: "vibrator", on: true },
        { event: "display", text: "Größe 💡" },
        { event: "drop", layer: "network", reason: "badMic", pdu: "01ff" },
        { event: "drop", layer: "network", reason: "badMic", pdu: undefined },
        { event: "note", layer: "node", name: "provisioned", value: 0x0100 },
        { event: "buzzer", on: false },
        { event: "vibrator", on: false },
        { event: "display", text: "" },
        { event: "led", level: 0 },
      ]);
    });

    test("has timers that are stopped and started anew", async (t) => {
      const device = await start(t, await load());
      const wrong = "RangeError: a delay is 0 ms or more";
      device.enter("timers");
      assert.deepEqual(await device.said(7), [
        "true false true",
        wrong,
        wrong,
        wrong,
        "soon",
        "later false true",
        "last",
      ]);
    });

    test("hears nothing of a timer that is stopped, however late", async (t) => {
      const device = await start(t, await load());
      device.enter("stale");
      assert.deepEqual(await device.said(2), ["stopped false", "expired"]);
      await setTimeout(50);
      device.enter("still here");
      assert.deepEqual(await device.said(1), ["typed still here"]);
    });

    test("draws random octets where it wants them, and nowhere else", async (t) => {
      const device = await start(t, await load());
      device.enter("random");
      assert.deepEqual(await device.said(1), ["00000000 true 00000000"]);
    });

    test("computes a public key in a later turn", async (t) => {
      const device = await start(t, await load());
      device.enter(`key ${PRIVATE_KEY}`);
      assert.deepEqual(await device.said(2), ["computing", `key ${publicKeyOf(PRIVATE_KEY)}`]);
      device.enter(`key ${"00".repeat(32)}`);
      assert.deepEqual(await device.said(2), ["computing", "key undefined"]);
    });

    test("meets another in the ether", async (t) => {
      const device = await start(t, await load());
      const other = await start(t, new OwnEngine(probe), "--ether", device.ether);
      device.enter(`transmit ${AD}`);
      assert.deepEqual(await device.said(2), ["transmitting", "transmitted"]);
      assert.deepEqual(await other.said(1), [`heard ${AD} number`]);
      other.enter(`transmit ${AD}`);
      assert.deepEqual(await device.said(1), [`heard ${AD} number`]);
    });

    test("is told what happens while it is busy, in order", async (t) => {
      const device = await start(t, await load());
      device.enter(`key ${PRIVATE_KEY}`);
      device.simulator.board.press(true);
      device.simulator.board.turn(-3);
      device.enter("💡");
      device.engine.reset();
      device.simulator.board.press(false);
      const key = `key ${publicKeyOf(PRIVATE_KEY)}`;
      const said = await device.said(7);
      assert.deepEqual(
        said.filter((text) => text !== key),
        ["computing", "down", "turned -3", "typed 💡", "reset", "up"],
      );
    });

    test("does nothing any more once it is closed", async (t) => {
      const device = await start(t, await load());
      device.enter("timers");
      await device.engine.close();
      await device.simulator.close();
      const before = device.events.seen.length;
      device.engine.release();
      await device.engine.close();
      // Its timers would have expired long since.
      await setTimeout(100);
      assert.equal(device.events.seen.length, before);
    });
  });
}

test("under XS a device that does not come to an end is ended", async (t) => {
  const device = await start(t, await XsEngine.load({ worker, script }));
  device.enter("loop");
  await device.engine.close();
});

test("under XS reports that come too fast are lost, as on a board", async (t) => {
  const device = await start(t, await XsEngine.load({ worker, script }));
  const other = await start(t, new OwnEngine(probe), "--ether", device.ether);
  device.enter("loop");
  for (let i = 0; i < 100; i++) {
    other.enter(`transmit ${AD}`);
    await other.said(2);
  }
  // 64 wait for their turn.
  let lost = 0;
  const last = await device.events.first("the last lost report", 10_000, ({ event, ...drop }) =>
    event === "drop" && ++lost === 100 - 64 ? drop : undefined,
  );
  assert.deepEqual(last, { layer: "radio", reason: "noRoom", pdu: AD });
});

test("a script that fails is told with the words of XS", async () => {
  const broken = join(scratch, "broken.js");
  writeFileSync(broken, "throw new TypeError('no such thing')");
  await assert.rejects(XsEngine.load({ worker, script: broken }), /TypeError: no such thing/);
});

test("a program that is not there is told in one line", async () => {
  const load = XsEngine.load({ worker: join(scratch, "nothing"), script });
  await assert.rejects(load, (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /^--engine: XS cannot be started: [^\n]+ENOENT$/);
    return true;
  });
});

/** A running device: its simulator, and all that it says. */
class Running {
  readonly events = new Happenings<SimulatorEvent>();
  readonly state: string;
  readonly ether: string;
  readonly engine: Engine;
  readonly simulator: Simulator;
  #read = 0;

  constructor(engine: Engine, more: readonly string[]) {
    const folder = join(scratch, `${scenes++}`);
    this.state = folder;
    const place = ["--state", folder, ...(more.includes("--ether") ? [] : ["--ether", `${folder}.sock`])];
    const options = parseOptions([...place, ...more], {});
    if (options === "help") throw new Error("no help is wanted");
    this.ether = options.ether ?? "";
    this.engine = engine;
    this.simulator = new Simulator(options, (event) => this.events.add(event));
  }

  /** Finish a line on its keypad. */
  enter(line: string): void {
    this.simulator.board.enter(line);
  }

  /** The next so many things that it says. */
  async said(count: number): Promise<readonly string[]> {
    const said: string[] = [];
    while (said.length < count) said.push(await this.#next());
    return said;
  }

  /** What has happened besides, after it had started. */
  others(): readonly SimulatorEvent[] {
    const names = ["failed", "started", "ether", "sent", "received"];
    return this.events.seen.filter(({ event }) => !names.includes(event));
  }

  async #next(): Promise<string> {
    const nth = this.#read++;
    let seen = 0;
    return await this.events.first(`word ${nth}`, 10_000, (event) =>
      event.event === "failed" && seen++ === nth ? event.step : undefined,
    );
  }
}

async function start(t: TestContext, engine: Engine, ...more: readonly string[]): Promise<Running> {
  const device = new Running(engine, more);
  t.after(async () => {
    await device.engine.close();
    await device.simulator.close();
  });
  await device.simulator.open();
  device.engine.start(device.simulator.platform);
  assert.deepEqual(await device.said(1), ["started"]);
  return device;
}

/** By OpenSSL: both coordinates as hexadecimal digits. */
function publicKeyOf(privateKey: string): string {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(privateKey, "hex");
  return ecdh.getPublicKey("hex").slice(2);
}
