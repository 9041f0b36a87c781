/** Who hears what, why the others do not, and how an answer goes back. */

import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { Address } from "../../../modules/network/address.js";
import { FeatureState } from "../../../modules/network/node-states.js";
import type { AccessIncoming } from "../../../modules/transport/upper.js";
import {
  AccessBench,
  FIRST,
  LABEL,
  LABEL_ADDRESS,
  OTHER_LABEL,
  RecordingModel,
} from "../../support/access-bench.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { hex } from "../../support/provisionee-bench.js";
import { readStored, writeStored } from "../../support/stored-record.js";

const GET = 0x8201;
const GET_PDU = hex("8201");
const DEVICE_PDU = hex("8008ff");
const STATUS = 0x8204;

/** Two elements with the same model, bound to AppKey 0, and a model of device key security on the first. */
function house(random?: SeededRandom) {
  const messages = [
    { opcode: GET, minLength: 0, maxLength: 0 },
    { opcode: 0xc105f1, minLength: 2, maxLength: 4 },
  ];
  const server = new RecordingModel(0x0000, [{ opcode: 0x8008, minLength: 1, maxLength: 1 }], {
    security: "device",
  });
  const first = new RecordingModel(0x1000, messages);
  const second = new RecordingModel(0x1000, messages);
  const node = new AccessBench([[server, first], [second]], random === undefined ? {} : { random });
  node.entry(first).bind(0);
  node.entry(second, 1).bind(0);
  return {
    node,
    server,
    first,
    second,
    hear: (pdu: Uint8Array, from?: Partial<AccessIncoming>) => node.upper.hear(pdu, from),
    /** How often the models on the first and the second element have heard something. */
    counts: () => [first.heard.length, second.heard.length],
  };
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("a message to an element is for its models only", () => {
    const { hear, counts } = house();
    ok(hear(GET_PDU, { dst: FIRST }));
    equal(counts(), [1, 0]);
    ok(hear(GET_PDU, { dst: FIRST + 1 }));
    equal(counts(), [1, 1]);
    ok(!hear(GET_PDU, { dst: FIRST + 2 }));
    ok(!hear(GET_PDU, { dst: FIRST - 1 }));
    equal(counts(), [1, 1]);
  });

  test("a model sees the message as it came", () => {
    const { hear, first, node } = house();
    hear(hex("c1f1050a0b0c"), { src: 0x0123, ttl: 9, netKeyIndex: 4 });
    equal(first.heard, [
      {
        opcode: 0xc105f1,
        parameters: hex("0a0b0c"),
        context: {
          src: 0x0123,
          dst: FIRST,
          label: undefined,
          ttl: 9,
          netKeyIndex: 4,
          appKeyIndex: 0,
          element: FIRST,
        },
      },
    ]);
    equal(node.trace.notes, [{ layer: "access", event: "messageReceived", value: 0xc105f1 }]);
    equal(node.trace.drops, []);
  });

  test("a group is for those who are subscribed to it", () => {
    const { hear, counts, node, second } = house();
    node.entry(second, 1).subscribe(0xc001, undefined);
    ok(hear(GET_PDU, { dst: 0xc001 }));
    equal(counts(), [0, 1]);
    equal(second.heard[0]?.context.element, FIRST + 1);
    ok(!hear(GET_PDU, { dst: 0xc002 }));
    node.entry(second, 1).unsubscribe(0xc001, undefined);
    ok(!hear(GET_PDU, { dst: 0xc001 }));
    equal(node.trace.drops, [], "nobody here has to do with those groups");
  });

  test("a group with several members reaches them all, each as itself", () => {
    const { hear, counts, node, first, second } = house();
    node.entry(first).subscribe(0xc001, undefined);
    node.entry(second, 1).subscribe(0xc001, undefined);
    ok(hear(GET_PDU, { dst: 0xc001 }));
    equal(counts(), [1, 1]);
    equal([first.heard[0]?.context.element, second.heard[0]?.context.element], [FIRST, FIRST + 1]);
    equal(node.trace.eventsOf("access"), ["messageReceived"]);
  });

  test("a virtual address means the label behind it, octet for octet", () => {
    const { hear, counts, node, first } = house();
    node.entry(first).subscribe(LABEL_ADDRESS, LABEL);
    ok(hear(GET_PDU, { dst: LABEL_ADDRESS, label: LABEL.slice() }));
    equal(counts(), [1, 0]);
    equal(first.heard[0]?.context.label, LABEL);
    ok(!hear(GET_PDU, { dst: LABEL_ADDRESS, label: OTHER_LABEL }));
    ok(!hear(GET_PDU, { dst: LABEL_ADDRESS, label: undefined }));
    equal(counts(), [1, 0]);
  });

  test("the fixed groups are for the primary element, as long as their feature is in use [NET/BV-11]", () => {
    const { hear, counts, node } = house();
    const { AllNodes, AllRelays, AllFriends, AllProxies, AllDirectedForwardingNodes } = Address;
    for (const dst of [AllNodes, AllRelays, AllFriends, AllProxies]) ok(hear(GET_PDU, { dst }), `${dst}`);
    ok(!hear(GET_PDU, { dst: AllDirectedForwardingNodes }));
    equal(counts(), [4, 0]);
    const off = FeatureState.Disabled;
    node.states.change({ relay: off, friend: off, gattProxy: off });
    for (const dst of [AllRelays, AllFriends, AllProxies]) ok(!hear(GET_PDU, { dst }), `${dst}`);
    ok(hear(GET_PDU, { dst: AllNodes }));
    equal(counts(), [5, 0]);
    equal(node.trace.drops, []);
  });

  test("whoever is subscribed to a fixed group hears it on every element, feature or not", () => {
    const { hear, counts, node, second } = house();
    node.states.change({ relay: FeatureState.Disabled });
    node.entry(second, 1).subscribe(Address.AllRelays, undefined);
    ok(hear(GET_PDU, { dst: Address.AllRelays }));
    equal(counts(), [0, 1]);
  });

  test("only bound keys open a model", () => {
    const { hear, counts, node, first } = house();
    ok(!hear(GET_PDU, { appKeyIndex: 1 }));
    ok(!hear(GET_PDU, { appKeyIndex: undefined }), "the device key");
    equal(counts(), [0, 0]);
    equal(node.trace.reasons, ["notBound", "notBound"]);
    equal(node.trace.drops[0], { layer: "access", reason: "notBound", pdu: GET_PDU });
    node.entry(first).bind(1);
    ok(hear(GET_PDU, { appKeyIndex: 1 }));
    node.entry(first).unbind(0);
    ok(!hear(GET_PDU, { appKeyIndex: 0 }));
    equal(counts(), [1, 0]);
  });

  test("a model of device key security hears the device key alone", () => {
    const { hear, server, node } = house();
    ok(hear(DEVICE_PDU, { appKeyIndex: undefined }));
    equal(server.heard.length, 1);
    ok(!hear(DEVICE_PDU, { appKeyIndex: 0 }));
    ok(!hear(DEVICE_PDU, { appKeyIndex: undefined, dst: FIRST + 1 }));
    equal(server.heard.length, 1);
    equal(node.trace.reasons, ["notBound", "unknownOpcode"]);
  });

  test("opcodes that nobody knows, and octets that are no opcode", () => {
    const { hear, counts, node } = house();
    const unknown = ["8202", "7f", "00", "", "82", "c1f1", "c1f105"].map(hex);
    unknown[unknown.length - 1] = hex("c105f10000");
    for (const pdu of unknown) ok(!hear(pdu));
    equal(
      node.trace.reasons,
      unknown.map(() => "unknownOpcode"),
    );
    ok(!hear(hex("8202"), { dst: Address.AllNodes }));
    equal(node.trace.reasons.length, unknown.length + 1, "a group that is ours");
    equal(counts(), [0, 0]);
  });

  test("an element without models knows no opcode", () => {
    const node = new AccessBench([[], []]);
    ok(!node.upper.hear(GET_PDU, { dst: FIRST + 1 }));
    ok(!node.upper.hear(GET_PDU, { dst: Address.AllNodes }));
    equal(node.trace.reasons, ["unknownOpcode"]);
  });

  test("messages that are too short or too long", () => {
    const { hear, counts, node } = house();
    for (const pdu of ["820100", "c1f10501", "c1f1050102030405"].map(hex)) ok(!hear(pdu));
    equal(node.trace.reasons, ["badLength", "badLength", "badLength"]);
    ok(!hear(hex("820100"), { appKeyIndex: 1 }), "length comes first");
    equal(node.trace.reasons.at(-1), "badLength");
    equal(counts(), [0, 0]);
  });

  test("one model's obstacle does not hide another's", () => {
    const { node, hear, first, second } = house();
    node.entry(first).subscribe(0xc001, undefined);
    node.entry(second, 1).subscribe(0xc001, undefined);
    node.entry(first).unbind(0);
    ok(hear(GET_PDU, { dst: 0xc001 }));
    equal([first.heard.length, second.heard.length], [0, 1]);
    equal(node.trace.drops, []);
  });

  test("models are found by element and identifier", () => {
    const { node, second } = house();
    equal(node.access.find(FIRST + 2, undefined, 0x1000), "noElement");
    equal(node.access.find(FIRST - 1, undefined, 0x1000), "noElement");
    equal(node.access.find(FIRST, undefined, 0x1001), "noModel");
    equal(node.access.find(FIRST, 0x05f1, 0x1000), "noModel");
    equal(node.access.find(FIRST + 1, undefined, 0x0000), "noModel");
    ok(node.access.find(FIRST + 1, undefined, 0x1000) === node.access.elements[1]?.models[0]);
    ok(node.entry(second, 1).model === second);
    equal(
      node.access.elements.map(({ address, models }) => [address, models.length]),
      [
        [FIRST, 2],
        [FIRST + 1, 1],
      ],
    );
  });

  test("an answer goes back by the keys of the question, from the element that was asked", () => {
    const { node, hear, first, server } = house();
    first.onReceive = ({ context }) => first.access?.reply(context, STATUS, hex("01"));
    server.onReceive = ({ context }) => server.access?.reply(context, 0x8009, hex("02"));
    hear(GET_PDU, { src: 0x0077, netKeyIndex: 3, ttl: 9 });
    hear(DEVICE_PDU, { src: 0x0078, netKeyIndex: 5, appKeyIndex: undefined });
    equal(node.upper.sent, [], "not before it has waited a little");
    node.clock.advance(1000);
    const common = { atMs: 20, src: FIRST, label: undefined, ttl: 7, micSize: 4, segmented: false, tag: 0 };
    equal(node.upper.sent, [
      { ...common, accessPdu: hex("800902"), dst: 0x0078, netKeyIndex: 5, appKeyIndex: undefined },
      { ...common, accessPdu: hex("820401"), dst: 0x0077, netKeyIndex: 3, appKeyIndex: 0 },
    ]);
  });

  test("a question with TTL 0 is answered with TTL 0", () => {
    const { node, hear, first } = house();
    first.onReceive = ({ context }) => first.access?.reply(context, STATUS, hex("01"));
    for (const ttl of [0, 1, 127]) hear(GET_PDU, { ttl });
    node.clock.advance(1000);
    equal(
      node.upper.sent.map(({ ttl }) => ttl),
      [0, 7, 7],
    );
  });

  test("to a unicast question the answer waits 20 to 50 ms, to others 20 to 500 ms", () => {
    for (const [dst, mostMs] of [
      [FIRST, 50],
      [Address.AllNodes, 500],
    ] as const) {
      const { node, hear, first } = house(new SeededRandom(1));
      first.onReceive = ({ context }) => first.access?.reply(context, STATUS, hex("01"));
      const waits: number[] = [];
      for (let i = 0; i < 100; i++) {
        const askedMs = node.clock.now();
        hear(GET_PDU, { dst });
        node.clock.advance(1000);
        waits.push((node.upper.sent.at(-1)?.atMs ?? 0) - askedMs);
      }
      equal(node.upper.sent.length, 100);
      ok(waits.every((ms) => ms >= 20 && ms <= mostMs));
      ok(waits.some((ms) => ms > mostMs * 0.8) && waits.some((ms) => ms < 20 + mostMs * 0.2), "by chance");
    }
  });

  test("whoever answers learns when the answer has left, whatever became of it", () => {
    const { node, hear, first } = house();
    let left = 0;
    first.onReceive = ({ context }) => {
      first.access?.reply(context, STATUS, hex("01"), () => left++);
    };
    hear(GET_PDU);
    hear(GET_PDU);
    node.clock.advance(1000);
    const tags = node.upper.sent.map(({ tag }) => tag);
    equal(new Set(tags).size, 2);
    ok(!tags.includes(0));
    equal(left, 0);
    node.upper.finish(tags[0] ?? 0);
    equal(left, 1);
    node.upper.finish(tags[0] ?? 0);
    node.upper.finish(0);
    node.upper.finish(99);
    equal(left, 1, "once");
    node.upper.finish(tags[1] ?? 0);
    equal(left, 2);
  });

  test("without room below, an answer is tried again for 5 s", () => {
    const { node, hear, first } = house();
    let left = 0;
    first.onReceive = ({ context }) => {
      first.access?.reply(context, STATUS, hex("01"), () => left++);
    };
    node.upper.hasRoom = false;
    hear(GET_PDU);
    node.clock.advance(3000);
    node.upper.hasRoom = true;
    node.clock.advance(100);
    equal(node.upper.sent.length, 1);

    node.upper.hasRoom = false;
    hear(GET_PDU);
    node.clock.advance(4900);
    equal(left, 0);
    node.clock.advance(200);
    equal(left, 1, "given up");
    node.upper.hasRoom = true;
    node.clock.advance(10_000);
    equal(node.upper.sent.length, 1);
  });

  test("questions come faster than answers leave: what is too much is not answered [T-D2]", () => {
    const { node, hear, first } = house();
    const accepted: (boolean | undefined)[] = [];
    first.onReceive = ({ context }) => {
      accepted.push(first.access?.reply(context, STATUS, hex("01")));
    };
    for (let i = 0; i < 20; i++) hear(GET_PDU);
    equal(accepted.filter((was) => was === true).length, 8);
    node.clock.advance(1000);
    equal(node.upper.sent.length, 8);
    hear(GET_PDU);
    equal(accepted.at(-1), true);
  });

  test("an answer may be as long as a message can be", () => {
    const { node, hear, first } = house();
    first.onReceive = ({ context }) => first.access?.reply(context, STATUS, new Uint8Array(378));
    hear(GET_PDU);
    node.clock.advance(100);
    equal(node.upper.sent[0]?.accessPdu.length, 380);
    first.onReceive = ({ context }) => first.access?.reply(context, STATUS, new Uint8Array(379));
    throws(() => hear(GET_PDU));
  });

  test("a model's own record", () => {
    const { node, first, second } = house();
    equal(first.access?.stored, undefined);
    equal(first.access?.store(hex("0102")), true);
    equal(second.access?.store(new Uint8Array(40).fill(7)), true);
    equal(first.access?.stored, hex("0102"));
    equal(second.access?.stored, new Uint8Array(40).fill(7));
    equal(readStored(node.storage, "m.00.1000"), hex("010102"));
    throws(() => first.access?.store(new Uint8Array(41)));
    node.storage.failAt(1);
    equal(first.access?.store(hex("03")), false);
    equal(first.access?.stored, hex("0102"));
    equal(first.access?.store(new Uint8Array(0)), true);
    equal(first.access?.stored, new Uint8Array(0));
    writeStored(node.storage, "m.00.1000", hex("0201"));
    equal(first.access?.stored, undefined, "another version");
  });

  test("a model's record is there when the model is attached, and a power cut leaves the old or the new", () => {
    for (const left of ["old", "new"] as const) {
      const storage = new MemoryStorage();
      const model = new RecordingModel(0x1000, []);
      const before = new AccessBench([[model]], { storage });
      model.access?.store(hex("01"));
      before.storage.cutPowerAt(1, left);
      throws(() => model.access?.store(hex("02")));
      new AccessBench([[model]], { storage });
      equal(model.access?.stored, hex(left === "old" ? "01" : "02"));
    }
  });

  test("after the end of the term models ask in vain, and nobody hears anything", () => {
    const { node, hear, first, server, counts } = house();
    first.access?.store(hex("01"));
    first.onReceive = ({ context }) => {
      first.access?.reply(context, STATUS, hex("01"), () => throwUnexpected());
    };
    hear(GET_PDU);
    const context = first.heard[0]?.context;
    node.access.stop();
    node.access.stop();
    equal([first.resets, server.resets], [1, 1]);
    node.clock.advance(10_000);
    equal(node.upper.sent, []);
    node.upper.finish(1);
    ok(!hear(GET_PDU));
    equal(counts(), [1, 0]);
    ok(context !== undefined && first.access?.reply(context, STATUS, hex("01")) === false);
    equal(first.access?.stored, undefined);
    equal(first.access?.store(hex("02")), false);
    equal(readStored(node.storage, "m.00.1000"), hex("0101"));
  });

  test("a model that ends the term while it hears is the last to hear", () => {
    const { node, hear, first, second } = house();
    node.entry(first).subscribe(0xc001, undefined);
    node.entry(second, 1).subscribe(0xc001, undefined);
    first.onReceive = () => node.access.stop();
    hear(GET_PDU, { dst: 0xc001 });
    equal([first.heard.length, second.heard.length], [1, 0]);
  });
};

function throwUnexpected(): never {
  throw new Error("unexpected");
}
