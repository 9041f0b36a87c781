/** Clients that do what no client should: the specified answer or a closed connection, a reason, and a device that lives on. */

import { MeshService } from "../../host/simulator/phone/gatt/advertisement.js";
import { ProxyType, proxyPdu, Sar } from "../../host/simulator/phone/gatt/proxy-pdu.js";
import type { LinkHabits, ServiceLinkListener } from "../../host/simulator/phone/gatt/service-link.js";
import { defaultTtlGet } from "../../host/simulator/phone/mesh/config-messages.js";
import { ProvisioningPduType as Pdu } from "../../host/simulator/phone/pdu.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import type { Harness, Suite } from "../support/harness.js";
import { IOS } from "../support/phone-apps.js";
import { PhoneScene, SILENT } from "../support/phone-scene.js";

/** The limit for being found again. */
const AGAIN_MS = 1000;

/** A connection to a service, on which a test writes whatever it likes. */
class Intruder {
  readonly scene: PhoneScene;
  readonly answers: string[] = [];

  private constructor(scene: PhoneScene) {
    this.scene = scene;
  }

  /** Connected with an unprovisioned device. */
  static atDevice(habits: LinkHabits = {}): Intruder {
    const intruder = new Intruder(new PhoneScene(IOS, { habits: { retries: 0, ...habits } }));
    intruder.connect();
    return intruder;
  }

  /** Connected with a node. */
  static atNode(): Intruder {
    const scene = new PhoneScene(IOS, { habits: { retries: 0 } });
    scene.provision();
    scene.pass(500);
    const intruder = new Intruder(scene);
    intruder.connect();
    return intruder;
  }

  get isConnected(): boolean {
    return this.scene.phone.link !== undefined;
  }

  /** The reasons for drops since the last time. */
  reasons(): readonly string[] {
    const { drops } = this.scene.node.trace;
    const reasons = drops.map(({ reason }) => reason);
    drops.length = 0;
    return reasons;
  }

  /** Find the device or node in time, and connect. */
  connect(): void {
    const { scene } = this;
    const isNode = scene.results.length > 0;
    const found = isNode ? scene.findNetwork(AGAIN_MS) : scene.findDevice(AGAIN_MS);
    const service = isNode ? MeshService.Proxy : MeshService.Provisioning;
    const listener: ServiceLinkListener = {
      ...SILENT,
      received: (_, message) => this.answers.push(message.join(" ")),
      fault: (fault) => this.answers.push(fault),
    };
    scene.phone.connect(found.address, service, listener);
    scene.pass(500);
    this.answers.length = 0;
    scene.node.trace.drops.length = 0;
  }

  /** Write all of it at once, and see. */
  write(...pdus: readonly (readonly [sar: number, type: number, size: number])[]): this {
    for (const [sar, type, size] of pdus)
      this.scene.phone.link?.write(proxyPdu(sar, type, new Uint8Array(size)));
    this.scene.pass(500);
    return this;
  }
}

const { Complete, First, Continuation, Last } = Sar;
const PROVISIONING = ProxyType.Provisioning;
type Writes = readonly (readonly [sar: number, type: number, size: number])[];

const atDevice = ({ test, equal, ok }: Harness): void => {
  test("segments that do not follow each other close the connection, and the device is there again [T-B12]", () => {
    const intruder = Intruder.atDevice();
    const cases: readonly Writes[] = [
      [[Continuation, PROVISIONING, 5]],
      [[Last, PROVISIONING, 5]],
      [
        [First, PROVISIONING, 5],
        [First, PROVISIONING, 5],
      ],
      [
        [First, PROVISIONING, 5],
        [Complete, PROVISIONING, 2],
      ],
      [
        [First, PROVISIONING, 1],
        [Last, PROVISIONING, 1],
        [Last, PROVISIONING, 1],
      ],
    ];
    for (const writes of cases) {
      intruder.write(...writes);
      equal(
        [intruder.isConnected, intruder.reasons().at(-1)],
        [false, "unexpectedSar"],
        JSON.stringify(writes),
      );
      intruder.connect();
    }
  });

  test("a message longer than there is closes the connection, whole or in segments [T-C6]", () => {
    const intruder = Intruder.atDevice({ mtu: 517 });
    const segment = [Continuation, PROVISIONING, 30] as const;
    const cases: readonly Writes[] = [
      [[Complete, PROVISIONING, 66]],
      [[Complete, PROVISIONING, 513]],
      [[First, PROVISIONING, 66]],
      [[First, PROVISIONING, 30], segment, segment, segment],
    ];
    for (const writes of cases) {
      intruder.write(...writes);
      ok(!intruder.isConnected, JSON.stringify(writes));
      equal(intruder.reasons()[0], "badLength", JSON.stringify(writes));
      intruder.connect();
    }
  });

  test("what is of another type, or of none, is ignored: in between, too", () => {
    const intruder = Intruder.atDevice();
    for (const type of [ProxyType.Network, ProxyType.Beacon, ProxyType.Configuration, 4, 0x3f]) {
      intruder.write([First, PROVISIONING, 1], [Complete, type, 20], [Last, PROVISIONING, 1]);
      ok(intruder.isConnected, `type ${type}`);
      equal(intruder.reasons()[0], "reservedType");
    }
    intruder.scene.phone.link?.write(new Uint8Array(0));
    intruder.scene.pass(100);
    equal([intruder.isConnected, intruder.reasons()], [true, ["reservedType"]]);
  });

  test("what is written before the subscription is dropped; nothing comes to who has not subscribed [T-C5]", () => {
    const intruder = Intruder.atDevice({ subscription: undefined });
    intruder.write([Complete, PROVISIONING, 2]);
    equal([intruder.reasons(), intruder.answers], [["notSubscribed"], []]);
    intruder.scene.phone.disconnect();
    intruder.scene.pass(100);
    intruder.scene.phone.habits = IOS.habits;
    intruder.scene.provision();
    equal(intruder.scene.results.length, 1);
  });

  test("whoever ends the subscription in the middle hears nothing more, and the next one is served", () => {
    const { scene } = Intruder.atDevice();
    scene.leave();
    scene.begin();
    scene.until(() => scene.types("received").includes(Pdu.Capabilities), 5000);
    const heard = scene.passed.length;
    scene.phone.link?.peripheral.subscribe(MeshService.Provisioning, 0);
    scene.pass(20_000);
    equal(
      scene.passed.slice(heard).filter(({ direction }) => direction === "received"),
      [],
    );
    scene.phone.disconnect();
    scene.finish();
    scene.provision();
  });

  test("whoever reads slowly is provisioned all the same", () => {
    const scene = new PhoneScene(IOS, { habits: { mtu: 23 } });
    scene.begin();
    scene.until(() => scene.phone.link?.isOpen === true, 5000);
    const peripheral = scene.phone.link?.peripheral;
    for (let i = 0; i < 60 && scene.results.length === 0; i++) {
      peripheral?.setTaking?.(false);
      scene.pass(1000);
      peripheral?.setTaking?.(true);
      scene.pass(5);
    }
    equal([scene.results.length, scene.failures], [1, []]);
  });

  test("every PDU of every state meets a client that vanishes at just that moment", () => {
    for (let after = 1; after <= 10; after++) {
      const scene = new PhoneScene(IOS, { habits: { retries: 0 } });
      scene.begin();
      scene.until(() => scene.passed.length >= after || scene.results.length > 0, 10_000);
      scene.world.medium.setHearing((from, to) => from !== "phone" && to !== "phone");
      scene.finish();
      scene.world.medium.setHearing(() => true);
      const isNode = scene.node.node.state === "provisioned";
      ok(scene.hears(isNode ? "node" : "device", AGAIN_MS), `after ${after} PDUs`);
    }
  });
};

const atNode = ({ test, equal, ok }: Harness): void => {
  test("at the proxy: wrong segments and long messages close the connection, other types are ignored [T-B12, T-C6]", () => {
    const intruder = Intruder.atNode();
    const { Network, Beacon, Configuration } = ProxyType;
    const closing: readonly (readonly [reason: string, writes: Writes])[] = [
      ["unexpectedSar", [[Last, Network, 5]]],
      [
        "unexpectedSar",
        [
          [First, Network, 5],
          [Continuation, Beacon, 5],
        ],
      ],
      [
        "unexpectedSar",
        [
          [First, Network, 5],
          [Complete, Configuration, 5],
        ],
      ],
      ["badLength", [[Complete, Network, 30]]],
      ["badLength", [[Complete, Beacon, 28]]],
      ["badLength", [[Complete, Configuration, 30]]],
      [
        "badLength",
        [
          [First, Network, 15],
          [Continuation, Network, 15],
        ],
      ],
    ];
    for (const [reason, writes] of closing) {
      intruder.write(...writes);
      equal([intruder.isConnected, intruder.reasons().at(-1)], [false, reason], JSON.stringify(writes));
      intruder.connect();
    }
    for (const type of [PROVISIONING, 4, 0x3f]) {
      intruder.write([Complete, type, 10]);
      equal([intruder.isConnected, intruder.reasons()], [true, ["reservedType"]], `type ${type}`);
    }
    // What is a message, but nobody's, is dropped one layer up.
    for (const type of [Network, Beacon, Configuration]) {
      intruder.write([Complete, type, 20]);
      ok(intruder.isConnected);
    }
  });

  test("a flood of addresses fills the filter and nothing else: what is too much is not counted [T-B12]", () => {
    const scene = new PhoneScene(IOS).arrive();
    // What comes later than the flood finds no room: also the phone's own address.
    scene.ask(defaultTtlGet());
    for (let at = 0; at < 100; at++)
      scene.client.addAddresses(Array.from({ length: 5 }, (_, i) => 0xc000 + 5 * at + i));
    scene.pass(60_000);
    const sizes = scene.client.statuses.map(({ listSize }) => listSize);
    const most = Math.max(...sizes);
    ok(most >= 32 && most < 500, `${most}`);
    equal(sizes.at(-1), most);
    scene.client.addAddresses([0xc000]);
    scene.pass(500);
    equal(scene.client.statuses.at(-1)?.listSize, most);
    equal(scene.ask(defaultTtlGet()).status.name, "defaultTtl");
  });

  test("whoever does not read what it asks for does not keep others waiting [T-B12]", () => {
    const scene = new PhoneScene(IOS).arrive();
    const peripheral = scene.phone.link?.peripheral;
    peripheral?.setTaking?.(false);
    for (let i = 0; i < 100; i++) scene.config.tell(defaultTtlGet());
    scene.pass(30_000);
    equal(scene.node.node.state, "provisioned");
    ok(scene.hears("network", AGAIN_MS), "there is room for another client");
    peripheral?.setTaking?.(true);
    scene.pass(5000);
    equal(scene.ask(defaultTtlGet()).status.name, "defaultTtl");
  });
};

const noise = ({ test, ok }: Harness): void => {
  for (const [where, create] of [
    ["device", () => Intruder.atDevice({ mtu: 69 })],
    ["node", () => Intruder.atNode()],
  ] as const) {
    test(`a ${where} takes a thousand random writes, closes what it must, and is there again each time [T-B12, T-C1]`, () => {
      const random = new SeededRandom(where === "device" ? 11 : 12);
      const intruder = create();
      const { scene } = intruder;
      let closed = 0;
      for (let i = 0; i < 1000; i++) {
        if (!intruder.isConnected) {
          closed++;
          intruder.connect();
        }
        const octets = new Uint8Array(random.below(60));
        random.fill(octets);
        // Mostly types of this service, so that more than the first octet is looked at.
        if (octets.length > 0 && random.chance(80))
          octets[0] = (random.below(4) << 6) | (where === "device" ? PROVISIONING : random.below(3));
        scene.phone.link?.write(octets);
        scene.pass(random.below(100));
        // Who has been told of a failure is expected to go.
        if (random.chance(5)) {
          scene.phone.disconnect();
          scene.pass(100);
        }
      }
      ok(closed > 50, `${closed} connections ended`);
      if (intruder.isConnected) scene.leave();
      if (where === "device") scene.provision();
      scene.join(scene.findNetwork(AGAIN_MS).address);
    });
  }
};

export const suite: Suite = (harness) => {
  atDevice(harness);
  atNode(harness);
  noise(harness);
};
