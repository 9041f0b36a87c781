/** One of our lamps relays between bluetooth-meshd and another lamp, who do not hear each other. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { untilCounted } from "./bluez/config-client.js";
import { Status } from "./bluez/config-message.js";
import { ownAddress, ownClient } from "./bluez/provisioner.js";
import { casual } from "./bluez/request.js";
import { commissionLamp, group, type Lamp, label, sees } from "./lamp.js";
import { type NetworkKeys, networkKeys } from "./mesh-security.js";
import { networkPdus, primaryNetKey } from "./network-log.js";
import { patience, type Scene, setScene } from "./scene.js";

const RELAYING = { state: 1, retransmit: 0x00 };
const SILENT = { state: 0, retransmit: 0x00 };
/** Of everything that the daemon sends. */
const DAEMON_TTL = 127;

/** "provisioner", "device" and "far" in a row. */
interface Row {
  readonly scene: Scene;
  readonly near: Lamp;
  readonly far: Lamp;
  readonly keys: NetworkKeys;
}

function testRow(name: string, check: (row: Row) => Promise<void>): void {
  test(name, patience, async (t) => {
    const scene = await setScene(t);
    const { provisioner, air } = scene;
    await provisioner.bindOwn();
    const near = await commissionLamp(provisioner, await scene.startDevice());
    const far = await commissionLamp(provisioner, await (await scene.addPlace("far")).start());
    deepEqual(await near.config.setRelay(SILENT), SILENT);
    deepEqual(await far.config.setRelay(SILENT), SILENT);
    air.setHearing("provisioner", "far", false);
    await check({ scene, near, far, keys: networkKeys(await primaryNetKey(provisioner)) });
  });
}

testRow("a lamp out of reach is configured and switched through one that relays", async (row) => {
  const { near, far, keys } = row;
  const { provisioner, air } = row.scene;
  await rejects(provisioner.node(far.address, casual).defaultTtl(), /not within/);
  deepEqual(await near.config.setRelay(RELAYING), RELAYING);

  const before = networkPdus(air, keys).length;
  equal(await far.config.setDefaultTtl(5), 5);
  // In several segments, both ways.
  deepEqual(await far.config.composition(), far.composition);
  await provisioner.keyRing.createAppKey(0, 1);
  equal(await far.config.keys.addAppKey(1), Status.Success);
  await sees(far.device, true, async () => {
    equal((await provisioner.onOff.set(far.server.element, true)).present, 1);
  });

  const pdus = networkPdus(air, keys).slice(before);
  const relayed = pdus.filter(({ from, source }) => from === "device" && source !== near.address);
  const there = relayed.filter(({ source }) => source === ownAddress);
  const back = relayed.filter(({ source }) => source === far.address);
  deepEqual([...new Set(there.map(({ ttl }) => ttl))], [DAEMON_TTL - 1]);
  ok(
    back.some(({ ttl }) => ttl === 4),
    "an answer with the default TTL, less one",
  );
  for (const { source, destination, sequence, transport } of relayed) {
    const original = pdus.find(
      (pdu) => pdu.from !== "device" && pdu.source === source && pdu.sequence === sequence,
    );
    deepEqual([original?.destination, original?.transport], [destination, transport]);
  }
});

testRow("TTL 2 is relayed as TTL 1, TTL 0 is not, and relaying ends when it is told to", async (row) => {
  const { near, far, keys } = row;
  const { provisioner, air } = row.scene;
  const { onOff } = provisioner;
  const { server } = far;
  await near.config.setRelay(RELAYING);
  await provisioner.own.models.subscribe(ownClient, group);
  const published = (after: number) =>
    networkPdus(air, keys)
      .slice(after)
      .filter(({ source, destination }) => source === server.element && destination === group)
      .map(({ from, ttl }) => `${from} ${ttl}`);

  equal((await far.config.models.publish(server, { to: group, ttl: 2 })).status, Status.Success);
  const told = onOff.told(server.element, group);
  await onOff.tell(server.element, true);
  equal((await told).present, 1);
  deepEqual([...new Set(published(0))], ["far 2", "device 1"]);

  equal((await far.config.models.publish(server, { to: group, ttl: 0 })).status, Status.Success);
  const before = networkPdus(air, keys).length;
  const unheard = onOff.told(server.element, group, 2000);
  await sees(far.device, false, () => onOff.tell(server.element, false));
  await rejects(unheard, /not within/);
  deepEqual([...new Set(published(before))], ["far 0"]);

  deepEqual(await near.config.setRelay(SILENT), SILENT);
  await rejects(provisioner.node(far.address, casual).defaultTtl(), /not within/);
});

testRow(
  "both lamps are switched on a group and a virtual address, through the one that relays",
  async (row) => {
    const { near, far } = row;
    const { provisioner } = row.scene;
    const { onOff, own } = provisioner;
    await near.config.setRelay(RELAYING);
    for (const { config, server } of [near, far]) {
      equal((await config.models.subscribe(server, group)).status, Status.Success);
      equal((await config.models.subscribe(server, label)).status, Status.Success);
    }
    await own.models.publish(ownClient, { to: label });
    await sees(near.device, true, () => sees(far.device, true, () => onOff.tell(group, true)));
    await sees(near.device, false, () => sees(far.device, false, () => onOff.publish(false)));

    // The button of the near lamp switches the far one, on the group.
    equal((await near.config.models.publish(near.client, { to: group })).status, Status.Success);
    await sees(far.device, true, async () => {
      near.device.act("press");
      near.device.act("release");
    });
  },
);

testRow("heartbeats tell the way", async (row) => {
  const { near, far } = row;
  const { provisioner } = row.scene;
  await near.config.setRelay(RELAYING);
  const subscription = { source: far.address, destination: ownAddress, periodLog: 6 };
  equal((await provisioner.own.setHeartbeatSubscription(subscription)).status, Status.Success);
  const order = {
    destination: ownAddress,
    countLog: 0xff,
    periodLog: 1,
    ttl: 7,
    features: 0,
    netKeyIndex: 0,
  };
  equal(await far.config.setHeartbeatPublication(order), Status.Success);
  const heard = await untilCounted(provisioner.own, 1);
  deepEqual([heard.minHops, heard.maxHops], [2, 2]);
});
