/** Whatever strangers and members put on the air: the node drops it, throws nothing, keeps nothing, and goes on. */

import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, Home, type Member } from "../support/home.js";

const AD_TYPE_MESH_MESSAGE = 0x2a;
const AD_TYPE_MESH_BEACON = 0x2b;

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
};
