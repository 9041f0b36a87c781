/** A controller and its links: commands, data in packets, and all that can go wrong. */

import { Adapter } from "../../host/simulator/hci/adapter.js";
import { COMMAND_TIMEOUT_MS } from "../../host/simulator/hci/controller.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { ascii, fromHex, toHex } from "../../modules/bytes.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { VirtualController, type VirtualControllerOptions } from "../support/virtual-controller.js";
import { PROVISIONING } from "./gatt-contract.js";

const SIGNALLING = 5;
const SECURITY = 6;

function octetsOf(hex: string): Uint8Array {
  const octets = fromHex(hex.replaceAll(" ", ""));
  if (octets === undefined) throw new Error(`not hexadecimal: ${hex}`);
  return octets;
}

/** An adapter on a virtual controller, with what its client hears. */
class Scene {
  readonly clock = new FakeClock();
  readonly controller: VirtualController;
  readonly adapter: Adapter;
  readonly diary: string[] = [];
  /** What the client at the other end of the link gets: channel and payload. */
  readonly heard: string[] = [];
  handle = 0;

  constructor(options: VirtualControllerOptions = {}) {
    this.controller = new VirtualController(this.clock, options);
    this.adapter = new Adapter({ clock: this.clock, random: new SeededRandom(1), name: ascii("lamp") });
    const note = (what: string) => (id: number) => {
      this.diary.push(`${what} ${id}`);
    };
    this.adapter.gattServer.serve(PROVISIONING, {
      connected: note("connected"),
      disconnected: note("disconnected"),
      subscribed: note("subscribed"),
      written: (id, value) => this.diary.push(`written ${id} ${toHex(value)}`),
      ready: note("ready"),
      idle: note("idle"),
    });
  }

  start(): this {
    this.adapter.start(this.controller, {
      ready: () => this.diary.push("ready"),
      failed: (why) => this.diary.push(why),
      noted: (what) => this.diary.push(what),
    });
    this.clock.advance(100);
    return this;
  }

  /** With a client that has subscribed, at the largest ATT_MTU. */
  connected(): this {
    this.start();
    this.handle = this.controller.connect({
      frame: (channel, payload) => this.heard.push(`${channel} ${toHex(payload)}`),
      disconnected: () => this.heard.push("disconnected"),
    });
    this.say(4, "020502");
    this.say(4, "1285000100");
    this.clock.advance(100);
    this.diary.length = 0;
    this.heard.length = 0;
    this.controller.packets.length = 0;
    this.controller.commands.length = 0;
    return this;
  }

  say(channel: number, hex: string): void {
    this.controller.sendFrame(this.handle, channel, octetsOf(hex));
  }

  notify(...values: readonly number[]): boolean {
    return this.adapter.gattServer.notify(1, Uint8Array.from(values));
  }
}

const settingUp: Suite = ({ test, equal }) => {
  test("Reset comes first, then what is needed, one command at a time", () => {
    const scene = new Scene().start();
    equal(
      scene.controller.commands.map((command) => command.slice(0, 4)),
      ["0c03", "201c", "1005", "2002", "0c01", "2001", "2024", "2005", "200b", "2006"],
    );
    equal(scene.controller.commands[4], "0c01 1080000200000020");
    equal(scene.controller.commands[5], "2001 1700000000000000");
    equal(scene.controller.commands[8], "200b 00300030000100");
    equal(scene.diary, ["ready"]);
    equal(scene.adapter.gattServer.maxConnections, 4);
  });

  test("a controller that cannot advertise while connected has one link", () => {
    const scene = new Scene();
    scene.controller.answers.set(0x201c, "00ffffffffbf030000");
    equal(scene.start().adapter.gattServer.maxConnections, 1);
  });

  test("a controller whose Low Energy shares the other room, and one that lacks long packets", () => {
    const scene = new Scene();
    scene.controller.answers.set(0x2002, "00000000");
    scene.controller.answers.set(0x1005, "00ff030a05000000");
    scene.controller.answers.set(0x2024, "01");
    equal(scene.start().diary, ["ready"]);
  });

  test("a controller that does not say what it can do is tried, with one link", () => {
    const scene = new Scene();
    scene.controller.answers.set(0x201c, "01");
    equal(scene.start().diary, ["ready"]);
    equal(scene.adapter.gattServer.maxConnections, 1);
  });

  test("a controller gives credits when it likes", () => {
    const scene = new Scene();
    scene.controller.credits = 0;
    scene.start();
    equal(scene.controller.commands, ["0c03"]);
    scene.controller.credits = 1;
    scene.controller.say("040e03010000");
    scene.clock.advance(100);
    equal(scene.diary, ["ready"]);
  });

  for (const [name, opcode, answer, why] of [
    ["no Low Energy", 0x2002, "01", /^it has no Bluetooth Low Energy.*use another adapter$/],
    [
      "no scanning while it advertises",
      0x201c,
      "0000000000000000ff",
      /^it cannot listen while it advertises.*use/,
    ],
    ["no room", 0x2002, "00000000", /^it has no room for data$/],
    ["another error", 0x2005, "0c", /^it refuses command 0x2005 with error 0xc$/],
    ["half an answer", 0x2002, "00", /^it does not say how much it takes$/],
    ["half of another", 0x201c, "00", /^it does not say what it can do$/],
  ] as const) {
    test(`${name}: one line says so, and nothing more is sent`, () => {
      const scene = new Scene();
      scene.controller.answers.set(opcode, answer);
      scene.start();
      equal(scene.diary.length, 1);
      equal(why.test(scene.diary[0] ?? ""), true, scene.diary[0]);
      equal(scene.controller.closed, true);
      scene.clock.advance(10_000);
      equal(scene.diary.length, 1);
    });
  }
};

const failing: Suite = ({ test, equal }) => {
  test("nobody answers", () => {
    const scene = new Scene();
    scene.controller.answers.set(0x0c03, undefined);
    scene.start().clock.advance(COMMAND_TIMEOUT_MS);
    equal(scene.diary, ["nothing there answers as a Bluetooth controller does"]);
    equal(scene.controller.closed, true);
  });

  test("it stops answering, has a fault, loses octets, or goes away: told once, in one line", () => {
    const cases: readonly (readonly [(scene: Scene) => void, string])[] = [
      [
        (scene) => {
          scene.controller.answers.set(0x200c, undefined);
          scene.adapter.open({ received: () => {}, transmitted: () => {} });
          scene.adapter.setScanning(true);
        },
        "it has stopped answering (command 0x200c); plug it in again",
      ],
      [
        (scene) => scene.controller.say("04100142"),
        "it reports a fault of its own (hardware error 66) and has to be reset; plug it in again",
      ],
      [
        (scene) => scene.controller.say("0900"),
        "what comes from it is no HCI in H4 frames; see whether another program uses it, and its speed",
      ],
      [
        (scene) => {
          scene.controller.answers.set(0x200a, "12");
          scene.adapter.open({ received: () => {}, transmitted: () => {} });
          scene.adapter.transmit(new Uint8Array([2, 0x2b, 0]), "identity");
        },
        "it has reset itself and forgotten everything; start the simulator again",
      ],
      [(scene) => scene.controller.break("it was unplugged"), "it was unplugged"],
    ];
    for (const [happens, why] of cases) {
      const scene = new Scene().start();
      scene.diary.length = 0;
      happens(scene);
      scene.clock.advance(COMMAND_TIMEOUT_MS + 100);
      equal(scene.diary, [why]);
      scene.controller.say("04100142");
      scene.controller.break("again");
      scene.clock.advance(10_000);
      equal(scene.diary, [why]);
    }
  });

  test("a controller that takes no commands any more is told of like one that does not answer", () => {
    const scene = new Scene().start();
    scene.diary.length = 0;
    scene.controller.credits = 0;
    scene.adapter.open({ received: () => {}, transmitted: () => {} });
    scene.adapter.setScanning(true);
    scene.adapter.renewAddress();
    scene.adapter.setScanning(false);
    // A sign of life without a credit is none.
    for (let i = 0; i < 30; i++) {
      scene.controller.say("040e03000000");
      scene.clock.advance(COMMAND_TIMEOUT_MS / 25);
    }
    equal(scene.diary, ["it has stopped answering (command 0x200c); plug it in again"]);
    equal(scene.controller.closed, true);
  });

  test("a link whose end was never told is gone when its handle is somebody else's, or unknown", () => {
    const again = new Scene().connected();
    again.controller.say("043e13010040000101c0ffee000000180000002a0000");
    again.clock.advance(10);
    equal(again.diary, ["disconnected 1", "connected 2"]);
    again.controller.lose(again.handle);
    again.clock.advance(10);
    equal(again.diary, ["disconnected 1", "connected 2", "disconnected 2"]);

    const unknown = new Scene().connected();
    unknown.controller.forget(unknown.handle);
    unknown.adapter.gattServer.disconnect(1);
    unknown.clock.advance(100);
    equal(unknown.diary, ["disconnected 1"]);
  });

  test("closing resets the controller, and nothing is heard any more", () => {
    const scene = new Scene().start();
    scene.controller.commands.length = 0;
    scene.adapter.close();
    scene.controller.break("closed");
    scene.clock.advance(10_000);
    equal(scene.controller.commands, ["0c03"]);
    equal(scene.diary, ["ready"]);
  });

  test("events that make no sense are passed over", () => {
    const scene = new Scene().connected();
    for (const event of [
      "0400",
      "040500",
      "04050401400013",
      "041300",
      "041302ff40",
      "043e0101",
      "040e0100",
    ]) {
      scene.controller.say(`04${event.slice(2)}`);
    }
    // A connection that failed, and one of this host's own making.
    scene.controller.say("043e13013e41000101c0ffee000000180000002a000000");
    scene.controller.say("043e130100420000" + "01c0ffee000000180000002a000000");
    scene.clock.advance(1000);
    equal(scene.diary, []);
    equal(scene.notify(1), true);
  });
};

const carrying: Suite = ({ test, equal, ok }) => {
  test("a long value goes in packets of the controller's length", () => {
    const scene = new Scene({ aclLength: 10, aclPackets: 9 }).connected();
    scene.notify(...Array.from({ length: 20 }, (_, i) => i));
    scene.clock.advance(100);
    equal(scene.controller.packets, [
      "40000a00" + "17000400" + "1b8400" + "000102",
      "40100a00" + "030405060708090a0b0c",
      "40100700" + "0d0e0f10111213",
    ]);
    equal(scene.heard, ["4 1b8400000102030405060708090a0b0c0d0e0f10111213"]);
    equal(scene.diary, ["idle 1"]);
  });

  test("never more packets than the controller has room for, and as many are left for who comes", () => {
    const scene = new Scene({ aclPackets: 4 }).connected();
    scene.controller.setTaking(scene.handle, false);
    let taken = 0;
    while (scene.notify(taken)) taken++;
    scene.clock.advance(1000);
    equal(scene.controller.packets.length, 2);
    equal(taken, 2 + 8);
    equal(scene.diary, []);
    scene.controller.setTaking(scene.handle, true);
    scene.clock.advance(1000);
    equal(scene.heard.length, taken);
    equal(scene.diary, ["ready 1", "idle 1"]);
  });

  test("clients that do not read, one after the other, leave room for the next one", () => {
    const scene = new Scene({ aclPackets: 4 }).connected();
    for (const id of [1, 2]) {
      scene.controller.setTaking(scene.handle, false);
      while (scene.adapter.gattServer.notify(id, new Uint8Array(20)));
      scene.clock.advance(1000);
      scene.handle = scene.controller.connect({
        frame: (channel, payload) => scene.heard.push(`${channel} ${toHex(payload)}`),
        disconnected: () => scene.heard.push("disconnected"),
      });
      scene.say(4, "1285000100");
      scene.clock.advance(100);
      equal(scene.heard.splice(0), ["4 13"]);
    }
  });

  test("with room for a single packet it goes on, too", () => {
    const scene = new Scene({ aclPackets: 1, aclLength: 27 }).connected();
    ok(scene.notify(...new Uint8Array(200)));
    scene.clock.advance(1000);
    equal(scene.heard, [`4 1b8400${"00".repeat(200)}`]);
  });

  test("packets of a link that is gone are forgotten by both sides", () => {
    const scene = new Scene({ aclPackets: 2 }).connected();
    scene.controller.setTaking(scene.handle, false);
    for (let i = 0; i < 4; i++) scene.notify(i);
    scene.clock.advance(10);
    scene.controller.lose(scene.handle);
    scene.clock.advance(10);
    equal(scene.diary, ["disconnected 1"]);
    scene.connected();
  });

  test("a frame in many parts is put together; a part without a beginning is nothing", () => {
    const scene = new Scene({ aclLength: 5 }).connected();
    scene.say(4, `528200 ${"ab".repeat(300)}`);
    scene.clock.advance(100);
    equal(scene.diary, [`written 1 ${"ab".repeat(300)}`]);
    scene.controller.say("024010050011223344 55");
    scene.clock.advance(100);
    equal(scene.diary.length, 1);
  });

  test("a frame longer than any, or than it says, ends the link; so does a client that asks and never reads", () => {
    const cases: readonly ((scene: Scene) => void)[] = [
      (scene) => scene.controller.say("0240200500ffff040000"),
      (scene) => scene.controller.say("024020060001000400aabb"),
      (scene) => {
        scene.controller.setTaking(scene.handle, false);
        for (let i = 0; i < 100; i++) scene.say(4, "0a0300");
      },
    ];
    for (const happens of cases) {
      const scene = new Scene().connected();
      happens(scene);
      scene.clock.advance(1000);
      equal(scene.controller.commands[0], "0406 400013");
      equal(scene.diary, ["disconnected 1"]);
      equal(scene.heard.at(-1), "disconnected");
    }
  });

  test("a client that goes on after that is not heard, and the controller is asked once", () => {
    const scene = new Scene().connected();
    scene.controller.setTaking(scene.handle, false);
    scene.controller.holdsLinks = true;
    for (let i = 0; i < 300; i++) scene.say(4, "0a0300");
    scene.say(4, "52820003");
    scene.clock.advance(1000);
    equal(scene.controller.commands, ["0406 400013"]);
    equal(scene.diary, []);
    scene.controller.lose(scene.handle);
    scene.clock.advance(10);
    equal(scene.diary, ["disconnected 1"]);
  });

  test("Service Changed that nobody confirms ends the link after 30 s", () => {
    const scene = new Scene().connected();
    scene.say(4, "1209000200");
    scene.clock.advance(100);
    const silent = {
      connected() {},
      disconnected() {},
      subscribed() {},
      written() {},
      ready() {},
      idle() {},
    };
    scene.adapter.gattServer.serve(undefined, silent);
    scene.clock.advance(29_000);
    equal(scene.heard, ["4 13", "4 1d08001000ffff"]);
    equal(scene.controller.commands, []);
    scene.clock.advance(2000);
    equal(scene.controller.commands, ["0406 400013"]);
  });
};

const otherChannels: Suite = ({ test, equal }) => {
  test("signalling: a request is rejected, an answer is not answered", () => {
    for (const [packet, answer] of [
      ["12 01 0800 0600 0600 0000 c800", "0101 0200 0000"],
      ["14 02 0a00 2500 4000 1700 1700 0100", "0102 0200 0000"],
      ["06 03 0400 4000 4000", "0103 0200 0000"],
      ["13 01 0200 0000", ""],
      ["01 01 0200 0000", ""],
      ["12 00 0800 0600 0600 0000 c800", ""],
      ["12 01 0900 0600 0600 0000 c800", ""],
      ["12 01", ""],
    ] as const) {
      const scene = new Scene().connected();
      scene.say(SIGNALLING, packet);
      scene.clock.advance(100);
      equal(scene.heard, answer === "" ? [] : [`5 ${answer.replaceAll(" ", "")}`], packet);
    }
  });

  test("security: pairing is not supported, and there is no key", () => {
    const scene = new Scene().connected();
    scene.say(SECURITY, "01 03 00 01 10 07 07");
    scene.say(SECURITY, "05 03");
    scene.say(0x40, "01");
    scene.controller.say("043e0d0540000000000000000000000000");
    scene.clock.advance(100);
    equal(scene.heard, ["6 0505"]);
    equal(scene.controller.commands, ["201b 4000"]);
  });
};

export const suite: Suite = (harness) => {
  settingUp(harness);
  failing(harness);
  carrying(harness);
  otherChannels(harness);
};
