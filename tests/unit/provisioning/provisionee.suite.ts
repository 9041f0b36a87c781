/** The provisionee's state machine: every state, every PDU type, every length around the right one. MshPRT 5.4. */

import { Provisioner } from "../../../host/simulator/phone/provisioner.js";
import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { concat, toHex } from "../../../modules/bytes.js";
import type { Suite } from "../../support/harness.js";
import { hex, OPEN_POLICY, ProvisioneeBench } from "../../support/provisionee-bench.js";
import { RememberingCurve } from "../../support/remembered-p256.js";
import { PROVISIONING_DATA } from "../../support/world.js";

/** Every conversation here has the same keys, unless it scripts its own. */
const curve = new RememberingCurve();
const memory = new Map<string, Uint8Array>();

/** The PDU that a provisioner sends next in each state, and the one that leads there. */
const STEPS = [
  { state: "waitInvite", type: 0x00, length: 2 },
  { state: "waitStart", type: 0x02, length: 6 },
  { state: "waitPublicKey", type: 0x03, length: 65 },
  { state: "waitConfirmation", type: 0x05, length: 17 },
  { state: "waitRandom", type: 0x06, length: 17 },
  { state: "waitData", type: 0x07, length: 34 },
] as const;
const NAMES = [
  "Invite",
  "Capabilities",
  "Start",
  "Public Key",
  "Input Complete",
  "Confirmation",
  "Random",
  "Data",
  "Complete",
  "Failed",
  "Record Request",
  "Record Response",
  "Records Get",
  "Records List",
];

/** A conversation up to the state number `until`; what the provisioner would say then comes back. */
function converse(bench: ProvisioneeBench, until: number, algorithm: 0 | 1 = 0): Uint8Array {
  const outbox: Uint8Array[] = [];
  const provisioner = new Provisioner(
    { send: (pdu) => outbox.push(pdu.slice()), close: () => {} },
    { clock: bench.clock, random: new SeededRandom(7), curve },
    { data: PROVISIONING_DATA, authentication: { method: "none" }, algorithm },
    { finished: () => {}, failed: () => {} },
  );
  const next = (): Uint8Array => {
    for (let i = 0; outbox.length === 0 && i < 10; i++) {
      bench.clock.advance(100);
      provisioner.sent();
    }
    const pdu = outbox.shift();
    if (pdu === undefined) throw new Error("the provisioner has nothing to say");
    return pdu;
  };
  provisioner.opened();
  for (let step = 0; step < until; step++) {
    for (const reply of bench.say(next())) provisioner.received(hex(reply));
    provisioner.sent();
  }
  return next();
}

/** A fresh bench in state number `until`, and what a provisioner would say there. */
function benchAt(until: number, algorithm: 0 | 1 = 0): { bench: ProvisioneeBench; pdu: Uint8Array } {
  const bench = new ProvisioneeBench({ memory });
  const pdu = converse(bench, until, algorithm);
  return { bench, pdu };
}

function failed(code: number): string[] {
  return [`09${toHex(new Uint8Array([code]))}`];
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  for (const [index, { state, type, length }] of STEPS.entries()) {
    test(`${state}: PDUs of all 256 first octets but the expected one [PROV/BI-15, T-B7]`, () => {
      for (let other = 0; other < 256; other++) {
        const isRecord = index === 0 && (other === 0x0a || other === 0x0c);
        if (other === type || other === 0x09 || isRecord) continue;
        const { bench } = benchAt(index);
        const replies = bench.say(new Uint8Array([other, 0, 0, 0, 0, 0]));
        equal(replies, failed(other > 0x0d ? 1 : 3), `first octet ${other}`);
        equal(bench.trace.failures, [
          {
            step: state,
            expected: NAMES[type],
            came: NAMES[other] ?? "a PDU of unknown type",
            errorCode: other > 0x0d ? 1 : 3,
            mistake: "none",
          },
        ]);
        equal(bench.states.slice(-1), ["failed"]);
        equal(bench.stored, []);
      }
    });

    test(`${state}: the expected PDU in every length but the right one`, () => {
      for (let size = 1; size <= 70; size++) {
        if (size === length) continue;
        const { bench, pdu } = benchAt(index);
        equal(pdu.length, length);
        const other = new Uint8Array(size);
        other.set(pdu.subarray(0, size));
        equal(bench.say(other), failed(2), `${size} octets`);
        ok(bench.trace.failures[0]?.came.includes(`${size - 1} instead of ${length - 1}`));
      }
    });

    test(`${state}: the expected PDU carries the protocol on, and everything after a failure is unexpected [PROV/BV-10, T-B7]`, () => {
      const { bench, pdu } = benchAt(index);
      bench.say(pdu);
      ok(bench.states.slice(-1)[0] !== state);
      equal(bench.trace.failures, []);
      const { bench: dead, pdu: right } = benchAt(index);
      dead.say("04");
      for (let other = 0; other <= 0x0d; other++) {
        if (other !== 0x09) equal(dead.say(new Uint8Array([other])), failed(3));
      }
      equal(dead.say(right), failed(3));
      equal(dead.say("ff"), failed(3));
      equal(dead.trace.failures.length, 1, "explained once");
    });

    test(`${state}: the provisioner's own Failed is not answered, and ends it`, () => {
      const { bench } = benchAt(index);
      equal(bench.say("0907"), []);
      equal(bench.states.slice(-1), ["failed"]);
      equal(
        bench.trace.notes.filter((note) => note.event === "provisionerFailed"),
        [{ layer: "provisioning", event: "provisionerFailed", value: 7 }],
      );
    });

    test(`${state}: 60 s of silence close the link with Timeout, without a Failed [PROV/BV-09]`, () => {
      const { bench } = benchAt(index);
      // In waitInvite nothing has come yet: the bearer's own link timer watches there.
      if (index === 0) equal(bench.say("0c"), ["0d0000"]);
      bench.clock.advance(59_000);
      equal(bench.bearer.closed, []);
      bench.clock.advance(1_500);
      equal(bench.bearer.closed, [1]);
      equal(bench.bearer.take(), []);
      equal(bench.trace.failures[0]?.came, "nothing for 60 s");
      equal(bench.trace.failures[0]?.errorCode, undefined);
    });

    test(`${state}: a lost link leaves nothing behind, and a new one starts from the Invite`, () => {
      const { bench, pdu } = benchAt(index);
      bench.provisionee.end();
      bench.clock.advance(120_000);
      equal(bench.bearer.closed, []);
      equal(bench.attention, [], "none was asked for");
      equal(bench.say(pdu), []);
      equal(bench.trace.reasons, ["unexpectedMessage"]);
      const failures = bench.trace.failures.map((failure) => failure.came);
      equal(failures, index === 0 ? [] : ["the end of the link"], "told, once a provisioning had begun");
    });
  }

  test("with HMAC, confirmations and randoms of 16 octets are of the wrong length", () => {
    for (const index of [3, 4]) {
      const { bench, pdu } = benchAt(index, 1);
      equal(pdu.length, 33);
      equal(bench.say(pdu.subarray(0, 17)), failed(2));
    }
  });

  test("computeSecret: while the secret is computed nothing may come [T-B7]", () => {
    for (let type = 0; type <= 0x0d; type++) {
      if (type === 0x09) continue;
      const { bench, pdu } = benchAt(2);
      bench.provisionee.received(pdu);
      equal(bench.states.slice(-1), ["computeSecret"]);
      bench.provisionee.received(new Uint8Array([type]));
      bench.clock.advance(0);
      equal(bench.bearer.take(), failed(3));
      equal(bench.trace.failures, [], "explained when the answer is off the air");
      bench.provisionee.sent();
      equal(bench.trace.failures[0]?.expected, "nothing from the provisioner");
      equal(bench.trace.reasons, ["stale"], "the secret comes, and nobody waits for it");
    }
  });

  test("computeSecret, the public key known out of band: the Confirmation may come already, and nothing else", () => {
    const privateKey = new Uint8Array(32).fill(7);
    const publicKey = curve.publicKey(privateKey);
    const computing = (): ProvisioneeBench => {
      const policy = { ...OPEN_POLICY, oobPrivateKey: privateKey, inputActions: 0x04, inputSize: 1 };
      const bench = new ProvisioneeBench({ policy, memory });
      bench.provisionee.setOobKeyPair({ privateKey, publicKey });
      bench.say("0000");
      return bench;
    };
    const peer = `03${toHex(curve.publicKey(new Uint8Array(32).fill(9)))}`;
    const confirmation = concat(new Uint8Array([5]), new Uint8Array(32));

    const early = computing();
    early.say("020101000000");
    early.provisionee.received(hex(peer));
    early.provisionee.received(confirmation);
    equal(early.states.slice(-1), ["computeSecret"]);
    early.clock.advance(0);
    equal(early.states.slice(-2), ["waitConfirmation", "waitRandom"]);
    equal(
      early.bearer.take().map((reply) => reply.slice(0, 2)),
      ["05"],
    );

    const cases = [
      { start: "020101000000", pdus: [confirmation, confirmation], reply: failed(3) },
      { start: "020101000000", pdus: [confirmation.slice(0, 17)], reply: failed(2) },
      { start: "020101000000", pdus: [hex("06")], reply: failed(3) },
      { start: "020101030201", pdus: [confirmation], reply: failed(3) },
    ];
    for (const { start, pdus, reply } of cases) {
      const bench = computing();
      bench.say(start);
      bench.provisionee.received(hex(peer));
      for (const pdu of pdus) bench.provisionee.received(pdu);
      bench.clock.advance(0);
      equal(bench.bearer.take(), reply, start);
      equal(bench.states.slice(-1), ["failed"]);
    }

    const lost = computing();
    lost.say("020101000000");
    lost.provisionee.received(hex(peer));
    lost.provisionee.received(confirmation);
    lost.provisionee.end();
    lost.clock.advance(0);
    equal(lost.bearer.take(), []);
    ok(!lost.states.includes("waitConfirmation"));
  });

  test("complete: nothing that still comes undoes it, and the device closes after 5 s if nobody else does [T-B7]", () => {
    const { bench, pdu } = benchAt(5);
    equal(bench.say(pdu), ["08"]);
    equal(bench.stored.length, 1);
    for (let type = 0; type <= 0x0f; type++) equal(bench.say(new Uint8Array([type])), []);
    equal(bench.trace.reasons.length, 16);
    bench.clock.advance(4_900);
    equal(bench.bearer.closed, []);
    bench.clock.advance(200);
    equal(bench.bearer.closed, [0]);
    equal(bench.trace.failures, []);
  });

  test("provisioning records, before the Invite: none, as often as it is asked", () => {
    const { bench } = benchAt(0);
    equal(bench.say("0c"), ["0d0000"]);
    equal(bench.say("0a000100000040"), ["0b01000100000000"]);
    equal(bench.say("0affff12340001"), ["0b01ffff12340000"]);
    equal(bench.say("0c"), ["0d0000"]);
    equal(bench.say("0005"), ["0101000300000000".padEnd(24, "0")]);
    equal(bench.say("0c"), failed(3));
    equal(benchAt(0).bench.say("0a000100000000"), failed(2), "fragments of no octets");
    equal(benchAt(0).bench.say("0c00"), failed(2));
    equal(benchAt(0).bench.say("0a0001000000"), failed(2));
    equal(benchAt(1).bench.say("0a000100000040"), failed(3));
  });

  test("attention: from the Invite for its seconds, to Start or the end of the link [PROV/BI-01]", () => {
    const { bench } = benchAt(0);
    bench.say("0005");
    equal(bench.attention, [5]);
    bench.clock.advance(5_000);
    equal(bench.attention, [5, 0]);
    bench.say("020000000000");
    equal(bench.attention, [5, 0]);

    const second = benchAt(0).bench;
    second.say("00ff");
    second.say("020000000000");
    equal(second.attention, [255, 0]);

    const third = benchAt(0).bench;
    third.say("0003");
    third.provisionee.end();
    third.clock.advance(0);
    equal(third.attention, [3, 0]);
    third.clock.advance(5_000);
    equal(third.attention, [3, 0]);
    equal(benchAt(1).bench.attention, [], "no attention is asked for");
  });

  test("Start: every value of every field that is not offered [PROV/BI-02]", () => {
    const fields = [2, 1, 1, 1, 1];
    for (const [field, allowed] of fields.entries()) {
      for (let value = 0; value < 256; value++) {
        const { bench } = benchAt(1);
        const start = new Uint8Array(6);
        start[0] = 2;
        start[1 + field] = value;
        equal(bench.say(start), value < allowed ? [] : failed(2), `field ${field}, value ${value}`);
      }
    }
  });

  test("Start: static OOB where it is offered, with action and size zero; CMAC where only HMAC is offered [PROV/BI-03, T-B2]", () => {
    const policy = { ...OPEN_POLICY, algorithms: 0x0002, staticOob: new Uint8Array(16) };
    const cases = [
      ["020100010000", []],
      ["020100000000", []],
      ["020000010000", failed(2)],
      ["020100010100", failed(2)],
      ["020100010001", failed(2)],
      ["020100020001", failed(2)],
      ["020100030001", failed(2)],
    ] as const;
    for (const [start, replies] of cases) {
      const bench = new ProvisioneeBench({ policy, memory });
      equal(bench.say("0000"), ["010100020001000000000000"]);
      equal(bench.say(start), replies, start);
    }
  });

  test("public keys that are none, and the device's own: Invalid Format, before any computation [PROV/BI-13, T-A1, T-B3]", () => {
    const { bench: own } = benchAt(2);
    equal(own.say(`03${own.publicKey}`), failed(2));
    equal(own.trace.failures[0]?.came, "the device's own public key");
    const p = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    const { pdu } = benchAt(2);
    const x = toHex(pdu.subarray(1, 33));
    const y = toHex(pdu.subarray(33));
    const zero = "00".repeat(32);
    for (const key of [zero + zero, x + zero, zero + y, y + x, p + y, x + p, "ff".repeat(64), x + x]) {
      const { bench } = benchAt(2);
      equal(bench.say(`03${key}`), failed(2), key);
      equal(bench.trace.failures[0]?.came, "a public key that is no point of P-256");
    }
  });

  test("a reflected confirmation, a reflected random, a random that does not fit [PROV/BI-17, T-A1]", () => {
    // The reflection of the confirmation needs the device's random beforehand: the test scripts it.
    const random = new Uint8Array(16).fill(5);
    const probe = new ProvisioneeBench({ script: [random], memory });
    converse(probe, 3);
    const [confirmation = ""] = probe.say(concat(new Uint8Array([5]), new Uint8Array(16)));
    const victim = new ProvisioneeBench({ script: [random], memory });
    converse(victim, 3);
    equal(victim.say(confirmation), failed(2));
    equal(victim.trace.failures[0]?.came, "the device's own confirmation");

    const mirror = new ProvisioneeBench({ script: [random], memory });
    converse(mirror, 4);
    equal(mirror.say(concat(new Uint8Array([6]), random)), failed(4));
    equal(mirror.trace.failures[0]?.came, "the device's own random");

    const { bench } = benchAt(4);
    equal(bench.say(concat(new Uint8Array([6]), new Uint8Array(16))), failed(4));
  });

  test("data with any octet altered: Decryption Failed, and nothing is stored [T-A7]", () => {
    const { pdu } = benchAt(5);
    for (let i = 1; i < pdu.length; i++) {
      const { bench, pdu: data } = benchAt(5);
      data[i] = (data[i] ?? 0) ^ 1;
      equal(bench.say(data), failed(6), `octet ${i}`);
      equal(bench.stored, []);
    }
  });

  test("computeSecret: a lost link; the secret that comes later is stale", () => {
    const { bench, pdu } = benchAt(2);
    bench.provisionee.received(pdu);
    bench.provisionee.end();
    bench.clock.advance(0);
    ok(!bench.states.includes("waitConfirmation"));
    equal(bench.trace.reasons, ["stale"]);
  });

  test("the first Failed is the one that is sent, and the one that is told [T-D2]", () => {
    const bench = new ProvisioneeBench({ memory });
    bench.provisionee.received(hex("0000"));
    equal(bench.bearer.take().length, 1);
    bench.provisionee.received(hex("020000000009"));
    equal(bench.bearer.take(), [], "Capabilities are not acknowledged yet");
    for (let i = 0; i < 1000; i++) bench.provisionee.received(hex("03"));
    equal(bench.bearer.take(), []);
    bench.provisionee.sent();
    equal(bench.bearer.take(), failed(2));
    equal(bench.trace.failures, [], "told when its answer has gone out");
    bench.provisionee.sent();
    equal(bench.bearer.take(), []);
    equal(
      bench.trace.failures.map(({ errorCode }) => errorCode),
      [2],
    );
  });

  test("what comes while a reply waits is unexpected", () => {
    const bench = new ProvisioneeBench({ memory });
    for (let i = 0; i < 3; i++) bench.provisionee.received(hex("0c"));
    equal(bench.bearer.take(), ["0d0000"]);
    bench.provisionee.sent();
    equal(bench.bearer.take(), failed(3));
  });

  test("the provisioning timer starts anew with a PDU that has no reply, and with one that has", () => {
    const bench = new ProvisioneeBench({ memory });
    bench.say("0000");
    bench.clock.advance(40_000);
    bench.say("020000000000");
    bench.clock.advance(40_000);
    equal(bench.bearer.closed, []);
    bench.clock.advance(20_100);
    equal(bench.bearer.closed, [1]);
  });

  test("the time that a person needs begins with Start", () => {
    const policy = { ...OPEN_POLICY, outputActions: 0x08, outputSize: 6 };
    const bench = new ProvisioneeBench({ policy, memory });
    bench.say("0000");
    bench.say("020100020306");
    bench.clock.advance(119_000);
    equal(bench.bearer.closed, []);
    bench.clock.advance(1_500);
    equal(bench.bearer.closed, [1]);
    equal(bench.trace.failures[0]?.came, "nothing for 120 s");
  });

  test("after a failure nobody holds the link by talking [T-B6]", () => {
    const { bench } = benchAt(1);
    bench.say("04");
    for (let i = 0; i < 13; i++) {
      bench.clock.advance(5_000);
      bench.say("00");
    }
    equal(bench.bearer.closed, [1]);
  });

  test("a curve that gives no secret: Unexpected Error", () => {
    const { bench, pdu } = benchAt(2);
    bench.crypto.sharedSecret = (_key, _peer, done) => {
      bench.crypto.publicKey(new Uint8Array(32), () => done(undefined));
    };
    equal(bench.say(pdu), failed(7));
    equal(bench.trace.failures[0]?.came, "no shared secret from P-256");
  });

  test("a record that cannot be kept: Out of Resources", () => {
    const bench = new ProvisioneeBench({ memory, canStore: false });
    equal(bench.say(converse(bench, 5)), failed(5));
    equal(bench.stored, []);
  });

  test("a wrong random is the last guess on its link, even where it cannot be counted", () => {
    const { bench, pdu } = benchAt(4);
    Object.defineProperty(bench, "authenticationFailures", {
      get: () => 0,
      set: () => {
        throw new Error("the storage is broken");
      },
    });
    throws(() => bench.say(concat(new Uint8Array([6]), new Uint8Array(16))));
    equal(bench.states.slice(-1), ["failed"]);
    equal(bench.bearer.take(), [], "the guesser is told nothing");
    equal(bench.say(pdu), failed(3), "the right one, now, is too late");
  });

  test("only a confirmation that does not fit is a failed authentication", () => {
    for (const [index] of STEPS.entries()) {
      const { bench } = benchAt(index);
      bench.say("04");
      equal(bench.authenticationFailures, 0);
    }
    const { bench } = benchAt(4);
    bench.say(concat(new Uint8Array([6]), new Uint8Array(16)));
    equal(bench.authenticationFailures, 1);
  });

  test("a public key that is refused costs no copy of the private key that is known out of band", () => {
    const copies: Uint8Array[] = [];
    class WatchedKey extends Uint8Array {
      override slice(): Uint8Array<ArrayBuffer> {
        const copy = new Uint8Array(this);
        copies.push(copy);
        return copy;
      }
    }
    const privateKey = new WatchedKey(32).fill(7);
    const publicKey = curve.publicKey(new Uint8Array(privateKey));
    for (const key of ["00".repeat(64), toHex(publicKey)]) {
      const bench = new ProvisioneeBench({ policy: { ...OPEN_POLICY, oobPrivateKey: privateKey }, memory });
      bench.provisionee.setOobKeyPair({ privateKey, publicKey });
      bench.say("0000");
      bench.say("020101000000");
      equal(bench.say(`03${key}`), failed(2));
    }
    equal(
      copies.filter((copy) => copy.some((octet) => octet !== 0)),
      [],
    );
  });

  test("the private key is gone as soon as the secret is there, and every secret when the link is [T-D4]", () => {
    const { bench, pdu } = benchAt(2);
    const { privateKey } = bench.keyPair;
    ok(privateKey.some((octet) => octet !== 0));
    bench.say(pdu);
    ok(privateKey.every((octet) => octet === 0));
    for (const until of [0, 1, 2]) {
      const early = benchAt(until).bench;
      early.provisionee.end();
      ok(early.keyPair.privateKey.every((octet) => octet === 0));
    }
  });
};
