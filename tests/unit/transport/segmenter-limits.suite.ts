/** What keeps a segmented message from going out, or ends it. MshPRT 3.5.3.3, 3.11.5. */

import { toHex } from "../../../modules/bytes.js";
import type { Suite } from "../../support/harness.js";
import { acknowledge, segOs } from "../../support/segments.js";
import { octets, type SentPdu, TransportBench, text } from "../../support/transport-bench.js";

/** Three segments: 12n - 4 octets at most. */
const THREE = text(30);
const PEER = 0x0011;

export const suite: Suite = ({ test, equal, ok }) => {
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

  test("several that wait for room: the first goes first, and a refusal costs one number", () => {
    const bench = new TransportBench();
    bench.network.room = 0;
    for (const dst of [0x12, 0x13]) ok(bench.send(THREE, { dst }));
    const { next } = bench.sequence;
    bench.network.listener.ready();
    equal(bench.sequence.next, next + 1);
    bench.network.room = 1;
    bench.network.listener.ready();
    equal(
      bench.network.take().map(({ dst }) => dst),
      [0x12],
    );
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

  test("it waits for the messages that are under way, and not for those that come after them [IVU/BV-04]", () => {
    const bench = new TransportBench();
    bench.ivIndex.signal(true);
    bench.send(THREE, { tag: 1, dst: 0x11 });
    bench.clock.advance(130);
    bench.ivIndex.signal(false);
    ok(bench.send(THREE, { tag: 2, dst: 0x12 }));
    bench.network.take();
    bench.clock.advance(60);
    equal(bench.network.take(), [], "the second one waits, although its destination is free");
    acknowledge(bench, { seqAuth: 0, ackedSegments: 7 }, { seq: 1 });
    equal([bench.ivIndex.updating, bench.ivIndex.sending], [false, 0x12345679]);
    const next = bench.network.take().map(({ dst, seq, ivIndex }) => [dst, seq, ivIndex]);
    equal(next, [[0x12, 0, 0x12345679]]);
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

  test("a key of the same index that comes back for another NetKey does not secure what waited", () => {
    const bench = new TransportBench();
    bench.netKeys.add(1, octets("00112233445566778899aabbccddeeff"));
    bench.network.room = 0;
    ok(bench.send(THREE, { tag: 1 }));
    bench.appKeys.delete(0, 0);
    bench.appKeys.add(1, 0, octets("ffeeddccbbaa99887766554433221100"));
    bench.network.room = 9;
    bench.network.listener.ready();
    equal(bench.access.results, ["1 cancelled"]);
    equal(bench.network.take(), []);
  });

  test("stopped, it sends nothing more and tells nobody", () => {
    const bench = new TransportBench();
    bench.send(THREE, { tag: 1 });
    bench.send(THREE, { tag: 2 });
    bench.network.take();
    bench.upper.stop();
    bench.clock.advance(60_000);
    bench.network.listener.ready();
    bench.hear(`e6000001${"5a".repeat(12)}`);
    equal(bench.send(THREE), false);
    equal(bench.send(text(3)), false);
    bench.clock.advance(60_000);
    equal(bench.network.take(), []);
    equal(bench.access.results, []);
    equal(bench.trace.drops, []);
    equal(bench.trace.notes, []);
  });
};
