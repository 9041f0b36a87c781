/** Whole provisionings over PB-ADV: a phone of ours, which shares no protocol code with the node. MshPRT 5. */

import { equal as sameOctets, toHex } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { MemoryStorage } from "../support/memory-storage.js";
import { hex } from "../support/provisionee-bench.js";
import { storedNetwork } from "../support/stored-network.js";
import { DEVICE_UUID, type NodeUnderTest, PROVISIONING_DATA, World } from "../support/world.js";

/** The AD structures sent since a moment whose AD type and first octet are these. */
function sentOf(node: NodeUnderTest, begin: string, sinceMs = 0): number[] {
  return node.sent
    .filter(({ atMs, data }) => atMs >= sinceMs && toHex(data).slice(2).startsWith(begin))
    .map(({ atMs }) => atMs);
}

function recordOf(node: NodeUnderTest) {
  return storedNetwork(node.storage);
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  for (const algorithm of [0, 1] as const) {
    test(`a phone hears the beacon, provisions with algorithm ${algorithm}, and both know the same keys [PROV/${algorithm === 0 ? "BV-07" : "BV-19"}]`, () => {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode({ settings: { "oob-info": "0x0810" } });
      world.clock.advance(1000);
      equal(phone.beacons[0], { uuid: DEVICE_UUID, oobInformation: 0x0810 });
      equal(node.states, ["unprovisioned"]);

      phone.provision({ algorithm });
      world.clock.advance(5000);

      equal(phone.failures, []);
      equal(phone.results.length, 1);
      equal(node.states, ["unprovisioned", "provisioning", "provisioned"]);
      equal(recordOf(node), {
        netKey: PROVISIONING_DATA.netKey,
        netKeyIndex: 0x0567,
        keyRefresh: false,
        ivUpdate: false,
        ivIndex: 0x01020304,
        unicastAddress: 0x0b0c,
        deviceKey: phone.results[0]?.deviceKey,
      });
      equal(node.trace.failures, []);
      equal(node.trace.eventsOf("provisioning"), [
        "waitInvite",
        "waitStart",
        "waitPublicKey",
        "computeSecret",
        "waitConfirmation",
        "waitRandom",
        "waitData",
        "complete",
      ]);
    });
  }

  test("the strongest algorithm is what a phone of version 1.1 takes", () => {
    const world = new World();
    const phone = world.addPhone();
    world.addNode();
    const starts: string[] = [];
    phone.provision({
      observe: (direction, pdu) => direction === "sent" && pdu[0] === 2 && starts.push(toHex(pdu)),
    });
    world.clock.advance(5000);
    equal(starts, ["020100000000"]);
    equal(phone.results.length, 1);
  });

  test("static OOB of 16 and of 32 octets, in both algorithms [PROV/BV-03, PROV/BV-15, T-C2]", () => {
    for (const length of [16, 32]) {
      for (const algorithm of [0, 1] as const) {
        const staticOob = new Uint8Array(length).map((_, i) => i + 1);
        const world = new World();
        const phone = world.addPhone();
        const node = world.addNode({ policy: { staticOob } });
        phone.provision({ algorithm, authentication: { method: "static", value: staticOob } });
        world.clock.advance(5000);
        equal(phone.failures, [], `${length} octets, algorithm ${algorithm}`);
        equal(node.node.state, "provisioned");
      }
    }
  });

  test("a wrong static value is refused, by its code and its reason, and the right one taken afterwards [PROV/BI-17, T-A6]", () => {
    const staticOob = new Uint8Array(16).fill(7);
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: { staticOob } });
    phone.provision({ authentication: { method: "static", value: new Uint8Array(16).fill(8) } });
    world.clock.advance(5000);
    equal(phone.failures, [{ step: "waitRandom", fault: "deviceFailed", errorCode: 4, closeReason: 2 }]);
    equal(node.trace.failures, [
      {
        step: "waitRandom",
        expected: "Random",
        came: "a random that does not fit the confirmation",
        errorCode: 4,
        mistake: "none",
      },
    ]);
    equal(node.node.state, "unprovisioned");

    phone.provision({ authentication: { method: "static", value: staticOob } });
    world.clock.advance(5000);
    equal(phone.results.length, 1);
    equal(node.node.state, "provisioned");
  });

  test("the beacon is frequent for a minute, then comes every five seconds, and is silent while a link is open", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    world.clock.advance(60_000);
    const fast = sentOf(node, "2b00").length;
    ok(fast >= 100 && fast <= 121, `${fast} in the first minute`);
    world.clock.advance(60_000);
    const slow = sentOf(node, "2b00", 60_600).length;
    ok(slow >= 11 && slow <= 12, `${slow} in the second`);

    const openedMs = world.clock.now();
    phone.provision({ tamper: (pdu) => (pdu[0] === 2 || pdu[0] === 3 ? undefined : pdu) });
    world.clock.advance(50_000);
    equal(node.node.state, "provisioning");
    equal(sentOf(node, "2b00", openedMs + 1000), []);
  });

  test("the URI goes out beside the beacon, which carries its hash", () => {
    const world = new World();
    const node = world.addNode({
      settings: { uri: "https://www.example.com/meshuri", "oob-info": "0x4020" },
    });
    world.clock.advance(2000);
    const uri = "172f2f7777772e6578616d706c652e636f6d2f6d657368757269";
    ok(sentOf(node, `24${uri}`).length >= 3);
    ok(sentOf(node, `2b00${toHex(DEVICE_UUID)}4020d36b25b8`).length >= 3);
  });

  test("30 % loss, duplicates and reordering: provisioned all the same, for 20 seeds and both algorithms [T-C4]", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World(seed, { lossPercent: 30, duplicatePercent: 10, reorderPercent: 10 });
      const phone = world.addPhone();
      const node = world.addNode();
      phone.provision({ algorithm: seed % 2 === 0 ? 0 : 1 });
      world.clock.advance(60_000);
      equal(phone.failures, [], `seed ${seed}`);
      equal(phone.results.length, 1, `seed ${seed}`);
      equal(node.node.state, "provisioned", `seed ${seed}`);
      ok(sameOctets(recordOf(node)?.deviceKey ?? hex(""), phone.results[0]?.deviceKey ?? hex("00")));
    }
  });

  test("a provisioned node has no provisioning beacon and takes no link, also after a restart [T-C7]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    phone.provision();
    world.clock.advance(5000);
    world.switchOff(node);

    const again = world.addNode({ name: "again", storage: node.storage });
    world.clock.advance(0);
    equal(again.states, ["provisioned"]);
    equal(again.trace.notes, [{ layer: "node", event: "provisioned", value: 0x0b0c }]);
    phone.provision();
    world.clock.advance(70_000);
    equal(sentOf(again, "2b00"), []);
    equal(sentOf(again, "29"), []);
    equal(again.node.state, "provisioned");
    equal(phone.failures.length, 1);
  });

  test("each session has a key pair of its own [PROV/BV-12]", () => {
    const world = new World();
    const phone = world.addPhone();
    world.addNode();
    const keys: string[] = [];
    const observe = (direction: string, pdu: Uint8Array) => {
      if (direction === "received" && pdu[0] === 3) keys.push(toHex(pdu));
    };
    phone.provision({ observe, tamper: (pdu) => (pdu[0] === 5 ? hex("0500") : pdu) });
    world.clock.advance(5000);
    phone.provision({ observe });
    world.clock.advance(5000);
    equal(keys.length, 2);
    ok(keys[0] !== keys[1]);
    equal(phone.results.length, 1);
  });

  test("reset forgets the network, and the device beacons again within a second", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    phone.provision();
    world.clock.advance(5000);
    equal(node.node.state, "provisioned");
    const resetMs = world.clock.now();
    node.node.reset();
    equal(node.storage.keys(), []);
    world.clock.advance(1000);
    equal(node.node.state, "unprovisioned");
    ok(sentOf(node, "2b00", resetMs).length >= 1);
    phone.provision();
    world.clock.advance(5000);
    equal(phone.results.length, 2);
  });

  test("reset in complete: the record is gone at once, and the device is provisioned again for good", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    phone.provision();
    while (node.trace.eventsOf("provisioning").slice(-1)[0] !== "complete") world.clock.advance(1);
    node.node.reset();
    equal(node.storage.keys(), []);
    world.clock.advance(1_000);
    equal(node.node.state, "unprovisioned");
    phone.provision();
    world.clock.advance(5_000);
    equal(node.node.state, "provisioned");
  });

  test("a storage that throws costs one provisioning, not the radio", () => {
    const world = new World();
    const phone = world.addPhone();
    const storage = new MemoryStorage();
    storage.cutPowerAt(1, "old");
    const node = world.addNode({ storage });
    phone.provision();
    throws(() => world.clock.advance(5_000));
    world.clock.advance(70_000);
    equal(node.node.state, "unprovisioned");
    phone.provision();
    world.clock.advance(5_000);
    equal(node.node.state, "provisioned");
  });

  test("a node has one element or more, and no more than one message can tell of", () => {
    for (const numberOfElements of [0, 93, 256]) {
      throws(() => new World().addNode({ numberOfElements }));
    }
    equal(new World().addNode({ numberOfElements: 80 }).node.state, "unprovisioned");
  });

  test("a capacity that no message could tell of, or that is none, is refused", () => {
    for (const capacity of [
      { netKeys: 0 },
      { netKeys: 253 },
      { appKeys: 251 },
      { replayList: 0 },
      { replayList: 2049 },
      { messageCache: 1 },
      { labels: 257 },
      { labels: 1.5 },
    ]) {
      throws(() => new World().addNode({ capacity }), JSON.stringify(capacity));
    }
    const most = { netKeys: 252, appKeys: 250, replayList: 2048, messageCache: 500, labels: 256 };
    equal(new World().addNode({ capacity: most }).node.state, "unprovisioned");
  });

  test("key refresh and IV update flags, each for itself [PROV/BV-11]", () => {
    for (const flags of [0, 1, 2, 3]) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode();
      phone.provision({ data: { ...PROVISIONING_DATA, flags } });
      world.clock.advance(5_000);
      equal([recordOf(node)?.keyRefresh, recordOf(node)?.ivUpdate], [(flags & 1) !== 0, (flags & 2) !== 0]);
    }
  });

  test("reset in the middle of a provisioning closes the link with Fail and starts anew", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode();
    phone.provision({ tamper: (pdu) => (pdu[0] === 2 || pdu[0] === 3 ? undefined : pdu) });
    world.clock.advance(2000);
    equal(node.node.state, "provisioning");
    node.node.reset();
    world.clock.advance(2000);
    equal(phone.failures[0]?.closeReason, 2);
    equal(node.states, ["unprovisioned", "provisioning", "unprovisioned"]);
  });

  test("the power fails before or after each of the four writes: no node, or the whole node [T-B8]", () => {
    for (const [write, left] of [1, 2, 3, 4].flatMap((at) => [[at, "old"] as const, [at, "new"] as const])) {
      const world = new World();
      const phone = world.addPhone();
      const storage = new MemoryStorage();
      storage.cutPowerAt(write, left);
      const node = world.addNode({ storage });
      const completes: string[] = [];
      phone.provision({ observe: (_, pdu) => pdu[0] === 8 && completes.push(toHex(pdu)) });
      let powerCuts = 0;
      try {
        world.clock.advance(5000);
      } catch {
        powerCuts++;
      }
      equal(powerCuts, 1);
      world.switchOff(node);
      world.clock.advance(1000);
      equal(completes, [], "Complete is not sent before everything is kept");
      const again = world.addNode({ name: "again", storage });
      const isNode = write === 4 && left === "new";
      equal(again.node.state, isNode ? "provisioned" : "unprovisioned");
      equal(recordOf(again) !== undefined, isNode);
      equal(storage.keys().length, isNode ? 4 : 0, "nothing is left of half a network");
    }
  });

  test("a storage that cannot keep one of the records: Out of Resources, and nothing of it remains", () => {
    for (const write of [1, 2, 3, 4]) {
      const world = new World();
      const phone = world.addPhone();
      const storage = new MemoryStorage();
      storage.failAt(write);
      const node = world.addNode({ storage });
      phone.provision();
      world.clock.advance(5000);
      equal(phone.failures[0]?.errorCode, 5);
      equal(node.node.state, "unprovisioned");
      equal(storage.keys(), []);
      equal(node.trace.notes.filter((note) => note.event === "writeFailed").length, 1);
    }
  });

  test("a damaged record is said to be damaged, and the device starts unprovisioned", () => {
    const storage = new MemoryStorage();
    storage.write("node", new Uint8Array(42));
    const world = new World();
    const node = world.addNode({ storage });
    world.clock.advance(1000);
    equal(node.states, ["unprovisioned"]);
    equal(node.trace.notes[0], { layer: "storage", event: "damagedRecord", value: 42 });
    ok(sentOf(node, "2b00").length > 0);
  });

  test("addresses for all elements, or none: Cannot Assign Addresses", () => {
    const cases = [
      { unicastAddress: 0x0000, numberOfElements: 1, errorCode: 8 },
      { unicastAddress: 0x8000, numberOfElements: 1, errorCode: 8 },
      { unicastAddress: 0xc000, numberOfElements: 1, errorCode: 8 },
      { unicastAddress: 0x7fff, numberOfElements: 2, errorCode: 8 },
      { unicastAddress: 0x7ffe, numberOfElements: 2, errorCode: undefined },
      { unicastAddress: 0x7fff, numberOfElements: 1, errorCode: undefined },
      { unicastAddress: 0x0001, numberOfElements: 90, errorCode: undefined },
    ];
    for (const { unicastAddress, numberOfElements, errorCode } of cases) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode({ numberOfElements });
      phone.provision({ data: { ...PROVISIONING_DATA, unicastAddress } });
      world.clock.advance(5000);
      equal(phone.failures[0]?.errorCode, errorCode, unicastAddress.toString(16));
      equal(node.node.state, errorCode === undefined ? "provisioned" : "unprovisioned");
    }
  });

  test("reserved bits in flags or key index: Invalid Data", () => {
    for (const change of [{ flags: 0x04 }, { flags: 0x80 }, { netKeyIndex: 0x1000 }]) {
      const world = new World();
      const phone = world.addPhone();
      world.addNode();
      phone.provision({ data: { ...PROVISIONING_DATA, ...change } });
      world.clock.advance(5000);
      equal(phone.failures[0]?.errorCode, 9);
    }
  });
};
