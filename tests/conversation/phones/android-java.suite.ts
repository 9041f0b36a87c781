/** nRF Mesh for Android, as the shop has it: its whole way with a lamp, and what it is known to do on the way. */

import {
  appKeyAdd,
  compositionDataGet,
  defaultTtlGet,
  modelAppBind,
  nodeReset,
} from "../../../host/simulator/phone/mesh/config-messages.js";
import { GENERIC_ON_OFF_SERVER } from "../../../host/simulator/phone/mesh/generic-on-off.js";
import { decodeTransportPdu } from "../../../host/simulator/phone/mesh/transport.js";
import { ProvisioningPduType as Pdu } from "../../../host/simulator/phone/pdu.js";
import type { Harness, Suite } from "../../support/harness.js";
import { ANDROID_JAVA } from "../../support/phone-apps.js";
import {
  APP_KEY,
  APP_KEY_INDEX,
  changed,
  NODE_ADDRESS,
  PHONE_ADDRESS,
  PhoneScene,
  SILENT,
} from "../../support/phone-scene.js";
import { DEVICE_UUID, PROVISIONING_DATA } from "../../support/world.js";

/** From the phone's first sight of the device to its place on the node's page. */
function arrived(): PhoneScene {
  const scene = new PhoneScene(ANDROID_JAVA);
  scene.provision();
  // It disconnects by itself, and begins to look for the node after a second.
  scene.pass(1000);
  const { address } = scene.findNode();
  scene.pass(2000);
  scene.join(address);
  // "so that the beacon is processed"
  scene.pass(2000);
  return scene;
}

const way = ({ test, equal, ok }: Harness): void => {
  test("found, provisioned, found again by Node Identity, configured, switched [P-1, P-15, P-17, P-20, S-11, S-12]", () => {
    const scene = arrived();
    equal(scene.client.peer.beacons.length > 0, true, "the beacon has come without being asked for");
    equal(scene.client.peer.log.received.length, 0, "nothing else has");

    const composition = scene.ask(compositionDataGet(0));
    equal(composition.status.name, "compositionData");
    scene.pass(500);
    const ttl = scene.ask(defaultTtlGet());
    equal(ttl.status.name, "defaultTtl");
    scene.pass(1500);
    const added = scene.ask(appKeyAdd(PROVISIONING_DATA.netKeyIndex, APP_KEY_INDEX, APP_KEY));
    const bound = scene.ask(modelAppBind(NODE_ADDRESS, APP_KEY_INDEX, GENERIC_ON_OFF_SERVER));
    for (const { tookMs } of [composition, ttl, added, bound]) ok(tookMs <= 500, `${tookMs} ms`);
    equal(scene.switch(true), { present: 1 });
    equal(scene.lights.at(-1), true);
    equal(scene.client.statuses, [], "the app has set no filter");
  });

  test("asks for the proxy service first, and must not find it on a device [P-1]", () => {
    const scene = new PhoneScene(ANDROID_JAVA);
    scene.begin();
    scene.until(() => scene.phone.link?.service !== undefined && scene.phone.link.service !== 0, 5000);
    equal(
      scene.phone.link?.services.map(({ service }) => service),
      [0x1827],
    );
    scene.finish();
    equal(scene.results.length, 1);
    scene.pass(1000);
    scene.join(scene.findNode().address);
    equal(
      scene.phone.link?.services.map(({ service }) => service),
      [0x1828],
    );
  });

  test("sees the reset node vanish only after its Status, and the device again with the same UUID [P-18, P-19, S-16]", () => {
    const scene = arrived();
    const { status } = scene.ask(nodeReset());
    equal(status.name, "nodeReset");
    ok(scene.client.isOpen, "the Status has arrived before the end");
    scene.until(() => scene.phone.link === undefined, 5000, "the end of the connection");
    const found = scene.findDevice(1000);
    equal(found.mesh?.kind === "unprovisioned" && found.mesh.deviceUuid, DEVICE_UUID);
    scene.provision();
  });
};

const resetting = ({ test, equal, ok }: Harness): void => {
  test("has the old table in its cache after a reset at the device: what it writes there is nobody's [P-1, P-18]", () => {
    for (const isConnected of [true, false]) {
      const scene = arrived();
      if (!isConnected) scene.leave();
      scene.node.node.reset();
      scene.until(() => scene.phone.link === undefined, 1000, "the end of the connection");
      const { address } = scene.findDevice(1000);
      scene.phone.habits = { ...ANDROID_JAVA.habits, services: [0x1827], subscription: undefined };
      scene.phone.connect(address, 0x1827, SILENT);
      scene.until(() => scene.phone.link?.isOpen === true, 2000, "the connection");
      scene.node.trace.drops.length = 0;
      // By the handles that it remembers.
      scene.phone.link?.write(new Uint8Array(20), 0x1828);
      scene.phone.link?.peripheral.subscribe(0x1828, 1);
      scene.pass(1000);
      equal(scene.node.trace.drops, []);
      ok(scene.phone.link !== undefined);
      scene.leave();
      scene.phone.habits = ANDROID_JAVA.habits;
      scene.provision();
      equal(scene.results.length, 2);
    }
  });
};

const provisioning = ({ test, equal, ok }: Harness): void => {
  test("takes CMAC of both algorithms; a device of HMAC alone it cannot provision [P-8, S-5]", () => {
    const scene = new PhoneScene(ANDROID_JAVA);
    const { capabilities } = scene.provision();
    equal(capabilities.algorithms, 0x0003);
    equal(scene.passed.find(({ pdu }) => pdu[0] === Pdu.Start)?.pdu[1], 0);

    const strict = new PhoneScene(ANDROID_JAVA, { policy: { algorithms: 0x0002 } });
    equal(strict.fail().fault, "notOffered");
    const old = new PhoneScene(ANDROID_JAVA, { settings: { profile: "cmacOnly" } });
    equal(old.provision().capabilities.algorithms, 0x0001);
  });

  test("is deaf until its Invite is reported as written: no answer comes before [S-4]", () => {
    const scene = new PhoneScene(ANDROID_JAVA);
    scene.provision();
    const answers: readonly (readonly [asked: number, answered: number])[] = [
      [Pdu.Invite, Pdu.Capabilities],
      [Pdu.Confirmation, Pdu.Confirmation],
      [Pdu.Random, Pdu.Random],
      [Pdu.Data, Pdu.Complete],
    ];
    for (const [asked, answered] of answers) {
      const tookMs = scene.timeOf("received", answered) - scene.timeOf("sent", asked);
      ok(tookMs >= 25 && tookMs <= 1000, `${answered} after ${tookMs} ms`);
    }
    equal(
      scene.phone.events.some(({ what }) => what.startsWith("ignored")),
      false,
    );
  });

  test("sends a broken key at two sizes: an error, a device that lives on, and the next try succeeds [S-2]", () => {
    for (const mtu of [25, 36]) {
      const scene = new PhoneScene(ANDROID_JAVA, { habits: { mtu } });
      const broken = scene.fail({
        tamper: (pdu) => (pdu[0] === Pdu.PublicKey ? changed(pdu, 40, (pdu[40] ?? 0) ^ 1) : pdu),
      });
      equal([broken.fault, broken.errorCode], ["deviceFailed", 0x02]);
      scene.phone.habits = { ...ANDROID_JAVA.habits };
      scene.provision();
      equal(scene.results.length, 1);
    }
  });

  test("has written its key before it hears of a refused Start: one Failed is enough [P-13, S-3]", () => {
    const scene = new PhoneScene(ANDROID_JAVA, {
      habits: { staysConnected: "failed", callbackMs: 0 },
    });
    const failed = scene.fail({ tamper: (pdu) => (pdu[0] === Pdu.Start ? changed(pdu, 1, 7) : pdu) });
    equal([failed.fault, failed.errorCode], ["deviceFailed", 0x02]);
    scene.pass(1000);
    equal(scene.types("received"), [Pdu.Capabilities, Pdu.Failed]);
    ok(scene.phone.link !== undefined, "the device does not end the connection");
  });

  test("a user's choice that was not offered, as beeps that become vibrations, is refused [P-10, S-6]", () => {
    const scene = new PhoneScene(ANDROID_JAVA, { policy: { outputActions: 0x02, outputSize: 2 } });
    const failed = scene.fail({
      authentication: { method: "output", ask: () => {} },
      tamper: (pdu) => (pdu[0] === Pdu.Start ? changed(pdu, 4, 2) : pdu),
    });
    equal(failed.errorCode, 0x02);
    scene.provision();
  });

  test("an input of pushes or turns has one digit, and nothing comes from the app until it is entered [S-7]", () => {
    for (const [actions, name] of [
      [0x01, "push"],
      [0x02, "twist"],
    ] as const) {
      const scene = new PhoneScene(ANDROID_JAVA, { policy: { inputActions: actions, inputSize: 4 } });
      let shown = 0;
      scene.begin({
        authentication: {
          method: "input",
          size: 1,
          value: 7,
          show: () => {
            shown = scene.nowMs;
          },
        },
      });
      scene.until(() => shown > 0, 5000);
      scene.pass(10_000);
      equal(scene.types("sent"), [Pdu.Invite, Pdu.Start, Pdu.PublicKey], name);
      ok(scene.node.person.isAsked);
      scene.node.person.enter(7);
      scene.finish();
      equal(scene.results.length, 1);
      equal(scene.types("received").filter((type) => type === Pdu.InputComplete).length, 1);
    }
  });

  test("tries again with an Invite on the same connection: refused until it connects anew [P-13, S-8]", () => {
    const scene = new PhoneScene(ANDROID_JAVA, { habits: { staysConnected: "failed" } });
    const wrong = scene.fail({ tamper: (pdu) => (pdu[0] === Pdu.Confirmation ? pdu.slice(0, 9) : pdu) });
    equal([wrong.fault, wrong.errorCode], ["deviceFailed", 0x02]);
    scene.pass(1000);
    scene.phone.provisionAgain(scene.options(), scene.listener());
    scene.finish();
    equal(scene.failures.at(-1)?.errorCode, 0x03);
    ok(scene.phone.link !== undefined, "the connection is the app's to end");
    scene.leave();
    scene.phone.habits = { ...ANDROID_JAVA.habits };
    scene.provision();
  });

  test("crashes at a PDU before its Invite, counts Complete twice: neither is ever sent [P-7, S-9]", () => {
    const scene = new PhoneScene(ANDROID_JAVA);
    const heard: number[] = [];
    const { address } = scene.findDevice();
    scene.phone.connect(address, 0x1827, { ...SILENT, received: (type) => heard.push(type) });
    scene.pass(20_000);
    equal(heard, []);
    scene.leave();
    scene.provision();
    scene.pass(500);
    equal(scene.types("received").filter((type) => type === Pdu.Complete).length, 1);
    equal(scene.types("received")[0], Pdu.Capabilities);
  });

  test("a connection lost within a notified key: the next one begins with whole PDUs [S-10]", () => {
    const scene = new PhoneScene(ANDROID_JAVA, { habits: { mtu: 23 } });
    scene.begin();
    scene.until(() => scene.types("sent").includes(Pdu.PublicKey), 5000);
    const peripheral = scene.phone.link?.peripheral;
    peripheral?.setTaking?.(false);
    scene.pass(500);
    // One segment of the device's key arrives, and no more.
    peripheral?.setTaking?.(true);
    scene.pass(5);
    peripheral?.setTaking?.(false);
    equal(scene.phone.link?.isReceiving, true);
    peripheral?.disconnect();
    scene.finish();
    equal(scene.failures.at(-1)?.fault, "linkClosed");
    scene.provision();
    equal(
      scene.phone.events.some(({ what }) => what.startsWith("fault")),
      false,
    );
  });
};

const configuring = ({ test, equal, ok }: Harness): void => {
  test("sends its segments once: they are acknowledged before it gives up after six seconds [S-13]", () => {
    const scene = arrived();
    const message = appKeyAdd(PROVISIONING_DATA.netKeyIndex, APP_KEY_INDEX, APP_KEY);
    const sent = scene.config.tell(message);
    const tookMs = scene.until(() => sent.state === "acknowledged", 6000, "the acknowledgment");
    equal(sent.pdus.length, 2);
    ok(tookMs < 1000, `${tookMs} ms`);
  });

  test("of segments that were lost, just those come again, with new sequence numbers [S-13]", () => {
    const scene = arrived();
    const { client } = scene;
    let messages = 0;
    client.tamper = (_, message) => (++messages === 2 ? undefined : message);
    const sent = scene.config.tell(appKeyAdd(PROVISIONING_DATA.netKeyIndex, APP_KEY_INDEX, APP_KEY));
    const tookMs = scene.until(() => sent.state === "acknowledged", 6000, "the acknowledgment");
    equal([sent.segments, sent.pdus.length, messages], [2, 3, 3]);
    ok(tookMs < 2000, `${tookMs} ms`);
    scene.pass(1000);
    equal(client.peer.take(0x8003)?.parameters[0], 0, "AppKey Status: Success");
  });

  test("acknowledges the segmented answer twice: the second time means nothing [S-14]", () => {
    const scene = arrived();
    const { peer } = scene.client;
    scene.ask(compositionDataGet(0));
    scene.pass(400);
    const segment = peer.heard
      .map(({ transportPdu, ctl }) => (ctl === 0 ? decodeTransportPdu(transportPdu) : undefined))
      .findLast((decoded) => decoded?.segmented);
    if (segment?.segmented !== true) throw new Error("the answer had no segments");
    peer.sendAcknowledgment({
      dst: NODE_ADDRESS,
      seqZero: segment.seqZero,
      ackedSegments: (2 << segment.segN) - 1,
    });
    const before = peer.heard.length;
    scene.pass(2000);
    equal(peer.heard.length, before, "no segment comes again");
    equal(scene.ask(defaultTtlGet()).status.name, "defaultTtl");
  });

  test("counts proxy configuration by two: a gap in the sequence numbers is nothing [S-15]", () => {
    const scene = arrived();
    const { peer } = scene.client;
    const before = peer.sequenceOf();
    scene.client.setFilterType(0);
    scene.pass(200);
    scene.client.addAddresses([PHONE_ADDRESS, 0xffff]);
    scene.pass(200);
    equal(peer.sequenceOf() - before, 4);
    equal(
      scene.client.statuses.map(({ filterType, listSize }) => [filterType, listSize]),
      [
        [0, 0],
        [0, 2],
      ],
    );
    equal(scene.ask(defaultTtlGet()).status.name, "defaultTtl");
    const [sequence] = peer.heard.filter(({ src }) => src === NODE_ADDRESS).map(({ seq }) => seq);
    ok(sequence !== undefined, "the node's own numbers go on, too");
  });

  test("sends access messages with TTL 5 and proxy configuration with TTL 0: both are obeyed [S-17]", () => {
    const scene = arrived();
    scene.client.setFilterType(1, { ttl: 0 });
    scene.pass(200);
    equal(scene.client.statuses.length, 1);
    scene.equip();
    equal(scene.switch(true), { present: 1 });
  });

  test("takes a beacon with an IV Index five ahead of its own, and is understood after that [S-17]", () => {
    const scene = new PhoneScene(ANDROID_JAVA);
    const ivIndex = PROVISIONING_DATA.ivIndex + 5;
    scene.provision({ data: { ...PROVISIONING_DATA, ivIndex } });
    scene.pass(1000);
    scene.join(scene.findNode().address);
    scene.pass(500);
    const beacon = scene.client.peer.beacons.at(-1);
    equal([beacon?.authentic, beacon?.ivIndex], [true, ivIndex]);
    scene.client.peer.setIvIndex(ivIndex);
    equal(scene.ask(compositionDataGet(0)).status.name, "compositionData");
  });
};

export const suite: Suite = (harness) => {
  way(harness);
  resetting(harness);
  provisioning(harness);
  configuring(harness);
};
