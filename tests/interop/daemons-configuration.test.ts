/** The harness proves that it configures, switches and hears: bluetooth-meshd among themselves, and nothing of ours. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { untilCounted } from "./bluez/config-client.js";
import { Status } from "./bluez/config-message.js";
import { GENERIC_ON_OFF_SERVER } from "./bluez/on-off-client.js";
import { firstAddress, ownAddress, ownClient } from "./bluez/provisioner.js";
import { casual } from "./bluez/request.js";
import { networkKeys, virtualAddress } from "./mesh-security.js";
import { nextPdu, primaryNetKey } from "./network-log.js";
import { startPair } from "./two-daemons.js";

const patience = { timeout: 90_000 };
const group = 0xc001;
const label = Buffer.from("0073e7e4d8b9440faf8415df4c56c0e1", "hex");

test("the composition of the device and of the provisioner's own node", patience, async (t) => {
  const { node, provisioner } = await startPair(t);
  const composition = await node.composition();
  const { companyId, productId, versionId, replayProtectionSize, elements } = composition;
  deepEqual([companyId, productId, versionId, replayProtectionSize], [0x05f1, 1, 1, 32]);
  deepEqual(elements, [{ location: 0x0100, models: [0x0000, GENERIC_ON_OFF_SERVER], vendorModels: [] }]);
  equal((await node.compositionPage(0xff)).page, 0);
  const own = await provisioner.own.composition();
  deepEqual(own.elements, [{ location: 0x0100, models: [0x0000, 0x0001, 0x1001], vendorModels: [] }]);
});

test("each state is read and set, and what is prohibited has no answer", patience, async (t) => {
  const { node, provisioner, air } = await startPair(t);
  equal(await node.setDefaultTtl(5), 5);
  const keys = networkKeys(await primaryNetKey(provisioner));
  const answer = nextPdu(air, keys, ({ source }) => source === firstAddress);
  equal(await node.defaultTtl(), 5);
  equal((await answer).ttl, 5);
  equal(await node.setBeacon(0), 0);
  equal(await node.setBeacon(1), 1);
  equal(await node.beacon(), 1);
  equal(await node.setFriend(1), 1);
  equal(await node.friend(), 1);
  equal(await node.setGattProxy(1), 2);
  equal(await node.gattProxy(), 2);
  equal(await node.setNetworkTransmit(0x0a), 0x0a);
  equal(await node.networkTransmit(), 0x0a);
  deepEqual(await node.setRelay({ state: 1, retransmit: 0x0a }), { state: 1, retransmit: 0x0a });
  deepEqual(await node.relay(), { state: 1, retransmit: 0x0a });
  equal(await node.pollTimeout(ownAddress), 0);
  deepEqual(await node.keys.nodeIdentity(), { status: Status.Success, value: 2 });
  deepEqual(await node.keys.setNodeIdentity(1), { status: Status.Success, value: 2 });
  deepEqual(await node.keys.keyRefreshPhase(9), { status: Status.InvalidNetKeyIndex, value: 0 });
  await rejects(provisioner.node(firstAddress, casual).setDefaultTtl(1), /not within 2000 ms: status 800e/);
});

test("heartbeats are published, counted, and read from the air", patience, async (t) => {
  const { node, provisioner, air } = await startPair(t);
  const keys = networkKeys(await primaryNetKey(provisioner));
  const subscription = { source: firstAddress, destination: ownAddress, periodLog: 6 };
  const { status, countLog } = await provisioner.own.setHeartbeatSubscription(subscription);
  deepEqual({ status, countLog }, { status: Status.Success, countLog: 0 });
  const order = { destination: ownAddress, countLog: 2, periodLog: 1, ttl: 5, features: 1, netKeyIndex: 0 };
  equal(await node.setHeartbeatPublication(order), Status.Success);
  const beat = () => nextPdu(air, keys, ({ isControl, ttl }) => isControl && ttl === 5);
  deepEqual([...(await beat()).transport], [0x0a, 5, 0x00, 0x00]);
  await beat();
  const { countLog: left, periodLog } = await node.heartbeatPublication();
  deepEqual({ left, periodLog }, { left: 0, periodLog: 1 });
  const heard = await untilCounted(provisioner.own, 2);
  deepEqual([heard.countLog, heard.minHops, heard.maxHops], [2, 1, 1]);
});

test("keys are added, listed, refused and deleted; a second subnet carries messages", patience, async (t) => {
  const { node, provisioner, device, server } = await startPair(t);
  const { keys } = node;
  await provisioner.keyRing.createSubnet(1);
  await provisioner.keyRing.createAppKey(1, 0xabc);
  equal(await keys.addAppKey(0), Status.Success);
  equal(await keys.addNetKey(1), Status.Success);
  equal(await keys.addAppKey(0xabc, 1), Status.Success);
  deepEqual([...(await keys.netKeys())].sort(), [0, 1]);
  deepEqual(await keys.appKeys(0), { status: Status.Success, indexes: [0] });
  deepEqual(await keys.appKeys(1), { status: Status.Success, indexes: [0xabc] });
  deepEqual(await keys.appKeys(9), { status: Status.InvalidNetKeyIndex, indexes: [] });

  const other = Buffer.alloc(16, 0x3c);
  equal(await keys.addForeignNetKey(1, other), Status.KeyIndexAlreadyStored);
  equal(await keys.sendForeignAppKey("add", [0, 0], other), Status.KeyIndexAlreadyStored);
  equal(await keys.sendForeignAppKey("update", [0, 0], other), Status.CannotUpdate);

  equal(await provisioner.own.keys.addNetKey(1), Status.Success);
  const through1 = provisioner.node(firstAddress, { netKeyIndex: 1 });
  equal(await through1.setDefaultTtl(6), 6);
  equal(await node.models.bind(server, 0xabc), Status.Success);
  equal(await provisioner.own.keys.addAppKey(0xabc, 1), Status.Success);
  equal(await provisioner.own.models.bind(ownClient, 0xabc), Status.Success);
  const served = device.serveOnOffSet();
  equal((await provisioner.onOffUnder(0xabc).set(firstAddress, true)).present, await served);
  equal(await keys.deleteAppKey(0xabc, 1), Status.Success);
  equal(await keys.deleteNetKey(1), Status.Success);
  equal(await keys.deleteNetKey(0), Status.CannotRemove);
  deepEqual(await keys.netKeys(), [0]);

  await provisioner.keyRing.deleteAppKey(0xabc);
  await provisioner.keyRing.deleteSubnet(1);
  const exported = await provisioner.exportKeys();
  deepEqual([...exported.netKeys.keys(), ...exported.appKeys.keys()], [0, 0]);
});

test("a key refresh, and the lamp is switched in each phase", patience, async (t) => {
  const { node, device, provisioner } = await startPair(t);
  const { own, keyRing } = provisioner;
  const switched = async () => {
    const served = device.serveOnOffSet();
    equal((await provisioner.onOff.set(firstAddress, true)).present, await served);
  };
  const before = await provisioner.exportKeys();
  await keyRing.updateSubnet(0);
  await keyRing.updateAppKey(0);
  for (const { keys } of [node, own]) {
    equal(await keys.updateNetKey(0), Status.Success);
    equal(await keys.updateAppKey(0), Status.Success);
    deepEqual(await keys.keyRefreshPhase(), { status: Status.Success, value: 1 });
  }
  await switched();
  for (const transition of [2, 3]) {
    await keyRing.setKeyPhase(0, transition);
    const phase = { status: Status.Success, value: transition === 2 ? 2 : 0 };
    for (const { keys } of [node, own]) deepEqual(await keys.setKeyRefreshPhase(transition), phase);
    await switched();
  }
  const after = await provisioner.exportKeys();
  ok(!after.netKeys.get(0)?.equals(before.netKeys.get(0) ?? Buffer.alloc(0)));
  ok(!after.appKeys.get(0)?.equals(before.appKeys.get(0) ?? Buffer.alloc(0)));
});

test("bindings and subscriptions, with their status codes", patience, async (t) => {
  const { node, server } = await startPair(t);
  const { models } = node;
  equal(await models.unbind(server), Status.Success);
  deepEqual(await models.bindings(server), { status: Status.Success, appKeys: [] });
  equal(await models.bind(server), Status.Success);
  deepEqual(await models.bindings(server), { status: Status.Success, appKeys: [0] });
  equal(await models.bind(server, 5), Status.InvalidAppKeyIndex);
  equal(await models.bind({ ...server, model: 0x1234 }), Status.InvalidModel);
  equal(await models.bind({ ...server, element: 0x0fff }), Status.InvalidAddress);
  const vendor = { ...server, model: { company: 0x05f1, model: 7 } };
  equal(await models.bind(vendor), Status.InvalidModel);
  deepEqual(await models.bindings(vendor), { status: Status.InvalidModel, appKeys: [] });

  const hash = virtualAddress(label);
  const listed = async () => (await models.subscriptions(server)).addresses;
  deepEqual(await models.subscribe(server, group), { status: Status.Success, address: group });
  deepEqual(await models.subscribe(server, label), { status: Status.Success, address: hash });
  deepEqual(await listed(), [group, hash]);
  deepEqual(await models.unsubscribe(server, group), { status: Status.Success, address: group });
  deepEqual(await models.unsubscribe(server, label), { status: Status.Success, address: hash });
  deepEqual(await listed(), []);
  await models.resubscribe(server, label);
  await models.resubscribe(server, group + 1);
  deepEqual(await listed(), [group + 1]);
  deepEqual(await models.unsubscribeAll(server), { status: Status.Success, address: 0 });
  deepEqual(await listed(), []);
  const config = { ...server, model: 0x0000 };
  deepEqual(await models.subscribe(config, group), { status: Status.NotASubscribeModel, address: group });
});
