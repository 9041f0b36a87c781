/** What the Bluetooth SIG's cases ask of a whole device, where no other conversation asks it. MshPRT 5.4. */

import type { Suite } from "../support/harness.js";
import { hex } from "../support/provisionee-bench.js";
import { type PhoneInHand, World } from "../support/world.js";

/** Advance until the phone has got a PDU of this type. */
function advanceUntilReceived(world: World, received: readonly number[], type: number): void {
  for (let i = 0; i < 500 && !received.includes(type); i++) world.clock.advance(10);
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("the bearer is lost during attention: it ends at once, and is not called for again [PROV/BI-01]", () => {
    for (const lose of [
      (_: World, phone: PhoneInHand) => phone.phone.cancel(),
      (world: World) => world.medium.setHearing(() => false),
    ]) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode();
      const received: number[] = [];
      phone.provision({
        attentionSeconds: 200,
        // The phone gives no Start, so nothing but the end of the link can end the attention.
        tamper: (pdu) => (pdu[0] === 0 ? pdu : undefined),
        observe: (direction, pdu) => direction === "received" && received.push(pdu[0] ?? -1),
      });
      advanceUntilReceived(world, received, 1);
      equal(node.attention, [200]);
      lose(world, phone);
      world.clock.advance(65_000);
      equal(node.attention, [200, 0]);
      world.clock.advance(200_000);
      equal(node.attention, [200, 0]);
      equal(node.node.state, "unprovisioned");
    }
  });

  test("attention ends by itself when its seconds are over, on an open link [PROV/BI-01]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    phone.provision({ attentionSeconds: 5, tamper: (pdu) => (pdu[0] === 0 ? pdu : undefined) });
    world.clock.advance(4_900);
    equal(node.attention, [5]);
    world.clock.advance(1_000);
    equal(node.attention, [5, 0]);
    equal(node.node.state, "provisioning");
  });

  test("after Provisioning Failed the link stays open until the provisioner closes it [PROV/BV-10]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    const received: number[] = [];
    phone.provision({
      // A Start that is refused; the Public Key that follows it meets a device that has failed.
      tamper: (pdu) => (pdu[0] === 2 ? hex("02ff00000000") : pdu),
      observe: (direction, pdu) => direction === "received" && received.push(pdu[0] ?? -1),
    });
    advanceUntilReceived(world, received, 9);
    const closes = () => node.trace.eventsOf("pbAdv").filter((event) => event === "linkClosed").length;
    equal(received, [1, 9]);
    equal(closes(), 0, "the device does not close");
    world.clock.advance(1_000);
    equal(closes(), 1);
    equal(phone.failures[0]?.closeReason, 2, "the phone does, with Fail");
    ok(!node.trace.eventsOf("pbAdv").includes("linkTimeout"));
    phone.provision();
    world.clock.advance(5_000);
    equal(node.node.state, "provisioned");
  });

  test("60 s without progress: closed with Timeout, not a minute earlier, and visible again [PROV/BV-09]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    phone.provision({ tamper: (pdu) => (pdu[0] === 0 || pdu[0] === 2 ? pdu : undefined) });
    world.clock.advance(55_000);
    equal(node.node.state, "provisioning");
    equal(phone.failures, []);
    world.clock.advance(10_000);
    equal(node.node.state, "unprovisioned");
    equal(phone.failures[0]?.closeReason, 1);
    world.clock.advance(2_000);
    ok(phone.beacons.length > 0);
  });

  test("a Start of each kind that the device does not offer: Invalid Format, and no node [PROV/BI-03]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: { algorithms: 1, outputActions: 0x08, outputSize: 4 } });
    const starts = [
      "020100000000",
      "020001000000",
      "020000010000",
      "020000020001",
      "020000020305",
      "020000030204",
    ];
    for (const start of starts) {
      phone.provision({ tamper: (pdu) => (pdu[0] === 2 ? hex(start) : pdu) });
      world.clock.advance(5_000);
    }
    equal(
      phone.failures.map(({ errorCode }) => errorCode),
      starts.map(() => 2),
    );
    equal(node.storage.keys(), []);
  });
};
