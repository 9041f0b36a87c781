/** Two networks on one node, and the change of a network's key under way. MshPRT 2.3.2, 3.11.4. */

import {
  appKeyAdd,
  appKeyUpdate,
  keyRefreshPhaseSet,
  modelAppBind,
  netKeyAdd,
  netKeyDelete,
  netKeyGet,
  netKeyUpdate,
} from "../../host/simulator/phone/mesh/config-messages.js";
import { GENERIC_ON_OFF_SERVER, onOffGet } from "../../host/simulator/phone/mesh/generic-on-off.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, Home } from "../support/home.js";
import { hex } from "../support/provisionee-bench.js";

const SECOND_INDEX = 0x123;
const SECOND_KEY = hex("f7a2a44f8e8a8029064f173ddc1e2b00");
const SECOND_APP_INDEX = 0x111;
const SECOND_APP_KEY = hex("3216d1509884b533248541792b877f98");
const NEW_KEY = hex("0102030405060708090a0b0c0d0e0f10");
const NEW_APP_KEY = hex("aabbccddeeff00112233445566778899");

export const suite: Suite = ({ test, equal, ok }) => {
  test("a second NetKey with its own AppKey: each message is answered on the subnet that it came on", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    home.equip(lamp);
    home.mustSucceed(lamp.config.ask(netKeyAdd(SECOND_INDEX, SECOND_KEY)));
    home.peer.addNetwork({ netKey: SECOND_KEY, netKeyIndex: SECOND_INDEX, ivIndex: 0x12345678 });
    home.peer.addAppKey(SECOND_INDEX, SECOND_APP_INDEX, SECOND_APP_KEY);
    home.mustSucceed(lamp.config.ask(appKeyAdd(SECOND_INDEX, SECOND_APP_INDEX, SECOND_APP_KEY)));
    home.mustSucceed(lamp.config.ask(modelAppBind(lamp.address, SECOND_APP_INDEX, GENERIC_ON_OFF_SERVER)));
    equal(lamp.config.ask(netKeyGet()), { name: "netKeyList", netKeyIndexes: [0, SECOND_INDEX] });

    home.peer.log.clear();
    home.peer.send({ dst: lamp.address, key: { app: SECOND_APP_INDEX }, message: onOffGet() });
    home.pass(1000);
    const answers = home.peer.received.filter(({ src }) => src === lamp.address);
    equal(
      answers.map(({ netKeyIndex, key }) => [netKeyIndex, key]),
      [[SECOND_INDEX, { app: SECOND_APP_INDEX }]],
    );
    equal(lamp.config.ask(netKeyGet(), { netKeyIndex: SECOND_INDEX }).name, "netKeyList");

    equal(
      home.peer.beacons.some(({ netKeyIndex, authentic }) => netKeyIndex === SECOND_INDEX && authentic),
      true,
    );
    home.mustSucceed(lamp.config.ask(netKeyDelete(SECOND_INDEX)));
    home.peer.log.clear();
    home.peer.send({ dst: lamp.address, key: { app: SECOND_APP_INDEX }, message: onOffGet() });
    home.pass(1000);
    equal(home.peer.received, []);
    equal(lamp.node.trace.reasons.at(-1), "unknownNid");
    equal(home.look(lamp.address), { present: 0 });
  });

  test("an AppKey of one subnet does not open messages on the other", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    home.equip(lamp);
    home.mustSucceed(lamp.config.ask(netKeyAdd(SECOND_INDEX, SECOND_KEY)));
    home.peer.addNetwork({ netKey: SECOND_KEY, netKeyIndex: SECOND_INDEX, ivIndex: 0x12345678 });
    home.peer.send({
      dst: lamp.address,
      netKeyIndex: SECOND_INDEX,
      key: { app: APP_KEY_INDEX },
      message: onOffGet(),
    });
    home.pass(1000);
    ok(lamp.node.trace.reasons.includes("unknownKey"));
  });

  test("a whole key refresh by configuration messages; after it the old keys are worth nothing [KR/BV-01, KR/BI-04]", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    home.equip(lamp);
    home.mustSucceed(lamp.config.ask(netKeyUpdate(0, NEW_KEY)));
    home.mustSucceed(lamp.config.ask(appKeyUpdate(0, APP_KEY_INDEX, NEW_APP_KEY)));
    home.peer.keys.refreshNetKey(0, NEW_KEY);
    home.peer.keys.refreshAppKey(APP_KEY_INDEX, NEW_APP_KEY);
    equal(home.look(lamp.address), { present: 0 }, "phase 1, under the old keys");

    equal(lamp.config.ask(keyRefreshPhaseSet(0, 2)), {
      name: "keyRefreshPhase",
      status: 0,
      netKeyIndex: 0,
      phase: 2,
    });
    home.peer.keys.setPhase(0, 2);
    equal(home.look(lamp.address), { present: 0 }, "phase 2, under the new keys");
    home.pass(20_000);
    ok(
      home.peer.beacons.some(({ newKey, flags }) => newKey && (flags & 1) === 1),
      "its beacons say so",
    );

    home.mustSucceed(lamp.config.ask(keyRefreshPhaseSet(0, 3)));
    equal(home.look(lamp.address), { present: 0 });
    equal(
      home.peer.send({ dst: lamp.address, newKey: false, key: { app: APP_KEY_INDEX }, message: onOffGet() })
        .segments,
      1,
    );
    lamp.node.trace.drops.length = 0;
    home.peer.log.clear();
    home.pass(1000);
    equal(home.peer.received, []);
    equal(lamp.node.trace.reasons.includes("unknownNid") || lamp.node.trace.reasons.includes("badMic"), true);

    const again = home.restart(lamp);
    equal(home.look(again.address), { present: 0 }, "also after a restart");
  });

  test("a beacon on the new key leads through the phases too, and revokes the old one [KR/BV-02, KR/BV-03, KR/BI-05]", () => {
    for (const skipping of [false, true]) {
      const home = new Home();
      const lamp = home.add("lamp");
      home.equip(lamp);
      home.mustSucceed(lamp.config.ask(netKeyUpdate(0, NEW_KEY)));
      home.mustSucceed(lamp.config.ask(appKeyUpdate(0, APP_KEY_INDEX, NEW_APP_KEY)));
      home.peer.keys.refreshNetKey(0, NEW_KEY);
      home.peer.keys.refreshAppKey(APP_KEY_INDEX, NEW_APP_KEY);
      if (!skipping) {
        home.peer.sendBeacon({ newKey: true, flags: 1 });
        home.pass(1000);
        ok(lamp.node.trace.eventsOf("network").includes("keyRefreshPhase2"));
      }
      home.peer.sendBeacon({ newKey: true, flags: 0 });
      home.pass(1000);
      ok(lamp.node.trace.eventsOf("network").includes("keyRefreshPhase0"));
      home.peer.keys.setPhase(0, 2);
      equal(home.look(lamp.address), { present: 0 });
      home.peer.log.clear();
      home.peer.send({ dst: lamp.address, newKey: false, key: { app: APP_KEY_INDEX }, message: onOffGet() });
      home.pass(1000);
      equal(home.peer.received, []);
    }
  });

  test("a node provisioned during a key refresh has the new key only, in phase 2 [PROV/BV-11]", () => {
    const home = new Home({ flags: 0x01 });
    const lamp = home.add("lamp");
    home.equip(lamp);
    equal(lamp.config.ask(keyRefreshPhaseSet(0, 3)), {
      name: "keyRefreshPhase",
      status: 0,
      netKeyIndex: 0,
      phase: 0,
    });
    equal(home.look(lamp.address), { present: 0 });
  });
};
