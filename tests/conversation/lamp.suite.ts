/** The life of a lamp on its network, from the first question about its models to the reset. */

import {
  defaultTtlSet,
  nodeReset,
  publicationSet,
  subscriptionAdd,
  subscriptionDeleteAll,
} from "../../host/simulator/phone/mesh/config-messages.js";
import {
  GENERIC_ON_OFF_CLIENT,
  GENERIC_ON_OFF_SERVER,
  OnOffOpcode,
  onOffSetUnacknowledged,
} from "../../host/simulator/phone/mesh/generic-on-off.js";
import { toHex } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, CLIENT_ADDRESS, Home } from "../support/home.js";
import { DEVICE_UUID, PROVISIONING_DATA } from "../support/world.js";

const GROUP = 0xc000;
const LABEL = new Uint8Array(16).fill(0x5a);

export const suite: Suite = ({ test, equal, ok }) => {
  test("a device that a phone has just provisioned answers the first configuration message [CFG/COMP/BV-01]", () => {
    const home = new Home({ ivIndex: PROVISIONING_DATA.ivIndex, netKeyIndex: PROVISIONING_DATA.netKeyIndex });
    const phone = home.world.addPhone();
    const lamp = home.start("lamp", { address: PROVISIONING_DATA.unicastAddress });
    home.pass(1000);
    phone.provision();
    home.pass(3000);
    equal(phone.failures, []);
    const deviceKey = phone.results[0]?.deviceKey ?? new Uint8Array(16);
    home.peer.addDevice(lamp.address, deviceKey);

    equal(lamp.config.composition(), {
      cid: 0x05f1,
      pid: 0x0002,
      vid: 0x0003,
      crpl: 128,
      features: 0x0001,
      elements: [{ location: 0x0100, models: [0x0000, GENERIC_ON_OFF_SERVER, GENERIC_ON_OFF_CLIENT] }],
    });
    equal(lamp.node.node.state, "provisioned");
  });

  test("a bound lamp is switched on its own address, in a group, and on a virtual address", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    home.equip(lamp);
    equal(home.switch(lamp.address, true), { present: 1 });
    equal(home.look(lamp.address), { present: 1 });
    equal(home.switch(lamp.address, false), { present: 0 });

    equal(home.switch(GROUP, true, 2000), undefined, "it does not listen to that group yet");
    home.mustSucceed(lamp.config.ask(subscriptionAdd(lamp.address, GENERIC_ON_OFF_SERVER, GROUP)));
    equal(home.switch(GROUP, true), { present: 1 });

    const virtual = home.peer.addLabel(LABEL);
    equal(home.switch(virtual, false, 2000), undefined);
    home.mustSucceed(lamp.config.ask(subscriptionAdd(lamp.address, GENERIC_ON_OFF_SERVER, LABEL)));
    equal(home.switch(virtual, false), { present: 0 });
    equal(lamp.lights.slice(-3), [false, true, false]);

    home.mustSucceed(lamp.config.ask(subscriptionDeleteAll(lamp.address, GENERIC_ON_OFF_SERVER)));
    equal(home.switch(GROUP, true, 2000), undefined);
    equal(home.switch(virtual, true, 2000), undefined);
  });

  test("without a binding the message is dropped; so is one under a key that the lamp does not have", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    home.equip(lamp, [GENERIC_ON_OFF_CLIENT]);
    equal(home.switch(lamp.address, true, 1000), undefined);
    ok(lamp.node.trace.reasons.includes("notBound"));
    equal(lamp.lights.includes(true), false);
  });

  test("a push publishes; the publication's retransmissions are messages of their own; period 0 stays silent", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    home.equip(lamp);
    home.mustSucceed(
      lamp.config.ask(
        publicationSet(lamp.address, GENERIC_ON_OFF_CLIENT, {
          address: GROUP,
          appKeyIndex: APP_KEY_INDEX,
          ttl: 3,
          retransmit: 0x01,
        }),
      ),
    );
    home.peer.log.clear();
    ok(lamp.remote.set(true));
    home.pass(2000);
    const published = home.peer.received.filter(({ dst }) => dst === GROUP);
    equal(
      published.map(({ opcode, ttl }) => [opcode, ttl]),
      [
        [OnOffOpcode.SetUnacknowledged, 3],
        [OnOffOpcode.SetUnacknowledged, 3],
      ],
    );
    home.pass(20_000);
    equal(home.peer.received.filter(({ dst }) => dst === GROUP).length, 2);
  });

  test("a lamp with a publish period tells its state in each period, also after a restart", () => {
    const home = new Home();
    let lamp = home.add("lamp");
    home.equip(lamp);
    const everySecond = { address: CLIENT_ADDRESS, appKeyIndex: APP_KEY_INDEX, period: 0x41 };
    home.mustSucceed(lamp.config.ask(publicationSet(lamp.address, GENERIC_ON_OFF_SERVER, everySecond)));
    home.peer.log.clear();
    home.pass(10_000);
    const before = home.peer.received.filter(({ opcode }) => opcode === OnOffOpcode.Status).length;
    ok(before >= 9 && before <= 11, `${before} in ten seconds`);

    lamp = home.restart(lamp);
    home.peer.log.clear();
    home.pass(10_000);
    const after = home.peer.received.filter(({ opcode }) => opcode === OnOffOpcode.Status).length;
    ok(after >= 9 && after <= 11, `${after} in ten seconds`);
  });

  test("what the lamp publishes comes to its own elements too, when they listen", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    home.equip(lamp);
    home.mustSucceed(lamp.config.ask(subscriptionAdd(lamp.address, GENERIC_ON_OFF_SERVER, GROUP)));
    const toGroup = { address: GROUP, appKeyIndex: APP_KEY_INDEX };
    home.mustSucceed(lamp.config.ask(publicationSet(lamp.address, GENERIC_ON_OFF_CLIENT, toGroup)));
    lamp.remote.set(true);
    home.pass(1000);
    equal(lamp.lights.at(-1), true);
  });

  test("everything that was configured is there after a restart", () => {
    const home = new Home();
    let lamp = home.add("lamp");
    home.equip(lamp);
    home.mustSucceed(lamp.config.ask(subscriptionAdd(lamp.address, GENERIC_ON_OFF_SERVER, GROUP)));
    home.mustSucceed(lamp.config.ask(subscriptionAdd(lamp.address, GENERIC_ON_OFF_SERVER, LABEL)));
    lamp.config.ask(defaultTtlSet(0x11));
    lamp = home.restart(lamp);
    equal(home.switch(GROUP, true), { present: 1 });
    equal(home.switch(home.peer.addLabel(LABEL), false), { present: 0 });
    home.peer.log.clear();
    home.look(lamp.address);
    equal(home.peer.heard.filter(({ src }) => src === lamp.address)[0]?.ttl, 0x11);
    equal(home.peer.log.reusedSequenceNumbers(), []);
  });

  test("Node Reset is answered, then everything is forgotten, and the device beacons within a second [CFG/RST/BV-01, T-B14]", () => {
    const home = new Home();
    const phone = home.world.addPhone();
    const lamp = home.add("lamp");
    home.equip(lamp);
    home.mustSucceed(lamp.config.ask(subscriptionAdd(lamp.address, GENERIC_ON_OFF_SERVER, LABEL)));
    ok(lamp.node.storage.keys().length > 5, "there is something to forget");

    equal(lamp.config.ask(nodeReset()), { name: "nodeReset" });
    phone.beacons.length = 0;
    home.pass(1000);
    equal(lamp.node.storage.keys(), [], "the store is that of a virgin device");
    equal(lamp.node.node.state, "unprovisioned");
    equal(phone.beacons[0]?.uuid, DEVICE_UUID);
    equal(lamp.config.tryToAsk(nodeReset(), { timeoutMs: 1000 }), undefined, "it is no node any more");
  });

  test("a factory reset leaves nothing either, and the device can join again", () => {
    const home = new Home({ ivIndex: PROVISIONING_DATA.ivIndex, netKeyIndex: PROVISIONING_DATA.netKeyIndex });
    const phone = home.world.addPhone();
    const lamp = home.add("lamp", { address: PROVISIONING_DATA.unicastAddress });
    home.equip(lamp);
    lamp.node.node.reset();
    home.pass(1000);
    equal(lamp.node.storage.keys(), []);
    equal(phone.beacons.length > 0, true);

    phone.provision();
    home.pass(3000);
    equal(phone.failures, []);
    home.peer.addDevice(lamp.address, phone.results[0]?.deviceKey ?? new Uint8Array(16));
    home.peer.log.clear();
    equal(home.switch(lamp.address, true, 1000), undefined, "the old AppKey is gone");
    home.equip(lamp);
    equal(home.switch(lamp.address, true), { present: 1 });
  });

  test("after a factory reset it has another address; after Node Reset the phone that sent it finds it under the old one", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    const { radio, node } = lamp.node;
    const before = toHex(radio.identity);
    equal(lamp.config.ask(nodeReset()), { name: "nodeReset" });
    home.pass(1000);
    equal(node.state, "unprovisioned");
    equal(toHex(radio.identity), before);
    node.reset();
    ok(toHex(radio.identity) !== before);
  });

  test("a transition of two seconds: the target is told at once, the state at the end", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    home.equip(lamp);
    home.switch(lamp.address, true);
    home.peer.send({
      dst: lamp.address,
      key: { app: APP_KEY_INDEX },
      message: onOffSetUnacknowledged(0, 0x77, { transition: 0x14, delay: 0 }),
    });
    home.pass(500);
    const during = home.look(lamp.address);
    equal([during?.present, during?.target], [1, 0]);
    home.pass(2000);
    equal(home.look(lamp.address), { present: 0 });
  });
};
