/** Heartbeats, sent and counted. MshPRT 3.6.7, 4.2.18, 4.2.19. */

import {
  HeartbeatPublication,
  type HeartbeatPublicationState,
} from "../../../modules/transport/heartbeat-publication.js";
import { HeartbeatSubscription } from "../../../modules/transport/heartbeat-subscription.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { readStored, writeStored } from "../../support/stored-record.js";
import { octets, TransportBench, type TransportOptions } from "../../support/transport-bench.js";

const OFF: HeartbeatPublicationState = Object.freeze({
  destination: 0,
  countLog: 0,
  periodLog: 0,
  ttl: 0,
  features: 0,
  netKeyIndex: 0,
});
/** Four of them, one every two seconds. */
const FOUR: HeartbeatPublicationState = Object.freeze({
  destination: 0xc105,
  countLog: 3,
  periodLog: 2,
  ttl: 4,
  features: 0,
  netKeyIndex: 0,
});
const PEER = 0x0011;
const GROUP = 0xc105;

/** A node that publishes heartbeats; features: those in use. */
function publisher(options: TransportOptions & { features?: number } = {}): {
  bench: TransportBench;
  publication: HeartbeatPublication;
} {
  const bench = new TransportBench(options);
  const { clock, records, trace, upper, elements } = bench;
  const featuresInUse = (): number => options.features ?? 0x0001;
  const publication = new HeartbeatPublication({ clock, records, trace, upper, elements, featuresInUse });
  publication.load();
  bench.network.take();
  return { bench, publication };
}

function subscriber(): { bench: TransportBench; subscription: HeartbeatSubscription } {
  const bench = new TransportBench();
  return { bench, subscription: new HeartbeatSubscription(bench) };
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("so many heartbeats, a period apart, the first at once [CFG/HBP/BV-02]", () => {
    const { bench, publication } = publisher();
    ok(publication.set(FOUR));
    equal(bench.network.sent, [], "not in the call that sets it");
    bench.clock.advance(0);
    const [first] = bench.network.sent;
    equal([first?.pdu, first?.ctl, first?.ttl, first?.src, first?.dst], ["0a040001", true, 4, 1, 0xc105]);
    equal(publication.state.countLog, 3, "three are left: 2^(n-1) at or above");
    bench.clock.advance(60_000);
    equal(
      bench.network.take().map(({ atMs }) => atMs),
      [0, 2_000, 4_000, 6_000],
    );
    equal(publication.state, { ...FOUR, countLog: 0 });
  });

  test("what the counts are shown as [CFG/HBP/BV-01]", () => {
    const { bench, publication } = publisher();
    const shownAfter = (countLog: number, heartbeats: number): number => {
      publication.set({ ...FOUR, countLog, periodLog: 1 });
      bench.clock.advance(1000 * (heartbeats - 1));
      return publication.state.countLog;
    };
    equal(shownAfter(0x01, 1), 0);
    equal(shownAfter(0x02, 1), 1);
    equal(shownAfter(0x0b, 1), 0x0b);
    equal(shownAfter(0x0c, 0x0800 - 0x0579), 0x0c);
    equal(shownAfter(0x10, 1), 0x10);
    equal(shownAfter(0x11, 1), 0x11);
    equal(shownAfter(0x11, 0x7fff), 0x10);
    equal(shownAfter(0xff, 500), 0xff);
    bench.network.take();
    bench.clock.advance(100_000);
    equal(bench.network.take().length, 100, "without end");
    publication.set({ ...FOUR, countLog: 0 });
    publication.set({ ...FOUR, periodLog: 0 });
    bench.clock.advance(100_000);
    equal(bench.network.take(), [], "no count, or no period");
    equal(publication.state, { ...FOUR, periodLog: 0 });
  });

  test("a change of a feature sends one, whatever the count, if it is asked for [CFG/HBP/BV-03]", () => {
    const { bench, publication } = publisher({ features: 0x0003 });
    publication.set({ ...FOUR, countLog: 0, periodLog: 0, features: 0x0001, destination: PEER });
    publication.featureChanged(0x02);
    publication.featureChanged(0x04);
    bench.clock.advance(1_000);
    equal(bench.network.take(), []);
    publication.featureChanged(0x01);
    bench.clock.advance(1_000);
    equal(bench.network.takePdus(), ["0a040003"]);
    publication.set(OFF);
    publication.featureChanged(0x01);
    bench.clock.advance(1_000);
    equal(bench.network.take(), []);
  });

  test("the reserved bits of the features are not kept [CFG/HBP/BI-01]", () => {
    const { publication } = publisher();
    publication.set({ ...FOUR, features: 0xfff5 });
    equal(publication.state.features, 0x0005);
  });

  test("without a destination everything is 0, and nothing is stored", () => {
    const { bench, publication } = publisher();
    publication.set(FOUR);
    equal(readStored(bench.storage, "heartbeat"), octets("01c1050302040000" + "0000"));
    ok(publication.set({ ...FOUR, destination: 0 }));
    equal(publication.state, OFF);
    equal(readStored(bench.storage, "heartbeat"), undefined);
    bench.clock.advance(60_000);
    equal(bench.network.take(), []);
  });

  test("after a restart the whole count begins anew, after one period", () => {
    const storage = new MemoryStorage();
    const before = publisher({ storage });
    before.publication.set({ ...FOUR, features: 0x0001 });
    before.bench.clock.advance(3_000);
    equal(before.publication.state.countLog, 2);
    const { bench, publication } = publisher({ storage });
    equal(publication.state, { ...FOUR, features: 0x0001 });
    bench.clock.advance(60_000);
    equal(
      bench.network.take().map(({ atMs }) => atMs),
      [2_000, 4_000, 6_000, 8_000],
    );
  });

  test("a damaged record is not used; that of a NetKey that has gone is erased", () => {
    const wrong = [
      "02c10503020400000000",
      "010000030204000000ff",
      "01900003020400000000",
      "01c10512020400000000",
      "01c10503120400000000",
      "01c10503028000000000",
      "01c10503020400100000",
      "01c10503020400001000",
      "01c105030204",
    ];
    for (const record of wrong) {
      const storage = new MemoryStorage();
      writeStored(storage, "heartbeat", octets(record));
      const { bench, publication } = publisher({ storage });
      equal(publication.state, OFF);
      equal(bench.trace.eventsOf("storage"), ["damagedRecord"], record);
    }
    const storage = new MemoryStorage();
    writeStored(storage, "heartbeat", octets("01c10503020400000009"));
    equal(publisher({ storage }).publication.state, OFF);
    equal(readStored(storage, "heartbeat"), undefined);
  });

  test("with their NetKey the heartbeats end [CFG/HBP/BV-06]", () => {
    const { bench, publication } = publisher();
    publication.set(FOUR);
    publication.netKeyDeleted(1);
    equal(publication.state, FOUR);
    publication.netKeyDeleted(0);
    equal(publication.state, OFF);
    bench.clock.advance(60_000);
    equal(bench.network.take(), []);
  });

  test("no room: a second later; no storage: nothing has changed", () => {
    const { bench, publication } = publisher();
    publication.set(FOUR);
    bench.network.room = 0;
    publication.featureChanged(0x01);
    bench.clock.advance(2_500);
    bench.network.room = 9;
    bench.clock.advance(60_000);
    equal(
      bench.network.take().map(({ atMs }) => atMs),
      [3_000, 5_000, 7_000, 9_000],
    );
    bench.storage.failAt(1);
    equal(publication.set({ ...FOUR, ttl: 9 }), false);
    equal(publication.state, { ...FOUR, countLog: 0 });
  });

  test("a trigger for which there is no room comes a second later", () => {
    const { bench, publication } = publisher();
    publication.set({ ...FOUR, countLog: 0, features: 1 });
    bench.network.room = 0;
    publication.featureChanged(0x01);
    bench.clock.advance(500);
    bench.network.room = 9;
    bench.clock.advance(60_000);
    equal(bench.network.take().length, 1);
  });

  test("stopped, it sends no more, and the state stays stored", () => {
    const { bench, publication } = publisher();
    publication.set(FOUR);
    publication.stop();
    bench.clock.advance(60_000);
    equal(bench.network.take(), []);
    ok(readStored(bench.storage, "heartbeat"));
  });

  test("heartbeats are counted, with the hops that they came [CFG/HBS/BV-04]", () => {
    const { bench, subscription } = subscriber();
    subscription.set(PEER, GROUP, 5);
    const none = { source: PEER, destination: GROUP, periodLog: 5, countLog: 0, minHops: 0x7f, maxHops: 0 };
    equal(subscription.state, none);
    const ways = [
      [5, 5],
      [5, 3],
      [0x7f, 0x7d],
    ] as const;
    for (const [seq, [initTtl, ttl]] of ways.entries()) {
      const pdu = `0a${initTtl.toString(16).padStart(2, "0")}0001`;
      bench.hear(pdu, { ctl: true, dst: GROUP, seq: seq + 1, ttl });
    }
    equal(subscription.state, { ...none, countLog: 2, minHops: 1, maxHops: 3 });
    bench.hear("0a850001", { ctl: true, dst: GROUP, seq: 4, ttl: 5 });
    equal(subscription.state, { ...none, countLog: 3, minHops: 1, maxHops: 3 }, "the reserved bit");
    equal(bench.takeReasons(), []);
  });

  test("the count ends where it is full", () => {
    const { bench, subscription } = subscriber();
    subscription.set(PEER, 1, 0x11);
    const from = { src: PEER, dst: 1, ttl: 5, netKeyIndex: 0, rssi: 0 };
    const logs: number[] = [];
    for (let count = 1; count <= 0x10001; count++) {
      subscription.received(octets("050000"), from);
      if ([1, 3, 4, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x10001].includes(count))
        logs.push(subscription.state.countLog);
    }
    equal(logs, [1, 2, 3, 15, 16, 16, 0xff, 0xff]);
    equal(bench.takeReasons(), []);
  });

  test("what is left of the period, and its end [CFG/HBS/BV-02]", () => {
    const { bench, subscription } = subscriber();
    subscription.set(PEER, 1, 4);
    const logs: number[] = [];
    for (let second = 0; second < 9; second++) {
      logs.push(subscription.state.periodLog);
      bench.clock.advance(1_000);
    }
    equal(logs, [4, 3, 3, 3, 3, 2, 2, 1, 0]);
    bench.hear("0a050001", { ctl: true });
    equal(subscription.state, {
      source: PEER,
      destination: 1,
      periodLog: 0,
      countLog: 0,
      minHops: 0x7f,
      maxHops: 0,
    });
  });

  test("of another source, to another destination, of a wrong form: not counted [CFG/HBS/BV-03]", () => {
    const { bench, subscription } = subscriber();
    subscription.set(PEER, 1, 5);
    bench.hear("0a050001", { ctl: true, seq: 1, src: 0x0012 });
    bench.hear("0a050001", { ctl: true, seq: 2, dst: 2 });
    bench.hear("0a050001", { ctl: true, seq: 3, dst: GROUP });
    bench.hear("0a050001", { ctl: true, seq: 4, dst: 0xffff });
    equal(bench.takeReasons(), []);
    equal(bench.replayList.check(PEER, bench.ivIndex.sending, 1), undefined, "nor remembered");
    bench.hear("0a0500", { ctl: true, seq: 5 });
    bench.hear("0a05000100", { ctl: true, seq: 6 });
    bench.hear("0a040001", { ctl: true, seq: 7, ttl: 5 });
    equal(bench.takeReasons(), ["badLength", "badLength", "prohibitedValue"]);
    equal(subscription.state.countLog, 0);
    bench.hear("0a050001", { ctl: true, seq: 7 });
    equal(bench.takeReasons(), ["replayed"]);
  });

  test("off: the counts stay readable, and a new beginning forgets them [CFG/HBS/BV-01]", () => {
    for (const [source, destination, periodLog] of [
      [0, 1, 5],
      [PEER, 0, 5],
      [PEER, 1, 0],
    ] as const) {
      const { bench, subscription } = subscriber();
      subscription.set(PEER, 1, 5);
      bench.hear("0a050001", { ctl: true });
      subscription.set(source, destination, periodLog);
      const off = { source: 0, destination: 0, periodLog: 0, countLog: 1, minHops: 1, maxHops: 1 };
      equal(subscription.state, off);
      bench.hear("0a050001", { ctl: true, seq: 2 });
      equal(subscription.state, off);
      subscription.set(PEER, 1, 5);
      equal(subscription.state.countLog, 0);
    }
  });

  test("stopped, nothing is counted", () => {
    const { bench, subscription } = subscriber();
    subscription.set(PEER, 1, 5);
    subscription.stop();
    bench.hear("0a050001", { ctl: true });
    equal(subscription.state.countLog, 0);
  });

  test("from one node to another, four times", () => {
    const { bench, publication } = publisher();
    const there = new TransportBench({ clock: bench.clock, elements: { first: PEER, count: 1 } });
    const subscription = new HeartbeatSubscription(there);
    bench.network.onSend = (pdu) => there.hearSent(pdu, 1);
    subscription.set(1, GROUP, 8);
    publication.set(FOUR);
    bench.clock.advance(60_000);
    const { countLog, minHops, maxHops } = subscription.state;
    equal([countLog, minHops, maxHops], [3, 2, 2]);
  });
};
