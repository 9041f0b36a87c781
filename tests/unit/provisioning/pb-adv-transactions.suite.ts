/** The transactions of PB-ADV: segments, acknowledgments, repetition. MshPRT 5.3.1, 5.3.3. */

import { toHex } from "../../../modules/bytes.js";
import { frameCheckSequence } from "../../../modules/provisioning/generic-pdu.js";
import type { Suite } from "../../support/harness.js";
import {
  INVITE,
  INVITE_ACK,
  LINK,
  LINK_OPEN,
  PbAdvBench,
  transaction,
  UUID,
} from "../../support/pb-adv-bench.js";
import { hex } from "../../support/provisionee-bench.js";

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("a PDU is handed up when its acknowledgment has left, and not before", () => {
    const bench = new PbAdvBench().open();
    bench.hear(INVITE);
    equal(bench.heard, ["opened"]);
    equal(bench.out(60), [INVITE_ACK]);
    equal(bench.heard, ["opened", "0000"]);
  });

  test("a segment of an acknowledged transaction is acknowledged again, and not handed up again [T-C4]", () => {
    const bench = new PbAdvBench().open();
    bench.hear(INVITE);
    bench.clock.advance(60);
    bench.hear(INVITE);
    equal(bench.out(60), [INVITE_ACK]);
    equal(bench.heard, ["opened", "0000"]);
  });

  test("unacknowledged segments go out again, all of them, until the acknowledgment comes", () => {
    const bench = new PbAdvBench().open();
    const pdu = new Uint8Array(65).map((_, i) => i);
    bench.pbAdv.send(pdu);
    const rounds = bench.out(2000);
    const expected = transaction(0x80, pdu);
    ok(rounds.length >= 12, `${rounds.length} PDUs`);
    for (const [i, message] of rounds.entries()) equal(message, expected[i % 3]);
    bench.hear(`${LINK}8001`);
    equal(bench.heard, ["opened", "sent"]);
    equal(bench.out(2000), []);
    equal(bench.reasonOf(`${LINK}8001`), "staleAcknowledgment");
  });

  test("every malformed PDU has its reason, and changes nothing [PBADV/BI-02, T-C1, T-D3]", () => {
    const long = transaction(1, new Uint8Array(65));
    const cases: readonly (readonly [string, string])[] = [
      ["", "badLength"],
      [LINK, "badLength"],
      [`${LINK}00`, "badLength"],
      [`${LINK}0003${UUID.slice(2)}`, "badLength"],
      [`${LINK}0003${UUID}00`, "badLength"],
      [`${LINK}0003${UUID.replace("7", "8")}`, "foreignUuid"],
      [`${LINK}0007`, "unexpectedMessage"],
      [`${LINK}000b`, "badLength"],
      [`${LINK}000b0000`, "badLength"],
      [`${LINK}000f`, "reservedOpcode"],
      [`${LINK}00ff`, "reservedOpcode"],
      [`${LINK}8001`, "staleAcknowledgment"],
      [`${LINK}8005`, "prohibitedValue"],
      [`${LINK}800100`, "badLength"],
      [`${LINK}0200000214ffff`, "unexpectedTransaction"],
      [`${LINK}8000000214ffff`, "unexpectedTransaction"],
      [`${LINK}01`.concat("00"), "badLength"],
      [`${LINK}01000000ff`, "badLength"],
      [`${LINK}0100007114${"00".repeat(17)}`, "badLength"],
      [`${LINK}01fcffff14`, "badLength"],
      [`${LINK}0178004114${"00".repeat(20)}`, "badSegment"],
      [`${LINK}0104004114${"00".repeat(20)}`, "badSegment"],
      [`${LINK}0108004114${"00".repeat(19)}`, "badLength"],
      [`${LINK}01000002ff0000`, "badFcs"],
      [long[1] ?? "", "noTransactionStart"],
    ];
    for (const [pdu, reason] of cases) {
      const bench = new PbAdvBench().open();
      bench.hear(INVITE);
      bench.clock.advance(100);
      equal(bench.reasonOf(pdu), reason, pdu);
      equal(bench.out(100), [], pdu);
      equal(bench.heard, ["opened", "0000"], pdu);
      bench.hear(
        `${LINK}01000002d50200`.replace("d5", toHex(new Uint8Array([frameCheckSequence(hex("0200"))]))),
      );
      bench.clock.advance(100);
      equal(bench.heard.slice(-1), ["0200"], "the next transaction is taken all the same");
    }
  });

  test("continuations beyond SegN, of a wrong length, or a start that says something else", () => {
    const bench = new PbAdvBench().open();
    const [start = "", second = "", third = ""] = transaction(0, new Uint8Array(65).fill(9));
    equal(bench.reasonOf(start), undefined);
    equal(bench.reasonOf(`${LINK}0002${second.slice(12)}`), "badSegment");
    equal(bench.reasonOf(`${LINK}000e${second.slice(12)}`), "badSegment");
    equal(bench.reasonOf(second.slice(0, -2)), "badLength");
    equal(bench.reasonOf(start.replace("0041", "0040")), "transactionChanged");
    const other = transaction(0, new Uint8Array(65).fill(8))[0] ?? "";
    equal(bench.reasonOf(other), "transactionChanged");
    equal(bench.reasonOf(third), undefined);
    equal(bench.reasonOf(third), undefined, "a repeated segment is no fault");
    equal(bench.reasonOf(second), undefined);
    bench.clock.advance(60);
    equal(bench.heard, ["opened", "09".repeat(65)]);
  });

  test("segments in any order, once the start has been heard [PBADV/BV-04]", () => {
    const pdu = new Uint8Array(112).map((_, i) => i * 3);
    const [start = "", ...rest] = transaction(0, pdu);
    const bench = new PbAdvBench().open();
    bench.hear(start);
    for (const segment of rest.reverse()) bench.hear(segment);
    bench.clock.advance(60);
    equal(bench.heard, ["opened", toHex(pdu)]);
  });

  test("after a wrong FCS the whole transaction is taken anew", () => {
    const bench = new PbAdvBench().open();
    const [start = "", second = "", third = ""] = transaction(0, new Uint8Array(65).fill(1));
    bench.hear(start);
    bench.hear(second);
    equal(bench.reasonOf(third.replace(/01$/, "02")), "badFcs");
    for (const segment of [start, second, third]) bench.hear(segment);
    bench.clock.advance(60);
    equal(bench.heard, ["opened", "01".repeat(65)]);
  });

  test("the provisioner's transaction numbers wrap after 7f, the device's after ff", () => {
    const bench = new PbAdvBench().open();
    for (let i = 0; i < 0x82; i++) {
      bench.sent.length = 0;
      bench.heard.length = 0;
      const [message = ""] = transaction(i & 0x7f, new Uint8Array([i]));
      bench.hear(message);
      bench.clock.advance(60);
      equal(bench.heard, [toHex(new Uint8Array([i]))]);
      bench.pbAdv.send(new Uint8Array([i]));
      bench.clock.advance(60);
      const number = toHex(new Uint8Array([0x80 | (i & 0x7f)]));
      ok(bench.sent.some(({ pdu }) => pdu.startsWith(`${LINK}${number}00`)));
      bench.hear(`${LINK}${number}01`);
    }
  });

  test("a peer that goes on before our acknowledgment is off the air loses nothing", () => {
    const bench = new PbAdvBench().open();
    bench.hear(INVITE);
    const [next = ""] = transaction(1, hex("0c"));
    bench.hear(next);
    bench.clock.advance(100);
    equal(bench.heard, ["opened", "0000", "0c"]);
  });

  test("repeated segments of an acknowledged PDU do not hold up our own retransmission", () => {
    const bench = new PbAdvBench().open();
    bench.hear(INVITE);
    bench.clock.advance(100);
    bench.pbAdv.send(new Uint8Array(2));
    bench.clock.advance(100);
    bench.sent.length = 0;
    for (let i = 0; i < 100; i++) {
      bench.hear(INVITE);
      bench.clock.advance(150);
    }
    ok(bench.sent.filter(({ pdu }) => pdu.startsWith(`${LINK}80`)).length > 40);
  });

  test("an acknowledgment of what has not left yet is stale", () => {
    const bench = new PbAdvBench().open();
    bench.pbAdv.send(new Uint8Array(2));
    equal(bench.reasonOf(`${LINK}8001`), "staleAcknowledgment");
    equal(bench.heard, ["opened"]);
    bench.clock.advance(60);
    bench.hear(`${LINK}8001`);
    equal(bench.heard, ["opened", "sent"]);
  });

  test("half a PDU of the last link does not spoil the next one", () => {
    const bench = new PbAdvBench().open();
    bench.hear(transaction(0, new Uint8Array(65))[0] ?? "");
    bench.hear(`${LINK}000b02`);
    bench.accept();
    bench.hear(LINK_OPEN);
    bench.hear(INVITE);
    bench.clock.advance(200);
    equal(bench.heard.slice(-1), ["0000"]);
  });

  test("a continuation of an acknowledged PDU is acknowledged again, of another one it is out of turn", () => {
    const bench = new PbAdvBench().open();
    const segments = transaction(0, new Uint8Array(65));
    for (const segment of segments) bench.hear(segment);
    bench.clock.advance(100);
    bench.hear(segments[1] ?? "");
    equal(bench.out(60), [INVITE_ACK]);
    equal(bench.reasonOf((segments[1] ?? "").replace(`${LINK}00`, `${LINK}05`)), "unexpectedTransaction");
  });

  test("a PDU is handed up on its own acknowledgment, not on that of the PDU before", () => {
    const bench = new PbAdvBench().open();
    bench.hear(INVITE);
    while (!bench.sent.some(({ pdu }) => pdu === INVITE_ACK)) bench.clock.advance(1);
    const [next = ""] = transaction(1, hex("0c"));
    bench.hear(next);
    bench.clock.advance(10);
    equal(bench.heard, ["opened", "0000"]);
    bench.clock.advance(60);
    equal(bench.heard, ["opened", "0000", "0c"]);
  });

  test("a provisioner that goes on has our PDU: the next one need not wait, and this one is repeated until it is", () => {
    const bench = new PbAdvBench().open();
    bench.hear(INVITE);
    bench.clock.advance(100);
    bench.pbAdv.send(hex("01"));
    const [next = "", third = ""] = [transaction(1, hex("02"))[0], transaction(2, hex("03"))[0]];
    bench.hear(next);
    equal(bench.heard.slice(-1), ["0000"], "what has not left cannot have been answered");
    bench.clock.advance(150);
    equal(bench.heard.slice(-1), ["02"]);
    throws(() => bench.pbAdv.send(hex("01")));
    bench.hear(third);
    equal(bench.heard.slice(-1), ["sent"]);
    bench.sent.length = 0;
    bench.clock.advance(31_000);
    ok(
      bench.sent.some(({ pdu }) => pdu.startsWith(`${LINK}80`)),
      "it is still repeated",
    );
    ok(!bench.heard.includes("closed 1"), "but nobody waits for its acknowledgment any more");
    bench.pbAdv.send(hex("04"));
    bench.clock.advance(60);
    ok(bench.sent.some(({ pdu }) => pdu.startsWith(`${LINK}81`)));
    equal(bench.reasonOf(`${LINK}8001`), "staleAcknowledgment");
    bench.hear(`${LINK}8101`);
    equal(bench.heard.filter((word) => word === "sent").length, 2);
  });

  test("a PDU that is our last has no answer: it is repeated until it is acknowledged, and none takes its place", () => {
    const bench = new PbAdvBench().open();
    bench.pbAdv.send(hex("0902"), true);
    bench.clock.advance(60);
    for (const pdu of transaction(0, hex("03"))) bench.hear(pdu);
    const repeated = bench.out(1_000);
    ok(repeated.filter((pdu) => pdu.startsWith(`${LINK}80`)).length >= 5);
    equal(bench.heard, ["opened", "03"], "not told as sent");
    throws(() => bench.pbAdv.send(hex("0903"), true));
    bench.hear(`${LINK}8001`);
    equal(bench.heard.slice(-1), ["sent"]);
  });

  test("an acknowledgment that comes after the answer ends the repetition, and is not told twice", () => {
    const bench = new PbAdvBench().open();
    bench.pbAdv.send(hex("01"));
    bench.clock.advance(60);
    bench.hear(INVITE);
    equal(bench.heard.slice(-1), ["sent"]);
    bench.hear(`${LINK}8001`);
    equal(bench.heard.filter((word) => word === "sent").length, 1);
    bench.clock.advance(100);
    equal(bench.out(2_000), []);
  });

  test("octets are borrowed by send", () => {
    const bench = new PbAdvBench().open();
    const pdu = new Uint8Array(2).fill(1);
    bench.pbAdv.send(pdu);
    pdu.fill(9);
    ok(bench.out(100).includes(transaction(0x80, new Uint8Array(2).fill(1))[0] ?? ""));
  });

  test("two PDUs at once are our own mistake", () => {
    const bench = new PbAdvBench().open();
    bench.pbAdv.send(new Uint8Array(2));
    throws(() => bench.pbAdv.send(new Uint8Array(2)));
    throws(() => new PbAdvBench().pbAdv.send(new Uint8Array(2)));
    throws(() => bench.accept());
  });
};
