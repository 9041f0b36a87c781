/** Segmented messages over bad air, both layers and both directions at once. MshPRT 3.5.3. */

import { toHex } from "../../../modules/bytes.js";
import type { NetworkPdu } from "../../../modules/network/network.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { connect, TransportBench, text } from "../../support/transport-bench.js";

const PEER = 0x0011;
const GROUP = 0xc000;

export const suite: Suite = ({ test, equal, ok }) => {
  test("a third of all PDUs lost, others doubled or overtaken: no message twice, and those reported sent have arrived", () => {
    const clock = new FakeClock();
    const a = new TransportBench({ clock });
    const b = new TransportBench({ clock, elements: { first: PEER, count: 1 } });
    connect(a, b, { seed: 4, lossPercent: 30, doublePercent: 20, delayMs: 80 });
    const expected = new Map<string, string>();
    let tag = 0;
    for (let round = 0; round < 40; round++) {
      tag++;
      const message = new Uint8Array([round, ...text(15 + ((round * 5) % 40))]);
      expected.set(`${tag}`, toHex(message));
      ok(a.send(message, { dst: PEER, tag }));
      ok(b.send(message, { dst: 1, tag }));
      clock.advance(6_000);
    }
    clock.advance(60_000);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const arrived = to.access.take();
      equal(new Set(arrived).size, arrived.length, "none twice");
      equal(from.access.results.length, 40);
      const sent = from.access.results.filter((result) => result.endsWith(" sent"));
      ok(sent.every((result) => arrived.includes(expected.get(result.replace(" sent", "")) ?? "none")));
      ok(sent.length >= 30);
    }
  });

  test("the same weather, many at once, in both directions", () => {
    const clock = new FakeClock();
    const a = new TransportBench({ clock });
    const b = new TransportBench({ clock, elements: { first: PEER, count: 4 } });
    connect(a, b, { seed: 11, lossPercent: 30, doublePercent: 20, delayMs: 30 });
    const how: Partial<NetworkPdu>[] = [{ dst: PEER }, { dst: PEER + 1 }, { dst: PEER + 2 }, { dst: GROUP }];
    let tag = 0;
    for (let round = 0; round < 12; round++) {
      for (const { dst = 0 } of how) {
        const message = new Uint8Array([++tag, ...text(40)]);
        ok(a.send(message, { dst, tag }));
        if (dst !== GROUP) ok(b.send(message, { src: dst, dst: 1 + (dst & 1), tag }));
      }
      clock.advance(20_000);
    }
    for (const bench of [a, b]) {
      const arrived = bench.access.take();
      equal(new Set(arrived).size, arrived.length);
      equal(bench.access.results.length, bench === a ? 48 : 36);
      ok(arrived.length >= 24);
    }
  });
};
