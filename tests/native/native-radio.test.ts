/** The board's radio class on the turns in C: the contracts of every radio and GATT server, and what only it does. */

import { SimulatedCentral } from "../../host/simulator/gatt-central.js";
import { type Frame, Medium, type Port } from "../../host/simulator/medium.js";
import type { Peripheral, PeripheralListener } from "../../host/simulator/phone/gatt/central.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { NativeRadio } from "../../host/xs/radio.js";
import { fromHex, toHex } from "../../modules/bytes.js";
import type { ConnectableAdvertisement, GattListener } from "../../modules/platform.js";
import { type GattScene, gattContract, PROVISIONING, PROXY, SILENT } from "../host/gatt-contract.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Harness, Suite } from "../support/harness.js";
import { runOnNode } from "../support/node-harness.js";
import { ScriptedRandom } from "../support/scripted-random.js";
import { Happened, loadRadioAddon } from "./radio-addon.js";
import { OWN_ADDRESS, SimulatedStack, type StackOptions } from "./simulated-stack.js";

const addon = loadRadioAddon();

const BEACON = new Uint8Array([3, 0x2b, 0, 1]);

const CONNECTABLE: ConnectableAdvertisement = {
  data: new Uint8Array([2, 1, 6]),
  scanResponse: new Uint8Array([2, 9, 0x4c]),
  intervalMs: 100,
  address: "identity",
};

type SceneOptions = Partial<Omit<StackOptions, "clock" | "medium">> & {
  readonly script?: readonly string[];
  readonly identity?: string;
};

/** The radio over a stack in the simulated air, and somebody who hears all frames. */
class Scene implements GattScene {
  readonly clock = new FakeClock();
  readonly medium = new Medium(this.clock);
  readonly stack: SimulatedStack;
  readonly server: NativeRadio;
  readonly scanner: Port;
  readonly frames: Frame[] = [];
  readonly diary: string[] = [];
  readonly kept: string[] = [];
  readonly lines: string[] = [];
  transmitted: () => void = () => {};
  received: () => void = () => {};
  readonly #adapters = new Map<Peripheral, SimulatedCentral>();
  #clients = 0;
  #isOpen = false;

  constructor({ script = [], identity, ...options }: SceneOptions = {}) {
    const { clock, medium } = this;
    Object.assign(globalThis, { trace: (line: string) => this.lines.push(line) });
    this.stack = new SimulatedStack(addon, { ...options, clock, medium });
    this.server = new NativeRadio({
      clock,
      random: new ScriptedRandom(script.map(octetsOf), new SeededRandom(1)),
      identity: identity === undefined ? undefined : octetsOf(identity),
      keepIdentity: (address) => this.kept.push(toHex(address)),
    });
    this.scanner = medium.join("scanner", {
      heard: (frame) =>
        this.frames.push({ ...frame, address: frame.address.slice(), data: frame.data.slice() }),
      sent: () => {},
    });
  }

  open(): this {
    this.#isOpen = true;
    this.server.open({
      received: (data, rssi) => {
        this.diary.push(`received ${toHex(data)} ${rssi}`);
        this.received();
      },
      transmitted: () => {
        this.diary.push("transmitted");
        this.transmitted();
      },
    });
    return this;
  }

  /** Open, and the stack is up. */
  up(): this {
    this.open().pass(10);
    this.stack.calls.length = 0;
    return this;
  }

  pass(ms: number): void {
    this.clock.advance(ms);
    if (this.stack.faults.length > 0) throw new Error(this.stack.faults.join("; "));
  }

  /** What the stack is told to do in so many milliseconds. */
  after(ms: number): string {
    this.pass(ms);
    return this.stack.calls.splice(0).join(", ");
  }

  connect(listener: PeripheralListener = SILENT): Peripheral {
    const adapter = new SimulatedCentral(this.medium, `client ${++this.#clients}`);
    let peripheral: Peripheral | undefined;
    adapter.open({
      advertised: () => {},
      connected: (found) => {
        peripheral = found;
        found.listen(listener);
      },
      connectFailed: () => {},
    });
    if (!this.#isOpen) this.open();
    this.server.setConnectable(CONNECTABLE);
    adapter.connect(OWN_ADDRESS);
    // Where the service is still to change, it takes as long as it takes the links to end.
    for (let turns = 0; turns < 20 && peripheral === undefined; turns++) this.pass(10);
    if (peripheral === undefined) throw new Error("not connected");
    this.#adapters.set(peripheral, adapter);
    return peripheral;
  }

  vanish(peripheral: Peripheral): void {
    this.#adapters.get(peripheral)?.close();
  }

  listener(name = ""): GattListener {
    const note = (what: string): void => {
      this.diary.push(name + what);
    };
    return {
      connected: (id) => note(`connected ${id}`),
      disconnected: (id) => note(`disconnected ${id}`),
      subscribed: (id, on) => note(`subscribed ${id} ${on}`),
      written: (id, value) => note(`written ${id} ${toHex(value)}`),
      ready: (id) => note(`ready ${id}`),
      idle: (id) => note(`idle ${id}`),
    };
  }

  kinds(): string {
    return this.frames.map(({ kind }) => (kind === "connectable" ? "C" : "n")).join("");
  }
}

function octetsOf(hex: string): Uint8Array {
  const octets = fromHex(hex);
  if (octets === undefined) throw new Error(`not hexadecimal: ${hex}`);
  return octets;
}

const transmitting: Suite = ({ test, equal, throws }) => {
  test("one transmission is one event, copied, then transmitted, once", () => {
    const scene = new Scene().up();
    const data = BEACON.slice();
    scene.server.transmit(data, "identity");
    data.fill(0);
    throws(() => scene.server.transmit(BEACON, "identity"));
    equal(scene.diary, []);
    equal(scene.after(5000), "send");
    equal(scene.diary, ["transmitted"]);
    equal(scene.frames, [{ kind: "nonConnectable", address: OWN_ADDRESS, data: BEACON }]);
  });

  test("the next one may begin as soon as the last is over", () => {
    const scene = new Scene().up();
    let left = 3;
    scene.transmitted = () => {
      if (left-- > 0) scene.server.transmit(BEACON, "identity");
    };
    scene.server.transmit(BEACON, "identity");
    equal(scene.after(50), "send, send, send, send");
    equal(scene.diary.length, 4);
  });

  test("what is asked for before the stack is up begins then", () => {
    const scene = new Scene().open();
    scene.server.setScanning(true);
    scene.server.setConnectable(CONNECTABLE);
    scene.server.serve(PROXY, scene.listener());
    scene.server.transmit(BEACON, "identity");
    equal(scene.after(100), "start, scan, serve 1828, advertise, stopAdvertising, send, advertise");
    equal(scene.diary, ["transmitted"]);
  });

  test("misuse throws, and nothing is sent", () => {
    const scene = new Scene();
    throws(() => scene.server.transmit(BEACON, "identity"));
    throws(() => scene.server.setScanning(true));
    throws(() => scene.server.setConnectable(undefined));
    scene.up();
    throws(() => scene.open());
    throws(() => scene.server.transmit(new Uint8Array(32), "identity"));
    throws(() => scene.server.setConnectable({ ...CONNECTABLE, data: new Uint8Array(32) }));
    throws(() => scene.server.setConnectable({ ...CONNECTABLE, scanResponse: new Uint8Array(32) }));
    equal(scene.after(100), "");
    scene.server.transmit(new Uint8Array(31), "identity");
    equal(scene.after(100), "send");
  });

  test("a transmission that the stack refuses, or never tells of, is over all the same, after a pause", () => {
    const scene = new Scene().up();
    scene.stack.refuses.add("send");
    scene.transmitted = () => scene.server.transmit(BEACON, "identity");
    scene.server.transmit(BEACON, "identity");
    scene.pass(1000);
    equal(scene.diary.length, 50);
    equal(scene.server.unsent, 51);
    scene.stack.refuses.clear();
    scene.stack.mute = true;
    scene.pass(5000);
    equal(scene.diary.length, 55);
  });
};

const connectable: Suite = ({ test, equal, ok }) => {
  test("it is put up, replaced and taken down", () => {
    const scene = new Scene().up();
    scene.server.setConnectable(CONNECTABLE);
    equal(scene.after(250), "advertise");
    const { data, scanResponse } = CONNECTABLE;
    const frame: Frame = { kind: "connectable", address: OWN_ADDRESS, data, scanResponse };
    equal(scene.frames, [frame, frame, frame]);
    scene.server.setConnectable({ ...CONNECTABLE, scanResponse: undefined });
    equal(scene.after(10), "stopAdvertising, advertise");
    const last = scene.frames.at(-1);
    equal(last?.kind === "connectable" && last.scanResponse, undefined);
    scene.server.setConnectable(undefined);
    equal(scene.after(1000), "stopAdvertising");
    equal(scene.frames.length, 4);
  });

  test("transmissions without a pause leave it a turn in each of its intervals [P-4]", () => {
    const scene = new Scene().up();
    scene.transmitted = () => scene.server.transmit(BEACON, "identity");
    scene.server.transmit(BEACON, "identity");
    scene.server.setConnectable(CONNECTABLE);
    scene.pass(2000);
    const turns = scene.kinds().split("C").length - 1;
    ok(turns >= 16 && turns <= 20, `${turns} turns in 2 s`);
    ok(scene.diary.length > 400, `${scene.diary.length} transmissions in 2 s`);
  });

  test("a connection ends it; the next is put up when it is asked for, unless there is no room for a link", () => {
    const scene = new Scene({ links: 2 });
    const first = scene.connect();
    scene.pass(1000);
    scene.stack.calls.length = 0;
    equal(scene.after(5000), "");
    scene.server.setConnectable(CONNECTABLE);
    equal(scene.after(100), "advertise");
    scene.connect();
    scene.stack.calls.length = 0;
    scene.server.setConnectable(CONNECTABLE);
    equal(scene.after(5000), "");
    first.disconnect();
    equal(scene.after(100), "advertise");
  });

  test("refused, it is tried again", () => {
    const scene = new Scene().up();
    scene.stack.refuses.add("advertise");
    scene.server.setConnectable(CONNECTABLE);
    equal(scene.after(1900), "advertise, advertise, advertise, advertise");
    scene.stack.refuses.clear();
    equal(scene.after(1000), "advertise");
  });
};

const addresses: Suite = ({ test, equal, ok }) => {
  const sendersOf = (scene: Scene): readonly string[] => scene.frames.map(({ address }) => toHex(address));

  test("the identity is the chip's own until it is renewed, and is kept then", () => {
    const scene = new Scene({ script: ["01a2a3a4a5a6"] }).up();
    equal(scene.server.identity, OWN_ADDRESS);
    scene.server.setConnectable(CONNECTABLE);
    scene.pass(50);
    scene.server.renewAddress();
    equal(scene.kept, ["c1a2a3a4a5a6"]);
    equal(toHex(scene.server.identity), "c1a2a3a4a5a6");
    scene.pass(50);
    equal(sendersOf(scene), [toHex(OWN_ADDRESS), "c1a2a3a4a5a6"]);
  });

  test("one from an earlier run is used, and not kept again", () => {
    const scene = new Scene({ identity: "c1a2a3a4a5a6" }).up();
    scene.server.transmit(BEACON, "identity");
    scene.pass(50);
    equal([toHex(scene.server.identity), ...sendersOf(scene)], ["c1a2a3a4a5a6", "c1a2a3a4a5a6"]);
    equal(scene.kept, []);
  });

  test("renewing the address does not bring back what a connection has ended", () => {
    const scene = new Scene();
    scene.connect();
    scene.pass(100);
    scene.stack.calls.length = 0;
    scene.server.renewAddress();
    equal(scene.after(1000), "");
  });

  test("a private one is another for each transmission, never all zeros or ones", () => {
    const scene = new Scene({ script: ["000000000000", "ffffffffffff", "c1a2a3a4a5a6"] }).up();
    for (let i = 0; i < 20; i++) {
      scene.server.transmit(BEACON, "private");
      scene.pass(50);
    }
    equal(sendersOf(scene)[0], "01a2a3a4a5a6");
    equal(new Set(sendersOf(scene)).size, 20);
    ok(scene.frames.every(({ address }) => ((address[0] ?? 0xff) & 0xc0) === 0));
  });

  test("several connectable ones in turn: each keeps its private address as long as its data stay the same", () => {
    const scene = new Scene().up();
    const addressOf = (last: number): string => {
      scene.frames.length = 0;
      scene.server.setConnectable({ ...CONNECTABLE, address: "private", data: Uint8Array.of(2, 1, last) });
      scene.pass(50);
      return sendersOf(scene)[0] ?? "";
    };
    const [first, second] = [addressOf(1), addressOf(2)];
    equal(first.length, 12);
    ok(first !== second);
    equal([addressOf(1), addressOf(2)], [first, second]);
    for (let other = 10; other < 17; other++) addressOf(other);
    equal(addressOf(2), second);
    for (let other = 20; other < 28; other++) addressOf(other);
    ok(addressOf(2) !== second, "not for ever");
  });
};

const scanning: Suite = ({ test, equal, throws }) => {
  test("what is for a mesh node is heard while it scans, with its strength; nothing else", () => {
    const scene = new Scene().up();
    const taken = ["032b0001", "02010604292a0000", "052a00010203", "0303591804165918aa"];
    const left = ["", "020106", "0416aafe00", "002b", "ff", `1f2b${"00".repeat(31)}`];
    const say = (): void => {
      for (const data of [...taken, ...left]) scene.stack.report(octetsOf(data), -60);
      scene.pass(10);
    };
    say();
    scene.server.setScanning(true);
    say();
    equal(
      scene.diary,
      taken.map((data) => `received ${data} -60`),
    );
    scene.server.setScanning(false);
    say();
    equal(scene.diary.length, taken.length);
    equal(scene.stack.calls, ["scan", "scan"]);
    equal(scene.server.dropped, 0);
  });

  test("more than there is room for is lost and counted, and everything else goes on", () => {
    const scene = new Scene().up();
    scene.server.setScanning(true);
    scene.server.transmit(BEACON, "identity");
    const heard = Array.from({ length: 500 }, () => scene.stack.report(BEACON, 1)).filter(Boolean).length;
    scene.pass(100);
    equal(scene.diary.filter((line) => line === "received 032b0001 1").length, heard);
    equal(scene.server.dropped, 500 - heard);
    equal(scene.diary.at(-1), "transmitted");
    equal(scene.stack.report(BEACON, -128), true);
    scene.pass(10);
    equal(scene.diary.at(-1), "received 032b0001 -128");
  });

  test("an exception of the listener costs the rest nothing", () => {
    const scene = new Scene().up();
    scene.server.setScanning(true);
    scene.received = () => {
      scene.received = () => {};
      throw new Error("a listener's mistake");
    };
    scene.stack.report(BEACON, 1);
    scene.stack.report(BEACON, 2);
    scene.stack.report(BEACON, 3);
    throws(() => scene.pass(10));
    scene.pass(10);
    equal(scene.diary, ["received 032b0001 1", "received 032b0001 2", "received 032b0001 3"]);
  });

  test("refused, it is tried again", () => {
    const scene = new Scene().up();
    scene.stack.refuses.add("scan");
    scene.server.setScanning(true);
    equal(scene.after(1100), "scan, scan, scan");
    scene.stack.refuses.clear();
    equal(scene.after(5000), "scan");
  });
};

const failing: Suite = ({ test, equal }) => {
  test("what the radio could not do is told, in one line in ten seconds", () => {
    const scene = new Scene().up();
    scene.pass(60_000);
    equal(scene.lines, []);
    scene.stack.fail(-7);
    scene.stack.refuses.add("send");
    scene.pass(10_000);
    equal(scene.lines, ["radio: failed 1 times, last with -7; lost 0; unsent 0\n"]);
    for (let i = 0; i < 600; i++) scene.stack.report(BEACON, 1);
    scene.server.transmit(BEACON, "identity");
    scene.pass(60_000);
    equal(scene.lines.length, 2);
    const { dropped } = scene.server;
    equal(scene.lines[1], `radio: failed 1 times, last with -7; lost ${dropped}; unsent 1\n`);
    scene.transmitted = () => scene.server.transmit(BEACON, "identity");
    scene.server.transmit(BEACON, "identity");
    scene.pass(60_000);
    equal(scene.lines.length, 8);
  });

  test("a stack that fails is brought up again, with all that was wanted; links are told of as gone", () => {
    const scene = new Scene();
    scene.server.serve(PROXY, scene.listener());
    scene.connect();
    scene.server.setScanning(true);
    scene.server.transmit(BEACON, "identity");
    scene.stack.calls.length = 0;
    scene.stack.fail(-7);
    equal(scene.after(100), "");
    equal(scene.diary, ["connected 1", "disconnected 1", "transmitted"]);
    scene.server.setConnectable(CONNECTABLE);
    equal(scene.after(1000), "start, scan, serve 1828, advertise");
    equal([scene.server.failures, scene.server.lastFailure], [1, -7]);
  });

  test("one that does not come up is started each second, and a transmission is over within one", () => {
    const scene = new Scene();
    scene.up();
    scene.stack.refuses.add("start");
    scene.stack.fail(1);
    scene.pass(10);
    scene.stack.calls.length = 0;
    scene.server.transmit(BEACON, "identity");
    equal(scene.after(3500), "start, start, start");
    equal(scene.diary, ["transmitted"]);
    scene.stack.refuses.clear();
    scene.server.transmit(BEACON, "identity");
    equal(scene.after(1000), "start, send");
  });
};

const serving: Suite = ({ test, equal, ok }) => {
  test("a client whose write finds no room loses its link, and others do not", () => {
    const scene = new Scene();
    scene.server.serve(PROVISIONING, scene.listener());
    const [first, second] = [scene.connect(), scene.connect()];
    scene.diary.length = 0;
    while (scene.stack.tell(Happened.Written, 0, 0, new Uint8Array(20)));
    const before = scene.server.dropped;
    scene.stack.tell(Happened.Written, 0, 0, new Uint8Array(1));
    equal(scene.server.dropped, before + 1);
    scene.pass(100);
    equal([first.open, second.open], [false, true]);
    equal(scene.diary.at(-1), "disconnected 1");
    ok(scene.diary.slice(0, -1).every((line) => line === `written 1 ${"00".repeat(20)}`));
  });

  test("a change of service waits for a refusing stack, and nobody finds the old one meanwhile", () => {
    const scene = new Scene({ swapsLive: false }).up();
    scene.server.serve(PROVISIONING, scene.listener("old "));
    scene.stack.refuses.add("serve");
    scene.server.serve(PROXY, scene.listener("new "));
    scene.server.setConnectable(CONNECTABLE);
    equal(scene.after(900), "serve 1827, serve 1828, serve 1828");
    scene.stack.refuses.clear();
    equal(scene.after(300), "serve 1828, advertise");
  });
};

export const suite: Suite = (harness) => {
  const named = (name: string): Harness => ({
    ...harness,
    test: (title, body) => harness.test(title.replace(/( \[|$)/, `, ${name}$1`), body),
  });
  const create = (options: SceneOptions) => () => {
    const scene = new Scene(options);
    scene.pass(10);
    return scene;
  };
  for (const part of [transmitting, connectable, addresses, scanning, failing, serving]) part(harness);
  gattContract(create({}))(harness);
  gattContract(create({ swapsLive: false }))(named("of one that cannot swap"));
  gattContract(create({ links: 1, mtu: 185, swapsLive: false }))(named("of a small one"));
};

runOnNode("the native radio", suite);
