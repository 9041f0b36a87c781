/** The radio on a controller: what it commands, and when. Core Specification, Vol 4, Part E, 7.8. */

import { Adapter } from "../../host/simulator/hci/adapter.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { ascii, fromHex, toHex } from "../../modules/bytes.js";
import type { ConnectableAdvertisement } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { ScriptedRandom } from "../support/scripted-random.js";
import { VirtualController } from "../support/virtual-controller.js";

const BEACON = new Uint8Array([3, 0x2b, 0, 1]);
const BEACON_DATA = `2008 04032b0001${"00".repeat(27)}`;
const NON_CONNECTABLE = "2006 200020000301000000000000000700";
const ON = "200a 01";
const OFF = "200a 00";
const TRANSMISSION = [NON_CONNECTABLE, BEACON_DATA, ON];

const CONNECTABLE: ConnectableAdvertisement = {
  data: new Uint8Array([2, 1, 6]),
  scanResponse: new Uint8Array([2, 9, 0x4c]),
  intervalMs: 100,
  address: "identity",
};
const PUT_UP = [
  "2006 a000a0000001000000000000000700",
  `2008 03020106${"00".repeat(28)}`,
  `2009 0302094c${"00".repeat(28)}`,
  ON,
];

const SILENT = { frame: () => {}, disconnected: () => {} };

/** An adapter that is up, what it commands from now on, and what it says. */
class Scene {
  readonly clock = new FakeClock();
  readonly controller = new VirtualController(this.clock);
  readonly diary: string[] = [];
  readonly kept: string[] = [];
  readonly adapter: Adapter;
  transmitted: () => void = () => {};

  constructor(script: readonly string[] = [], identity?: Uint8Array) {
    this.adapter = new Adapter({
      clock: this.clock,
      random: new ScriptedRandom(script.map(octetsOf), new SeededRandom(1)),
      name: ascii("lamp"),
      identity,
      keepIdentity: (address) => this.kept.push(toHex(address)),
      observer: {
        sent: (data, address, kind) => this.diary.push(`observed ${kind} ${address} ${toHex(data)}`),
        received: (data, rssi) => this.diary.push(`observed ${toHex(data)} ${rssi}`),
      },
    });
    this.adapter.open({
      received: (data, rssi) => this.diary.push(`received ${toHex(data)} ${rssi}`),
      transmitted: () => {
        this.diary.push("transmitted");
        this.transmitted();
      },
    });
  }

  start(): this {
    this.adapter.start(this.controller, {
      ready: () => this.diary.push("ready"),
      failed: (why) => this.diary.push(`failed: ${why}`),
      noted: (what) => this.diary.push(`noted: ${what}`),
    });
    return this;
  }

  up(): this {
    this.start().clock.advance(100);
    this.diary.length = 0;
    this.controller.commands.length = 0;
    return this;
  }

  /** What has been commanded since the last time. */
  commands(): readonly string[] {
    return this.controller.commands.splice(0);
  }

  /** The same after so many milliseconds. */
  after(ms: number): readonly string[] {
    this.clock.advance(ms);
    return this.commands();
  }
}

function octetsOf(hex: string): Uint8Array {
  const octets = fromHex(hex);
  if (octets === undefined) throw new Error(`not hexadecimal: ${hex}`);
  return octets;
}

const transmitting: Suite = ({ test, equal, throws }) => {
  test("one transmission: on for 20 ms with the shortest interval, then off, then transmitted", () => {
    const scene = new Scene().up();
    const data = BEACON.slice();
    scene.adapter.transmit(data, "identity");
    data.fill(0xff);
    throws(() => scene.adapter.transmit(BEACON, "identity"));
    equal(scene.after(15), TRANSMISSION);
    equal(scene.diary, ["observed nonConnectable identity 032b0001"]);
    equal(scene.after(20), [OFF]);
    equal(scene.diary.at(-1), "transmitted");
  });

  test("the next transmission may begin at once", () => {
    const scene = new Scene().up();
    let left = 2;
    scene.transmitted = () => {
      if (left-- > 0) scene.adapter.transmit(BEACON, "identity");
    };
    scene.adapter.transmit(BEACON, "identity");
    equal(scene.after(1000), [...TRANSMISSION, OFF, ...TRANSMISSION, OFF, ...TRANSMISSION, OFF]);
    equal(scene.diary.filter((line) => line === "transmitted").length, 3);
  });

  test("a private address is another one each time; scanning pauses for it; then comes the identity again", () => {
    const identity = octetsOf("c1a2a3a4a5a6");
    const scene = new Scene(["ffb1b2b3b4b5", "0fb1b2b3b4b6"], identity).up();
    scene.adapter.setScanning(true);
    equal(scene.after(10), ["200c 0100"]);
    const pause = (address: string): readonly string[] => ["200c 0000", `2005 ${address}`, "200c 0100"];
    for (const address of ["b5b4b3b2b13f", "b6b4b3b2b10f"]) {
      scene.adapter.transmit(BEACON, "private");
      equal(scene.after(100), [...pause(address), ...TRANSMISSION, OFF]);
    }
    scene.adapter.transmit(BEACON, "identity");
    equal(scene.after(100), [...pause("a6a5a4a3a2c1"), ...TRANSMISSION, OFF]);
    scene.adapter.transmit(BEACON, "identity");
    equal(scene.after(100), [...TRANSMISSION, OFF]);
  });

  test("a controller from before version 5.0 has a longer shortest interval", () => {
    const scene = new Scene();
    scene.controller.answers.set(0x2006, "12");
    scene.up();
    scene.controller.answers.delete(0x2006);
    scene.adapter.transmit(BEACON, "identity");
    equal(scene.after(100), ["2006 a000a0000301000000000000000700", BEACON_DATA, ON, OFF]);
  });

  test("a transmission that the controller refuses is over all the same, and is told of once", () => {
    const scene = new Scene().up();
    scene.controller.answers.set(0x200a, "0c");
    scene.adapter.transmit(BEACON, "identity");
    scene.after(100);
    scene.adapter.transmit(BEACON, "identity");
    scene.after(100);
    equal(
      scene.diary.filter((line) => !line.startsWith("observed")),
      ["noted: the adapter refuses to advertise: error 0x0c", "transmitted", "transmitted"],
    );
  });

  test("what was asked for before the adapter is up begins then", () => {
    const scene = new Scene();
    scene.adapter.setScanning(true);
    scene.adapter.setConnectable(CONNECTABLE);
    scene.adapter.transmit(BEACON, "identity");
    scene.start().clock.advance(100);
    const commands = scene.commands();
    equal(commands.slice(0, 3), ["0c03", "201c", "1005"]);
    equal(commands.slice(-9), ["200c 0100", ...TRANSMISSION, OFF, ...PUT_UP]);
    equal(scene.diary.slice(-2), ["ready", "transmitted"]);
  });

  test("misuse throws", () => {
    const { clock } = new Scene();
    const closed = new Adapter({ clock, random: new SeededRandom(1), name: new Uint8Array() });
    throws(() => closed.transmit(BEACON, "identity"));
    throws(() => closed.setScanning(true));
    throws(() => closed.setConnectable(undefined));
    const scene = new Scene().up();
    throws(() => scene.adapter.open({ received: () => {}, transmitted: () => {} }));
    throws(() => scene.adapter.transmit(new Uint8Array(32), "identity"));
    throws(() => scene.adapter.setConnectable({ ...CONNECTABLE, data: new Uint8Array(32) }));
    throws(() => scene.adapter.setConnectable({ ...CONNECTABLE, scanResponse: new Uint8Array(32) }));
    equal(scene.after(100), []);
  });
};

const connectable: Suite = ({ test, equal, ok }) => {
  test("the connectable advertisement stays on the air until it is taken down", () => {
    const scene = new Scene().up();
    scene.adapter.setConnectable(CONNECTABLE);
    equal(scene.after(5000), PUT_UP);
    equal(scene.diary, ["observed connectable identity 020106"]);
    scene.adapter.setConnectable(undefined);
    equal(scene.after(5000), [OFF]);
  });

  test("another one takes its place; without a scan response an empty one", () => {
    const scene = new Scene().up();
    scene.adapter.setConnectable(CONNECTABLE);
    scene.after(100);
    scene.adapter.setConnectable({ ...CONNECTABLE, scanResponse: undefined, intervalMs: 1 });
    equal(scene.after(100), [
      OFF,
      "2006 200020000001000000000000000700",
      `2008 03020106${"00".repeat(28)}`,
      `2009 ${"00".repeat(32)}`,
      ON,
    ]);
  });

  test("it makes room for a transmission, and comes back", () => {
    const scene = new Scene().up();
    scene.adapter.setConnectable(CONNECTABLE);
    scene.after(1000);
    scene.adapter.transmit(BEACON, "identity");
    equal(scene.after(100), [OFF, ...TRANSMISSION, OFF, ...PUT_UP]);
  });

  test("it has its 20 ms before a transmission", () => {
    const scene = new Scene().up();
    scene.adapter.setConnectable(CONNECTABLE);
    scene.after(12);
    scene.adapter.transmit(BEACON, "identity");
    equal(scene.after(10), []);
    equal(scene.after(20), [OFF, ...TRANSMISSION]);
  });

  test("transmissions without a pause leave it a turn in each of its intervals [P-4]", () => {
    const scene = new Scene().up();
    scene.transmitted = () => scene.adapter.transmit(BEACON, "identity");
    scene.adapter.transmit(BEACON, "identity");
    scene.adapter.setConnectable(CONNECTABLE);
    const turns = scene.after(2000).filter((command) => command === PUT_UP[0]).length;
    ok(turns >= 10 && turns <= 20, `${turns} turns in 2 s`);
    ok(scene.diary.filter((line) => line === "transmitted").length >= 40);
  });

  test("a connection ends it; the next one is put up when it is asked for", () => {
    const scene = new Scene().up();
    scene.adapter.setConnectable(CONNECTABLE);
    scene.after(100);
    scene.controller.connect(SILENT);
    equal(scene.after(5000), []);
    scene.adapter.transmit(BEACON, "identity");
    equal(scene.after(100), [...TRANSMISSION, OFF]);
    scene.adapter.setConnectable(CONNECTABLE);
    equal(scene.after(100), PUT_UP);
  });

  test("a connection made while another advertisement is put up ends that one, too", () => {
    const scene = new Scene().up();
    scene.adapter.setConnectable(CONNECTABLE);
    scene.after(100);
    scene.controller.connect(SILENT);
    scene.adapter.setConnectable({ ...CONNECTABLE, intervalMs: 20 });
    const commands = scene.after(1000);
    equal([commands.at(-2), commands.at(-1)], [ON, OFF]);
  });

  test("a controller without room for another link gets it when a link is gone", () => {
    const scene = new Scene().up();
    const handle = scene.controller.connect(SILENT);
    scene.after(10);
    scene.controller.answers.set(0x200a, "09");
    scene.adapter.setConnectable(CONNECTABLE);
    equal(scene.after(5000), PUT_UP);
    equal(scene.diary.at(-1), "noted: the adapter refuses connectable advertising: error 0x09");
    scene.controller.answers.delete(0x200a);
    scene.controller.lose(handle);
    equal(scene.after(1000), PUT_UP);
  });

  test("connectable advertising that was refused is on the air within a second of when it would not be", () => {
    const scene = new Scene().up();
    scene.controller.answers.set(0x200a, "0c");
    scene.adapter.setConnectable(CONNECTABLE);
    const refused = scene.after(5000);
    equal(refused.slice(0, 2 * PUT_UP.length), [...PUT_UP, ...PUT_UP]);
    equal(
      scene.diary.filter((line) => line.startsWith("noted")),
      ["noted: the adapter refuses connectable advertising: error 0x0c"],
    );
    scene.controller.answers.delete(0x200a);
    equal(scene.after(1000), PUT_UP);
    scene.controller.answers.set(0x200a, "0c");
    scene.adapter.setConnectable({ ...CONNECTABLE, intervalMs: 100 });
    scene.after(100);
    scene.adapter.setConnectable(undefined);
    equal(scene.after(5000), []);
  });

  test("a new identity is drawn and kept, and is the advertised one at once", () => {
    const scene = new Scene(["c1a2a3a4a5a6", "01b2b3b4b5b6"]).up();
    equal(toHex(scene.adapter.identity), "c1a2a3a4a5a6");
    scene.adapter.setConnectable(CONNECTABLE);
    scene.after(100);
    scene.adapter.renewAddress();
    equal(scene.kept, ["c1a2a3a4a5a6", "c1b2b3b4b5b6"]);
    equal(scene.after(100), [OFF, "2005 b6b5b4b3b2c1", ...PUT_UP]);
  });
};

const scanning: Suite = ({ test, equal }) => {
  /** A report of one advertisement: LE Advertising Report with its header. */
  const report = (type: string, data: string): string => {
    const length = (data.length / 2).toString(16).padStart(2, "0");
    const parameters = `0201${type}01c0ffee000000${length}${data}c4`;
    return `043e${(parameters.length / 2).toString(16).padStart(2, "0")}${parameters}`;
  };

  test("what is for a mesh node is heard while it scans, with its strength; nothing else", () => {
    const scene = new Scene().up();
    const taken = ["032b0001", "02010604292a0000", "052a00010203", "0303591804165918aa"];
    const say = (): void => {
      for (const data of taken) scene.controller.say(report("03", data));
      // Connectable, scannable, a scan response; an empty one, others' service data, lengths that lie.
      for (const type of ["00", "01", "02", "04"]) scene.controller.say(report(type, "032b0001"));
      for (const data of ["", "020106", "0416aafe00", "002b", "ff"]) scene.controller.say(report("03", data));
      scene.clock.advance(10);
    };
    say();
    equal(scene.diary, []);
    scene.adapter.setScanning(true);
    scene.adapter.setScanning(true);
    equal(scene.after(10), ["200c 0100"]);
    say();
    equal(
      scene.diary,
      taken.flatMap((data) => [`observed ${data} -60`, `received ${data} -60`]),
    );
    scene.adapter.setScanning(false);
    equal(scene.after(10), ["200c 0000"]);
    say();
    equal(scene.diary.length, 2 * taken.length);
  });

  test("several reports in one event, and one that is cut short", () => {
    const scene = new Scene().up();
    scene.adapter.setScanning(true);
    scene.after(10);
    const one = "0301c0ffee00000004032b0001c4";
    const two = "0301c0ffee00000004032b00027f";
    scene.controller.say(`043e1e0202${one}${two}`);
    scene.clock.advance(10);
    equal(
      scene.diary.filter((line) => line.startsWith("received")),
      ["received 032b0001 -60", "received 032b0002 127"],
    );
    scene.controller.say(`043e0f0202${one.slice(0, 26)}`);
    scene.controller.say("043e0102");
    scene.controller.say("043e00");
    scene.clock.advance(10);
    equal(scene.diary.length, 4);
  });
};

export const suite: Suite = (harness) => {
  transmitting(harness);
  connectable(harness);
  scanning(harness);
};
