/** Octets from the air that nobody should send: dropped with a reason, nothing thrown, nothing kept. */

import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat } from "../../modules/bytes.js";
import { encodeSegment, lastSegment } from "../../modules/provisioning/generic-pdu.js";
import type { Suite } from "../support/harness.js";
import { hex } from "../support/provisionee-bench.js";
import { DEVICE_UUID, type NodeUnderTest, World } from "../support/world.js";

const LINK = hex("00000007");
const NOISE = 3000;

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

export const suite: Suite = ({ test, equal, ok }) => {
  test("noise of every length and AD type", () => {
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

  test("noise on an open link, in every format", () => {
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

  test("whole provisioning PDUs of noise, one transaction after the other", () => {
    const world = new World();
    const node = world.addNode();
    const stranger = new Stranger(world);
    const random = new SeededRandom(5);
    stranger.openLink();
    for (let number = 0; number < 300; number++) {
      const pdu = new Uint8Array(1 + random.below(112));
      random.fill(pdu);
      pdu[0] = random.below(20);
      for (let index = 0; index <= lastSegment(pdu.length); index++) {
        const generic = new Uint8Array(24);
        const end = encodeSegment(generic, 0, pdu, index);
        stranger.pbAdv(concat(LINK, new Uint8Array([number & 0x7f]), generic.subarray(0, end)));
      }
      world.clock.advance(60);
      stranger.pbAdv(concat(LINK, new Uint8Array([0x80 | (number & 0x7f)]), hex("01")));
    }
    equal(node.storage.keys(), []);
    equal(node.trace.failures.length, 1, "explained once, however often it is repeated");
    ok(isWell(world, node));
  });

  test("PB-ADV in a connectable advertisement is ignored", () => {
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

  test("an open link that says nothing costs a minute, and then the device is visible again", () => {
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

  test("a stranger cannot close, hijack or slow another's link", () => {
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
