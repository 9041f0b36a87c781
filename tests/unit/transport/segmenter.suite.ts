/** Segmented messages on their way out. MshPRT 3.5.3.3. */

import { toHex } from "../../../modules/bytes.js";
import { SAR_DEFAULTS } from "../../../modules/transport/sar-states.js";
import type { Suite } from "../../support/harness.js";
import { acknowledge, planOf, segOs } from "../../support/segments.js";
import { octets, TransportBench, text } from "../../support/transport-bench.js";

/** Three segments: 12n - 4 octets at most. */
const THREE = text(30);
const PEER = 0x0011;
const GROUP = 0xc000;

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("what fits goes without segments, unless it is asked for [TNPT/BV-03]", () => {
    const bench = new TransportBench();
    ok(bench.send(text(11), { tag: 7 }));
    ok(bench.send(text(8), { segmented: true, dst: 0x0012 }));
    ok(bench.send(text(4), { micSize: 8, dst: 0x0013 }));
    ok(bench.send(text(12), { dst: 0x0014 }));
    const heads = bench.network.take().map(({ pdu }) => [pdu.slice(0, 2), pdu.length / 2]);
    equal(heads, [
      ["66", 16],
      ["e6", 16],
      ["e6", 16],
      ["e6", 16],
    ]);
    equal(bench.access.results, [], "not in the call that sends");
    bench.clock.advance(10);
    equal(bench.access.results, ["7 sent"]);
  });

  test("segments 60 ms apart with numbers of their own, then three times in all [TNPT/BV-04, TNPT/BV-10]", () => {
    const bench = new TransportBench();
    ok(bench.send(THREE, { ttl: 5, tag: 3 }));
    bench.clock.advance(10_000);
    const sent = bench.network.take();
    // 200 ms and 50 for each of four hops, from when the last segment has left.
    const round = 60 + 60 + 10 + 400;
    equal(planOf(sent), [
      "0@0",
      "1@60",
      "2@120",
      `0@${round}`,
      `1@${round + 60}`,
      `2@${round + 120}`,
      `0@${2 * round}`,
      `1@${2 * round + 60}`,
      `2@${2 * round + 120}`,
    ]);
    equal(
      sent.map(({ seq }) => seq),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    ok(sent.every(({ ttl, ctl, urgent, ivIndex }) => ttl === 5 && !ctl && !urgent && ivIndex === 0x12345678));
    equal(bench.access.results, ["3 timedOut"]);
    equal(bench.trace.notes.at(-1), { layer: "transport", event: "segmentsTimedOut", value: PEER });
  });

  test("with TTL 0 the timer does not know of hops", () => {
    const bench = new TransportBench();
    bench.send(text(8), { segmented: true, ttl: 0 });
    bench.clock.advance(10_000);
    equal(planOf(bench.network.take()), ["0@0", "0@210", "0@420"]);
  });

  test("to a group everything goes three times, and nobody acknowledges [TNPT/BV-05]", () => {
    const bench = new TransportBench();
    ok(bench.send(THREE, { dst: GROUP, tag: 4 }));
    bench.clock.advance(60 + 60 + 10 + 250 + 120);
    equal(bench.access.results, []);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 9 });
    equal(bench.takeReasons(), ["staleAcknowledgment"]);
    bench.clock.advance(10_000);
    equal(planOf(bench.network.take()), [
      "0@0",
      "1@60",
      "2@120",
      "0@380",
      "1@440",
      "2@500",
      "0@760",
      "1@820",
      "2@880",
    ]);
    equal(bench.access.results, ["4 sent"]);
    equal(bench.trace.eventsOf("transport"), []);
  });

  test("to a virtual address, with the label: the same", () => {
    const bench = new TransportBench();
    const peer = new TransportBench({ clock: bench.clock, elements: { first: PEER, count: 1 } });
    const label = octets("f4a002c7fb1e4ca0a469a021de0db875");
    peer.labels.hold(label);
    for (const tag of [4, 5]) ok(bench.send(THREE, { dst: 0x9736, label, tag }));
    label.fill(0);
    bench.clock.advance(10_000);
    const sent = bench.network.take();
    equal(segOs(sent), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    equal(bench.access.results, ["4 sent", "5 sent"]);
    for (const pdu of sent) peer.hearSent(pdu);
    equal(peer.access.take(), [toHex(THREE), toHex(THREE)]);
  });

  test("an acknowledgment of some: the others at once; of all: done", () => {
    const bench = new TransportBench();
    bench.send(THREE, { tag: 5 });
    bench.clock.advance(200);
    bench.network.take();
    acknowledge(bench, { seqAuth: 0, ackedSegments: 0b101 }, { seq: 1 });
    equal(segOs(bench.network.take()), [1]);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 0b010 }, { seq: 2 });
    equal(bench.access.results, ["5 sent"]);
    bench.clock.advance(10_000);
    equal(bench.network.take(), []);
    equal(bench.trace.eventsOf("transport"), []);
  });

  test("an acknowledgment between segments spares the rest of the round", () => {
    const bench = new TransportBench();
    bench.send(text(50), { tag: 5 });
    bench.clock.advance(70);
    equal(segOs(bench.network.take()), [0, 1]);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 0b11001 }, { seq: 1 });
    bench.clock.advance(55);
    equal(segOs(bench.network.take()), [2]);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 0b00100 }, { seq: 2 });
    bench.clock.advance(5 + 399);
    equal(bench.network.take(), [], "the timer began when the last segment had left");
    bench.clock.advance(1);
    equal(segOs(bench.network.take()), [1]);
  });

  test("each acknowledgment with something new allows more rounds without, up to the count of all", () => {
    const bench = new TransportBench();
    bench.send(text(90), { tag: 5 });
    bench.clock.advance(8 * 60);
    bench.network.take();
    for (const [seq, acked] of [1, 3].entries()) {
      acknowledge(bench, { seqAuth: 0, ackedSegments: acked }, { seq: seq + 1 });
      bench.clock.advance(8 * 60);
    }
    equal(segOs(bench.network.take()).length, 7 + 6);
    // Both retransmissions are used up: this one is only noted.
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 9 });
    bench.clock.advance(10_000);
    equal(bench.network.take(), []);
    equal(bench.access.results, ["5 timedOut"]);
  });

  test("an acknowledgment with nothing new changes no timer", () => {
    const bench = new TransportBench();
    bench.send(THREE);
    bench.clock.advance(200);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 1 }, { seq: 1 });
    bench.clock.advance(60 + 10);
    const before = bench.network.take().length;
    equal(before, 5);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 1 }, { seq: 2 });
    bench.clock.advance(399);
    equal(bench.network.take(), []);
    bench.clock.advance(1);
    equal(segOs(bench.network.take()), [1]);
  });

  test("an acknowledgment of no segment ends it at once [TNPT/BV-09]", () => {
    const bench = new TransportBench();
    bench.send(THREE, { tag: 6 });
    bench.clock.advance(60);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 0 }, { seq: 1 });
    equal(bench.access.results, ["6 cancelled"]);
    equal(bench.trace.notes.at(-1), { layer: "transport", event: "segmentsCancelled", value: PEER });
    bench.network.take();
    bench.clock.advance(10_000);
    equal(bench.network.take(), []);
  });

  test("bits above SegN, and those that are reserved, say nothing [TNPT/BI-01]", () => {
    const bench = new TransportBench();
    bench.send(THREE, { tag: 6 });
    bench.clock.advance(200);
    bench.network.take();
    acknowledge(bench, { seqAuth: 0, ackedSegments: 0xfffffff8 }, { seq: 1 });
    equal(bench.network.take(), [], "nothing new in it");
    bench.hear("00000300000007", { ctl: true, seq: 2 });
    equal(bench.access.results, ["6 sent"]);
    equal(bench.takeReasons(), []);
  });

  test("acknowledgments that are somebody else's, of something else, or come again", () => {
    const bench = new TransportBench();
    bench.netKeys.add(1, octets("00112233445566778899aabbccddeeff"));
    const other = bench.netKeys.get(1);
    if (other === undefined) throw new Error("there is no NetKey 001");
    bench.send(THREE, { tag: 6 });
    bench.clock.advance(200);
    bench.network.take();
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 1, src: 0x0012 });
    acknowledge(bench, { seqAuth: 1, ackedSegments: 7 }, { seq: 2 });
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 3, subnet: other });
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 4, dst: 0x0002 });
    equal(bench.takeReasons(), Array(4).fill("staleAcknowledgment"));
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 5, dst: 0x0077 });
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 6, dst: 0xffff });
    equal(bench.takeReasons(), [], "not for us");
    bench.hear("000000000000", { ctl: true, seq: 7 });
    bench.hear("0000000000000000", { ctl: true, seq: 8 });
    equal(bench.takeReasons(), ["badLength", "badLength"]);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 1 }, { seq: 9 });
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 9 });
    equal(bench.takeReasons(), ["replayed"]);
    equal(bench.access.results, []);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7, obo: true }, { seq: 1, src: 0x0012 });
    equal(bench.access.results, ["6 sent"], "its Friend has it");
  });

  test("32 segments, with the long TransMIC too; one octet more is our own mistake", () => {
    const bench = new TransportBench();
    ok(bench.send(text(380), { dst: GROUP }));
    bench.clock.advance(31 * 60);
    const sent = bench.network.take();
    equal(sent.length, 32);
    equal(sent[31]?.pdu.slice(0, 8), "e60003ff");
    ok(bench.send(text(376), { dst: 0xc001, micSize: 8 }));
    throws(() => bench.send(text(381)));
    throws(() => bench.send(text(377), { micSize: 8 }));
    throws(() => bench.send(new Uint8Array(0)));
  });

  test("a long control message goes in segments of eight octets", () => {
    const bench = new TransportBench();
    const peer = new TransportBench({ clock: bench.clock, elements: { first: PEER, count: 1 } });
    const came: string[] = [];
    peer.upper.control(0x7e, { accepts: () => true, received: (pdu) => came.push(toHex(pdu)) });
    const how = { src: 1, dst: PEER, ttl: 5, netKeyIndex: 0 };
    ok(bench.upper.sendControl(0x7e, text(11), how));
    ok(bench.upper.sendControl(0x7e, text(12), how));
    bench.clock.advance(61);
    const sent = bench.network.take();
    equal(
      sent.map(({ pdu, ctl }) => [pdu.slice(0, 2), pdu.length / 2, ctl]),
      [
        ["7e", 12, true],
        ["fe", 12, true],
        ["fe", 8, true],
      ],
    );
    for (const pdu of sent) peer.hearSent(pdu);
    equal(came, [toHex(text(11)), toHex(text(12))]);
    throws(() => bench.upper.sendControl(0, text(3), how));
    throws(() => bench.upper.sendControl(0x80, text(3), how));
    throws(() => bench.upper.sendControl(1, text(257), how));
  });

  test("the SAR Transmitter's values are obeyed", () => {
    const transmitter = {
      segmentIntervalStep: 0,
      unicastRetransmissionsCount: 1,
      unicastRetransmissionsWithoutProgressCount: 0,
      unicastRetransmissionsIntervalStep: 0,
      unicastRetransmissionsIntervalIncrement: 0,
      multicastRetransmissionsCount: 0,
      multicastRetransmissionsIntervalStep: 0,
    };
    const bench = new TransportBench({ sar: { ...SAR_DEFAULTS, transmitter } });
    bench.send(THREE, { tag: 1, ttl: 3 });
    bench.clock.advance(20 + 10 + 75);
    equal(bench.access.results, ["1 timedOut"]);
    bench.send(THREE, { tag: 2, dst: GROUP });
    bench.clock.advance(20 + 10 + 25);
    equal(bench.access.results, ["1 timedOut", "2 sent"]);
    equal(planOf(bench.network.take().slice(3)), ["0@0", "1@10", "2@20"]);
  });

  test("rounds without progress are counted anew after each progress", () => {
    const transmitter = {
      ...SAR_DEFAULTS.transmitter,
      unicastRetransmissionsCount: 9,
      unicastRetransmissionsWithoutProgressCount: 2,
    };
    const bench = new TransportBench({ sar: { ...SAR_DEFAULTS, transmitter } });
    const round = 120 + 10 + 400;
    bench.send(THREE, { tag: 1 });
    bench.clock.advance(round + 200);
    equal(segOs(bench.network.take()), [0, 1, 2, 0, 1, 2]);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 1 }, { seq: 1 });
    bench.clock.advance(10_000);
    equal(segOs(bench.network.take()), [1, 2, 1, 2, 1, 2]);
    equal(bench.access.results, ["1 timedOut"]);
  });

  test("when the rounds without progress are used up, an acknowledgment is only noted", () => {
    const transmitter = { ...SAR_DEFAULTS.transmitter, unicastRetransmissionsWithoutProgressCount: 1 };
    const bench = new TransportBench({ sar: { ...SAR_DEFAULTS, transmitter } });
    bench.send(THREE, { tag: 1 });
    bench.clock.advance(120 + 10 + 400 + 200);
    equal(segOs(bench.network.take()), [0, 1, 2, 0, 1, 2]);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 1 }, { seq: 1 });
    bench.clock.advance(10_000);
    equal(bench.network.take(), []);
    equal(bench.access.results, ["1 timedOut"]);
  });
};
