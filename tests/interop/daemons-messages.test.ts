/** The harness proves that it switches and hears, through others too: bluetooth-meshd, and nothing of ours. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { Air } from "./bluez/air.js";
import { Status } from "./bluez/config-message.js";
import { firstAddress, ownAddress, ownClient } from "./bluez/provisioner.js";
import { casual } from "./bluez/request.js";
import {
  type NetworkKeys,
  networkKeys,
  sealNetworkPdu,
  secureNetworkBeacon,
  virtualAddress,
} from "./mesh-security.js";
import { networkPdus, primaryNetKey, readNetworkPdu } from "./network-log.js";
import { startPair } from "./two-daemons.js";

const patience = { timeout: 90_000 };
const group = 0xc001;
const label = Buffer.from("0073e7e4d8b9440faf8415df4c56c0e1", "hex");
const nothing = { appKey: 0, friendshipCredentials: false, ttl: 0, period: 0, retransmit: 0, address: 0 };

test(
  "a lamp is switched, and tells its state, on a unicast, a group and a virtual address",
  patience,
  async (t) => {
    const { node, server, device, provisioner } = await startPair(t);
    const { own, onOff } = provisioner;
    await node.models.subscribe(server, group);
    await node.models.subscribe(server, label);
    for (const to of [firstAddress, group, label]) {
      const heard = device.hearOnOffSet();
      if (typeof to === "number") await onOff.tell(to, true);
      else {
        equal((await own.models.publish(ownClient, { to })).address, virtualAddress(to));
        await onOff.publish(true);
      }
      deepEqual(await heard, { state: 1, destination: typeof to === "number" ? to : to.toString("hex") });
    }

    // A model that publishes to a label is not told what others publish to it.
    await own.models.unpublish(ownClient);
    await own.models.subscribe(ownClient, group);
    await own.models.subscribe(ownClient, label);
    for (const to of [ownAddress, group, label]) {
      const { status, ...published } = await node.models.publish(server, {
        to,
        ttl: 5,
        period: 0,
        retransmit: 1,
      });
      equal(status, Status.Success);
      const address = typeof to === "number" ? to : virtualAddress(to);
      deepEqual(published, { ...nothing, address, ttl: 5, retransmit: 1 });
      const destination = typeof to === "number" ? to : to.toString("hex");
      const told = onOff.told(firstAddress, destination);
      await device.publish(1);
      deepEqual((await told).present, 1);
      deepEqual(await node.models.publication(server), { status, ...published });
    }
    deepEqual(await node.models.unpublish(server), { status: Status.Success, ...nothing });
    const refused = await node.models.publish(server, { to: group, appKey: 9 });
    deepEqual(refused, { status: Status.InvalidAppKeyIndex, ...nothing });
  },
);

test("somebody relays between two who do not hear each other", patience, async (t) => {
  const { provisioner, air, device, server } = await startPair(t);
  const keys = networkKeys(await primaryNetKey(provisioner));
  air.setHearing("provisioner", "device", false);
  await rejects(provisioner.node(server.element, casual).defaultTtl());

  relay(air, keys, "relay");
  const node = provisioner.node(server.element);
  equal((await node.composition()).companyId, 0x05f1);
  equal(await node.keys.addAppKey(0), Status.Success);
  const served = device.serveOnOffSet();
  equal((await provisioner.onOff.set(server.element, true)).present, await served);
  const relayed = networkPdus(air, keys).filter(({ from }) => from === "relay");
  deepEqual([...new Set(relayed.map(({ ttl }) => ttl))], [126]);
  deepEqual([...new Set(relayed.map(({ source }) => source))], [ownAddress, firstAddress]);

  air.setHearing("provisioner", "relay", false);
  await rejects(provisioner.node(server.element, casual).defaultTtl());
});

/** Pass on every network PDU of these keys under this name, once, as long as the air is there. */
function relay(air: Air, keys: NetworkKeys, name: string): void {
  const known = new Set<string>();
  const watched = air.sent.next("the end", 80_000, (sent) => {
    const pdu = sent.from === name ? undefined : readNetworkPdu(sent, keys);
    const id = `${pdu?.source} ${pdu?.sequence}`;
    if (pdu === undefined || pdu.ttl < 2 || known.has(id)) return undefined;
    known.add(id);
    queueMicrotask(() => air.inject(name, sealNetworkPdu({ ...pdu, ttl: pdu.ttl - 1 }, keys, 0)));
    return undefined;
  });
  watched.catch(() => {});
}

test(
  "a beacon of the network is what we make of its key, and one that is injected is obeyed",
  patience,
  async (t) => {
    const { provisioner, air, node } = await startPair(t);
    const netKey = await primaryNetKey(provisioner);
    const expected = secureNetworkBeacon(netKey, 0, 0);
    await air.sent.first("a beacon", 25_000, ({ ad }) => ad.equals(expected) || undefined);
    // Both get a new key, and are told by beacon alone that everybody has it.
    await provisioner.keyRing.updateSubnet(0);
    equal(await node.keys.updateNetKey(0), Status.Success);
    equal(await provisioner.own.keys.updateNetKey(0), Status.Success);
    const newKey = await primaryNetKey(provisioner);
    ok(!newKey.equals(netKey));
    air.inject("somebody", secureNetworkBeacon(newKey, 0x01, 0));
    deepEqual(await node.keys.keyRefreshPhase(), { status: Status.Success, value: 2 });
  },
);
