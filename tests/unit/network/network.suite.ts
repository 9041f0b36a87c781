/** The network layer in: what comes up, what is dropped and why, and what is recognised. */

import { createNobleCrypto } from "../../../host/noble-crypto.js";
import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { NET_KEY, Neighbour, NetworkBench, type Said } from "../../support/network-bench.js";
import { hex } from "../../support/provisionee-bench.js";

/** Two NetKeys whose NID is 68 as well. */
const SAME_NID = "00000000000000000000000000000033";
const SAME_NID_TOO = "0000000000000000000000000000003a";
const OTHER_KEY = "f7a2a44f8e8a8029064f173ddc1e2b00";

const IV_INDEX = 0x12345678;

export const suite: Suite = ({ test, equal, ok }) => {
  test("a message to us comes up with all that it says, and nothing goes out", () => {
    const bench = new NetworkBench({ relay: true });
    const access = { ctl: false, ttl: 9, seq: 0xfedcba, src: 0x7fff, dst: 0x0006, ivIndex: IV_INDEX };
    const control = { ctl: true, ttl: 0, seq: 0, src: 0x0001, dst: 0xfffd, ivIndex: IV_INDEX };
    const said = [
      { ...access, transportPdu: "00112233445566778899aabbccddeeff" },
      { ...access, seq: 0, transportPdu: "80" },
      { ...control, transportPdu: "0a0b0c0d0e0f101112131415" },
    ];
    for (const each of said) bench.bearer.hear(bench.neighbour.pdu(each), -77);
    bench.clock.advance(100);
    equal(
      bench.heard,
      said.map((each) => ({ ...each, netKeyIndex: 0, rssi: -77 })),
    );
    equal([bench.trace.drops, bench.bearer.pdus], [[], []]);
  });

  test("foreign unicast, group, virtual and fixed destinations come up, too", () => {
    const bench = new NetworkBench();
    const all = [0x0001, 0x1234, 0x8000, 0xbfff, 0xc000, 0xff00, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff];
    all.forEach((dst, seq) => {
      bench.hear({ dst, seq });
    });
    equal(
      bench.heard.map(({ dst }) => dst),
      all,
    );
  });

  test("fewer than 14 or more than 29 octets are no Network PDU", () => {
    const bench = new NetworkBench();
    for (const length of [0, 1, 13, 30, 100]) bench.bearer.hear(new Uint8Array(length).fill(0x68));
    equal(bench.trace.reasons, ["badLength", "badLength", "badLength", "badLength", "badLength"]);
  });

  test("a NID that no key has is dropped [NET/BI-03]", () => {
    const bench = new NetworkBench({ relay: true });
    const stranger = new Neighbour(bench.crypto, OTHER_KEY);
    const pdu = stranger.pdu({ ttl: 5, dst: 0xffff });
    bench.bearer.hear(pdu);
    bench.clock.advance(100);
    equal(bench.trace.drops, [{ layer: "network", reason: "unknownNid", pdu }]);
    equal([bench.heard, bench.bearer.pdus], [[], []]);
  });

  test("a NetMIC that does not fit is dropped, whichever octet was forged", () => {
    const bench = new NetworkBench({ relay: true });
    const pdu = bench.neighbour.pdu({ ttl: 5, dst: 0xffff });
    for (let i = 1; i < pdu.length; i++) {
      const forged = pdu.slice();
      forged[i] = (forged[i] ?? 0) ^ 0x40;
      bench.bearer.hear(forged);
    }
    bench.clock.advance(100);
    equal(bench.trace.drops.length, pdu.length - 1);
    ok(bench.trace.reasons.every((reason) => reason === "badMic" || reason === "badAddress"));
    // From the octet on that SRC does not depend on.
    ok(bench.trace.reasons.slice(13).every((reason) => reason === "badMic"));
    equal([bench.heard, bench.bearer.pdus], [[], []]);
  });

  test("sources and destinations that are not allowed are dropped and not relayed [NET/BI-02, RLY/BI-02]", () => {
    const bench = new NetworkBench({ relay: true });
    const wrong: Partial<Said>[] = [
      { src: 0x0000 },
      { src: 0x8000 },
      { src: 0xbfff },
      { src: 0xc000 },
      { src: 0xffff },
      { dst: 0x0000 },
      { dst: 0x0000, ctl: true },
      { dst: 0x8000, ctl: true },
      { dst: 0xbfff, ctl: true },
    ];
    wrong.forEach((changes, seq) => {
      bench.hear({ ttl: 5, dst: 0xffff, seq, ...changes });
    });
    bench.clock.advance(100);
    equal(
      bench.trace.reasons,
      wrong.map(() => "badAddress"),
    );
    equal([bench.heard, bench.bearer.pdus], [[], []]);
  });

  test("our own addresses as source: an echo, or somebody who says so", () => {
    const bench = new NetworkBench({ relay: true });
    bench.send("aabb", { dst: 0xffff, ttl: 5 });
    const [own] = bench.bearer.pdus;
    if (own !== undefined) bench.bearer.hear(own.pdu);
    bench.hear({ src: 0x0005, dst: 0xffff, ttl: 5 });
    bench.hear({ src: 0x0006, dst: 0xffff, ttl: 5, seq: 77 });
    equal(bench.trace.reasons, ["ownAddress", "ownAddress", "ownAddress"]);
    bench.hear({ src: 0x0004 });
    bench.hear({ src: 0x0007 });
    equal(bench.heard.length, 2);
  });

  test("a repetition is dropped, and a copy with another TTL, too [RLY/BV-02]", () => {
    const bench = new NetworkBench({ relay: true });
    const first = { ttl: 9, dst: 0xffff };
    bench.hear(first);
    bench.hear(first);
    for (const ttl of [8, 7, 0, 127]) bench.hear({ ...first, ttl });
    bench.clock.advance(100);
    equal(bench.trace.reasons, ["repeated", "repeated", "repeated", "repeated", "repeated"]);
    equal([bench.heard.length, bench.bearer.pdus.length], [1, 1]);
  });

  test("a foreign NID and a repetition cost no AES block, a copy with another TTL one, a new message five", () => {
    const aes = createNobleCrypto(new FakeClock());
    let blocks = 0;
    const bench = new NetworkBench({
      aes128: (key) => {
        const cipher = aes.aes128(key);
        return {
          encrypt: (input, output) => {
            blocks++;
            cipher.encrypt(input, output);
          },
        };
      },
    });
    const cost = (pdu: Uint8Array): number => {
      blocks = 0;
      bench.bearer.hear(pdu);
      return blocks;
    };
    const message = bench.neighbour.pdu({ ttl: 5 });
    const copy = bench.neighbour.pdu({ ttl: 4 });
    const foreign = new Neighbour(bench.crypto, OTHER_KEY).pdu();
    equal([message, message, copy, copy, foreign].map(cost), [5, 0, 1, 1, 0]);
    equal(bench.trace.reasons, ["repeated", "repeated", "repeated", "unknownNid"]);
  });

  test("the same SEQ of another source, IV Index or subnet is another PDU", () => {
    const bench = new NetworkBench();
    bench.netKeys.add(3, hex(SAME_NID));
    const other = new Neighbour(bench.crypto, SAME_NID);
    bench.hear();
    bench.hear({ src: 0x0002 });
    bench.hear({ ivIndex: IV_INDEX - 1 });
    bench.bearer.hear(other.pdu());
    equal(
      bench.heard.map(({ src, ivIndex, netKeyIndex }) => [src, ivIndex, netKeyIndex]),
      [
        [1, IV_INDEX, 0],
        [2, IV_INDEX, 0],
        [1, IV_INDEX - 1, 0],
        [1, IV_INDEX, 3],
      ],
    );
  });

  test("a full message cache forgets the oldest PDU, and no other", () => {
    const bench = new NetworkBench({ messageCache: 2 });
    for (const seq of [1, 2, 3]) bench.hear({ seq, ttl: 5 });
    for (const seq of [3, 2]) bench.hear({ seq, ttl: 4 });
    equal(bench.trace.reasons, ["repeated", "repeated"]);
    bench.hear({ seq: 1, ttl: 4 });
    equal(bench.heard.length, 4);
  });

  test("what is not authenticated takes no room among what was here already [T-D3]", () => {
    const bench = new NetworkBench({ messageCache: 2 });
    bench.hear({ seq: 1, ttl: 5 });
    const forged = bench.neighbour.pdu({ seq: 2 });
    forged[forged.length - 2] = (forged[forged.length - 2] ?? 0) ^ 0x80;
    for (let i = 0; i < 256; i++) {
      forged[forged.length - 1] = i;
      bench.bearer.hear(forged);
    }
    bench.hear({ seq: 1, ttl: 4 });
    bench.hear({ seq: 1, ttl: 5 });
    equal(bench.trace.reasons.slice(-2), ["repeated", "repeated"]);
    equal(bench.heard.length, 1);
  });

  test("keys that share a NID are tried in turn; when none fits, the NetMIC is what is wrong", () => {
    const bench = new NetworkBench();
    bench.netKeys.add(1, hex(SAME_NID));
    bench.bearer.hear(new Neighbour(bench.crypto, SAME_NID).pdu());
    bench.hear();
    equal(
      bench.heard.map(({ netKeyIndex }) => netKeyIndex),
      [1, 0],
    );
    // Whatever the other key makes of it: for one of them only the NetMIC is wrong.
    for (let seq = 2; seq < 20; seq++) {
      const forged = bench.neighbour.pdu({ seq });
      forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 0x01;
      bench.bearer.hear(forged);
    }
    equal(bench.trace.reasons.length, 18);
    ok(bench.trace.reasons.every((reason) => reason === "badMic"));
    bench.bearer.hear(new Neighbour(bench.crypto, SAME_NID_TOO).pdu());
    equal([bench.heard.length, bench.trace.reasons.length], [2, 19]);
  });

  test("during a key refresh the old key is heard and the new one, afterwards only the new one", () => {
    const bench = new NetworkBench();
    const refreshed = new Neighbour(bench.crypto, OTHER_KEY);
    bench.netKeys.update(0, hex(OTHER_KEY));
    bench.hear({ seq: 1 });
    bench.bearer.hear(refreshed.pdu({ seq: 2 }));
    bench.netKeys.transition(0, 2);
    bench.hear({ seq: 3 });
    bench.bearer.hear(refreshed.pdu({ seq: 4 }));
    bench.netKeys.transition(0, 3);
    bench.hear({ seq: 5 });
    bench.bearer.hear(refreshed.pdu({ seq: 6 }));
    equal(
      bench.heard.map(({ seq }) => seq),
      [1, 2, 3, 4, 6],
    );
    equal(bench.trace.reasons, ["unknownNid"]);
  });

  test("a message under the old key and again under the new one is the same message", () => {
    const bench = new NetworkBench();
    bench.netKeys.update(0, hex(OTHER_KEY));
    bench.hear();
    bench.bearer.hear(new Neighbour(bench.crypto, OTHER_KEY).pdu());
    equal([bench.heard.length, bench.trace.reasons], [1, ["repeated"]]);
  });

  test("the IV Index and the one before are heard, any other is not and is not relayed [RLY/BI-01]", () => {
    const bench = new NetworkBench({ relay: true });
    const offsets = [0, -1, 1, -2, 2, 42];
    offsets.forEach((offset, seq) => {
      bench.hear({ ivIndex: IV_INDEX + offset, seq, ttl: 5, dst: 0xffff });
    });
    bench.clock.advance(100);
    equal(
      bench.heard.map(({ ivIndex }) => ivIndex - IV_INDEX),
      [0, -1],
    );
    equal(bench.trace.drops.length, 4);
    equal(bench.bearer.pdus.length, 2);
  });

  test("below IV Index 0 there is none", () => {
    const bench = new NetworkBench({ ivIndex: 0 });
    bench.hear({ ivIndex: 1 });
    bench.hear({ ivIndex: 0xffffffff });
    equal(bench.trace.reasons, ["badMic", "badMic"]);
    bench.hear({ ivIndex: 0 });
    equal(bench.heard.length, 1);
  });

  test("ten thousand frames of noise: none comes up, none is relayed, none does harm [T-D1]", () => {
    const bench = new NetworkBench({ relay: true });
    const random = new SeededRandom(3);
    for (let i = 0; i < 10_000; i++) {
      const frame = new Uint8Array(random.below(32));
      random.fill(frame);
      if (frame.length > 0 && random.chance(50)) frame[0] = random.chance(50) ? 0x68 : 0xe8;
      bench.bearer.hear(frame);
    }
    bench.clock.advance(100);
    equal([bench.heard, bench.bearer.pdus], [[], []]);
    equal(bench.trace.drops.length, 10_000);
    const reasons = new Set(bench.trace.reasons);
    for (const reason of ["badLength", "unknownNid", "badMic", "badAddress"] as const)
      ok(reasons.has(reason));
    bench.hear();
    equal(bench.heard.length, 1);
  });

  test("whoever is told of a PDU may send at once: neither disturbs the other", () => {
    const bench = new NetworkBench({ relay: true });
    bench.whenReceived = () => bench.send("ffee", { dst: 0x0001, ttl: 7 });
    bench.hear({ dst: 0xc001, ttl: 4, transportPdu: "0102" });
    bench.clock.advance(100);
    equal(
      bench.takeSent().map(({ said }) => [said.src, said.dst, said.ttl, said.transportPdu]),
      [
        [5, 1, 7, "ffee"],
        [1, 0xc001, 3, "0102"],
      ],
    );
  });

  test("stopped, it hears nothing, relays nothing that waits, and tells nobody", () => {
    const bench = new NetworkBench({ relay: true });
    bench.hear({ dst: 0xffff, ttl: 5 });
    bench.send("aa", { dst: 0x0006, tag: 4 });
    bench.network.stop();
    bench.clock.advance(100);
    bench.hear({ seq: 2, dst: 0xffff, ttl: 5 });
    bench.network.sent(9, bench.bearer);
    bench.network.ready();
    bench.clock.advance(100);
    equal([bench.heard.length, bench.tags, bench.readyCount, bench.bearer.pdus], [1, [], 0, []]);
  });

  test("stopped by who is told of a PDU, it does not relay it", () => {
    const bench = new NetworkBench({ relay: true });
    bench.whenReceived = () => bench.network.stop();
    bench.hear({ dst: 0xffff, ttl: 5 });
    bench.clock.advance(100);
    equal([bench.heard.length, bench.bearer.pdus], [1, []]);
  });

  test("the samples' network has the NID that the other keys here were searched for", () => {
    const bench = new NetworkBench();
    for (const key of [NET_KEY, SAME_NID, SAME_NID_TOO]) {
      equal((new Neighbour(bench.crypto, key).pdu()[0] ?? 0) & 0x7f, 0x68);
    }
  });
};
