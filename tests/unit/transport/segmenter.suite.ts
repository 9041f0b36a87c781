/** Segmented messages on their way out. MshPRT 3.5.3.3. */

import { toHex } from "../../../modules/bytes.js";
import type { NetworkPdu } from "../../../modules/network/network.js";
import { encodeSegmentAck, type SegmentAck } from "../../../modules/transport/lower-pdu.js";
import { SAR_DEFAULTS } from "../../../modules/transport/sar-states.js";
import type { Suite } from "../../support/harness.js";
import { octets, type SentPdu, TransportBench, text } from "../../support/transport-bench.js";

/** Three segments: 12n - 4 octets at most. */
const THREE = text(30);
const PEER = 0x0011;
const GROUP = 0xc000;

/** SegO of every PDU, with the time since the first one. */
function planOf(sent: readonly SentPdu[]): readonly string[] {
  const begin = sent[0]?.atMs ?? 0;
  return sent.map(({ pdu, atMs }) => `${(Number.parseInt(pdu.slice(4, 8), 16) >> 5) & 0x1f}@${atMs - begin}`);
}

function segOs(sent: readonly SentPdu[]): readonly number[] {
  return sent.map(({ pdu }) => (Number.parseInt(pdu.slice(4, 8), 16) >> 5) & 0x1f);
}

/** The peer acknowledges what begins with the sequence number `seqAuth`. */
function acknowledge(
  bench: TransportBench,
  ack: Partial<SegmentAck> & { readonly seqAuth: number },
  how: Partial<Omit<NetworkPdu, "transportPdu">> & { readonly seq: number },
): void {
  const pdu = new Uint8Array(7);
  encodeSegmentAck({ obo: false, ackedSegments: 0, seqZero: ack.seqAuth & 0x1fff, ...ack }, pdu);
  bench.hear(toHex(pdu), { ctl: true, src: PEER, ...how });
}

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
    const label = octets("f4a002c7fb1e4ca0a469a021de0db875");
    ok(bench.send(THREE, { dst: 0x9736, label, tag: 4 }));
    label.fill(0);
    bench.clock.advance(10_000);
    equal(segOs(bench.network.take()), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    equal(bench.access.results, ["4 sent"]);
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

  test("one message at a time to one destination, three at a time in all, and no more than there is room for", () => {
    const bench = new TransportBench();
    for (const [tag, dst] of [0x11, 0x11, 0x12, 0x13, 0x14, 0x14].entries())
      ok(bench.send(THREE, { dst, tag: tag + 1 }));
    equal(bench.send(THREE, { dst: 0x15, tag: 9 }), false);
    ok(bench.send(text(5), { dst: 0x15 }), "without segments there is room");
    bench.clock.advance(200);
    const dstOf = ({ dst }: SentPdu): number => dst;
    equal([...new Set(bench.network.take().map(dstOf))].sort(), [0x11, 0x12, 0x13, 0x15]);
    acknowledge(bench, { seqAuth: 1, ackedSegments: 7 }, { seq: 1, src: 0x0012 });
    equal(bench.access.results, ["3 sent"]);
    equal(bench.network.take().map(dstOf), [0x14], "the first that waits for nobody");
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 1, src: 0x0011 });
    equal(bench.network.take().map(dstOf), [0x11]);
    bench.clock.advance(30_000);
    equal([...bench.access.results].sort(), [
      "1 sent",
      "2 timedOut",
      "3 sent",
      "4 timedOut",
      "5 timedOut",
      "6 timedOut",
    ]);
    equal(bench.access.results.indexOf("5 timedOut") < bench.access.results.indexOf("6 timedOut"), true);
    ok(bench.send(THREE, { dst: 0x15 }));
  });

  test("the network has no room: each segment goes when there is some, the first with the number of its nonce", () => {
    const bench = new TransportBench();
    const peer = new TransportBench({ clock: bench.clock, elements: { first: PEER, count: 1 } });
    bench.network.room = 0;
    ok(bench.send(THREE, { tag: 2 }));
    equal(bench.send(text(5)), false, "without segments nobody waits");
    bench.clock.advance(1000);
    bench.network.room = 1;
    bench.network.listener.ready();
    ok(bench.sequence.next > 2);
    bench.clock.advance(1000);
    equal(bench.network.sent.length, 1);
    for (const _ of [1, 2]) {
      bench.network.room = 1;
      bench.network.listener.ready();
      bench.clock.advance(1000);
    }
    const sent = bench.network.take();
    equal(segOs(sent), [0, 1, 2]);
    for (const pdu of sent) peer.hearSent(pdu);
    equal(peer.access.take(), [toHex(THREE)]);
  });

  test("no sequence number: not begun, or given up", () => {
    const seqs = [5];
    const bench = new TransportBench({ sequence: { take: () => seqs.shift() } });
    ok(bench.send(THREE, { tag: 2 }));
    equal(bench.send(THREE, { dst: 0x12 }), false);
    equal(bench.send(text(5), { dst: 0x12 }), false);
    bench.clock.advance(60);
    equal(bench.access.results, ["2 cancelled"]);
    bench.clock.advance(10_000);
    equal(bench.access.results, ["2 cancelled"]);
  });

  test("8192 sequence numbers on, SeqZero would be another message's: given up", () => {
    const seqs = [100, 100 + 8191, 100 + 8192];
    const bench = new TransportBench({ sequence: { take: () => seqs.shift() } });
    bench.send(THREE, { tag: 2 });
    bench.clock.advance(500);
    equal(segOs(bench.network.take()), [0, 1]);
    equal(bench.access.results, ["2 cancelled"]);
  });

  test("a key that goes takes its messages along", () => {
    const bench = new TransportBench();
    bench.netKeys.add(1, octets("00112233445566778899aabbccddeeff"));
    bench.appKeys.add(1, 1, octets("ffeeddccbbaa99887766554433221100"));
    equal(bench.send(THREE, { appKeyIndex: 2 }), false);
    equal(bench.send(THREE, { appKeyIndex: 1 }), false, "of another NetKey");
    ok(bench.send(THREE, { tag: 1 }));
    ok(bench.send(THREE, { tag: 2 }));
    ok(bench.send(THREE, { tag: 3, dst: 0x12, netKeyIndex: 1, appKeyIndex: undefined }));
    bench.appKeys.delete(0, 0);
    bench.netKeys.delete(1, 0);
    bench.clock.advance(60);
    equal(bench.access.results, ["3 cancelled"]);
    bench.clock.advance(100);
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 1 });
    // What was secured before is still sent; what waited cannot be secured any more.
    equal(bench.access.results, ["3 cancelled", "2 cancelled", "1 sent"]);
  });

  test("an IV update stays in progress while a message is under way [IVU/BV-04]", () => {
    const bench = new TransportBench();
    bench.ivIndex.signal(true);
    bench.send(THREE, { tag: 1 });
    bench.send(THREE, { tag: 2 });
    bench.clock.advance(130);
    bench.ivIndex.signal(false);
    equal([bench.ivIndex.updating, bench.ivIndex.sending], [true, 0x12345678]);
    bench.network.take();
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 1 });
    equal([bench.ivIndex.updating, bench.ivIndex.sending], [false, 0x12345679]);
    const next = bench.network.take().map(({ seq, ivIndex }) => [seq, ivIndex]);
    equal(next, [[0, 0x12345679]], "the next one begins with the new index, and from 0");
    equal(bench.access.results, ["1 sent"]);
  });

  test("when the IV Index jumps all the same, no number of the old one is used again", () => {
    const bench = new TransportBench();
    bench.send(THREE, { tag: 1 });
    bench.clock.advance(59);
    bench.ivIndex.begin(0x12345690, false);
    bench.sequence.restart(0x12345690);
    bench.clock.advance(60_000);
    equal(segOs(bench.network.take()), [0]);
    equal(bench.access.results, ["1 cancelled"]);
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

  test("stopped, it sends nothing more and tells nobody", () => {
    const bench = new TransportBench();
    bench.send(THREE, { tag: 1 });
    bench.send(THREE, { tag: 2 });
    bench.network.take();
    bench.upper.stop();
    bench.clock.advance(60_000);
    bench.network.listener.ready();
    equal(bench.network.take(), []);
    equal(bench.access.results, []);
  });
};
