/** Whatever strangers and members put on the air: the node drops it, throws nothing, keeps nothing, and goes on. */

import { appKeyAdd, defaultTtlGet } from "../../host/simulator/phone/mesh/config-messages.js";
import {
  OnOffOpcode,
  onOffGet,
  onOffSetUnacknowledged,
} from "../../host/simulator/phone/mesh/generic-on-off.js";
import { encodeSegment } from "../../host/simulator/phone/mesh/transport.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, Home, type Member } from "../support/home.js";
import { VendorModel, VendorOpcode } from "../support/vendor-model.js";

const AD_TYPE_MESH_MESSAGE = 0x2a;
const AD_TYPE_MESH_BEACON = 0x2b;
const DEFAULT_TTL_STATUS = 0x800e;
const NEW_KEY = new Uint8Array(16).fill(0x44);

function equipped(): {
  home: Home;
  lamp: Member;
  random: SeededRandom;
  octets: (length: number) => Uint8Array;
} {
  const home = new Home();
  const lamp = home.add("lamp");
  home.equip(lamp);
  home.pass(6000);
  const random = new SeededRandom(4711);
  const octets = (length: number): Uint8Array => {
    const drawn = new Uint8Array(length);
    random.fill(drawn);
    return drawn;
  };
  return { home, lamp, random, octets };
}

/** Still there, still the same, still obedient. */
function isUnharmed(home: Home, lamp: Member, storedBefore: readonly string[]): boolean {
  home.pass(15_000);
  const same = lamp.node.storage.keys().every((key) => storedBefore.includes(key) || key.startsWith("rpl."));
  return same && lamp.node.node.state === "provisioned" && home.look(lamp.address) !== undefined;
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("random octets in every mesh AD type [T-D1]", () => {
    const { home, lamp, random, octets } = equipped();
    const stored = lamp.node.storage.keys();
    for (let i = 0; i < 1500; i++) {
      const adType = random.chance(50) ? AD_TYPE_MESH_MESSAGE : AD_TYPE_MESH_BEACON;
      home.peer.transmitAd(adType, octets(random.below(30)));
      if (i % 100 === 99) home.pass(4000);
    }
    ok(isUnharmed(home, lamp, stored));
  });

  test("network PDUs with the right NID and anything behind it: nothing but a failed check [T-D3]", () => {
    const { home, lamp, random, octets } = equipped();
    const [real] = home.peer.prepare({
      dst: 0x7000,
      key: { app: APP_KEY_INDEX },
      message: new Uint8Array([1]),
    });
    const first = real?.subarray(0, 1) ?? new Uint8Array(1);
    const stored = lamp.node.storage.keys();
    lamp.node.trace.drops.length = 0;
    for (let i = 0; i < 600; i++) {
      home.peer.transmitAd(AD_TYPE_MESH_MESSAGE, concat(first, octets(random.below(29))));
      if (i % 100 === 99) home.pass(4000);
    }
    const reasons = new Set(lamp.node.trace.reasons);
    for (const reason of ["badLength", "badMic", "badAddress"] as const) ok(reasons.has(reason), reason);
    equal(reasons.has("unknownKey"), false, "nothing came as far as the transport layer");
    ok(isUnharmed(home, lamp, stored));
  });

  test("a member sends random lower transport PDUs, access and control, to every kind of address [T-C8, T-D1]", () => {
    const { home, lamp, random, octets } = equipped();
    const stored = lamp.node.storage.keys();
    const destinations = [lamp.address, 0xffff, 0xfffe, 0xfffc, 0xc000, 0x8123, 0x0b0d];
    for (let i = 0; i < 3000; i++) {
      const ctl = random.chance(50) ? 1 : 0;
      const transportPdu = octets(1 + random.below(ctl === 1 ? 12 : 16));
      const dst = destinations[random.below(destinations.length)] ?? 0xffff;
      if (ctl === 1 && dst === 0x8123) continue;
      home.peer.sendTransport({ ctl, dst, src: 0x0100 + random.below(200), transportPdu });
      if (i % 100 === 99) home.pass(4000);
    }
    ok(isUnharmed(home, lamp, stored));
  });

  test("who has the device key sends every configuration opcode with random parameters [T-D1]", () => {
    const { home, lamp, random, octets } = equipped();
    for (let i = 0; i < 3000; i++) {
      // Node Reset is obeyed, as it should be: it is left out.
      const opcode = random.chance(20)
        ? new Uint8Array([random.below(8)])
        : new Uint8Array([0x80, random.below(0x50)]);
      if (opcode[1] === 0x49) continue;
      home.peer.send({
        dst: lamp.address,
        key: { device: lamp.address },
        message: concat(opcode, octets(random.below(11))),
      });
      if (i % 50 === 49) home.pass(3000);
    }
    home.pass(20_000);
    equal(lamp.node.node.state, "provisioned");
    equal(lamp.config.composition().cid, 0x05f1);
  });

  test("repeated segments that somebody kept are not obeyed when the node has forgotten their message [TNPT/BV-13, T-B8]", () => {
    const { home, lamp } = equipped();
    home.world.medium.setHearing((from) => from !== lamp.name);
    const set = { dst: lamp.address, key: { app: APP_KEY_INDEX }, micSize: 8 } as const;
    const kept = home.peer.send({ ...set, message: onOffSetUnacknowledged(1, 1) });
    home.pass(10_000);
    home.world.medium.setHearing(() => true);
    equal([kept.state, lamp.lights], ["timedOut", [true]], "obeyed, and repeated for want of an answer");

    // More pairs of source and destination than the transport layer remembers, and more PDUs than the network layer does.
    for (let i = 0; i < 20; i++) {
      home.peer.send({ ...set, src: 0x0200 + i, message: onOffSetUnacknowledged(0, 2) });
      home.pass(500);
    }
    for (let i = 0; i < 80; i++) {
      home.peer.sendTransport({ ctl: 0, dst: 0x7000, transportPdu: new Uint8Array(12).fill(i) });
    }
    home.pass(5000);
    for (const pdu of kept.pdus) home.peer.transmitRaw(pdu);
    home.pass(5000);
    equal(lamp.lights, [true, false]);
  });

  test("a segment that a member makes up in another's name does not shut that one out for good [T-D2]", () => {
    const { home, lamp } = equipped();
    const seq = 0xfff000;
    const header = { first: 0, szmic: 0, seqZero: seq & 0x1fff, segO: 0, segN: 3 } as const;
    const transportPdu = encodeSegment(header, new Uint8Array(12));
    home.peer.sendTransport({ ctl: 0, dst: lamp.address, seq, transportPdu });
    home.pass(15_000);
    // It is forgotten as soon as so many others have sent something in segments.
    for (let i = 0; i < 20; i++) {
      const message = onOffSetUnacknowledged(1, 1);
      home.peer.send({
        dst: lamp.address,
        src: 0x0200 + i,
        key: { app: APP_KEY_INDEX },
        micSize: 8,
        message,
      });
      home.pass(500);
    }
    ok(lamp.config.tryToAsk(appKeyAdd(0, 0x123, NEW_KEY)), "a message in segments is taken");
  });

  test("what a message said does not stay in the memory: it may have been a key [T-D4]", () => {
    const home = new Home();
    const vendor = new VendorModel();
    const borrowed: Uint8Array[] = [];
    const receive = vendor.receive.bind(vendor);
    vendor.receive = (opcode, parameters, context) => {
      borrowed.push(parameters);
      receive(opcode, parameters, context);
    };
    const node = home.add("node", { elements: [{ location: 0, models: [vendor] }] });
    home.equip(node, [{ company: 0x05f1, model: 0x1234 }]);
    const message = new Uint8Array([VendorOpcode.NameSet >> 16, 0xf1, 0x05, 0x41, 0x42, 0x43]);
    home.peer.send({ dst: node.address, key: { app: APP_KEY_INDEX }, message });
    home.pass(500);
    equal(vendor.name, new Uint8Array([0x41, 0x42, 0x43]));
    equal(borrowed, [new Uint8Array(3)]);
  });

  test("who has an AppKey and asks without end does not keep the node from being configured [T-D2]", () => {
    const { home, lamp } = equipped();
    const questions = 10;
    for (let i = 0; i < questions; i++) {
      for (let src = 0x0200; src < 0x0214; src++) {
        home.peer.send({ dst: 0xffff, src, key: { app: APP_KEY_INDEX }, message: onOffGet() });
      }
      lamp.config.tell(defaultTtlGet());
    }
    home.pass(20_000);
    const answers = (opcode: number): number =>
      home.peer.received.filter((heard) => heard.opcode === opcode).length;
    ok(answers(OnOffOpcode.Status) < 20 * questions, "not all of them are answered");
    equal(answers(DEFAULT_TTL_STATUS), questions);
  });
};
