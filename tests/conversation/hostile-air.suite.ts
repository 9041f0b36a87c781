/** Octets from the air that nobody should send: dropped with a reason, nothing thrown, nothing kept. */

import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat } from "../../modules/bytes.js";
import { encodeSegment, lastSegment } from "../../modules/provisioning/generic-pdu.js";
import type { Suite } from "../support/harness.js";
import { hex } from "../support/provisionee-bench.js";
import { DEVICE_UUID, type NodeUnderTest, World } from "../support/world.js";

const LINK = hex("00000007");
const NOISE = 3000;
/** So many on one link, before a contradiction may jam it: it has to be closed then. */
const TRANSACTIONS = 40;

/** A stranger's radio: whatever it is told goes on the air. */
class Stranger {
  readonly #world: World;
  readonly #port;

  constructor(world: World) {
    this.#world = world;
    this.#port = world.medium.join("stranger", { heard: () => {}, sent: () => {} });
  }

  say(data: Uint8Array, kind: "nonConnectable" | "connectable" = "nonConnectable"): void {
    const address = new Uint8Array(6);
    this.#port.send(
      kind === "connectable" ? { kind, address, data, scanResponse: undefined } : { kind, address, data },
    );
    this.#world.clock.advance(3);
  }

  pbAdv(payload: Uint8Array): void {
    this.say(concat(new Uint8Array([payload.length + 1, 0x29]), payload));
  }

  openLink(): void {
    this.pbAdv(concat(LINK, hex("0003"), DEVICE_UUID));
    this.#world.clock.advance(100);
  }
}

/** The node still does its work: it can be provisioned, once a link that may be open has timed out. */
function isWell(world: World, node: NodeUnderTest): boolean {
  world.clock.advance(130_000);
  const phone = world.addPhone("doctor");
  phone.provision();
  world.clock.advance(10_000);
  return phone.results.length === 1 && node.node.state === "provisioned";
}

function segmentsOf(pdu: Uint8Array): readonly Uint8Array[] {
  const segments: Uint8Array[] = [];
  for (let index = 0; index <= lastSegment(pdu.length); index++) {
    const generic = new Uint8Array(24);
    segments.push(generic.subarray(0, encodeSegment(generic, 0, pdu, index)));
  }
  return segments;
}

/**
 * What becomes of a segment in bad hands: nothing, or one or two of it, perhaps with other octets where its length, its
 * place and its check sum stand, or cut.
 */
function spoil(segment: Uint8Array, random: SeededRandom): readonly Uint8Array[] {
  const generic = segment.slice();
  if (random.chance(25)) generic[random.below(5)] = random.below(256);
  // Link Close would end it: bearer control with opcode 2.
  if (generic[0] === 0x0b) generic[0] = 0x0f;
  const size = random.chance(20) ? 1 + random.below(24) : generic.length;
  return new Array<Uint8Array>(random.below(3)).fill(generic.subarray(0, size));
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("noise of every length and AD type [T-D1]", () => {
    const world = new World();
    const node = world.addNode();
    const stranger = new Stranger(world);
    const random = new SeededRandom(11);
    for (let i = 0; i < NOISE; i++) {
      const data = new Uint8Array(random.below(32));
      random.fill(data);
      if (data.length > 1 && i % 2 === 0) {
        data[0] = data.length - 1;
        data[1] = [0x29, 0x2a, 0x2b, 0x24][i % 4] ?? 0;
      }
      stranger.say(data);
    }
    ok(node.trace.reasons.length > 0);
    ok(isWell(world, node));
  });

  test("noise on an open link, in every format [T-C1, T-D1]", () => {
    for (const seed of [1, 2, 3]) {
      const world = new World(seed);
      const node = world.addNode();
      const stranger = new Stranger(world);
      const random = new SeededRandom(seed);
      stranger.openLink();
      equal(node.node.state, "provisioning");
      for (let i = 0; i < NOISE; i++) {
        const generic = new Uint8Array(1 + random.below(24));
        random.fill(generic);
        // Link Close would end the fun: bearer control with opcode 2.
        if (generic[0] === 0x0b) generic[0] = 0x0f;
        stranger.pbAdv(
          concat(LINK, new Uint8Array([random.below(4) === 0 ? random.below(256) : 0]), generic),
        );
      }
      equal(node.storage.keys(), []);
      ok(isWell(world, node));
    }
  });

  test("whole provisioning PDUs of noise, one transaction after the other [T-C1, T-D1]", () => {
    const world = new World();
    const node = world.addNode();
    const stranger = new Stranger(world);
    const random = new SeededRandom(5);
    stranger.openLink();
    for (let number = 0; number < 300; number++) {
      const pdu = new Uint8Array(1 + random.below(112));
      random.fill(pdu);
      pdu[0] = random.below(20);
      for (const generic of segmentsOf(pdu)) {
        stranger.pbAdv(concat(LINK, new Uint8Array([number & 0x7f]), generic));
      }
      world.clock.advance(60);
      stranger.pbAdv(concat(LINK, new Uint8Array([0x80 | (number & 0x7f)]), hex("01")));
    }
    equal(node.storage.keys(), []);
    equal(node.trace.failures.length, 1, "explained once, however often it is repeated");
    ok(isWell(world, node));
  });

  test("transactions whose headers contradict each other, segments lost, repeated and cut [T-C1, T-D1]", () => {
    for (const seed of [1, 2]) {
      const world = new World(seed);
      const node = world.addNode();
      const stranger = new Stranger(world);
      const random = new SeededRandom(seed);
      let frames = 0;
      for (let count = 0; frames < 10_000; count++) {
        const number = count % TRANSACTIONS;
        if (number === 0) {
          stranger.pbAdv(concat(LINK, hex("000b00")));
          world.clock.advance(1_000);
          stranger.openLink();
        }
        const pdu = new Uint8Array(1 + random.below(112));
        random.fill(pdu);
        const tooLong = new Uint8Array(113 + random.below(80));
        // The last round is sound, so that the next number is in its turn.
        const rounds = [tooLong, pdu, pdu, pdu];
        for (const [round, octets] of rounds.entries()) {
          for (const generic of segmentsOf(octets)) {
            const sent = round === 1 || round === 2 ? spoil(generic, random) : [generic];
            for (const segment of sent) stranger.pbAdv(concat(LINK, new Uint8Array([number]), segment));
            frames += sent.length;
          }
        }
        world.clock.advance(random.below(100));
      }
      const reasons = new Set(node.trace.reasons);
      for (const reason of ["badLength", "badSegment", "badFcs", "transactionChanged"] as const) {
        ok(reasons.has(reason), `${reason} among ${[...reasons].join(" ")}`);
      }
      equal(node.storage.keys(), []);
      ok(isWell(world, node));
    }
  });

  test("a flood piles nothing up: when it ends, the device has said its last word in a second [T-D2]", () => {
    const world = new World();
    const node = world.addNode();
    const stranger = new Stranger(world);
    stranger.openLink();
    for (let i = 0; i < 200; i++) stranger.pbAdv(concat(LINK, hex("0003"), DEVICE_UUID));
    const [recordsGet = hex("")] = segmentsOf(hex("0c"));
    for (let i = 0; i < 500; i++) {
      stranger.pbAdv(concat(LINK, hex("0003"), DEVICE_UUID));
      stranger.pbAdv(concat(LINK, hex("00"), recordsGet));
      stranger.pbAdv(concat(LINK, hex("8001")));
    }
    const linkAcks = node.sent.filter(({ data }) => data.length === 8 && data[7] === 0x07);
    ok(linkAcks.length > 5, "Link ACKs leave, however fast Link Opens come");
    ok(node.sent.length > 50, `${node.sent.length} answers to the flood`);
    world.clock.advance(1_000);
    const endMs = world.clock.now();
    world.clock.advance(20_000);
    equal(node.node.state, "provisioning");
    equal(
      node.sent.filter(({ atMs }) => atMs > endMs),
      [],
    );
    ok(isWell(world, node));
  });

  test("PB-ADV in a connectable advertisement is ignored [PBADV/BI-04]", () => {
    const world = new World();
    const node = world.addNode();
    const stranger = new Stranger(world);
    const open = concat(hex("1729"), LINK, hex("0003"), DEVICE_UUID);
    stranger.say(open, "connectable");
    world.clock.advance(100);
    equal(node.node.state, "unprovisioned");
    equal(node.trace.drops, []);
    stranger.say(open);
    world.clock.advance(100);
    equal(node.node.state, "provisioning");
  });

  test("an open link that says nothing costs a minute, and then the device is visible again [T-B6]", () => {
    const world = new World();
    const node = world.addNode();
    const stranger = new Stranger(world);
    stranger.openLink();
    world.clock.advance(59_000);
    equal(node.node.state, "provisioning");
    world.clock.advance(2_000);
    equal(node.node.state, "unprovisioned");
    const visible = node.sent.filter(({ atMs, data }) => atMs > 60_000 && data[1] === 0x2b);
    ok(visible.length > 0);
  });

  test("a stranger cannot close, hijack or slow another's link [T-B5]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    const stranger = new Stranger(world);
    phone.provision();
    for (let i = 0; i < 200; i++) {
      stranger.pbAdv(concat(LINK, hex("000b02")));
      stranger.openLink();
      if (node.node.state === "provisioned") break;
    }
    world.clock.advance(5_000);
    equal(phone.failures, []);
    equal(node.node.state, "provisioned");
  });
};
