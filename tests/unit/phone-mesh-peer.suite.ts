/** Mesh peers among themselves: what nodes will be tested with is tested here. */

import { ask } from "../../host/simulator/phone/mesh/ask.js";
import { ConfigClient } from "../../host/simulator/phone/mesh/config-client.js";
import { defaultTtlGet, nodeReset } from "../../host/simulator/phone/mesh/config-messages.js";
import { virtualAddress } from "../../host/simulator/phone/mesh/keys.js";
import type { MeshPeer } from "../../host/simulator/phone/mesh/mesh-peer.js";
import {
  decodeAcknowledgment,
  decodeTransportPdu,
  encodeSegment,
} from "../../host/simulator/phone/mesh/transport.js";
import { toHex } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, MeshBench, SAMPLE_KEYS } from "../support/mesh-bench.js";
import { hex } from "../support/provisionee-bench.js";

const A = 0x0003;
const B = 0x1201;
const GROUP = 0xc123;
const APP = { app: APP_KEY_INDEX };
const HELLO = hex("d50a0048656c6c6f");
const OTHER_KEY = hex("efb2255e6422d330088e09bb015ed707");

function twoPeers(...weather: ConstructorParameters<typeof MeshBench>) {
  const bench = new MeshBench(...weather);
  return { bench, a: bench.addPeer(A), b: bench.addPeer(B) };
}

/** 380 octets: the longest access message with a TransMIC of 4. */
function longMessage(length = 380): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at === 0 ? 0x05 : at & 0xff));
}

/** The segments that were acknowledged, one after the other. */
function acknowledgments(peer: MeshPeer): readonly (number | undefined)[] {
  return peer.controls
    .filter(({ opcode }) => opcode === 0)
    .map(({ parameters }) => decodeAcknowledgment(parameters)?.ackedSegments);
}

/** The same segment of B's two-segment message to A, whose upper transport PDU is all zeros. */
function segment(segO: number, segN = 1): Uint8Array {
  const header = { first: 0x66, szmic: 0, seqZero: 100, segO, segN } as const;
  return encodeSegment(header, new Uint8Array(12));
}

export const suite: Suite = ({ test, equal, throws }) => {
  test("a short message is heard with everything that belongs to it", () => {
    const { bench, a, b } = twoPeers();
    const sent = a.send({ dst: B, key: APP, message: HELLO, ttl: 9 });
    equal(sent.state, "sending");
    bench.pass(100);
    equal(sent.state, "sent");
    equal(b.received.length, 1);
    const { atMs, ...heard } = b.take(0xd50a00) ?? {};
    equal(atMs, 2);
    equal(heard, {
      src: A,
      dst: B,
      ttl: 9,
      seq: 0,
      ivIndex: SAMPLE_KEYS.ivIndex,
      netKeyIndex: 0,
      segmented: false,
      opcode: 0xd50a00,
      parameters: hex("48656c6c6f"),
      message: HELLO,
      key: APP,
      newAppKey: false,
      label: undefined,
      micSize: 4,
    });
    equal(b.received.length, 0);
    equal(b.heard[0]?.pdu, sent.pdus[0]);
    equal(a.received.length + a.controls.length, 0, "nothing is acknowledged");
  });

  test("messages under a device key, to a label, with a long MIC, in one segment", () => {
    const { bench, a, b } = twoPeers();
    const label = hex("0073e7e4d8b9440faf8415df4c56c0e1");
    for (const peer of [a, b]) peer.addDevice(B, SAMPLE_KEYS.deviceKey);
    const dst = b.addLabel(label);
    a.send({ dst: B, key: { device: B }, message: hex("800c") });
    a.send({ dst, key: APP, label, message: HELLO });
    a.send({ dst: B, key: APP, message: HELLO, micSize: 8 });
    a.send({ dst: B, key: APP, message: HELLO, segmented: true });
    bench.pass(1000);
    equal(
      b.received.map(({ key, label: to, micSize, segmented }) => ({ key, label: to, micSize, segmented })),
      [
        { key: { device: B }, label: undefined, micSize: 4, segmented: false },
        { key: APP, label, micSize: 4, segmented: false },
        { key: APP, label: undefined, micSize: 8, segmented: true },
        { key: APP, label: undefined, micSize: 4, segmented: true },
      ],
    );
    equal(b.received[1]?.dst, virtualAddress(label));
  });

  test("what no key opens is kept apart", () => {
    const { bench, a, b } = twoPeers();
    a.addAppKey(0, 1, OTHER_KEY);
    a.addNetwork({ netKeyIndex: 1, netKey: OTHER_KEY });
    a.send({ dst: B, key: { app: 1 }, message: HELLO });
    a.sendControl({ dst: B, opcode: 0x0a, parameters: hex("050003"), netKeyIndex: 1 });
    bench.pass(100);
    equal([b.received, b.controls], [[], []]);
    equal([b.log.unopened.length, b.log.undecoded.length], [1, 1]);
  });

  test("380 octets arrive through 20 % loss, both ways at once, acknowledged", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { bench, a, b } = twoPeers(seed, { lossPercent: 20, duplicatePercent: 10, reorderPercent: 10 });
      const there = a.send({ dst: B, key: APP, message: longMessage() });
      const back = b.send({ dst: A, key: APP, message: longMessage(376), micSize: 8 });
      bench.pass(20_000);
      equal([there.state, there.segments], ["acknowledged", 32], `seed ${seed}`);
      equal([back.state, back.segments], ["acknowledged", 32], `seed ${seed}`);
      equal(
        b.received.map(({ message }) => message),
        [longMessage()],
      );
      equal(
        a.received.map(({ message }) => message),
        [longMessage(376)],
      );
      equal(b.log.reusedSequenceNumbers(), []);
    }
  });

  test("a message of 381 octets is refused", () => {
    const { a } = twoPeers();
    throws(() => a.send({ dst: B, key: APP, message: longMessage(381) }));
  });

  test("segments to a group are sent three times, and nobody acknowledges them", () => {
    const { bench, a, b } = twoPeers();
    const sent = a.send({ dst: GROUP, key: APP, message: longMessage(40) });
    bench.pass(5000);
    equal([sent.state, sent.segments, sent.pdus.length], ["sent", 4, 12]);
    equal(b.received.length, 1);
    equal(a.controls.length, 0);
  });

  test("a long control message comes in segments of eight octets", () => {
    const { bench, a, b } = twoPeers();
    const parameters = longMessage(256);
    const sent = a.sendControl({ dst: B, opcode: 0x33, parameters });
    bench.pass(5000);
    equal([sent.state, sent.segments], ["acknowledged", 32]);
    equal(
      b.controls.map(({ opcode, parameters: came }) => [opcode, came]),
      [[0x33, parameters]],
    );
  });

  test("without acknowledgments a message is sent nine times; one without segments cancels it", () => {
    const { bench, a, b } = twoPeers();
    b.acknowledging = false;
    const lost = a.send({ dst: B, key: APP, message: longMessage(20) });
    bench.pass(10_000);
    equal([lost.state, lost.segments, lost.pdus.length], ["timedOut", 2, 18]);
    const refused = a.send({ dst: B, key: APP, message: longMessage(20) });
    b.sendAcknowledgment({ dst: A, seqZero: refused.seq & 0x1fff, ackedSegments: 0 });
    bench.pass(1000);
    equal(refused.state, "cancelled");
  });

  test("an acknowledgment about another message, or by another node, changes nothing", () => {
    const { bench, a, b } = twoPeers();
    b.acknowledging = false;
    const sent = a.send({ dst: B, key: APP, message: longMessage(20) });
    const seqZero = sent.seq & 0x1fff;
    b.sendAcknowledgment({ dst: A, seqZero: seqZero + 1, ackedSegments: 3 });
    b.sendAcknowledgment({ dst: A, src: B + 1, seqZero, ackedSegments: 3 });
    bench.pass(300);
    equal(sent.state, "sending");
    b.sendAcknowledgment({ dst: A, src: B + 1, seqZero, ackedSegments: 3, obo: 1 });
    bench.pass(300);
    equal(sent.state, "acknowledged");
  });

  test("only what is missing is sent again", () => {
    const { bench, a, b } = twoPeers();
    b.acknowledging = false;
    const sent = a.send({ dst: B, key: APP, message: longMessage(20) });
    bench.pass(200);
    b.sendAcknowledgment({ dst: A, seqZero: sent.seq & 0x1fff, ackedSegments: 1 });
    bench.pass(100);
    const segments = b.heard.map(({ transportPdu }) => decodeTransportPdu(transportPdu));
    equal(
      segments.map((read) => (read?.segmented ? read.segO : undefined)),
      [0, 1, 1],
    );
  });

  test("segments made by hand, in any order, repeated: acknowledged after a while, and once complete", () => {
    const { bench, a, b } = twoPeers();
    const from = { src: B, dst: A, ctl: 0 } as const;
    b.sendTransport({ ...from, seq: 101, transportPdu: segment(1) });
    b.sendTransport({ ...from, seq: 102, transportPdu: segment(1) });
    bench.pass(400);
    equal(acknowledgments(b), [2]);
    b.sendTransport({ ...from, seq: 103, transportPdu: segment(0) });
    bench.pass(400);
    equal(acknowledgments(b), [2, 3]);
    equal(a.log.unopened.length, 1, "twenty-four zeros are no message");
    b.sendTransport({ ...from, seq: 104, transportPdu: segment(1) });
    bench.pass(400);
    equal(acknowledgments(b), [2, 3, 3]);
    equal(a.log.unopened.length, 1);
    b.sendTransport({ ...from, seq: 105, transportPdu: segment(2) });
    b.sendTransport({ ...from, seq: 106, transportPdu: segment(0).subarray(0, 9) });
    bench.pass(400);
    equal(acknowledgments(b), [2, 3, 3], "SegO above SegN, and a first segment that is not full");
  });

  test("a peer speaks as many sources, each with its own sequence numbers, and acknowledges for each", () => {
    const { bench, a, b } = twoPeers();
    for (const src of [0x0100, 0x0101, 0x0100]) a.send({ dst: B, src, key: APP, message: HELLO });
    bench.pass(200);
    equal(
      b.heard.map(({ src, seq }) => [src, seq]),
      [
        [0x0100, 0],
        [0x0101, 0],
        [0x0100, 1],
      ],
    );
    equal([a.sequenceOf(0x0100), a.sequenceOf(0x0101), a.sequenceOf()], [2, 1, 0]);
    const answer = b.send({ dst: 0x0101, key: APP, message: longMessage(30) });
    const astray = b.send({ dst: 0x0102, key: APP, message: longMessage(30) });
    bench.pass(8000);
    equal([answer.state, astray.state], ["acknowledged", "timedOut"]);
  });

  test("a PDU sent again is heard again, but is no new message", () => {
    const { bench, a, b } = twoPeers();
    const sent = a.send({ dst: B, key: APP, message: HELLO });
    bench.pass(100);
    for (const pdu of sent.pdus) a.transmitRaw(pdu, 3);
    bench.pass(100);
    equal([b.heard.length, b.received.length], [4, 1]);
  });

  test("a number used twice for different messages is found", () => {
    const { bench, a, b } = twoPeers();
    a.send({ dst: B, key: APP, message: HELLO, seq: 7 });
    a.send({ dst: B, key: APP, message: hex("8201"), seq: 7 });
    bench.pass(100);
    equal(
      b.log.reusedSequenceNumbers().map((pair) => pair.map(({ seq }) => seq)),
      [[7, 7]],
    );
    equal(a.sequenceOf(), 0);
  });

  test("a network PDU of any fields", () => {
    const { bench, a, b } = twoPeers();
    const fields = {
      ctl: 0,
      ttl: 0x7f,
      seq: 0xffffff,
      src: 0x8001,
      dst: 0,
      transportPdu: hex("00"),
    } as const;
    a.transmitRaw(a.encode(fields));
    a.transmitRaw(a.encode({ ...fields, ivi: 1 }));
    a.transmitRaw(a.encode({ ...fields, nid: 0x12 }));
    bench.pass(200);
    const { atMs: _, pdu, ...heard } = b.heard[0] ?? {};
    equal(heard, { ...fields, netKeyIndex: 0, newKey: false, ivIndex: SAMPLE_KEYS.ivIndex });
    equal(
      b.log.undecoded.map((octets) => toHex(octets.subarray(0, 1))),
      ["e8", "12"],
    );
    equal([b.heard.length, pdu?.length], [1, 14]);
  });

  test("both IV Indexes of an update, and the one after it", () => {
    const { bench, a, b } = twoPeers();
    const n = SAMPLE_KEYS.ivIndex;
    a.setIvIndex(n + 1, true);
    a.send({ dst: B, key: APP, message: HELLO });
    a.setIvIndex(n + 1);
    a.send({ dst: B, key: APP, message: HELLO });
    a.send({ dst: B, key: APP, message: HELLO, ivIndex: n - 1 });
    bench.pass(200);
    equal(
      b.received.map(({ ivIndex }) => ivIndex),
      [n, n + 1, n - 1],
    );
  });

  test("a key refresh: old keys, new keys, old ones forgotten", () => {
    const { bench, a, b } = twoPeers();
    for (const { keys } of [a, b]) {
      keys.refreshNetKey(0, OTHER_KEY);
      keys.refreshAppKey(APP_KEY_INDEX, SAMPLE_KEYS.deviceKey);
    }
    const say = (how = {}): void => {
      a.send({ dst: B, key: APP, message: HELLO, ...how });
      a.sendBeacon(how);
      bench.pass(100);
    };
    say();
    a.keys.setPhase(0, 2);
    say();
    say({ newKey: false });
    b.keys.setPhase(0, 3);
    say({ newKey: false });
    a.keys.setPhase(0, 3);
    say();
    equal(
      b.heard.map(({ newKey }) => newKey),
      [false, true, false, false],
    );
    equal(
      b.received.map(({ newAppKey }) => newAppKey),
      [false, true, false, false],
    );
    equal(
      b.beacons.map(({ netKeyIndex, newKey, flags }) => [netKeyIndex, newKey, flags]),
      [
        [0, false, 0],
        [0, true, 1],
        [0, false, 1],
        [undefined, false, 1],
        [0, false, 0],
      ],
    );
    equal(b.log.undecoded.length, 1);
  });

  test("a secure network beacon, changed ones, and one of an unknown network", () => {
    const { bench, a, b } = twoPeers();
    const payload = a.sendBeacon();
    a.sendBeacon({ flags: 2, ivIndex: SAMPLE_KEYS.ivIndex + 1 });
    a.sendBeacon({ authenticationValue: new Uint8Array(8) });
    a.addNetwork({ netKeyIndex: 1, netKey: OTHER_KEY });
    a.sendBeacon({ netKeyIndex: 1 });
    bench.pass(200);
    equal(toHex(payload), "01003ecaff672f673370123456788ea261582f364f6f");
    equal(
      b.beacons.map(({ netKeyIndex, flags, ivIndex, authentic }) => [netKeyIndex, flags, ivIndex, authentic]),
      [
        [0, 0, SAMPLE_KEYS.ivIndex, true],
        [0, 2, SAMPLE_KEYS.ivIndex + 1, true],
        [0, 0, SAMPLE_KEYS.ivIndex, false],
        [undefined, 0, 0, false],
      ],
    );
  });

  test("PDUs keep their order and their distance, each as often as it should be", () => {
    const bench = new MeshBench();
    const a = bench.addPeer(A, { transmissions: 2, intervalMs: 50 });
    const quick = bench.addPeer(A + 1, { intervalMs: 0 });
    const b = bench.addPeer(B);
    for (const message of [HELLO, HELLO]) a.send({ dst: B, key: APP, message });
    equal(a.waiting, 2);
    bench.pass(1000);
    equal(
      b.heard.map(({ seq, atMs }) => [seq, atMs]),
      [
        [0, 2],
        [0, 54],
        [1, 106],
        [1, 158],
      ],
    );
    b.log.clear();
    for (const message of [HELLO, HELLO]) quick.send({ dst: B, key: APP, message });
    bench.pass(1000);
    equal(
      b.heard.map(({ atMs }) => atMs),
      [1002, 1004],
    );
    quick.send({ dst: B, key: APP, message: longMessage() });
    quick.stop();
    bench.pass(1000);
    equal([quick.waiting, b.heard.length], [0, 3]);
  });

  test("a question has its answer, or none", () => {
    const { bench, a, b } = twoPeers();
    const pass = (ms: number): void => {
      bench.pass(ms);
      const question = b.take(0x8201);
      if (question === undefined) return;
      b.send({ dst: A, src: B + 1, key: APP, message: hex("820400") });
      b.send({ dst: GROUP, key: APP, message: hex("820400") });
      b.send({ dst: A, key: APP, message: hex("820401") });
    };
    b.send({ dst: A, key: APP, message: hex("820400") });
    bench.pass(100);
    equal(ask(a, { dst: B, key: APP, message: hex("8201") }, pass)?.message, hex("820401"));
    equal(a.received.length, 3, "what is no answer stays");
    equal(ask(a, { dst: B, key: APP, message: hex("8203") }, pass, 200), undefined);
  });

  test("a configuration client asks, tells, and finds out that nobody answers", () => {
    const { bench, a, b } = twoPeers();
    for (const peer of [a, b]) peer.addDevice(B, SAMPLE_KEYS.deviceKey);
    const answer = (opcode: number, message: string): void => {
      if (b.take(opcode) !== undefined) b.send({ dst: A, key: { device: B }, message: hex(message) });
    };
    const client = new ConfigClient(a, B, (ms) => {
      bench.pass(ms);
      answer(0x800c, "800e07");
      answer(0x8008, "02000c001a0001000800030000010000");
    });
    equal(client.ask(defaultTtlGet()), { name: "defaultTtl", ttl: 7 });
    equal(client.ask(defaultTtlGet(), { micSize: 8, ttl: 3 }), { name: "defaultTtl", ttl: 7 });
    equal(client.composition().elements, [{ location: 0x0100, models: [] }]);
    equal(client.tryToAsk(nodeReset(), { timeoutMs: 500 }), undefined);
    throws(() => client.ask(nodeReset(), { timeoutMs: 500 }));
    client.tell(nodeReset());
    bench.pass(100);
    equal(b.received.filter(({ opcode }) => opcode === 0x8049).length, 3);
  });

  test("what the peer does not have throws", () => {
    const { a } = twoPeers();
    throws(() => a.send({ dst: B, key: { device: B }, message: HELLO }));
    throws(() => a.send({ dst: B, key: { app: 5 }, message: HELLO }));
    throws(() => a.sendBeacon({ netKeyIndex: 5 }));
    throws(() => a.keys.setPhase(0, 2));
    throws(() => a.addAppKey(0, 1, new Uint8Array(15)));
  });
};
