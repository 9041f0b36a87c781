/** A program on a chip: everything of host/xs together, on doubles of the SDK, the C below and what a chip brings. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runInThisContext } from "node:vm";
import { build } from "esbuild";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import type * as microcontroller from "../../host/xs/microcontroller.js";
import type { Program } from "../../host/xs/program.js";
import { lamp } from "../../main.js";
import { toHex } from "../../modules/bytes.js";
import type { Platform, Storage } from "../../modules/platform.js";
import { FakeChip } from "../support/fake-chip.js";
import { top } from "../support/files.mjs";
import { MemoryStorage } from "../support/memory-storage.js";
import { World } from "../support/world.js";

const MINUTE_MS = 60_000;
const UUID = "d8332344694449b1ac095f45c89f2fbe";

/** The SDK's modules, made of what a test has put on the global object. */
const SDK: Readonly<Record<string, string>> = {
  timer:
    "export default { set: (call, ms) => globalThis.sdk.set(call, ms), clear: (timer) => timer.stop() };",
  "mc/config": "export default globalThis.sdk.config;",
};

/** host/xs as a build for XS has it; the SDK's modules are those of the test that loads it. */
async function loadHost(): Promise<typeof microcontroller> {
  const { outputFiles } = await build({
    entryPoints: [`${top}host/xs/microcontroller.ts`],
    bundle: true,
    format: "iife",
    globalName: "host",
    write: false,
    plugins: [
      {
        name: "sdk",
        setup: (setup) => {
          setup.onResolve({ filter: /^(timer|mc\/config)$/ }, ({ path }) => ({ path, namespace: "sdk" }));
          setup.onLoad({ filter: /./, namespace: "sdk" }, ({ path }) => ({ contents: SDK[path] ?? "" }));
        },
      },
    ],
  });
  return runInThisContext(`${outputFiles[0]?.text};host`);
}

/** A board on the air of a small world, with its power on. */
class BoardScene {
  readonly world = new World();
  readonly chip = new FakeChip(this.world.clock);
  readonly storage: MemoryStorage;
  readonly lines = this.chip.printed;
  readonly led: string[] = [];
  push: (level: 0 | 1) => void = () => {};
  platform: Platform | undefined;
  closed = 0;
  tracePin: number | undefined;
  identity: Uint8Array | undefined;
  isStarted = false;
  /** Advertising events. */
  sent = 0;

  constructor(storage = new MemoryStorage()) {
    this.storage = storage;
    this.chip.isQuick = true;
  }

  async run(
    config: Readonly<Record<string, string>>,
    program: Program,
    openStorage?: () => Storage,
  ): Promise<this> {
    const { chip } = this;
    const sdk = {
      config,
      set: (call: () => void, ms: number) => {
        const timer = chip.clock.createTimer(call);
        timer.start(ms);
        return timer;
      },
    };
    Object.assign(globalThis, { sdk, native: chip.native });
    const host = await loadHost();
    let level: 0 | 1 = 1;
    host.runOnChip(
      {
        idSize: 6,
        openTrace: (pin) => {
          this.tracePin = pin;
        },
        openStorage: openStorage ?? (() => this.storage),
        startReason: () => "by power",
        pins: {
          openOutput: (pin) => ({ write: (value) => this.led.push(`${pin} ${value}`) }),
          openPwm: () => ({ full: 1023, isHigh: true, write: () => {} }),
          openPixel: undefined,
          openInput: (_pin, _pull, changed) => {
            this.push = (value) => {
              level = value;
              changed();
            };
            return { read: () => level };
          },
        },
        openRadio: ({ clock, random, identity, keepIdentity }) => {
          const { medium } = this.world;
          this.identity = identity;
          const observer = { sent: () => this.sent++, received: () => {} };
          const radio = new SimulatedRadio({
            observer,
            medium,
            name: "board",
            clock,
            random,
            identity,
            keepIdentity,
          });
          return { radio, gattServer: undefined };
        },
      },
      (platform) => {
        this.platform = platform;
        const running = program(platform);
        return {
          start: () => {
            this.isStarted = true;
            running.start();
          },
          closeLinks: () => {
            this.closed++;
            running.closeLinks();
          },
        };
      },
    );
    return this;
  }
}

const NOTHING = Object.freeze({ start: () => {}, closeLinks: () => {} });
const DK = Object.freeze({ board: "nrf52/dk" });

function broken(): never {
  throw new RangeError("not a level");
}

describe("a program on a chip", () => {
  test("its platform has the chip's parts, and says once why it runs", async () => {
    const { platform, lines, isStarted } = await new BoardScene().run(DK, () => NOTHING);
    assert.ok(isStarted);
    assert.equal(toHex(platform?.deviceUuid ?? new Uint8Array(0)), UUID);
    assert.deepEqual(lines, ["started: by power\n"]);
  });

  test("the lamp is provisioned, blinks for attention, and keeps its place over a restart", async () => {
    const scene = await new BoardScene().run(DK, lamp);
    const { clock } = scene.world;
    const phone = scene.world.addPhone();
    const uuid = scene.platform?.deviceUuid ?? new Uint8Array(0);
    phone.provision({ attentionSeconds: 3 }, uuid);
    clock.advance(30_000);
    assert.deepEqual([phone.results.length, phone.failures], [1, []]);
    assert.ok(scene.sent > 0);
    assert.ok(scene.led.includes("13 0") && scene.led.includes("13 1"), "active low");
    assert.ok(scene.lines.some((line) => line.startsWith("node: provisioned")));
    assert.deepEqual(scene.platform?.storage.keys().includes("node"), true);
    const again = await new BoardScene(scene.storage).run(DK, lamp);
    assert.ok(again.lines.some((line) => line.startsWith("node: provisioned")));
  });

  test("a push switches the lamp", async () => {
    const scene = await new BoardScene().run(DK, lamp);
    scene.led.length = 0;
    scene.push(0);
    scene.world.clock.advance(100);
    scene.push(1);
    assert.deepEqual(scene.led, ["13 0"]);
  });

  test("an exception from an input is a line and closed links, and the node goes on", async () => {
    const scene = await new BoardScene().run(DK, ({ board }) => {
      board.button?.listen(broken);
      return NOTHING;
    });
    scene.world.clock.advance(MINUTE_MS);
    scene.push(0);
    scene.world.clock.advance(MINUTE_MS);
    assert.deepEqual(scene.lines, ["started: by power\n", "fault 1, button: RangeError: not a level\n"]);
    assert.deepEqual([scene.closed, scene.chip.restarts], [1, 0]);
  });

  test("one from a timer restarts the chip, which tells it at its next start", async () => {
    const scene = await new BoardScene().run(DK, ({ clock }) => {
      clock.createTimer(broken).start(MINUTE_MS);
      return NOTHING;
    });
    scene.world.clock.advance(MINUTE_MS);
    assert.equal(scene.chip.restarts, 1);
    const again = await new BoardScene(scene.storage).run(DK, () => NOTHING);
    assert.deepEqual(again.lines, [
      "started: by power\n",
      "restarted after a fault, 1 in all; the last one: timer: RangeError: not a level\n",
    ]);
    assert.deepEqual(again.platform?.storage.keys(), [], "the node does not see it");
  });

  test("a flash that fails just then keeps no chip from its restart", async () => {
    const broke = new MemoryStorage();
    const scene = await new BoardScene(broke).run(DK, ({ clock }) => {
      clock
        .createTimer(() => {
          broke.write = broken;
          broken();
        })
        .start(MINUTE_MS);
      return NOTHING;
    });
    scene.world.clock.advance(2 * MINUTE_MS);
    assert.equal(scene.chip.restarts, 1);
    assert.equal(scene.lines.at(-1), "the restart is not counted: RangeError: not a level\n");
  });

  test("an address that is drawn is the identity after the next start", async () => {
    const scene = await new BoardScene().run(DK, ({ radio }) => {
      radio.renewAddress();
      return NOTHING;
    });
    const kept = scene.storage.read("~address");
    const again = await new BoardScene(scene.storage).run(DK, () => NOTHING);
    assert.deepEqual([scene.identity, again.identity?.length, again.identity], [undefined, 6, kept]);
  });

  const hopeless: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    [
      "a setting of the node",
      { ...DK, "oob-only": "maybe" },
      'SettingsError: oob-only: "maybe" is none of true, false',
    ],
    [
      "a setting of the board",
      { ...DK, "led-kind": "neon" },
      'Error: led-kind: "neon" is none of switched, dimmed, pixel',
    ],
    ["a UUID that is none", { ...DK, uuid: "12" }, 'Error: uuid: "12" is not 32 hexadecimal digits'],
  ];
  for (const [what, config, message] of hopeless) {
    test(`${what} that makes no sense is one line, and nothing starts`, async () => {
      const scene = await new BoardScene().run(config, lamp);
      assert.deepEqual(
        scene.lines.filter((line) => !line.startsWith("started")),
        [`cannot start: ${message}\n`],
      );
      scene.world.clock.advance(10 * MINUTE_MS);
      assert.deepEqual([scene.isStarted, scene.chip.restarts, scene.sent], [false, 0, 0]);
    });
  }

  test("a flash that fails is one line, and the LED flashes each second", async () => {
    const scene = await new BoardScene().run(DK, lamp, () => {
      throw new Error("no flash");
    });
    scene.world.clock.advance(1999);
    assert.deepEqual(scene.lines, ["cannot start: Error: no flash\n"]);
    assert.equal(scene.tracePin, 6);
    assert.deepEqual(scene.led, ["13 0", "13 1", "13 0", "13 1"]);
  });
});
