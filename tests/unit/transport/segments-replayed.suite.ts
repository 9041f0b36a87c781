/** Segments that somebody has kept, and sends again when the node has forgotten them. MshPRT 3.5.3.4, 3.9.8. */

import { toHex } from "../../../modules/bytes.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import type { MemoryStorage } from "../../support/memory-storage.js";
import { type SentPdu, TransportBench, text } from "../../support/transport-bench.js";

const PEER = 0x0011;

/** All that the peer sends of a message that nobody acknowledges: three rounds of its segments. */
function roundsOf(peer: TransportBench, message: Uint8Array): readonly (readonly SentPdu[])[] {
  peer.send(message, { dst: 0x0001 });
  peer.clock.advance(10_000);
  const sent = peer.network.take();
  const count = sent.length / 3;
  return [0, 1, 2].map((round) => sent.slice(round * count, (round + 1) * count));
}

function peerOf(clock: FakeClock): TransportBench {
  return new TransportBench({ clock, elements: { first: PEER, count: 1 } });
}

function restarted(storage: MemoryStorage, ivIndex?: number): TransportBench {
  return new TransportBench({ storage, ...(ivIndex === undefined ? {} : { ivIndex }) });
}

function hear(bench: TransportBench, segments: readonly SentPdu[] = []): void {
  for (const segment of segments) bench.hearSent(segment);
}

export const suite: Suite = ({ test, equal }) => {
  test("what was repeated of a complete message does not make it again after a restart [TNPT/BV-13, T-B8]", () => {
    const clock = new FakeClock();
    const bench = new TransportBench({ clock });
    const [first, heard, notHeard] = roundsOf(peerOf(clock), text(30));
    hear(bench, first);
    hear(bench, heard);
    equal(bench.access.take(), [toHex(text(30))]);
    for (const kept of [heard, notHeard]) {
      const again = restarted(bench.storage);
      hear(again, kept);
      equal(again.access.take(), []);
      equal(again.takeReasons(), ["replayed", "replayed", "replayed"]);
      equal(again.network.take(), [], "and is not acknowledged");
    }
  });

  test("nor when an IV update has begun meanwhile [T-B8]", () => {
    const clock = new FakeClock();
    const bench = new TransportBench({ clock });
    const [first, repeated] = roundsOf(peerOf(clock), text(30));
    hear(bench, first);
    bench.access.take();
    const again = restarted(bench.storage, bench.ivIndex.current + 1);
    hear(again, repeated);
    equal(again.access.take(), []);
    again.replayList.ivIndexChanged(bench.ivIndex.current + 2);
    equal(
      again.replayList.isOver(PEER, bench.ivIndex.current + 1, 0),
      false,
      "nothing of that one was heard",
    );
  });

  test("nor when sixteen other messages have been heard since [TNPT/BV-13]", () => {
    const clock = new FakeClock();
    const bench = new TransportBench({ clock });
    const peer = peerOf(clock);
    const [first, repeated] = roundsOf(peer, text(30));
    hear(bench, first);
    const others = new TransportBench({ clock, elements: { first: 0x0100, count: 16 } });
    for (let element = 0; element < 16; element++) {
      others.send(text(5), { src: 0x0100 + element, dst: 0x0001, segmented: true });
      clock.advance(10_000);
      hear(bench, others.network.take().slice(0, 1));
    }
    equal(bench.access.take().length, 1 + 16);
    hear(bench, repeated);
    equal(bench.access.take(), []);
    equal(bench.takeReasons(), ["replayed", "replayed", "replayed"]);
    hear(bench, roundsOf(peer, text(40))[1]);
    equal(bench.access.take(), [toHex(text(40))]);
  });

  test("a message that begins after the restart arrives, and one of another source", () => {
    const clock = new FakeClock();
    const bench = new TransportBench({ clock });
    const peer = peerOf(clock);
    hear(bench, roundsOf(peer, text(30))[0]);
    const again = restarted(bench.storage);
    const [begun, next] = [roundsOf(peer, text(40)), roundsOf(peer, text(50))];
    // Of this one the first round was lost with the power.
    hear(again, begun[1]);
    hear(again, next[0]);
    equal(again.access.take(), [toHex(text(40)), toHex(text(50))]);
    const other = new TransportBench({ clock, elements: { first: 0x0012, count: 1 } });
    hear(again, roundsOf(other, text(30))[1]);
    equal(again.access.take(), [toHex(text(30))]);
    equal(again.takeReasons(), []);
  });
};
