/** The records in storage. */

import { ascii } from "../../modules/bytes.js";
import {
  decodeIdentity,
  decodeNodeRecord,
  encodeIdentity,
  hexDigits,
  Records,
} from "../../modules/records.js";
import type { Suite } from "../support/harness.js";
import { MemoryStorage } from "../support/memory-storage.js";
import { hex } from "../support/provisionee-bench.js";
import { RecordingTrace } from "../support/recording-trace.js";
import { withCheckSum } from "../support/stored-record.js";

const NODE = Object.freeze({
  netKey: hex("efb2255e6422d330088e09bb015ed707"),
  netKeyIndex: 0x0567,
  keyRefresh: true,
  ivUpdate: false,
  ivIndex: 0xfffefdfc,
  unicastAddress: 0x7fff,
  deviceKey: hex("0520adad5e0142aa3e325087b4ec16d8"),
});
const RECORD = hex("01efb2255e6422d330088e09bb015ed707056701fffefdfc7fff0520adad5e0142aa3e325087b4ec16d8");

export const suite: Suite = ({ test, equal }) => {
  test("what a release without a network layer has stored, octet for octet", () => {
    equal(decodeNodeRecord(RECORD), NODE);
  });

  test("a record of another version, of another length, or with values that cannot be", () => {
    equal(decodeNodeRecord(RECORD.subarray(0, 41)), undefined);
    equal(decodeNodeRecord(new Uint8Array(43)), undefined);
    equal(decodeNodeRecord(new Uint8Array(0)), undefined);
    const changes = [
      [0, 2],
      [0, 0],
      [17, 0x10],
      [19, 4],
      [24, 0x80],
      [24, 0xff],
    ] as const;
    for (const [at, value] of changes) {
      const record = RECORD.slice();
      record[at] = value;
      equal(decodeNodeRecord(record), undefined, `octet ${at}`);
    }
    const nowhere = RECORD.slice();
    nowhere.fill(0, 24, 26);
    equal(decodeNodeRecord(nowhere), undefined);
  });

  test("the identity, octet for octet, both ways, up to the last address", () => {
    const identity = { unicastAddress: 0x7f02, numberOfElements: 0xfe, deviceKey: NODE.deviceKey };
    const record = hex("027f02fe0520adad5e0142aa3e325087b4ec16d8");
    equal(encodeIdentity(identity), record);
    equal(decodeIdentity(record), identity);
    for (const [at, value] of [
      [1, 0x80],
      [3, 0],
      [3, 0xff],
    ] as const) {
      const wrong = record.slice();
      wrong[at] = value;
      equal(decodeIdentity(wrong), undefined, `octet ${at}`);
    }
    equal(decodeIdentity(new Uint8Array(20)), undefined);
  });

  test("records are read by version and length, and what is wrong with them is told", () => {
    const storage = new MemoryStorage();
    const trace = new RecordingTrace();
    const records = new Records(storage, trace);
    equal(records.read("a", 1, 2), undefined);
    equal(trace.notes, []);
    equal(records.write("a", new Uint8Array([1, 7, 8])), true);
    equal(storage.read("a"), withCheckSum("a", new Uint8Array([1, 7, 8])));
    equal(records.read("a", 1, 2, 3), new Uint8Array([1, 7, 8]));
    for (const [version, shortest, longest] of [
      [2, 2, 3],
      [1, 4, 5],
      [1, 1, 2],
    ] as const) {
      equal(records.read("a", version, shortest, longest), undefined);
      equal(trace.notes.pop(), { layer: "storage", event: "damagedRecord", value: 5 });
    }
    equal(records.has("a"), true, "a damaged record stays where it is");
  });

  test("a flipped bit anywhere, a record that is cut short, or another's record: damaged", () => {
    const storage = new MemoryStorage();
    const trace = new RecordingTrace();
    const records = new Records(storage, trace);
    // CRC-16/CCITT-FALSE of "123456789" is 29b1: the key counts first.
    records.write("1234", ascii("56789"));
    equal(storage.read("1234"), hex("353637383929b1"));
    records.write("seq", hex("010000000000000100"));
    const whole = storage.read("seq") ?? hex("");
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = whole.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      storage.write("seq", flipped);
      equal(records.read("seq", 1, 9), undefined, `bit ${bit}`);
    }
    for (let length = 0; length < whole.length; length++) {
      storage.write("seq", whole.subarray(0, length));
      equal(records.read("seq", 1, 0, 48), undefined, `${length} octets`);
    }
    storage.write("iv", whole);
    equal(records.read("iv", 1, 9), undefined, "of another key");
    storage.write("seq", whole);
    equal(records.read("seq", 1, 9), hex("010000000000000100"));
  });

  test("a write that fails is told, and the old record stands", () => {
    const storage = new MemoryStorage();
    const trace = new RecordingTrace();
    const records = new Records(storage, trace);
    equal(records.write("net.00a", new Uint8Array([1])), true);
    storage.failAt(1);
    equal(records.write("net.00a", new Uint8Array([1, 2])), false);
    equal(trace.notes, [{ layer: "storage", event: "writeFailed", value: 2 }]);
    equal(records.read("net.00a", 1, 1), new Uint8Array([1]));
  });

  test("keys by prefix, in order, with hexadecimal digits", () => {
    const records = new Records(new MemoryStorage(), new RecordingTrace());
    for (const index of [0xabc, 0x001, 0x0f0])
      records.write(`net.${hexDigits(index, 3)}`, new Uint8Array([1]));
    records.write("network", new Uint8Array([1]));
    equal(records.keys("net."), ["net.001", "net.0f0", "net.abc"]);
    records.erase("net.0f0");
    equal(records.keys("net."), ["net.001", "net.abc"]);
  });
};
