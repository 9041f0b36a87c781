/** Keys, virtual addresses and control messages. MshPRT 3.6.4. */

import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { setUint32BE, toHex } from "../../../modules/bytes.js";
import { k4 } from "../../../modules/crypto/toolbox.js";
import type { ControlIncoming } from "../../../modules/transport/control.js";
import type { AccessOutgoing } from "../../../modules/transport/upper.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import {
  APP_KEY,
  collidingLabels,
  octets,
  type SentPdu,
  TransportBench,
  type TransportOptions,
  text,
} from "../../support/transport-bench.js";

const PEER = 0x0011;
const MESSAGE = text(5);

/** A node, and another one that sends to it. */
function pair(options: TransportOptions = {}): { bench: TransportBench; peer: TransportBench } {
  const clock = new FakeClock();
  const peer = new TransportBench({ ...options, clock, elements: { first: PEER, count: 1 } });
  return { bench: new TransportBench({ clock }), peer };
}

/** One PDU of the peer, to 0001 unless a test says otherwise. */
function pduOf(peer: TransportBench, how: Partial<AccessOutgoing> = {}): SentPdu {
  peer.send(MESSAGE, { dst: 0x0001, ...how });
  const [pdu] = peer.network.take();
  if (pdu === undefined) throw new Error("nothing was sent");
  return pdu;
}

/** An AppKey with the same AID as that of index 000. */
function collidingKey(bench: TransportBench): Uint8Array {
  const key = new Uint8Array(16);
  const aid = k4(bench.crypto, octets(APP_KEY));
  for (let counter = 0; ; counter++) {
    setUint32BE(key, 0, counter);
    if (k4(bench.crypto, key) === aid) return key;
  }
}

/** Takes control messages, and keeps them. */
class Receiver {
  readonly came: string[] = [];
  isWilling = true;

  accepts(): boolean {
    return this.isWilling;
  }

  received(parameters: Uint8Array, { src, dst, ttl, netKeyIndex, rssi }: ControlIncoming): void {
    this.came.push(`${toHex(parameters)} ${src}>${dst} ${ttl} ${netKeyIndex} ${rssi}`);
  }
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("an unsegmented message, with what is known of its way [TNPT/BV-06]", () => {
    const { bench, peer } = pair();
    bench.hearSent(pduOf(peer, { ttl: 9 }), 3);
    const from = { src: PEER, dst: 1, label: undefined, ttl: 6, netKeyIndex: 0, rssi: -50 };
    equal(bench.access.arrived, [{ ...from, appKeyIndex: 0, pdu: toHex(MESSAGE) }]);
    bench.hearSent(pduOf(peer, { appKeyIndex: undefined, dst: 2, ttl: 6 }));
    equal(bench.access.arrived[1], { ...from, dst: 2, appKeyIndex: undefined, pdu: toHex(MESSAGE) });
  });

  test("under an AppKey that is not known: dropped [TNPT/BV-01]", () => {
    const { bench, peer } = pair();
    const pdu = pduOf(peer);
    bench.appKeys.delete(0, 0);
    bench.hearSent(pdu);
    equal(bench.takeReasons(), ["unknownKey"]);
    bench.appKeys.add(0, 0, collidingKey(bench));
    bench.hearSent(pdu);
    equal(bench.takeReasons(), ["badMic"], "one with the same AID");
    equal(bench.access.arrived, []);
  });

  test("under another device key: dropped [TNPT/BV-02]", () => {
    const { bench, peer } = pair({ deviceKey: "00112233445566778899aabbccddeeff" });
    bench.hearSent(pduOf(peer, { appKeyIndex: undefined }));
    bench.hear("01aabbccddeeff0011", { seq: 9 });
    equal(bench.takeReasons(), ["badMic", "unknownKey"]);
    equal(bench.access.arrived, []);
  });

  test("the device key is for elements, not for groups", () => {
    const { bench, peer } = pair();
    bench.hearSent(pduOf(peer, { appKeyIndex: undefined, dst: 0xffff }));
    equal(bench.takeReasons(), ["badAddress"]);
  });

  test("of several AppKeys with the same AID the one that fits opens it", () => {
    const { bench, peer } = pair();
    for (const one of [bench, peer]) one.appKeys.add(0, 7, collidingKey(one));
    bench.hearSent(pduOf(peer));
    bench.hearSent(pduOf(peer, { appKeyIndex: 7 }));
    equal(
      bench.access.arrived.map(({ appKeyIndex }) => appKeyIndex),
      [0, 7],
    );
  });

  test("an AppKey opens messages of its own NetKey only", () => {
    const { bench, peer } = pair();
    bench.netKeys.add(1, octets("00112233445566778899aabbccddeeff"));
    const subnet = bench.netKeys.get(1);
    if (subnet === undefined) throw new Error("there is no NetKey 001");
    const { pdu, seq, src } = pduOf(peer);
    bench.hear(pdu, { seq, src, subnet });
    equal(bench.takeReasons(), ["unknownKey"]);
    const { pdu: device } = pduOf(peer, { appKeyIndex: undefined });
    bench.hear(device, { seq: peer.sequence.next - 1, src, subnet });
    equal(
      bench.access.arrived.map(({ netKeyIndex }) => netKeyIndex),
      [1],
      "the device key, of every NetKey",
    );
  });

  test("during a key refresh the old key and the new one", () => {
    const { bench, peer } = pair();
    const newNetKey = octets("0953fa93e7caac9638f58820220a398e");
    const newKey = octets("000102030405060708090a0b0c0d0e0f");
    for (const one of [bench, peer]) {
      one.netKeys.update(0, newNetKey);
      one.appKeys.update(0, 0, newKey);
    }
    const newAid = (0x40 | k4(bench.crypto, newKey)).toString(16);
    const oldPdu = pduOf(peer);
    equal(oldPdu.pdu.slice(0, 2), "66");
    bench.hearSent(oldPdu);
    peer.netKeys.transition(0, 2);
    const newPdu = pduOf(peer);
    equal(newPdu.pdu.slice(0, 2), newAid);
    bench.hearSent(newPdu);
    equal(bench.access.take().length, 2);
    const subnet = bench.netKeys.get(0);
    bench.netKeys.transition(0, 3);
    if (subnet !== undefined) bench.appKeys.netKeyPhaseChanged(subnet);
    bench.hear(oldPdu.pdu, { seq: 99 });
    equal(bench.takeReasons(), ["unknownKey"], "revoked");
  });

  test("of two labels with the same virtual address the one that fits opens it", () => {
    const { bench, peer } = pair();
    const [first, second] = collidingLabels(bench.crypto);
    const held = bench.labels.hold(first);
    bench.labels.hold(second);
    if (typeof held === "string") throw new Error(held);
    const dst = held.address;
    for (const label of [second, first]) bench.hearSent(pduOf(peer, { dst, label }));
    equal(
      bench.access.arrived.map(({ label }) => label),
      [second, first],
    );
    bench.labels.sweep((slot) => slot === 1);
    bench.hearSent(pduOf(peer, { dst, label: first }));
    equal(bench.takeReasons(), ["badMic"]);
    bench.labels.sweep(() => false);
    bench.hearSent(pduOf(peer, { dst, label: first }));
    equal(bench.takeReasons(), [], "not for us");
  });

  test("messages that are too short, and what is not for us", () => {
    const { bench } = pair();
    bench.hear("66aabbccdd");
    bench.hear("66");
    bench.hear("00aabbcc");
    bench.hear("");
    equal(bench.takeReasons(), ["badLength", "badLength", "badLength", "badLength"]);
    bench.hear(`e6800000${"aabbccddeeff0011"}`, { seq: 0 });
    equal(bench.takeReasons(), ["badLength"], "a long TransMIC and nothing else");
    bench.hear("66aabbccddee", { dst: 0x0077 });
    bench.hear("66aabbccddee", { dst: 0x9736 });
    bench.access.hears = () => false;
    bench.hear("66aabbccddee", { dst: 0xc123 });
    equal(bench.takeReasons(), []);
  });

  test("what was replayed, and what nobody wants, is not processed, and the latter not remembered", () => {
    const { bench, peer } = pair();
    const first = pduOf(peer);
    bench.access.isWilling = false;
    bench.hearSent(first);
    equal(bench.replayList.check(PEER, first.ivIndex, first.seq), undefined);
    bench.access.isWilling = true;
    const second = pduOf(peer);
    bench.hearSent(second);
    bench.hearSent(second);
    bench.hearSent(first);
    equal(bench.takeReasons(), ["replayed", "replayed"]);
    equal(bench.access.take().length, 1);
  });

  test("what cannot be remembered durably is not processed", () => {
    const { bench, peer } = pair();
    bench.storage.failAt(1);
    bench.hearSent(pduOf(peer));
    equal(bench.takeReasons(), ["notRemembered"]);
    equal(bench.access.arrived, []);
  });

  test("our own messages come back from the loopback, whatever their number", () => {
    const { bench } = pair();
    ok(bench.send(MESSAGE, { dst: 0xffff }));
    const [pdu] = bench.network.take();
    if (pdu === undefined) throw new Error("nothing was sent");
    bench.hearSent(pdu);
    bench.hearSent(pdu);
    equal(bench.access.take().length, 2);
    equal(bench.replayList.check(1, pdu.ivIndex, pdu.seq), undefined);
  });

  test("a segmented message from one of our elements to another", () => {
    const { bench } = pair();
    bench.network.onSend = (pdu) => bench.clock.createTimer(() => bench.hearSent(pdu)).start(0);
    ok(bench.send(text(30), { dst: 2, tag: 8 }));
    bench.clock.advance(1_000);
    equal(bench.access.take(), [toHex(text(30))]);
    equal(bench.access.results, ["8 sent"]);
    equal([bench.takeReasons(), bench.trace.eventsOf("transport")], [[], []]);
  });

  test("noise under the right NetKey: nothing is thrown, answered by more than acknowledgments, or kept [T-C8]", () => {
    const { bench, peer } = pair();
    const random = new SeededRandom(8);
    const destinations = [1, 2, 0x0077, 0x9736, 0xc000, 0xffff];
    bench.send(text(30), { dst: PEER });
    for (let seq = 1; seq <= 4_000; seq++) {
      const ctl = random.chance(50);
      const pdu = new Uint8Array(random.below((ctl ? 12 : 16) + 1));
      random.fill(pdu);
      const dst = destinations[random.below(destinations.length)] ?? 1;
      bench.hear(toHex(pdu), { ctl, dst, seq, src: PEER + random.below(3), ttl: random.below(0x80) });
      bench.clock.advance(random.below(20));
    }
    ok(bench.network.take().every(({ pdu, ctl }) => !ctl || pdu.startsWith("00")));
    equal(bench.access.arrived, []);
    bench.clock.advance(60_000);
    bench.network.take();
    bench.clock.advance(60_000);
    equal(bench.network.take(), []);
    const other = new TransportBench({ clock: peer.clock, elements: { first: 0x0044, count: 1 } });
    bench.hearSent(pduOf(other));
    equal(bench.access.take(), [toHex(MESSAGE)]);
  });

  test("control messages: to an element, or to a group of a feature that is on", () => {
    const { bench } = pair();
    const receiver = new Receiver();
    bench.upper.control(0x03, receiver);
    bench.hear("034b", { ctl: true, seq: 1 });
    bench.hear("034c", { ctl: true, seq: 2, dst: 0xffff });
    bench.hear("034d", { ctl: true, seq: 3, dst: 0xfffe });
    equal(receiver.came, ["4b 17>1 5 0 -50", "4c 17>65535 5 0 -50", "4d 17>65534 5 0 -50"]);
    receiver.isWilling = false;
    bench.hear("034e", { ctl: true, seq: 4 });
    equal(receiver.came.length, 3);
    equal(bench.replayList.check(PEER, bench.ivIndex.sending, 4), undefined, "not remembered");
    bench.hear("034e", { ctl: true, seq: 3 });
    equal(bench.takeReasons(), ["replayed"]);
  });

  test("control messages that nobody takes", () => {
    const { bench } = pair();
    bench.hear("2a4b", { ctl: true, seq: 1 });
    bench.hear("2a4b", { ctl: true, seq: 2, dst: 0xffff });
    equal(bench.takeReasons(), ["reservedOpcode", "reservedOpcode"]);
    bench.hear("2a4b", { ctl: true, seq: 3, dst: 0xfffd });
    bench.hear("2a4b", { ctl: true, seq: 4, dst: 0xfffc });
    bench.hear("2a4b", { ctl: true, seq: 5, dst: 0xfffb });
    bench.hear("2a4b", { ctl: true, seq: 6, dst: 0xc000 });
    bench.hear("2a4b", { ctl: true, seq: 7, dst: 0x0077 });
    equal(bench.takeReasons(), [], "not for us");
    bench.hear("8000000011", { ctl: true, seq: 8 });
    equal(bench.takeReasons(), ["reservedOpcode"], "an acknowledgment has no segments");
    equal(bench.network.take(), []);
    bench.states.change({ relay: 0 });
    bench.hear("2a4b", { ctl: true, seq: 9, dst: 0xfffe });
    equal(bench.takeReasons(), [], "not a relay any more");
  });
};
