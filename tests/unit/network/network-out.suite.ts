/** The network layer out: to the air, to ourselves, and on to others. */

import { FeatureState } from "../../../modules/network/node-states.js";
import type { Suite } from "../../support/harness.js";
import { Neighbour, NetworkBench, PaperBearer } from "../../support/network-bench.js";
import { hex } from "../../support/provisionee-bench.js";

const NEW_KEY = "f7a2a44f8e8a8029064f173ddc1e2b00";
const IV_INDEX = 0x12345678;

/** Unicast, virtual, group, all-proxies, all-friends, all-relays, all-nodes. */
const DESTINATIONS = [0x0001, 0xb529, 0xc105, 0xfffc, 0xfffd, 0xfffe, 0xffff];

export const suite: Suite = ({ test, equal, ok, throws }) => {
  const sends = "it sends to unicast, virtual, group and fixed addresses";
  const ids = "NET/BV-01, NET/BV-02, NET/BV-03, NET/BV-04, NET/BV-05, NET/BV-06, NET/BV-07";
  test(`${sends} [${ids}]`, () => {
    const bench = new NetworkBench();
    DESTINATIONS.forEach((dst, seq) => {
      ok(bench.send("00112233", { dst, seq }));
    });
    const sent = bench.takeSent();
    equal(
      sent.map(({ said }) => said),
      DESTINATIONS.map((dst, seq) => ({
        ctl: false,
        ttl: 5,
        seq,
        src: 0x0005,
        dst,
        transportPdu: "00112233",
        ivIndex: IV_INDEX,
      })),
    );
    equal(
      sent.map(({ how }) => how.dst),
      DESTINATIONS,
    );
  });

  test("control messages have a NetMIC of eight octets", () => {
    const bench = new NetworkBench();
    bench.send("0a0b", { ctl: true, dst: 0xfffd });
    equal(bench.bearer.pdus[0]?.pdu.length, 9 + 2 + 8);
    const [sent] = bench.takeSent();
    equal([sent?.said.ctl, sent?.said.transportPdu], [true, "0a0b"]);
  });

  test("Network Transmit says how often and how far apart, and up to 10 ms more that vary", () => {
    const bench = new NetworkBench();
    bench.states.change({ networkTransmit: (2 << 3) | 4 });
    for (let seq = 0; seq < 100; seq++) bench.send("00", { seq });
    const transmits = bench.takeSent().map(({ how }) => how.transmit);
    ok(transmits.every(({ count }) => count === 5));
    ok(transmits.every(({ intervalMs }) => intervalMs >= 30 && intervalMs <= 40));
    ok(new Set(transmits.map(({ intervalMs }) => intervalMs)).size > 5);
  });

  test("urgency, tag and destination are handed to the bearer; `sent` comes back with the tag", () => {
    const bench = new NetworkBench();
    bench.send("00", { urgent: true, tag: 12 });
    const [sent] = bench.takeSent();
    equal([sent?.how.urgent, sent?.how.tag, sent?.how.dst], [true, 12, 1]);
    bench.clock.advance(100);
    equal(bench.tags, []);
    bench.network.sent(12, bench.bearer);
    equal(bench.tags, [12]);
  });

  test("to an element of ours it goes in a later turn, and never on the air", () => {
    const bench = new NetworkBench();
    ok(bench.send("aabbcc", { dst: 0x0006, tag: 3, seq: 9 }));
    ok(bench.send("dd", { dst: 0x0005, tag: 0, seq: 10, ctl: true, ttl: 0 }));
    equal([bench.heard, bench.tags], [[], []]);
    bench.clock.advance(0);
    const common = { src: 0x0005, ivIndex: IV_INDEX, netKeyIndex: 0, rssi: 127 };
    equal(bench.heard, [
      { ...common, ctl: false, ttl: 5, seq: 9, dst: 0x0006, transportPdu: "aabbcc" },
      { ...common, ctl: true, ttl: 0, seq: 10, dst: 0x0005, transportPdu: "dd" },
    ]);
    equal([bench.tags, bench.bearer.pdus], [[3], []]);
  });

  test("to group, virtual and fixed addresses it goes both ways, and its end is told once", () => {
    const bench = new NetworkBench();
    for (const dst of [0xc000, 0x8000, 0xffff]) bench.send("aa", { dst, tag: 4 });
    bench.clock.advance(0);
    equal(
      bench.heard.map(({ dst }) => dst),
      [0xc000, 0x8000, 0xffff],
    );
    equal([bench.takeSent().length, bench.tags], [3, []]);
  });

  test("TTL 1 of our own stays with us, TTL 0 goes out", () => {
    const bench = new NetworkBench();
    bench.send("aa", { ttl: 1, dst: 0xffff, tag: 1 });
    bench.send("bb", { ttl: 1, dst: 0x0001, tag: 2 });
    bench.send("cc", { ttl: 0, dst: 0x0001, tag: 3 });
    bench.clock.advance(0);
    equal(
      bench.heard.map(({ transportPdu }) => transportPdu),
      ["aa"],
    );
    equal(bench.tags, [1, 2]);
    equal(
      bench.takeSent().map(({ said }) => [said.transportPdu, said.ttl]),
      [["cc", 0]],
    );
  });

  test("the bearer refuses, so it does; `ready` follows", () => {
    const bench = new NetworkBench();
    bench.bearer.room = 1;
    equal([bench.send("aa"), bench.send("bb"), bench.send("bb", { dst: 0xffff })], [true, false, false]);
    bench.clock.advance(100);
    equal([bench.heard, bench.readyCount], [[], 0]);
    bench.bearer.room = 5;
    bench.network.ready();
    equal(bench.readyCount, 1);
  });

  test("so many to ourselves that there is no room: it refuses, and then is ready [T-D2]", () => {
    const bench = new NetworkBench();
    let accepted = 0;
    while (accepted < 1000 && bench.send("aa", { dst: 0x0005 })) accepted++;
    ok(accepted < 100);
    const refilled: boolean[] = [];
    bench.whenReady = () => refilled.push(bench.send("bb", { dst: 0xffff }));
    bench.clock.advance(0);
    equal(refilled, [true]);
    equal(bench.heard.length, accepted + 1);
    equal(bench.takeSent().length, 1);
  });

  test("a message to ourselves that is answered from within comes in its turn", () => {
    const bench = new NetworkBench();
    bench.whenReceived = ({ seq }) => {
      if (seq < 5) bench.send("aa", { dst: 0x0005, seq: seq + 1 });
    };
    bench.send("aa", { dst: 0x0005, seq: 1 });
    bench.clock.advance(0);
    equal(
      bench.heard.map(({ seq }) => seq),
      [1, 2, 3, 4, 5],
    );
  });

  test("it sends with the old key in phase 1 of a key refresh, with the new one in phase 2", () => {
    const bench = new NetworkBench();
    const refreshed = new Neighbour(bench.crypto, NEW_KEY);
    bench.netKeys.update(0, hex(NEW_KEY));
    bench.send("aa");
    equal(bench.takeSent().length, 1);
    bench.netKeys.transition(0, 2);
    bench.send("aa");
    equal(bench.takeSent(refreshed).length, 1);
  });

  test("it sends with the IV Index that it is told", () => {
    const bench = new NetworkBench({ updating: true });
    bench.send("aa");
    equal(bench.takeSent(bench.neighbour, IV_INDEX - 1)[0]?.said.ivIndex, IV_INDEX - 1);
  });

  test("with two bearers our own goes to both, and its end is that of the first; only the first relays", () => {
    const otherBearer = new PaperBearer();
    const bench = new NetworkBench({ relay: true, otherBearer });
    otherBearer.room = 1;
    equal([bench.send("aa", { tag: 6 }), bench.send("bb", { tag: 7 })], [true, true]);
    equal(
      bench.bearer.pdus.map(({ how }) => how.tag),
      [6, 7],
    );
    equal(
      otherBearer.pdus.map(({ pdu, how }) => [pdu, how.tag]),
      [[bench.bearer.pdus[0]?.pdu, 0]],
    );
    bench.network.sent(6, otherBearer);
    equal(bench.tags, []);
    bench.bearer.pdus.length = 0;
    otherBearer.hear(bench.neighbour.pdu({ ttl: 5, dst: 0xffff }));
    bench.clock.advance(100);
    equal([bench.heard.length, bench.bearer.pdus, otherBearer.pdus.length], [1, [], 1]);
  });

  test("a TransportPDU that fits no Network PDU is our own mistake", () => {
    const bench = new NetworkBench();
    throws(() => bench.send(""));
    throws(() => bench.send("00".repeat(17)));
    throws(() => bench.send("00".repeat(13), { ctl: true }));
    ok(bench.send("00".repeat(16)));
    ok(bench.send("00".repeat(12), { ctl: true }));
  });

  test("a relay decides by TTL and destination, and counts the TTL down [RLY/BV-01]", () => {
    const bench = new NetworkBench({ relay: true });
    const relayedTtl = (ttl: number, dst: number, seq: number): number | undefined => {
      bench.hear({ ttl, dst, seq });
      bench.clock.advance(20);
      return bench.takeSent()[0]?.said.ttl;
    };
    let seq = 0;
    for (const dst of [0x0001, 0x0004, 0x0007, 0x9234, 0xc000, 0xffff]) {
      for (const ttl of [2, 3, 127]) equal(relayedTtl(ttl, dst, seq++), ttl - 1);
      for (const ttl of [0, 1]) equal(relayedTtl(ttl, dst, seq++), undefined);
    }
    for (const dst of [0x0005, 0x0006]) equal(relayedTtl(5, dst, seq++), undefined);
    equal(bench.heard.length, seq);
  });

  test("a relayed PDU is what it was but for its TTL", () => {
    const bench = new NetworkBench({ relay: true });
    const said = {
      ctl: true,
      ttl: 64,
      seq: 0xabcdef,
      src: 0x1234,
      dst: 0x2345,
      transportPdu: "0123456789abcdef01234567",
      ivIndex: IV_INDEX - 1,
    };
    bench.hear(said);
    bench.clock.advance(20);
    equal(
      bench.takeSent(bench.neighbour, IV_INDEX - 1).map((sent) => sent.said),
      [{ ...said, ttl: 63 }],
    );
  });

  test("Relay disabled or not supported, nothing is relayed", () => {
    for (const relay of [true, false]) {
      const bench = new NetworkBench({ relay });
      if (relay) bench.states.change({ relay: FeatureState.Disabled });
      bench.hear({ ttl: 5, dst: 0xffff });
      bench.clock.advance(100);
      equal([bench.heard.length, bench.bearer.pdus], [1, []]);
    }
  });

  test("it relays with the key that the PDU came with: an old key is not lent the new one", () => {
    const bench = new NetworkBench({ relay: true });
    const refreshed = new Neighbour(bench.crypto, NEW_KEY);
    bench.netKeys.update(0, hex(NEW_KEY));
    for (const seq of [1, 2]) {
      bench.hear({ seq, ttl: 5, dst: 0xffff });
      bench.clock.advance(20);
      equal(bench.takeSent().length, 1);
      bench.bearer.hear(refreshed.pdu({ seq: seq + 10, ttl: 5, dst: 0xffff }));
      bench.clock.advance(20);
      equal(bench.takeSent(refreshed).length, 1);
      bench.netKeys.transition(0, 2);
    }
  });

  test("Relay Retransmit says how often and how far apart; the start is up to 15 ms late, and varies", () => {
    const bench = new NetworkBench({ relay: true });
    bench.states.change({ relayRetransmit: (4 << 3) | 1 });
    const delays: number[] = [];
    for (let seq = 0; seq < 100; seq++) {
      bench.hear({ seq, ttl: 5, dst: 0xffff });
      equal(bench.bearer.pdus, []);
      let delay = 0;
      for (bench.clock.advance(0); bench.bearer.pdus.length === 0 && delay < 100; delay++)
        bench.clock.advance(1);
      delays.push(delay);
      const [sent] = bench.takeSent();
      equal(sent?.how, { dst: 0xffff, transmit: { count: 2, intervalMs: 50 }, urgent: false, tag: 0 });
    }
    ok(delays.every((delay) => delay <= 15));
    ok(new Set(delays).size > 5);
  });

  test("PDU after PDU does not put off the first, and room at the bearer does not hasten it", () => {
    const bench = new NetworkBench({ relay: true, random: { fill: (target) => target.fill(10) } });
    for (let seq = 0; seq < 10; seq++) {
      bench.hear({ seq, ttl: 5, dst: 0xffff });
      bench.network.ready();
      equal(bench.bearer.pdus, []);
      bench.clock.advance(1);
    }
    equal(bench.takeSent().length, 10);
  });

  test("more than can wait is not relayed; it came up all the same [T-D2]", () => {
    const bench = new NetworkBench({ relay: true });
    bench.bearer.room = 0;
    for (let seq = 0; seq < 100; seq++) bench.hear({ seq, ttl: 5, dst: 0xffff });
    bench.clock.advance(100);
    equal(bench.heard.length, 100);
    ok(bench.trace.reasons.length > 0);
    ok(bench.trace.reasons.every((reason) => reason === "noRoom"));
    const waiting = 100 - bench.trace.reasons.length;
    bench.bearer.room = 1000;
    bench.network.ready();
    equal(
      bench.takeSent().map(({ said }) => said.seq),
      Array.from({ length: waiting }, (_, seq) => seq),
    );
  });

  test("when there is room again, our own comes first, then what is relayed, as far as it goes", () => {
    const bench = new NetworkBench({ relay: true });
    bench.bearer.room = 0;
    for (const seq of [1, 2]) bench.hear({ seq, ttl: 5, dst: 0xffff });
    bench.clock.advance(100);
    bench.whenReady = () => bench.send("aa", { seq: 100 });
    const seqs = () => bench.takeSent().map(({ said }) => said.seq);
    bench.bearer.room = 2;
    bench.network.ready();
    equal(seqs(), [100, 1]);
    bench.whenReady = () => {};
    bench.bearer.room = 2;
    bench.network.ready();
    equal(seqs(), [2]);
  });
};
