/** nRF Mesh for iOS: writes without waiting, comes back to the same address, and counts what is in its filter. */

import {
  compositionDataGet,
  defaultTtlGet,
  keyRefreshPhaseSet,
  netKeyAdd,
  netKeyUpdate,
  nodeReset,
} from "../../../host/simulator/phone/mesh/config-messages.js";
import { ProvisioningPduType as Pdu } from "../../../host/simulator/phone/pdu.js";
import { equal as sameOctets } from "../../../modules/bytes.js";
import type { Harness, Suite } from "../../support/harness.js";
import { IOS } from "../../support/phone-apps.js";
import { NODE_ADDRESS, PHONE_ADDRESS, PhoneScene } from "../../support/phone-scene.js";
import { hex } from "../../support/provisionee-bench.js";
import { DEVICE_UUID, PROVISIONING_DATA } from "../../support/world.js";

/** Provisioned, and connected again with the peripheral that it knows. */
function returned(): { readonly scene: PhoneScene; readonly address: Uint8Array } {
  const scene = new PhoneScene(IOS);
  const { address } = scene.findDevice();
  scene.begin({}, address);
  scene.finish();
  const deviceKey = scene.results[0]?.deviceKey;
  if (deviceKey === undefined) throw new Error(JSON.stringify(scene.failures));
  scene.client.peer.addDevice(NODE_ADDRESS, deviceKey);
  scene.join(address, 2000);
  return { scene, address };
}

const way = ({ test, equal, ok }: Harness): void => {
  test("comes back to the same address at once, waits for the beacon, sets its filter, configures [P-2, P-7, P-16, P-17, P-20]", () => {
    const { scene } = returned();
    scene.until(() => scene.client.peer.beacons.length > 0, 500, "the beacon");
    scene.client.setFilterType(0);
    scene.until(() => scene.client.statuses.length === 1, 500, "Filter Status");
    scene.client.addAddresses([PHONE_ADDRESS, 0xffff]);
    scene.until(() => scene.client.statuses.length === 2, 500, "Filter Status");
    equal(
      scene.client.statuses.map(({ filterType, listSize }) => [filterType, listSize]),
      [
        [0, 0],
        [0, 2],
      ],
    );
    for (const message of [compositionDataGet(0), defaultTtlGet()]) {
      const { tookMs } = scene.ask(message);
      ok(tookMs <= 500, `${tookMs} ms`);
    }
    scene.equip();
    equal(scene.switch(true), { present: 1 });
  });

  test("adds a group for each of its models: the list has room for them, and counts without a mistake [P-16]", () => {
    const { scene } = returned();
    scene.client.setFilterType(0);
    const groups = Array.from({ length: 30 }, (_, i) => 0xc000 + i);
    for (let at = 0; at < groups.length; at += 5) scene.client.addAddresses(groups.slice(at, at + 5));
    scene.client.addAddresses([0xc000, 0xc001, PHONE_ADDRESS, 0xffff]);
    scene.client.removeAddresses([0xc000, 0xd000]);
    scene.pass(3000);
    // Sending it has put the phone's own address there after the type was set.
    equal(
      scene.client.statuses.map(({ listSize }) => listSize),
      [0, 5, 10, 15, 20, 25, 30, 32, 31],
    );
  });

  test("the identity is not shown while the provisioning connection is there [P-15]", () => {
    const scene = new PhoneScene(IOS, {
      habits: { staysConnected: "complete" },
      server: { swapsLive: false },
    });
    scene.provision();
    equal(scene.hears("node", 1000), false);
    scene.leave();
    const tookMs = scene.until(() => scene.hears("node", 50), 300, "the Node Identity");
    ok(tookMs <= 300, `${tookMs} ms`);
  });
};

const returning = ({ test, equal, ok }: Harness): void => {
  test("Start and key are written in one go, in writes of the smallest size: nothing is lost [P-5, P-6, P-11, S-3]", () => {
    const scene = new PhoneScene(IOS, { habits: { mtu: 23 } });
    scene.provision();
    equal(scene.timeOf("sent", Pdu.PublicKey), scene.timeOf("sent", Pdu.Start));
    equal(scene.node.trace.drops, []);
  });

  test("reads the capabilities for most of a minute, and goes on [P-12]", () => {
    const scene = new PhoneScene(IOS);
    const { address } = scene.findDevice();
    // The user sits between the Capabilities and the Start, which the phone holds back as long.
    scene.phone.habits = { ...IOS.habits, callbackMs: 50_000 };
    scene.begin({}, address);
    scene.until(() => scene.types("received").includes(Pdu.Capabilities), 60_000);
    scene.until(() => scene.types("sent").includes(Pdu.Start), 60_000);
    scene.phone.habits = IOS.habits;
    ok(scene.timeOf("sent", Pdu.Start) - scene.timeOf("sent", Pdu.Invite) >= 50_000);
    scene.finish(400_000);
    equal(scene.results.length, 1);
  });

  test("loses the connection in every state, comes back, invites again: the device has forgotten the first time [P-11, P-12]", () => {
    for (const type of [Pdu.Invite, Pdu.Start, Pdu.PublicKey, Pdu.Confirmation, Pdu.Random]) {
      const scene = new PhoneScene(IOS);
      const { address } = scene.findDevice();
      scene.begin({}, address);
      scene.until(() => scene.types("sent").includes(type), 5000);
      scene.phone.disconnect();
      scene.finish();
      equal(scene.failures.at(-1)?.fault, "linkClosed");
      const tookMs = scene.until(() => scene.hears("device", 50), 1000, "the device");
      ok(tookMs < 1000, `${tookMs} ms after a loss at ${type}`);
      scene.begin({}, address);
      scene.finish();
      equal(scene.results.length, 1, `after a loss at ${type}`);
    }
  });

  test("goes out of reach without a word: the device is there again within a second [P-12]", () => {
    const scene = new PhoneScene(IOS);
    scene.begin();
    scene.until(() => scene.types("sent").includes(Pdu.PublicKey), 5000);
    scene.world.medium.setHearing((from, to) => from !== "phone" && to !== "phone");
    scene.finish();
    scene.world.medium.setHearing(() => true);
    equal(scene.hears("device", 1000), true);
    scene.provision();
  });

  test("knows the device again after a reset, by the same UUID, and provisions it anew [P-2, P-18, P-19]", () => {
    const { scene, address } = returned();
    scene.ask(nodeReset());
    scene.until(() => scene.phone.link === undefined, 5000, "the end of the connection");
    const found = scene.findDevice(1000);
    ok(found.mesh?.kind === "unprovisioned" && sameOctets(found.mesh.deviceUuid, DEVICE_UUID));
    equal(found.address, address);
    scene.provision();
    scene.join(address, 2000);
  });

  test("drops everything after a beacon of the past: only the present IV Index is ever told [P-7]", () => {
    const { scene } = returned();
    scene.pass(3000);
    scene.leave();
    scene.join(scene.findNode().address);
    scene.pass(3000);
    const told = scene.client.peer.beacons.map(({ ivIndex, flags }) => `${ivIndex} ${flags}`);
    equal([...new Set(told)], [`${PROVISIONING_DATA.ivIndex} 0`]);
  });

  test("takes its time before it subscribes: nothing comes before, and the beacon at once after it [P-7]", () => {
    const { scene, address } = returned();
    scene.leave();
    scene.phone.habits = { ...IOS.habits, stepMs: 3000 };
    scene.client.peer.log.clear();
    scene.join(address, 20_000);
    const openedMs = scene.nowMs;
    scene.pass(500);
    const [first] = scene.client.peer.beacons;
    ok(first !== undefined && first.atMs >= openedMs - 5, `${first?.atMs}, subscribed at ${openedMs}`);
  });

  test("refreshes the keys: a beacon tells each change, under the key that is then the right one [P-7]", () => {
    const { scene, address } = returned();
    const { peer } = scene.client;
    const { netKeyIndex } = PROVISIONING_DATA;
    const newKey = hex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
    scene.ask(netKeyUpdate(netKeyIndex, newKey));
    peer.keys.refreshNetKey(netKeyIndex, newKey);
    scene.pass(200);
    peer.log.beacons.length = 0;
    scene.ask(keyRefreshPhaseSet(netKeyIndex, 2));
    scene.pass(500);
    equal(
      peer.beacons.map((beacon) => [beacon.flags, beacon.newKey, beacon.authentic]),
      [[1, true, true]],
    );
    peer.keys.setPhase(netKeyIndex, 2);
    peer.log.beacons.length = 0;
    scene.ask(keyRefreshPhaseSet(netKeyIndex, 3));
    scene.pass(500);
    equal(
      peer.beacons.map((beacon) => [beacon.flags, beacon.authentic]),
      [[0, true]],
    );
    peer.keys.setPhase(netKeyIndex, 3);
    scene.leave();
    scene.join(address, 2000);
    equal(scene.ask(defaultTtlGet()).status.name, "defaultTtl");
  });

  test("has a beacon for each of the node's networks after it has subscribed, and for a new one at once [P-7]", () => {
    const { scene } = returned();
    const second = { netKeyIndex: 0x0111, netKey: hex("00112233445566778899aabbccddeeff") };
    scene.client.peer.addNetwork({ ...second, ivIndex: PROVISIONING_DATA.ivIndex });
    scene.pass(1000);
    const of = (): readonly number[] =>
      [...new Set(scene.client.peer.beacons.map(({ netKeyIndex }) => netKeyIndex ?? -1))].sort(
        (a, b) => a - b,
      );
    equal(of(), [PROVISIONING_DATA.netKeyIndex]);
    scene.ask(netKeyAdd(second.netKeyIndex, second.netKey));
    scene.pass(1000);
    equal(of(), [second.netKeyIndex, PROVISIONING_DATA.netKeyIndex]);
    scene.leave();
    scene.client.peer.log.beacons.length = 0;
    scene.join(scene.findNode().address);
    scene.pass(500);
    equal(of(), [second.netKeyIndex, PROVISIONING_DATA.netKeyIndex]);
  });
};

export const suite: Suite = (harness) => {
  way(harness);
  returning(harness);
};
