/** Cases of the qualification tests, told as conversations: network layer and beacons. Ids: tests/pts.md. */

import {
  beaconSet,
  netKeyAdd,
  publicationSet,
  relaySet,
  subscriptionAdd,
} from "../../host/simulator/phone/mesh/config-messages.js";
import {
  GENERIC_ON_OFF_CLIENT,
  GENERIC_ON_OFF_SERVER,
  onOffSetUnacknowledged,
} from "../../host/simulator/phone/mesh/generic-on-off.js";
import { concat } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, Home, type Member } from "../support/home.js";
import { hex } from "../support/provisionee-bench.js";

const LABEL = new Uint8Array(16).fill(0x5a);
const SECOND_KEY = hex("f7a2a44f8e8a8029064f173ddc1e2b00");

function equipped(): { home: Home; lamp: Member } {
  const home = new Home();
  const lamp = home.add("lamp");
  home.equip(lamp);
  home.peer.log.clear();
  return { home, lamp };
}

function say(home: Home, dst: number, tid: number, ttl = 5): void {
  home.peer.send({ dst, ttl, key: { app: APP_KEY_INDEX }, message: onOffSetUnacknowledged(1, tid) });
  home.pass(500);
}

export const suite: Suite = ({ test, equal, ok }) => {
  const destinations = [
    ["NET/BV-01", "a unicast address", 0x0001],
    ["NET/BV-02", "a virtual address", LABEL],
    ["NET/BV-03", "a group address", 0xc100],
    ["NET/BV-04", "all-proxies", 0xfffc],
    ["NET/BV-05", "all-friends", 0xfffd],
    ["NET/BV-06", "all-relays", 0xfffe],
    ["NET/BV-07", "all-nodes", 0xffff],
  ] as const;
  for (const [id, name, address] of destinations) {
    test(`the node sends to ${name} [${id}]`, () => {
      const { home, lamp } = equipped();
      const dst = typeof address === "number" ? address : home.peer.addLabel(address);
      const publication = { address, appKeyIndex: APP_KEY_INDEX, ttl: 9 };
      home.mustSucceed(lamp.config.ask(publicationSet(lamp.address, GENERIC_ON_OFF_CLIENT, publication)));
      lamp.remote.set(true);
      home.pass(500);
      const heard = home.peer.received.find((message) => message.dst === dst && message.src === lamp.address);
      equal([heard?.ttl, heard?.parameters[0]], [9, 1]);
    });
  }

  test("the node receives on its unicast address, with TTL 0 and with the highest [NET/BV-08]", () => {
    for (const ttl of [0, 0x7f]) {
      const { home, lamp } = equipped();
      say(home, lamp.address, 1, ttl);
      equal(lamp.lights.at(-1), true);
    }
  });

  for (const [id, address] of [
    ["NET/BV-09", LABEL],
    ["NET/BV-10", 0xc100],
  ] as const) {
    test(`the node receives on a ${typeof address === "number" ? "group" : "virtual"} address that it has subscribed to [${id}]`, () => {
      const { home, lamp } = equipped();
      const dst = typeof address === "number" ? address : home.peer.addLabel(address);
      say(home, dst, 1);
      equal(lamp.lights.includes(true), false);
      home.mustSucceed(lamp.config.ask(subscriptionAdd(lamp.address, GENERIC_ON_OFF_SERVER, address)));
      say(home, dst, 2);
      equal(lamp.lights.at(-1), true);
    });
  }

  test("the node receives on all-relays while it is one, and on all-nodes always [NET/BV-13, NET/BV-14]", () => {
    const { home, lamp } = equipped();
    say(home, 0xfffe, 1);
    equal(lamp.lights.at(-1), true);
    home.mustSucceed(lamp.config.ask(relaySet(0, 0)));
    lamp.onOff.set(false);
    say(home, 0xfffe, 2);
    equal(lamp.lights.at(-1), false);
    say(home, 0xffff, 3);
    equal(lamp.lights.at(-1), true);
  });

  test("all-proxies and all-friends are nobody here: the node is neither", () => {
    const { home, lamp } = equipped();
    say(home, 0xfffc, 1);
    say(home, 0xfffd, 2);
    equal(lamp.lights.includes(true), false);
  });

  test("illegal source or destination addresses are dropped [NET/BI-02]", () => {
    const { home, lamp } = equipped();
    lamp.node.trace.drops.length = 0;
    const fields = {
      ctl: 0,
      ttl: 5,
      seq: 0x2000,
      dst: lamp.address,
      transportPdu: new Uint8Array(12),
    } as const;
    for (const src of [0x0000, 0x8000, 0xc000, 0xffff]) {
      home.peer.transmitRaw(home.peer.encode({ ...fields, src }));
    }
    home.peer.transmitRaw(home.peer.encode({ ...fields, src: 0x0001, dst: 0x0000 }));
    home.peer.transmitRaw(home.peer.encode({ ...fields, ctl: 1, src: 0x0001, dst: 0x8001 }));
    home.peer.transmitRaw(home.peer.encode({ ...fields, src: lamp.address }));
    home.pass(1000);
    equal(lamp.node.trace.reasons, [...Array.from({ length: 6 }, () => "badAddress"), "ownAddress"]);
  });

  test("an unknown NID is dropped, and a known one with a wrong key too [NET/BI-03]", () => {
    const { home, lamp } = equipped();
    lamp.node.trace.drops.length = 0;
    const [pdu] = home.peer.prepare({
      dst: lamp.address,
      key: { app: APP_KEY_INDEX },
      message: onOffSetUnacknowledged(1, 1),
    });
    if (pdu === undefined) throw new Error("nothing prepared");
    const unknown = pdu.slice();
    unknown[0] = (unknown[0] ?? 0) ^ 0x01;
    home.peer.transmitRaw(unknown);
    const broken = pdu.slice();
    broken[broken.length - 1] = (broken[broken.length - 1] ?? 0) ^ 0x01;
    home.peer.transmitRaw(broken);
    home.pass(500);
    equal(lamp.node.trace.reasons, ["unknownNid", "badMic"]);
    home.peer.transmitRaw(pdu);
    home.pass(500);
    equal(lamp.lights.at(-1), true, "the whole one is obeyed still");
  });

  test("a network PDU in a connectable advertisement is ignored [NET/BI-01]", () => {
    const { home, lamp } = equipped();
    lamp.node.trace.drops.length = 0;
    const [pdu] = home.peer.prepare({
      dst: lamp.address,
      key: { app: APP_KEY_INDEX },
      message: onOffSetUnacknowledged(1, 1),
    });
    if (pdu === undefined) throw new Error("nothing prepared");
    const port = home.world.medium.join("stranger", { heard: () => {}, sent: () => {} });
    const address = new Uint8Array([0xc0, 1, 2, 3, 4, 5]);
    const data = concat(new Uint8Array([pdu.length + 1, 0x2a]), pdu);
    port.send({ kind: "connectable", address, data, scanResponse: undefined });
    home.pass(500);
    equal(lamp.node.trace.drops, []);
    equal(lamp.lights.includes(true), false);
    port.send({ kind: "nonConnectable", address, data });
    home.pass(500);
    equal(lamp.lights.at(-1), true);
  });

  test("secure network beacons: their content, every ten seconds or so, and none when switched off [BCN/SNB/BV-01, CFG/SNBP/BV-01]", () => {
    const { home, lamp } = equipped();
    home.pass(60_000);
    home.peer.log.clear();
    home.pass(100_000);
    const { beacons } = home.peer;
    ok(beacons.length >= 8 && beacons.length <= 22, `${beacons.length} in 100 s`);
    for (const { flags, ivIndex, netKeyIndex, authentic } of beacons) {
      equal([flags, ivIndex, netKeyIndex, authentic], [0, 0x12345678, 0, true]);
    }
    equal(lamp.config.ask(beaconSet(0)), { name: "beacon", state: 0 });
    home.peer.log.clear();
    home.pass(100_000);
    equal(home.peer.beacons, []);
  });

  test("a second subnet has beacons of its own [BCN/SNB/BV-02]", () => {
    const { home, lamp } = equipped();
    home.peer.addNetwork({ netKey: SECOND_KEY, netKeyIndex: 1, ivIndex: 0x12345678 });
    home.mustSucceed(lamp.config.ask(netKeyAdd(1, SECOND_KEY)));
    home.peer.log.clear();
    home.pass(60_000);
    equal([...new Set(home.peer.beacons.map(({ netKeyIndex }) => netKeyIndex))].sort(), [0, 1]);
  });

  test("where others beacon already, the node does so less often [BCN/SNB/BV-01]", () => {
    const alone = equipped();
    alone.home.pass(600_000);
    const crowded = equipped();
    for (let i = 0; i < 300; i++) {
      crowded.home.peer.sendBeacon();
      crowded.home.pass(2000);
    }
    ok(
      crowded.home.peer.beacons.length * 2 < alone.home.peer.beacons.length,
      `${crowded.home.peer.beacons.length} among others, ${alone.home.peer.beacons.length} alone`,
    );
  });
};
