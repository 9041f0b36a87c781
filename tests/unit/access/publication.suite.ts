/** When a model is heard: at once, after a while by chance, again and again, once in a period. */

import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { type PublicationState, publishPeriodMs } from "../../../modules/access/publication.js";
import {
  AccessBench,
  FIRST,
  LABEL,
  LABEL_ADDRESS,
  publication,
  RecordingModel,
} from "../../support/access-bench.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { hex } from "../../support/provisionee-bench.js";

const STATUS = 0x8204;
const SENDS_STATUS = Object.freeze({ opcode: STATUS, parameters: hex("01") });

/** A node whose one model publishes so. */
function publishing(state: PublicationState | undefined, seed?: number) {
  const model = new RecordingModel(0x1000, []);
  const random = seed === undefined ? {} : { random: new SeededRandom(seed) };
  const node = new AccessBench([[model]], random);
  node.entry(model).bind(0);
  node.entry(model).bind(1);
  node.entry(model).publishTo(state);
  return {
    node,
    model,
    publish: (octets: string, when?: "now" | "soon") => model.access?.publish(STATUS, hex(octets), when),
    times: () => node.upper.sent.map(({ atMs }) => atMs),
    octets: () => node.upper.sent.map(({ accessPdu }) => accessPdu),
  };
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("the periods that an octet stands for", () => {
    const periods = [
      [0x00, 0],
      [0x01, 100],
      [0x3f, 6300],
      [0x40, 0],
      [0x41, 1000],
      [0x82, 20_000],
      [0xc1, 600_000],
      [0xff, 37_800_000],
    ] as const;
    for (const [octet, periodMs] of periods) equal(publishPeriodMs(octet), periodMs);
  });

  test("without a publication nothing is published", () => {
    const { publish, octets, node } = publishing(undefined);
    equal(publish("01"), false);
    equal(publish("01", "soon"), false);
    node.clock.advance(10_000);
    equal(octets(), []);
    equal(node.trace.notes, []);
  });

  test("a message is published by the key, the TTL and the address of the publication", () => {
    const { publish, node } = publishing(publication({ address: 0xc123, appKeyIndex: 1, ttl: 5 }));
    equal(publish("01"), true);
    equal(node.upper.sent, [
      {
        atMs: 0,
        accessPdu: hex("820401"),
        src: FIRST,
        dst: 0xc123,
        label: undefined,
        ttl: 5,
        netKeyIndex: 1,
        appKeyIndex: 1,
        micSize: 4,
        segmented: false,
        tag: 0,
      },
    ]);
    equal(node.trace.notes, [{ layer: "access", event: "published", value: STATUS }]);
  });

  test("TTL ff stands for the default TTL, as it is then; 00 and 01 for themselves [CFG/MP/BV-03]", () => {
    const { publish, node, model } = publishing(publication());
    publish("01");
    node.states.change({ defaultTtl: 0x10 });
    publish("01");
    for (const ttl of [0, 1, 0x7f]) {
      node.entry(model).publishTo(publication({ ttl }));
      publish("01");
    }
    equal(
      node.upper.sent.map(({ ttl }) => ttl),
      [7, 0x10, 0, 1, 0x7f],
    );
  });

  test("a virtual address is published to with its label", () => {
    const { publish, node } = publishing(publication({ address: LABEL_ADDRESS, label: LABEL }));
    publish("01");
    equal(
      node.upper.sent.map(({ dst, label }) => ({ dst, label })),
      [{ dst: LABEL_ADDRESS, label: LABEL }],
    );
  });

  test("a message goes out as often as the retransmit state says, and as far apart", () => {
    const { publish, node, times, octets } = publishing(publication({ retransmit: 0x0a }));
    publish("01");
    node.clock.advance(10_000);
    equal(times(), [0, 100, 200]);
    equal(octets(), [hex("820401"), hex("820401"), hex("820401")]);
    equal(node.trace.eventsOf("access"), ["published"]);
  });

  test("most and widest: seven retransmissions, 1.6 s apart", () => {
    const { publish, node, times } = publishing(publication({ retransmit: 0xff }));
    publish("01");
    node.clock.advance(60_000);
    equal(times(), [0, 1600, 3200, 4800, 6400, 8000, 9600, 11_200]);
  });

  test("a new message ends the retransmissions of the one before", () => {
    const { publish, node, octets } = publishing(publication({ retransmit: 0x02 }));
    publish("01");
    node.clock.advance(60);
    publish("00");
    node.clock.advance(10_000);
    equal(octets(), ["820401", "820401", "820400", "820400", "820400"].map(hex));
  });

  test("a shorter message after a longer one", () => {
    const { publish, node, octets } = publishing(publication({ retransmit: 0x01 }));
    publish("0102030405");
    publish("06");
    node.clock.advance(10_000);
    equal(octets(), ["82040102030405", "820406", "820406"].map(hex));
  });

  test("another publication, or none, ends the retransmissions", () => {
    for (const next of [undefined, publication({ address: 0xc002, retransmit: 0x07 })]) {
      const { publish, node, model, times } = publishing(publication({ retransmit: 0x07 }));
      publish("01");
      node.entry(model).publishTo(next);
      node.clock.advance(10_000);
      equal(times(), [0]);
    }
  });

  test("soon: after 20 to 500 ms, with what was to be said then", () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const { publish, node, times } = publishing(publication(), seed);
      equal(publish("01", "soon"), true);
      node.clock.advance(19);
      equal(times(), []);
      node.clock.advance(481);
      equal(times().length, 1);
      for (const time of times()) seen.add(time);
    }
    ok(seen.size > 20, "by chance");
  });

  test("soon, and retransmitted", () => {
    const { publish, node, times } = publishing(publication({ retransmit: 0x01 }));
    publish("01", "soon");
    publish("02", "soon");
    node.clock.advance(10_000);
    equal(times(), [20, 70]);
  });

  test("a periodic publication begins within 50 ms, and is heard at least once in a period", () => {
    const { node, model, times } = publishing(publication({ period: 0x41 }), 7);
    model.periodic = SENDS_STATUS;
    node.clock.advance(60_000);
    const [first = 0, ...later] = times();
    ok(first >= 20 && first <= 50, `first after ${first} ms`);
    let before = first;
    for (const time of later) {
      ok(time - before <= 1000 && time - before >= 970, `${time - before} ms`);
      before = time;
    }
    ok(later.length >= 59 && later.length <= 61, `${later.length} times`);
  });

  test("after power-up a periodic publication begins within 500 ms", () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      const storage = new MemoryStorage();
      const model = new RecordingModel(0x1000, []);
      const before = new AccessBench([[model]], { storage });
      before.entry(model).bind(0);
      before.entry(model).publishTo(publication({ period: 0x82 }));
      const node = new AccessBench([[model]], { storage, random: new SeededRandom(seed) });
      model.periodic = SENDS_STATUS;
      node.clock.advance(1000);
      for (const { atMs } of node.upper.sent) seen.add(atMs);
      equal(node.upper.sent.length, 1);
    }
    ok([...seen].every((atMs) => atMs >= 20 && atMs <= 500));
    ok(
      [...seen].some((atMs) => atMs > 50),
      "by chance",
    );
  });

  test("a change in between begins the period anew", () => {
    const { node, model, publish, times } = publishing(publication({ period: 0x41 }));
    model.periodic = SENDS_STATUS;
    node.clock.advance(520);
    publish("00");
    node.clock.advance(980);
    equal(times(), [20, 520, 1490]);
  });

  test("soon is before the period is over: the model is heard at least once in it", () => {
    for (let seed = 0; seed < 30; seed++) {
      const { node, model, publish, times } = publishing(publication({ period: 0x02 }), seed);
      model.periodic = SENDS_STATUS;
      for (let i = 0; i < 40; i++) {
        node.clock.advance(330);
        publish("00", "soon");
      }
      const sent = times();
      for (let i = 1; i < sent.length; i++) {
        const gap = (sent[i] ?? 0) - (sent[i - 1] ?? 0);
        ok(gap <= 200, `${gap} ms`);
      }
    }
  });

  test("a model that has nothing to say is asked all the same", () => {
    const { node, model, times } = publishing(publication({ period: 0x0a }));
    node.clock.advance(10_000);
    ok(model.periods >= 10);
    equal(times(), []);
  });

  test("a divided period, which is not shorter than 100 ms", () => {
    for (const [divisor, leastMs, mostMs] of [
      [0, 970, 1000],
      [1, 470, 500],
      [3, 95, 125],
      [4, 70, 100],
      [15, 70, 100],
    ] as const) {
      const { node, model, times } = publishing(publication({ period: 0x41 }), 3);
      model.periodic = SENDS_STATUS;
      model.periodDivisor = divisor;
      node.clock.advance(5000);
      const sent = times();
      ok(sent.length > 4);
      for (let i = 1; i < sent.length; i++) {
        const gap = (sent[i] ?? 0) - (sent[i - 1] ?? 0);
        ok(gap >= leastMs && gap <= mostMs, `divided by 2^${divisor}: ${gap} ms`);
      }
    }
  });

  test("no period any more: the model is asked no more", () => {
    const { node, model } = publishing(publication({ period: 0x41 }));
    node.clock.advance(3000);
    const before = model.periods;
    ok(before > 0);
    node.entry(model).publishTo(publication({ period: 0x40 }));
    node.clock.advance(10_000);
    equal(model.periods, before);
  });

  test("retransmissions and the period do not disturb each other", () => {
    const { node, model, times } = publishing(publication({ period: 0x0a, retransmit: 0x11 }));
    model.periodic = SENDS_STATUS;
    node.clock.advance(1200);
    equal(times(), [20, 170, 990, 1140]);
  });

  test("when the key goes, so do periods and retransmissions [CFG/MP/BV-02]", () => {
    const { node, model, publish, times } = publishing(publication({ period: 0x41, retransmit: 0x07 }));
    publish("01");
    node.appKeys.remove(0);
    node.access.appKeyDeleted(0);
    node.clock.advance(10_000);
    equal(times(), [0]);
    equal(model.periods, 0);
    equal(publish("01"), false);
  });

  test("without room: at once, the model is told; later, it is tried again for a while", () => {
    const { node, publish, times } = publishing(publication({ retransmit: 0x01 }));
    node.upper.hasRoom = false;
    equal(publish("01"), false);
    node.clock.advance(10_000);
    node.upper.hasRoom = true;
    node.clock.advance(10_000);
    equal(times(), [], "nothing follows a false");

    node.upper.hasRoom = false;
    equal(publish("01", "soon"), true);
    node.clock.advance(1000);
    node.upper.hasRoom = true;
    node.clock.advance(1000);
    equal(times(), [21_020, 21_070]);

    node.upper.hasRoom = false;
    publish("01", "soon");
    node.clock.advance(1500);
    node.upper.hasRoom = true;
    node.clock.advance(1000);
    equal(times().length, 4, "the next one has as much time");

    node.upper.hasRoom = false;
    publish("01", "soon");
    node.clock.advance(60_000);
    node.upper.hasRoom = true;
    node.clock.advance(60_000);
    equal(times().length, 4, "it was given up");
  });

  test("a new message ends the retransmissions of the one before, even if there is no room for it", () => {
    const { node, publish, times } = publishing(publication({ retransmit: 0x07 }));
    publish("01");
    node.upper.hasRoom = false;
    equal(publish("00"), false);
    node.upper.hasRoom = true;
    node.clock.advance(10_000);
    equal(times(), [0]);
  });

  test("the longest message, and one octet more", () => {
    const { model, node } = publishing(publication());
    equal(model.access?.publish(0xc105f1, new Uint8Array(377)), true);
    equal(node.upper.sent[0]?.accessPdu.length, 380);
    throws(() => model.access?.publish(0xc105f1, new Uint8Array(378)));
    throws(() => model.access?.publish(0x00, new Uint8Array(380)));
    throws(() => model.access?.publish(0x7f, new Uint8Array(0)));
  });

  test("after the end of the term nothing is heard any more", () => {
    const { node, model, publish, times } = publishing(publication({ period: 0x41, retransmit: 0x07 }));
    publish("01");
    publish("01", "soon");
    node.access.stop();
    node.clock.advance(100_000);
    equal(times(), [0]);
    equal(model.periods, 0);
    equal(publish("01"), false);
    equal(publish("01", "soon"), false);
  });
};
