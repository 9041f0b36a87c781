/** PB-ADV on a bench: PDUs in by hand, PDUs out with their time. MshPRT 5.2.1, 5.3, sample 8.7. */

import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { Advertiser } from "../../../modules/bearer/advertiser.js";
import { concat, toHex } from "../../../modules/bytes.js";
import type { Radio, RadioListener } from "../../../modules/platform.js";
import type { LinkCloseReason } from "../../../modules/provisioning/bearer.js";
import { encodeSegment, frameCheckSequence, lastSegment } from "../../../modules/provisioning/generic-pdu.js";
import { PbAdv } from "../../../modules/provisioning/pb-adv.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import provisioning from "../../vectors/provisioning.json" with { type: "json" };

const UUID = "70cf7c9732a345b691494810d2e9cbf4";
const LINK = "23af5850";
const LINK_OPEN = `${LINK}0003${UUID}`;
const LINK_ACK = `${LINK}0007`;
const INVITE = `${LINK}00000002140000`;
const INVITE_ACK = `${LINK}0001`;
const AIR_TIME_MS = 2;

/** One PB-ADV, its radio, and a listener that writes down what it hears. */
class Bench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly pbAdv: PbAdv;
  /** PB-ADV PDUs on the air, with the time of their beginning. */
  readonly sent: { readonly atMs: number; readonly pdu: string }[] = [];
  /** What the listener was told, in order. */
  readonly heard: string[] = [];
  readonly #advertiser: Advertiser;

  constructor() {
    const { clock, trace } = this;
    let listener: RadioListener | undefined;
    const event = clock.createTimer(() => listener?.transmitted());
    const radio: Radio = {
      open: (opened) => {
        listener = opened;
      },
      setScanning: () => {},
      transmit: (data) => {
        if (event.running) throw new Error("the radio is busy");
        this.sent.push({ atMs: clock.now(), pdu: toHex(data.subarray(2)) });
        event.start(AIR_TIME_MS);
      },
      setConnectable: () => {},
      renewAddress: () => {},
    };
    this.#advertiser = new Advertiser(radio, clock, trace);
    this.pbAdv = new PbAdv({
      deviceUuid: hex(UUID),
      advertiser: this.#advertiser,
      clock,
      random: new SeededRandom(3),
      trace,
    });
    this.accept();
  }

  accept(): void {
    this.pbAdv.accept({
      linkOpened: () => this.heard.push("opened"),
      linkClosed: (reason: LinkCloseReason) => this.heard.push(`closed ${reason}`),
      received: (pdu) => this.heard.push(toHex(pdu)),
      sent: () => this.heard.push("sent"),
    });
  }

  /** A PB-ADV PDU from the air. */
  hear(pdu: string): void {
    const payload = hex(pdu);
    this.#advertiser.received(concat(new Uint8Array([payload.length + 1, 0x29]), payload), -50);
  }

  /** What goes on the air within so many milliseconds. */
  out(ms: number): string[] {
    this.sent.length = 0;
    this.clock.advance(ms);
    return this.sent.map(({ pdu }) => pdu);
  }

  /** With the link of the sample open, and its Link ACK gone. */
  open(): this {
    this.hear(LINK_OPEN);
    this.clock.advance(100);
    this.sent.length = 0;
    return this;
  }

  /** What one PDU makes the trace say. */
  reasonOf(pdu: string): string | undefined {
    this.trace.drops.length = 0;
    this.hear(pdu);
    return this.trace.reasons[0];
  }
}

/** The PB-ADV PDUs of one transaction. */
function transaction(number: number, pdu: Uint8Array): string[] {
  const messages: string[] = [];
  for (let index = 0; index <= lastSegment(pdu.length); index++) {
    const target = new Uint8Array(24);
    const end = encodeSegment(target, 0, pdu, index);
    messages.push(LINK + toHex(new Uint8Array([number])) + toHex(target.subarray(0, end)));
  }
  return messages;
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("8.7: the whole sample, octet for octet as the device hears and says it [PBADV/BV-01, PBADV/BV-03, PBADV/BV-04]", () => {
    const bench = new Bench();
    const steps = provisioning.vectors.filter(({ section }) => section.startsWith("8.7."));
    let own = 0;
    for (const step of steps) {
      const outputs = step.outputs;
      const messages =
        "Messages" in outputs ? outputs.Messages : "Message" in outputs ? [outputs.Message] : undefined;
      if (messages === undefined) throw new Error(`no messages in ${step.section}`);
      if (!("from" in step)) throw new Error(`no sender in ${step.section}`);
      if (step.from === "provisioner") {
        for (const message of messages) bench.hear(message);
        continue;
      }
      if ("ProvisioningPDU" in outputs && outputs.ProvisioningPDU !== undefined) {
        bench.pbAdv.send(hex(outputs.ProvisioningPDU));
      }
      equal(bench.out(51 * messages.length + 10), messages, step.name);
      own++;
    }
    equal(steps.length, 25);
    equal(own, 12);
    const pdus = bench.heard.filter((word) => !["opened", "sent", "closed 0"].includes(word));
    equal(pdus.length, 6, "provisioning PDUs handed up");
    equal(bench.heard.slice(-1), ["closed 0"]);
    equal(bench.trace.drops, []);
  });

  test("each PDU leaves 20 to 50 ms after the one before, and not always the same", () => {
    const bench = new Bench().open();
    bench.hear(INVITE);
    bench.clock.advance(100);
    const delays = new Set<number>();
    let previousMs = bench.clock.now();
    for (let round = 0; round < 20; round++) {
      bench.sent.length = 0;
      bench.pbAdv.send(new Uint8Array(65));
      bench.clock.advance(200);
      for (const { atMs } of bench.sent) {
        const delayMs = atMs - previousMs;
        ok(delayMs >= 20 && delayMs <= 50 + AIR_TIME_MS, `${delayMs} ms`);
        delays.add(delayMs);
        previousMs = atMs + AIR_TIME_MS;
      }
      equal(bench.sent.length, 3);
      bench.hear(`${LINK}${toHex(new Uint8Array([0x80 + round]))}01`);
      previousMs = bench.clock.now();
    }
    ok(delays.size > 5, `${delays.size} different delays`);
  });

  test("a PDU is handed up when its acknowledgment has left, and not before", () => {
    const bench = new Bench().open();
    bench.hear(INVITE);
    equal(bench.heard, ["opened"]);
    equal(bench.out(60), [INVITE_ACK]);
    equal(bench.heard, ["opened", "0000"]);
  });

  test("a segment of an acknowledged transaction is acknowledged again, and not handed up again [T-C4]", () => {
    const bench = new Bench().open();
    bench.hear(INVITE);
    bench.clock.advance(60);
    bench.hear(INVITE);
    equal(bench.out(60), [INVITE_ACK]);
    equal(bench.heard, ["opened", "0000"]);
  });

  test("Link Open is acknowledged as often as it comes, until the first PDU [PBADV/BV-01]", () => {
    const bench = new Bench();
    for (let i = 0; i < 3; i++) {
      bench.hear(LINK_OPEN);
      equal(bench.out(60), [LINK_ACK]);
    }
    equal(bench.heard, ["opened"]);
    bench.hear(INVITE);
    bench.clock.advance(60);
    equal(bench.reasonOf(LINK_OPEN), "unexpectedMessage");
    equal(bench.out(60), []);
  });

  test("unacknowledged segments go out again, all of them, until the acknowledgment comes", () => {
    const bench = new Bench().open();
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

  test("30 s without an acknowledgment: closed with Timeout, said three times", () => {
    const bench = new Bench().open();
    bench.hear(INVITE);
    bench.clock.advance(100);
    bench.pbAdv.send(new Uint8Array(2));
    bench.clock.advance(29_900);
    equal(bench.heard, ["opened", "0000"]);
    bench.out(300);
    equal(
      bench.sent.map(({ pdu }) => pdu).filter((pdu) => pdu.startsWith(`${LINK}000b`)),
      [`${LINK}000b01`, `${LINK}000b01`, `${LINK}000b01`],
    );
    equal(bench.heard.slice(-1), ["closed 1"]);
  });

  test("60 s without a first PDU: closed with Timeout", () => {
    const bench = new Bench();
    bench.hear(LINK_OPEN);
    bench.clock.advance(59_900);
    equal(bench.heard, ["opened"]);
    bench.clock.advance(400);
    equal(bench.heard, ["opened", "closed 1"]);
  });

  test("our own close is said three times, and while it is said nothing else is taken or sent", () => {
    const bench = new Bench().open();
    bench.pbAdv.close(2);
    equal(bench.reasonOf(INVITE), "linkClosing");
    bench.pbAdv.send(new Uint8Array(2));
    bench.pbAdv.close(2);
    equal(bench.out(300), [`${LINK}000b02`, `${LINK}000b02`, `${LINK}000b02`]);
    equal(bench.heard, ["opened", "closed 2"]);
    equal(bench.reasonOf(LINK_OPEN), "unknownLink");
    bench.accept();
    bench.hear(LINK_OPEN);
    equal(bench.out(60), [LINK_ACK]);
  });

  test("Link Close with any reason closes, a reserved one as Fail [PBADV/BV-01, PBADV/BI-03]", () => {
    for (const [reason, meaning] of [
      ["00", 0],
      ["01", 1],
      ["02", 2],
      ["03", 2],
      ["ff", 2],
    ] as const) {
      const bench = new Bench().open();
      bench.hear(`${LINK}000b${reason}`);
      equal(bench.heard, ["opened", `closed ${meaning}`]);
    }
  });

  test("a second link stays outside while the first is open [PBADV/BV-02, T-B5]", () => {
    const bench = new Bench().open();
    equal(bench.reasonOf(`000000010003${UUID}`), "unknownLink");
    equal(bench.reasonOf("00000001000b00"), "unknownLink");
    equal(bench.reasonOf("0000000100000002140000"), "unknownLink");
    equal(bench.out(100), []);
    equal(bench.heard, ["opened"]);
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
      const bench = new Bench().open();
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
    const bench = new Bench().open();
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
    const bench = new Bench().open();
    bench.hear(start);
    for (const segment of rest.reverse()) bench.hear(segment);
    bench.clock.advance(60);
    equal(bench.heard, ["opened", toHex(pdu)]);
  });

  test("after a wrong FCS the whole transaction is taken anew", () => {
    const bench = new Bench().open();
    const [start = "", second = "", third = ""] = transaction(0, new Uint8Array(65).fill(1));
    bench.hear(start);
    bench.hear(second);
    equal(bench.reasonOf(third.replace(/01$/, "02")), "badFcs");
    for (const segment of [start, second, third]) bench.hear(segment);
    bench.clock.advance(60);
    equal(bench.heard, ["opened", "01".repeat(65)]);
  });

  test("the provisioner's transaction numbers wrap after 7f, the device's after ff", () => {
    const bench = new Bench().open();
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
    const bench = new Bench().open();
    bench.hear(INVITE);
    const [next = ""] = transaction(1, hex("0c"));
    bench.hear(next);
    bench.clock.advance(100);
    equal(bench.heard, ["opened", "0000", "0c"]);
  });

  test("an acknowledgment has a random delay of its own, whatever else is under way", () => {
    for (let after = 1; after < 60; after++) {
      const bench = new Bench().open();
      bench.pbAdv.send(new Uint8Array(65));
      bench.clock.advance(after);
      const heardMs = bench.clock.now();
      bench.hear(INVITE);
      bench.clock.advance(300);
      const delayMs = (bench.sent.find(({ pdu }) => pdu === INVITE_ACK)?.atMs ?? 0) - heardMs;
      ok(delayMs >= 20 && delayMs <= 50 + AIR_TIME_MS, `${delayMs} ms`);
    }
  });

  test("repeated segments of an acknowledged PDU do not hold up our own retransmission", () => {
    const bench = new Bench().open();
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
    const bench = new Bench().open();
    bench.pbAdv.send(new Uint8Array(2));
    equal(bench.reasonOf(`${LINK}8001`), "staleAcknowledgment");
    equal(bench.heard, ["opened"]);
    bench.clock.advance(60);
    bench.hear(`${LINK}8001`);
    equal(bench.heard, ["opened", "sent"]);
  });

  test("while no link is open, a Link Open for another device, or of another length, opens none [PBADV/BI-01]", () => {
    for (const [pdu, reason] of [
      [`${LINK}0003${UUID.replace("7", "8")}`, "foreignUuid"],
      [`${LINK}0003${UUID.slice(2)}`, "badLength"],
      [`${LINK}0003${UUID}00`, "badLength"],
      [INVITE, "unknownLink"],
    ] as const) {
      const bench = new Bench();
      equal(bench.reasonOf(pdu), reason);
      equal(bench.out(100), []);
      equal(bench.heard, []);
    }
    const refused = new Bench();
    refused.pbAdv.refuse();
    equal(refused.reasonOf(LINK_OPEN), "unknownLink");
    refused.accept();
    equal(refused.reasonOf(LINK_OPEN), undefined);
  });

  test("a link that the peer closes leaves nothing behind for the next one", () => {
    const bench = new Bench().open();
    bench.pbAdv.send(new Uint8Array(65));
    bench.hear(INVITE);
    bench.hear(`${LINK}000b02`);
    bench.accept();
    bench.heard.length = 0;
    bench.hear(LINK_OPEN);
    equal(bench.out(300), [LINK_ACK]);
    bench.hear(INVITE);
    bench.clock.advance(31_100);
    equal(bench.heard, ["opened", "0000"]);
    bench.pbAdv.send(hex("08"));
    bench.clock.advance(25_000);
    ok(!bench.trace.eventsOf("pbAdv").includes("linkTimeout"));
    ok(
      bench.sent.some(({ pdu }) => pdu.startsWith(`${LINK}80`)),
      "numbers begin anew",
    );
  });

  test("half a PDU of the last link does not spoil the next one", () => {
    const bench = new Bench().open();
    bench.hear(transaction(0, new Uint8Array(65))[0] ?? "");
    bench.hear(`${LINK}000b02`);
    bench.accept();
    bench.hear(LINK_OPEN);
    bench.hear(INVITE);
    bench.clock.advance(200);
    equal(bench.heard.slice(-1), ["0000"]);
  });

  test("a continuation of an acknowledged PDU is acknowledged again, of another one it is out of turn", () => {
    const bench = new Bench().open();
    const segments = transaction(0, new Uint8Array(65));
    for (const segment of segments) bench.hear(segment);
    bench.clock.advance(100);
    bench.hear(segments[1] ?? "");
    equal(bench.out(60), [INVITE_ACK]);
    equal(bench.reasonOf((segments[1] ?? "").replace(`${LINK}00`, `${LINK}05`)), "unexpectedTransaction");
  });

  test("a PDU is handed up on its own acknowledgment, not on that of the PDU before", () => {
    const bench = new Bench().open();
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
    const bench = new Bench().open();
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

  test("an acknowledgment that comes after the answer ends the repetition, and is not told twice", () => {
    const bench = new Bench().open();
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
    const bench = new Bench().open();
    const pdu = new Uint8Array(2).fill(1);
    bench.pbAdv.send(pdu);
    pdu.fill(9);
    ok(bench.out(100).includes(transaction(0x80, new Uint8Array(2).fill(1))[0] ?? ""));
  });

  test("two PDUs at once are our own mistake", () => {
    const bench = new Bench().open();
    bench.pbAdv.send(new Uint8Array(2));
    throws(() => bench.pbAdv.send(new Uint8Array(2)));
    throws(() => new Bench().pbAdv.send(new Uint8Array(2)));
    throws(() => bench.accept());
  });
};
