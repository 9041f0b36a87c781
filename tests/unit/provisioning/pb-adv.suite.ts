/** The PB-ADV link: open, acknowledge, close, its timers and its pace. MshPRT 5.2.1, 5.3.1.4, 5.3.2, sample 8.7. */

import { toHex } from "../../../modules/bytes.js";
import type { Suite } from "../../support/harness.js";
import {
  AIR_TIME_MS,
  INVITE,
  INVITE_ACK,
  LINK,
  LINK_ACK,
  LINK_OPEN,
  PbAdvBench,
  UUID,
} from "../../support/pb-adv-bench.js";
import { hex } from "../../support/provisionee-bench.js";
import provisioning from "../../vectors/provisioning.json" with { type: "json" };

export const suite: Suite = ({ test, equal, ok }) => {
  test("8.7: the whole sample, octet for octet as the device hears and says it [PBADV/BV-01, PBADV/BV-03, PBADV/BV-04]", () => {
    const bench = new PbAdvBench();
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
    const bench = new PbAdvBench().open();
    bench.hear(INVITE);
    bench.clock.advance(100);
    const delays = new Set<number>();
    let previousMs = bench.clock.now();
    for (let round = 0; round < 20; round++) {
      bench.sent.length = 0;
      bench.pbAdv.send(new Uint8Array(65));
      for (let ms = 0; bench.sent.length < 3 && ms < 300; ms++) bench.clock.advance(1);
      for (const { atMs } of bench.sent) {
        const delayMs = atMs - previousMs;
        ok(delayMs >= 20 && delayMs <= 50 + AIR_TIME_MS, `${delayMs} ms`);
        delays.add(delayMs);
        previousMs = atMs + AIR_TIME_MS;
      }
      equal(bench.sent.length, 3);
      bench.clock.advance(AIR_TIME_MS);
      bench.hear(`${LINK}${toHex(new Uint8Array([0x80 + round]))}01`);
      previousMs = bench.clock.now();
    }
    ok(delays.size > 5, `${delays.size} different delays`);
  });

  test("Link Open is acknowledged as often as it comes, until the first PDU [PBADV/BV-01]", () => {
    const bench = new PbAdvBench();
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

  test("30 s without an acknowledgment: closed with Timeout, said three times", () => {
    const bench = new PbAdvBench().open();
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
    const bench = new PbAdvBench();
    bench.hear(LINK_OPEN);
    bench.clock.advance(59_900);
    equal(bench.heard, ["opened"]);
    bench.clock.advance(400);
    equal(bench.heard, ["opened", "closed 1"]);
  });

  test("our own close is said three times, and while it is said nothing else is taken or sent", () => {
    const bench = new PbAdvBench().open();
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
      const bench = new PbAdvBench().open();
      bench.hear(`${LINK}000b${reason}`);
      equal(bench.heard, ["opened", `closed ${meaning}`]);
    }
  });

  test("a second link stays outside while the first is open [PBADV/BV-02, T-B5]", () => {
    const bench = new PbAdvBench().open();
    equal(bench.reasonOf(`000000010003${UUID}`), "unknownLink");
    equal(bench.reasonOf("00000001000b00"), "unknownLink");
    equal(bench.reasonOf("0000000100000002140000"), "unknownLink");
    equal(bench.out(100), []);
    equal(bench.heard, ["opened"]);
  });

  test("an acknowledgment has a random delay of its own, whatever else is under way", () => {
    for (let after = 1; after < 60; after++) {
      const bench = new PbAdvBench().open();
      bench.pbAdv.send(new Uint8Array(65));
      bench.clock.advance(after);
      const heardMs = bench.clock.now();
      bench.hear(INVITE);
      bench.clock.advance(300);
      const delayMs = (bench.sent.find(({ pdu }) => pdu === INVITE_ACK)?.atMs ?? 0) - heardMs;
      ok(delayMs >= 20 && delayMs <= 50 + AIR_TIME_MS, `${delayMs} ms`);
    }
  });

  test("while no link is open, a Link Open for another device, or of another length, opens none [PBADV/BI-01]", () => {
    for (const [pdu, reason] of [
      [`${LINK}0003${UUID.replace("7", "8")}`, "foreignUuid"],
      [`${LINK}0003${UUID.slice(2)}`, "badLength"],
      [`${LINK}0003${UUID}00`, "badLength"],
      [INVITE, "unknownLink"],
    ] as const) {
      const bench = new PbAdvBench();
      equal(bench.reasonOf(pdu), reason);
      equal(bench.out(100), []);
      equal(bench.heard, []);
    }
    const refused = new PbAdvBench();
    refused.pbAdv.refuse();
    equal(refused.reasonOf(LINK_OPEN), "unknownLink");
    refused.accept();
    equal(refused.reasonOf(LINK_OPEN), undefined);
  });

  test("a link that the peer closes leaves nothing behind for the next one", () => {
    const bench = new PbAdvBench().open();
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
};
