/** Messages in segments, through all layers, between a product's own model and a peer. MshPRT 3.5.3. */

import { publicationSet, subscriptionAdd } from "../../host/simulator/phone/mesh/config-messages.js";
import { concat } from "../../modules/bytes.js";
import { GenericOnOffServer } from "../../modules/models/generic-on-off-server.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, CLIENT_ADDRESS, Home, type HomeOptions } from "../support/home.js";
import { hex } from "../support/provisionee-bench.js";
import { LONGEST_ECHO, VendorModel } from "../support/vendor-model.js";

const MODEL = { company: 0x05f1, model: 0x1234 };
const LABEL = new Uint8Array(16).fill(0x77);
const ECHO = hex("c4f105");
/** As the peer writes it: the octets in their order. */
const ECHOED = 0xc5f105;

function create(options: HomeOptions = {}) {
  const home = new Home(options);
  const vendor = new VendorModel();
  const member = home.add("node", {
    elements: [{ location: 0, models: [new GenericOnOffServer(() => {}), vendor] }],
  });
  home.equip(member, [0x1000, MODEL]);
  home.peer.log.clear();
  return { home, vendor, member };
}

const octets = (length: number, from = 0): Uint8Array => new Uint8Array(length).map((_, i) => i + from);

export const suite: Suite = ({ test, equal, ok }) => {
  for (const micSize of [4, 8] as const) {
    test(`the longest messages there are, both ways, with a TransMIC of ${micSize} octets [TNPT/BV-04, TNPT/BV-07]`, () => {
      const { home, member } = create();
      const sent = octets(micSize === 4 ? LONGEST_ECHO : LONGEST_ECHO - 4);
      const message = concat(ECHO, sent);
      const out = home.peer.send({ dst: member.address, key: { app: APP_KEY_INDEX }, micSize, message });
      equal(out.segments, 32);
      home.pass(20_000);
      equal(out.state, "acknowledged");
      equal(home.peer.take(ECHOED)?.parameters, sent);
    });
  }

  test("30 % loss, with doubled and reordered segments: every long message is answered, once [TNPT/BV-10]", () => {
    const { home, member } = create({ seed: 3, transmissions: 3 });
    home.world.medium.setFaults({
      lossPercent: 30,
      duplicatePercent: 20,
      reorderPercent: 20,
      random: home.world.random,
    });
    const waiting = [1, 2, 3, 4, 5, 6];
    for (const from of waiting) {
      const message = concat(ECHO, octets(150, from));
      const out = home.peer.send({ dst: member.address, key: { app: APP_KEY_INDEX }, message });
      home.pass(20_000);
      equal(out.state, "acknowledged", `message ${from}`);
      const answers = home.peer.received.filter(({ opcode }) => opcode === ECHOED);
      equal(
        answers.map(({ parameters }) => parameters),
        [octets(150, from)],
        `message ${from}`,
      );
      home.peer.log.clear();
    }
    equal(home.peer.log.reusedSequenceNumbers(), []);
  });

  test("two long messages from two senders at once, put together side by side [TNPT/BV-07]", () => {
    const { home, member } = create();
    const sources = [0x0001, 0x0002, 0x0003];
    for (const src of sources) {
      const message = concat(ECHO, octets(100, src));
      home.peer.send({ src, dst: member.address, key: { app: APP_KEY_INDEX }, message });
    }
    home.pass(20_000);
    for (const src of sources) {
      const answer = home.peer.received.find(({ dst, opcode }) => dst === src && opcode === ECHOED);
      equal(answer?.parameters, octets(100, src), `to ${src}`);
    }
  });

  test("a long message to a group and to a virtual address, which nobody acknowledges [TNPT/BV-05, TNPT/BV-08]", () => {
    for (const address of [0xc00a, LABEL] as const) {
      const { home, member, vendor } = create();
      const dst = typeof address === "number" ? address : home.peer.addLabel(address);
      home.mustSucceed(member.config.ask(subscriptionAdd(member.address, MODEL, address)));
      home.peer.send({ dst, key: { app: APP_KEY_INDEX }, message: concat(ECHO, octets(60)) });
      home.pass(5000);
      equal(home.peer.take(ECHOED)?.parameters, octets(60));

      const publication = { address, appKeyIndex: APP_KEY_INDEX, ttl: 4 };
      home.mustSucceed(member.config.ask(publicationSet(member.address, MODEL, publication)));
      home.peer.log.clear();
      ok(vendor.call(octets(60)));
      home.pass(5000);
      const heard = home.peer.received.filter((message) => message.dst === dst);
      equal(
        heard.map(({ parameters, segmented }) => [parameters, segmented]),
        [[octets(60), true]],
      );
      // Three rounds of six segments, each with a number of its own.
      const numbers = home.peer.heard.filter((pdu) => pdu.dst === dst).map(({ seq }) => seq);
      equal(new Set(numbers).size, 18);
    }
  });

  test("a receiver that cannot take it ends the sending; one that says nothing is given up [TNPT/BV-09, TNPT/BV-10]", () => {
    const { home, member, vendor } = create();
    const publication = { address: CLIENT_ADDRESS, appKeyIndex: APP_KEY_INDEX, ttl: 4 };
    home.mustSucceed(member.config.ask(publicationSet(member.address, MODEL, publication)));
    home.peer.acknowledging = false;
    home.peer.log.clear();
    vendor.call(octets(60));
    home.pass(100);
    const [first] = home.peer.heard.filter(({ dst }) => dst === CLIENT_ADDRESS);
    home.peer.sendAcknowledgment({
      dst: member.address,
      seqZero: (first?.seq ?? 0) & 0x1fff,
      ackedSegments: 0,
    });
    home.pass(10_000);
    equal(member.node.trace.notes.filter(({ event }) => event === "segmentsCancelled").length, 1);

    vendor.call(octets(60));
    home.pass(20_000);
    equal(member.node.trace.notes.filter(({ event }) => event === "segmentsTimedOut").length, 1);
    home.peer.acknowledging = true;
    home.peer.log.clear();
    vendor.call(octets(61));
    home.pass(10_000);
    equal(home.peer.received.at(-1)?.parameters, octets(61), "the next one arrives");
  });

  test("what the model keeps is there after a restart, and gone after a reset", () => {
    const { home, vendor, member } = create();
    const name = new Uint8Array([0x4c, 0x61, 0x6d, 0x70]);
    home.peer.send({
      dst: member.address,
      key: { app: APP_KEY_INDEX },
      message: concat(hex("c2f105"), name),
    });
    home.pass(2000);
    equal(vendor.name, name);
    const again = new VendorModel();
    const restarted = home.restart(member, { elements: [{ location: 0, models: [again] }] });
    equal(again.name, name);
    restarted.node.node.reset();
    equal(again.name, new Uint8Array(0));
    equal(restarted.node.storage.keys(), []);
  });
};
