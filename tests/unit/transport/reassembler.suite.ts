/** Segmented messages that come in. MshPRT 3.5.3.2, 3.5.3.4. */

import { toHex } from "../../../modules/bytes.js";
import { decodeSegmentAck } from "../../../modules/transport/lower-pdu.js";
import { SAR_DEFAULTS } from "../../../modules/transport/sar-states.js";
import type { AccessOutgoing } from "../../../modules/transport/upper.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import {
  octets,
  type SentPdu,
  TransportBench,
  type TransportOptions,
  text,
} from "../../support/transport-bench.js";

const PEER = 0x0011;
const GROUP = 0xc000;

/** A node, and another one whose segments it gets when a test says so. */
function pair(options: TransportOptions = {}): { bench: TransportBench; peer: TransportBench } {
  const clock = new FakeClock();
  const bench = new TransportBench({ ...options, clock });
  return { bench, peer: new TransportBench({ clock, elements: { first: PEER, count: 9 } }) };
}

/** The segments of a message from the peer, none of which has been heard yet; no time passes for who hears them. */
function segmentsOf(
  peer: TransportBench,
  message: Uint8Array,
  how: Partial<AccessOutgoing> = {},
): readonly SentPdu[] {
  const source = new TransportBench({ elements: peer.elements, sequence: peer.sequence });
  source.send(message, { dst: 0x0001, segmented: true, ...how });
  source.clock.advance(31 * 60);
  const count = Math.ceil((message.length + (how.micSize ?? 4)) / 12);
  return source.network.take().slice(0, count);
}

/** What has been acknowledged since this was asked last. */
function acks(bench: TransportBench): readonly string[] {
  return bench.network.take().map(({ pdu, dst, ttl, urgent, ctl }) => {
    const ack = decodeSegmentAck(octets(pdu));
    if (ack === undefined || !ctl || !urgent || ack.obo) throw new Error("not an acknowledgment");
    return `${dst.toString(16)} ttl ${ttl}: ${ack.ackedSegments.toString(2)}`;
  });
}

/** The PDU with another first octets. */
function changed(pdu: SentPdu, header: string): SentPdu {
  return { ...pdu, pdu: header + pdu.pdu.slice(header.length) };
}

function headerOf(pdu: SentPdu, change: (bits: number) => number): string {
  const bits = change(Number.parseInt(pdu.pdu.slice(2, 8), 16));
  return pdu.pdu.slice(0, 2) + bits.toString(16).padStart(6, "0");
}

export const suite: Suite = ({ test, equal }) => {
  test("segments in any order make a message, which is acknowledged [TNPT/BV-07]", () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0, 1],
    ]) {
      const { bench, peer } = pair();
      const segments = segmentsOf(peer, text(30));
      for (const segO of order) {
        const segment = segments[segO];
        if (segment !== undefined) bench.hearSent(segment, 2);
      }
      equal(bench.access.arrived, [
        {
          src: PEER,
          dst: 1,
          label: undefined,
          ttl: 3,
          netKeyIndex: 0,
          appKeyIndex: 0,
          rssi: -50,
          pdu: toHex(text(30)),
        },
      ]);
      equal(acks(bench), ["11 ttl 7: 111"]);
      equal(bench.takeReasons(), []);
      bench.clock.advance(60_000);
      equal(acks(bench), []);
    }
  });

  test("to a group: not acknowledged [TNPT/BV-08]", () => {
    const { bench, peer } = pair();
    const segments = segmentsOf(peer, text(30), { dst: GROUP });
    for (const segment of segments.slice(1)) bench.hearSent(segment);
    bench.clock.advance(9_000);
    for (const segment of segments) bench.hearSent(segment);
    bench.clock.advance(60_000);
    equal(bench.access.take(), [toHex(text(30))]);
    for (const segment of segmentsOf(peer, text(40), { dst: GROUP })) bench.hearSent(segment);
    equal(bench.access.take(), [toHex(text(40))]);
    equal(bench.network.take(), []);
  });

  test("one segment, the long TransMIC, and the longest message", () => {
    const { bench, peer } = pair();
    const messages = [
      [text(1), 4],
      [text(8), 4],
      [text(4), 8],
      [text(380), 4],
      [text(376), 8],
    ] as const;
    for (const [message, micSize] of messages) {
      for (const segment of segmentsOf(peer, message, { micSize })) bench.hearSent(segment);
      equal(bench.access.take(), [toHex(message)]);
    }
    equal(acks(bench).at(-1), `11 ttl 7: ${"1".repeat(32)}`);
  });

  test("the acknowledgment of some comes 150 ms after the last new segment [TNPT/BV-11]", () => {
    const { bench, peer } = pair();
    const [first, second, , last] = segmentsOf(peer, text(44));
    if (first === undefined || second === undefined || last === undefined)
      throw new Error("too few segments");
    bench.hearSent(first);
    bench.clock.advance(149);
    bench.hearSent(last);
    bench.clock.advance(149);
    bench.hearSent(last);
    equal(acks(bench), []);
    bench.clock.advance(1);
    equal(acks(bench), ["11 ttl 7: 1001"]);
    bench.clock.advance(5_000);
    equal(acks(bench), [], "not again without a new segment");
    bench.hearSent(second);
    bench.clock.advance(150);
    equal(acks(bench), ["11 ttl 7: 1011"]);
  });

  test("of two segments it comes after 90 ms; to whoever sends with TTL 0, with TTL 0", () => {
    const { bench, peer } = pair();
    const [first] = segmentsOf(peer, text(20), { ttl: 0 });
    if (first === undefined) throw new Error("too few segments");
    bench.hearSent(first);
    bench.clock.advance(89);
    equal(acks(bench), []);
    bench.clock.advance(1);
    equal(acks(bench), ["11 ttl 0: 1"]);
  });

  test("segments that contradict what is there, or themselves, are dropped [T-C8]", () => {
    const { bench, peer } = pair();
    const [first, second, third] = segmentsOf(peer, text(30));
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("too few segments");
    bench.hearSent(first);
    bench.hearSent(changed(second, "e7"));
    bench.hearSent(changed(second, "80"));
    bench.hearSent(
      changed(
        second,
        headerOf(second, (bits) => bits | 0x800000),
      ),
    );
    bench.hearSent(
      changed(
        second,
        headerOf(second, (bits) => bits + 1),
      ),
    );
    bench.hearSent(
      changed(
        second,
        headerOf(second, (bits) => bits - 1),
      ),
    );
    bench.hearSent(
      changed(
        second,
        headerOf(second, (bits) => bits | 0x60),
      ),
    );
    equal(bench.takeReasons(), Array(6).fill("badSegment"));
    bench.hearSent({ ...second, pdu: second.pdu.slice(0, -2) });
    bench.hearSent({ ...second, pdu: `${second.pdu}00` });
    bench.hearSent({ ...third, pdu: `${third.pdu}000000000000000000` });
    bench.hearSent({ ...third, pdu: third.pdu.slice(0, 8) });
    bench.hearSent({ ...third, pdu: third.pdu.slice(0, 6) });
    bench.hearSent({ ...third, pdu: third.pdu.slice(0, 2) });
    equal(bench.takeReasons(), Array(6).fill("badLength"));
    bench.hearSent({ ...second, ctl: true, pdu: second.pdu.slice(0, 24) });
    equal(bench.takeReasons(), ["badSegment"], "a control message in the middle of it");
    for (const segment of [second, third]) bench.hearSent(segment);
    equal(bench.access.take(), [toHex(text(30))]);
  });

  test("a message that would have begun before the first sequence number", () => {
    const { bench } = pair();
    bench.hear(`e6002801${"00".repeat(12)}`, { seq: 9 });
    equal(bench.takeReasons(), ["badSegment"]);
  });

  test("another NetKey's segments do not mix with it", () => {
    const { bench, peer } = pair();
    bench.netKeys.add(1, octets("00112233445566778899aabbccddeeff"));
    const subnet = bench.netKeys.get(1);
    const [first, second] = segmentsOf(peer, text(20));
    if (first === undefined || second === undefined || subnet === undefined) throw new Error("too little");
    bench.hearSent(first);
    bench.hear(second.pdu, { seq: second.seq, subnet });
    equal(bench.takeReasons(), ["badSegment"]);
  });

  test("an older message's segments are ignored, a newer one's take its place [TNPT/BI-02]", () => {
    const { bench, peer } = pair();
    const older = segmentsOf(peer, text(30));
    const newer = segmentsOf(peer, text(31));
    const [first, ...rest] = older;
    if (first === undefined) throw new Error("too few segments");
    bench.hearSent(first);
    for (const segment of newer.slice(1)) bench.hearSent(segment);
    for (const segment of rest) bench.hearSent({ ...segment, seq: segment.seq + 20 });
    equal(bench.takeReasons(), ["staleSegment", "staleSegment"]);
    for (const segment of newer.slice(0, 1)) bench.hearSent(segment);
    equal(bench.access.take(), [toHex(text(31))]);
    for (const segment of older) bench.hearSent({ ...segment, seq: segment.seq + 30 });
    equal(bench.takeReasons(), Array(3).fill("staleSegment"), "also when it is complete");
    bench.clock.advance(60_000);
    equal(acks(bench), ["11 ttl 7: 111"]);
  });

  test("a complete message is acknowledged again, once in 150 ms, and not delivered again", () => {
    const { bench, peer } = pair();
    const segments = segmentsOf(peer, text(30));
    for (const segment of segments) bench.hearSent(segment);
    equal(acks(bench), ["11 ttl 7: 111"]);
    let seq = 100;
    const again = (): void => {
      for (const segment of segments) bench.hearSent({ ...segment, seq: seq++ });
    };
    again();
    equal(acks(bench), []);
    bench.clock.advance(150);
    again();
    equal(acks(bench), ["11 ttl 7: 111"]);
    equal(bench.access.take().length, 1);
    equal(bench.takeReasons(), []);
  });

  test("after ten seconds without a new segment a message is given up [TNPT/BV-12]", () => {
    const { bench, peer } = pair();
    const segments = segmentsOf(peer, text(30));
    const [first, second, third] = segments;
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("too few segments");
    bench.hearSent(first);
    bench.clock.advance(9_999);
    bench.hearSent(second);
    bench.clock.advance(9_999);
    equal(bench.trace.eventsOf("transport"), []);
    bench.clock.advance(1);
    equal(bench.trace.notes.at(-1), { layer: "transport", event: "reassemblyTimedOut", value: PEER });
    acks(bench);
    bench.hearSent(third);
    equal(bench.takeReasons(), ["staleSegment"]);
    bench.clock.advance(60_000);
    equal([acks(bench), bench.access.take()], [[], []]);
    for (const segment of segmentsOf(peer, text(31))) bench.hearSent(segment);
    equal(bench.access.take(), [toHex(text(31))]);
  });

  test("four at a time; one more is told that it cannot be taken [T-C8]", () => {
    const { bench, peer } = pair();
    const messages = [0, 1, 2, 3, 4, 5].map((element) => {
      return segmentsOf(peer, text(30 + element), { src: PEER + element, dst: element === 5 ? GROUP : 1 });
    });
    for (const [first] of messages) if (first !== undefined) bench.hearSent(first);
    equal(bench.takeReasons(), ["noRoom", "noRoom"]);
    equal(acks(bench), ["15 ttl 7: 0"], "a group is not answered");
    for (const segments of messages.slice(0, 4))
      for (const segment of segments.slice(1)) bench.hearSent(segment);
    equal(bench.access.take().length, 4);
    for (const segment of messages[4] ?? []) bench.hearSent({ ...segment, seq: segment.seq + 100 });
    equal(bench.access.take(), [toHex(text(34))]);
  });

  test("segments that never become messages hold their places for ten seconds only", () => {
    const { bench, peer } = pair();
    for (let i = 0; i < 300; i++) {
      const src = 0x0100 + i;
      bench.hear(`e600000f${"5a".repeat(12)}`, { seq: 0, src });
    }
    equal(bench.takeReasons().length, 296);
    bench.clock.advance(10_000);
    for (const segment of segmentsOf(peer, text(30))) bench.hearSent(segment);
    equal(bench.access.take(), [toHex(text(30))]);
  });

  test("an acknowledgment waits for room, and only the newest of a message", () => {
    const { bench, peer } = pair();
    bench.network.room = 0;
    const segments = segmentsOf(peer, text(30));
    for (const segment of segments.slice(0, 2)) bench.hearSent(segment);
    bench.clock.advance(150);
    for (const segment of segments.slice(2)) bench.hearSent(segment);
    equal(bench.network.take(), []);
    bench.network.room = 9;
    bench.network.listener.ready();
    equal(acks(bench), ["11 ttl 7: 111"]);
  });

  test("no sequence number: no acknowledgment, but the message", () => {
    const { bench, peer } = pair({ sequence: { take: () => undefined } });
    for (const segment of segmentsOf(peer, text(30))) bench.hearSent(segment);
    bench.clock.advance(1_000);
    equal([acks(bench), bench.access.take()], [[], [toHex(text(30))]]);
  });

  test("the SAR Receiver's values are obeyed: above the threshold acknowledgments are repeated", () => {
    const receiver = {
      segmentsThreshold: 2,
      acknowledgmentDelayIncrement: 0,
      acknowledgmentRetransmissionsCount: 2,
      discardTimeout: 0,
      receiverSegmentIntervalStep: 0,
    };
    const { bench, peer } = pair({ sar: { ...SAR_DEFAULTS, receiver } });
    for (const segment of segmentsOf(peer, text(30))) bench.hearSent(segment);
    bench.clock.advance(100);
    equal(acks(bench), ["11 ttl 7: 111"], "not above");
    const segments = segmentsOf(peer, text(44));
    for (const segment of segments.slice(1)) bench.hearSent(segment);
    bench.clock.advance(14);
    equal(bench.network.take(), []);
    bench.clock.advance(1 + 20);
    const sent = bench.network.take();
    equal(
      sent.map(({ atMs }) => atMs - (sent[0]?.atMs ?? 0)),
      [0, 10, 20],
    );
    equal(new Set(sent.map(({ seq }) => seq)).size, 3);
    bench.clock.advance(5_000);
    equal(bench.trace.eventsOf("transport"), ["reassemblyTimedOut"]);
  });

  test("what is replayed is dropped, also after a restart [TNPT/BV-13]", () => {
    const { bench, peer } = pair();
    const segments = segmentsOf(peer, text(30));
    for (const segment of segments) bench.hearSent(segment);
    equal(bench.access.take().length, 1);
    for (const segment of segments) bench.hearSent(segment);
    equal(bench.takeReasons(), ["replayed", "replayed", "replayed"]);
    const restarted = new TransportBench({ clock: bench.clock, storage: bench.storage });
    for (const segment of segments) restarted.hearSent(segment);
    equal(restarted.takeReasons(), ["replayed", "replayed", "replayed"]);
    equal(restarted.access.take(), []);
  });

  test("remembered is the number of the segment that completed it", () => {
    const { bench, peer } = pair();
    const segments = segmentsOf(peer, text(30));
    const last = segments[2];
    if (last === undefined) throw new Error("too few segments");
    for (const segment of segments.slice(0, 2)) bench.hearSent(segment);
    equal(bench.replayList.check(PEER, last.ivIndex, 0), undefined, "not before it is complete");
    bench.hearSent(last);
    equal(bench.replayList.check(PEER, last.ivIndex, last.seq), "replayed");
    equal(bench.replayList.check(PEER, last.ivIndex, last.seq + 1), undefined);
  });

  test("what is not for us is not even looked at", () => {
    const { bench, peer } = pair();
    bench.access.hears = (group) => group !== GROUP;
    const destinations = [0x0077, GROUP, 0x9736];
    for (const dst of destinations) {
      const label = dst === 0x9736 ? octets("f4a002c7fb1e4ca0a469a021de0db875") : undefined;
      for (let i = 0; i < 5; i++) {
        const [first] = segmentsOf(peer, text(30), { src: PEER + i, dst, label });
        if (first !== undefined) bench.hearSent(first);
      }
    }
    bench.clock.advance(60_000);
    equal([bench.takeReasons(), bench.trace.eventsOf("transport"), acks(bench)], [[], [], []]);
  });

  test("no room in the replay list: dropped, and nothing is put together", () => {
    const { bench, peer } = pair({ replayListSize: 1 });
    bench.replayList.accept(0x0099, bench.ivIndex.sending, 1);
    for (const segment of segmentsOf(peer, text(20))) bench.hearSent(segment);
    equal(bench.takeReasons(), ["replayListFull", "replayListFull"]);
    equal(acks(bench), []);
  });
};
