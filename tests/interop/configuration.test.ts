/** bluetooth-meshd, which none of us wrote, configures our lamp in real time: composition, keys and states. */

import { deepEqual, equal, notDeepEqual, ok, rejects } from "node:assert/strict";
import { Status } from "./bluez/config-message.js";
import { ownAddress, ownClient } from "./bluez/provisioner.js";
import { casual } from "./bluez/request.js";
import { label, sees, testLamp } from "./lamp.js";
import { networkKeys, secureNetworkBeacon } from "./mesh-security.js";
import { networkPdus, nextPdu, primaryNetKey } from "./network-log.js";

const CONFIGURATION_SERVER = 0x0000;
const NOT_SUPPORTED = 2;

testLamp("the composition says what the node is", async ({ lamp }) => {
  const { composition, config, elementCount } = lamp;
  equal(composition.elements.length, elementCount);
  ok(composition.elements[0]?.models.includes(CONFIGURATION_SERVER));
  ok(composition.replayProtectionSize >= 2 * elementCount);
  const states = [(await config.relay()).state, await config.gattProxy(), await config.friend()];
  const supported = states.map((state) => state !== NOT_SUPPORTED);
  deepEqual(
    [1, 2, 4].map((bit) => (composition.features & bit) !== 0),
    supported,
  );
  equal(composition.features & 1, 1, "a lamp can relay");
  // The largest page there is, asked for by its number, is the same.
  const largest = await config.compositionPage(0xff);
  deepEqual(await config.compositionPage(largest.page), largest);
});

testLamp("AppKeys are added, listed, refused and deleted", async ({ lamp, provisioner }) => {
  const { keys } = lamp.config;
  const other = Buffer.alloc(16, 0x3c);
  await provisioner.keyRing.createAppKey(0, 0xabc);
  await provisioner.keyRing.createAppKey(0, 0x123);
  equal(await keys.addAppKey(0xabc), Status.Success);
  equal(await keys.addAppKey(0xabc), Status.Success, "the same once more");
  equal(await keys.addAppKey(0x123), Status.Success);
  const listed = async () => [...(await keys.appKeys(0)).indexes].sort((a, b) => a - b);
  deepEqual(await listed(), [0, 0x123, 0xabc]);

  equal(await keys.sendForeignAppKey("add", [0, 0xabc], other), Status.KeyIndexAlreadyStored);
  equal(await keys.sendForeignAppKey("add", [9, 0x456], other), Status.InvalidNetKeyIndex);
  equal(await keys.sendForeignAppKey("update", [0, 0x456], other), Status.InvalidAppKeyIndex);
  equal(await keys.sendForeignAppKey("update", [0, 0xabc], other), Status.CannotUpdate);
  deepEqual(await keys.appKeys(9), { status: Status.InvalidNetKeyIndex, indexes: [] });

  equal(await keys.deleteAppKey(0xabc), Status.Success);
  equal(await keys.deleteAppKey(0xabc), Status.Success, "what is absent is deleted");
  deepEqual(await listed(), [0, 0x123]);
});

testLamp("a second subnet: its keys, and a lamp that is switched in it", async ({ lamp, provisioner }) => {
  const { keys, models } = lamp.config;
  const { own, keyRing } = provisioner;
  await keyRing.createSubnet(1);
  await keyRing.createAppKey(1, 1);
  for (const each of [lamp.config, own]) {
    equal(await each.keys.addNetKey(1), Status.Success);
    equal(await each.keys.addAppKey(1, 1), Status.Success);
  }
  equal(await keys.addNetKey(1), Status.Success, "the same once more");
  equal(await keys.addForeignNetKey(1, Buffer.alloc(16, 0x3c)), Status.KeyIndexAlreadyStored);
  const appKey = (await provisioner.exportKeys()).appKeys.get(1);
  ok(appKey);
  equal(await keys.sendForeignAppKey("add", [0, 1], appKey), Status.InvalidNetKeyIndex, "bound elsewhere");
  deepEqual([...(await keys.netKeys())].sort(), [0, 1]);
  deepEqual(await keys.appKeys(1), { status: Status.Success, indexes: [1] });
  equal(await models.bind(lamp.server, 1), Status.Success);
  equal(await own.models.bind(ownClient, 1), Status.Success);

  const through1 = provisioner.node(lamp.address, { netKeyIndex: 1 });
  equal(await through1.setDefaultTtl(6), 6);
  equal(await through1.keys.deleteNetKey(1), Status.CannotRemove, "the key of this very message");
  const second = provisioner.onOffUnder(1);
  await sees(lamp.device, true, () => second.set(lamp.server.element, true));

  equal(await keys.deleteNetKey(1), Status.Success);
  equal(await keys.deleteNetKey(1), Status.Success, "what is absent is deleted");
  equal(await keys.deleteNetKey(0), Status.CannotRemove, "the last one");
  deepEqual(await keys.netKeys(), [0]);
  deepEqual((await models.bindings(lamp.server)).appKeys, [0], "its AppKeys went with it");
  await rejects(second.get(lamp.server.element, casual), /not within/);
});

testLamp("a key refresh, and the lamp is switched in each phase", async ({ lamp, provisioner, air }) => {
  const { own, keyRing, onOff } = provisioner;
  const { config, device, server } = lamp;
  equal(await config.keys.addForeignNetKey(0, Buffer.alloc(16, 0x3c)), Status.KeyIndexAlreadyStored);
  deepEqual(await config.keys.keyRefreshPhase(9), { status: Status.InvalidNetKeyIndex, value: 0 });
  const before = await provisioner.exportKeys();
  await keyRing.updateSubnet(0);
  await keyRing.updateAppKey(0);
  for (const { keys } of [config, own]) {
    equal(await keys.updateNetKey(0), Status.Success);
    equal(await keys.updateAppKey(0), Status.Success);
    deepEqual(await keys.keyRefreshPhase(), { status: Status.Success, value: 1 });
  }
  await sees(device, true, () => onOff.set(server.element, true));
  for (const [transition, phase] of [
    [2, 2],
    [3, 0],
  ] as const) {
    await keyRing.setKeyPhase(0, transition);
    for (const { keys } of [config, own])
      deepEqual(await keys.setKeyRefreshPhase(transition), { status: Status.Success, value: phase });
    await sees(device, phase === 0, () => onOff.set(server.element, phase === 0));
  }
  const after = await provisioner.exportKeys();
  notDeepEqual(after.netKeys.get(0), before.netKeys.get(0));
  notDeepEqual(after.appKeys.get(0), before.appKeys.get(0));
  const newKeys = networkKeys(await primaryNetKey(provisioner));
  const answer = nextPdu(air, newKeys, ({ source }) => source === server.element);
  await onOff.get(server.element);
  equal((await answer).from, "device");
});

testLamp("a key refresh that only beacons announce", async ({ lamp, provisioner, air }) => {
  await provisioner.keyRing.updateSubnet(0);
  for (const { keys } of [lamp.config, provisioner.own]) equal(await keys.updateNetKey(0), Status.Success);
  const newKey = await primaryNetKey(provisioner);
  const obeyed = air.sent.next("a beacon of the daemon", 25_000, ({ from, ad }) => {
    return (from === "provisioner" && ad.equals(secureNetworkBeacon(newKey, 0x01, 0))) || undefined;
  });
  air.inject("somebody", secureNetworkBeacon(newKey, 0x01, 0));
  await obeyed;
  deepEqual(await lamp.config.keys.keyRefreshPhase(), { status: Status.Success, value: 2 });
});

testLamp("the default TTL is that of every answer", async ({ lamp, provisioner, air, keys }) => {
  const { config, address } = lamp;
  for (const ttl of [5, 0, 127]) {
    equal(await config.setDefaultTtl(ttl), ttl);
    const answer = nextPdu(air, keys, (pdu) => pdu.source === address && pdu.ttl === ttl);
    equal(await config.defaultTtl(), ttl);
    equal((await answer).destination, ownAddress);
  }
  const once = provisioner.node(address, casual);
  for (const prohibited of [1, 0x80]) await rejects(once.setDefaultTtl(prohibited), /not within/);
  equal(await config.defaultTtl(), 127);
});

testLamp("network transmit says how often each PDU leaves", async ({ lamp, air, keys }) => {
  const { config, address } = lamp;
  const sent = () =>
    networkPdus(air, keys).filter(({ from, source }) => from === "device" && source === address);
  for (const [networkTransmit, times] of [
    [0x08, 1],
    [0x0b, 4],
  ] as const) {
    equal(await config.setNetworkTransmit(networkTransmit), networkTransmit);
    equal(await config.networkTransmit(), networkTransmit);
    const before = Math.max(...sent().map(({ sequence }) => sequence));
    await config.defaultTtl();
    const copies = () => sent().filter(({ sequence }) => sequence === before + 1).length;
    while (copies() < times) await air.sent.next("one more copy", 5000, () => true);
    await air.sent.none("a copy too many", 1000, () => copies() > times);
  }
});

testLamp("relay, friend, proxy, beacon and identity states", async ({ lamp, provisioner, air }) => {
  const { config, composition, address } = lamp;
  for (const relay of [
    { state: 0, retransmit: 0x11 },
    { state: 1, retransmit: 0x0a },
  ]) {
    deepEqual(await config.setRelay(relay), relay);
    deepEqual(await config.relay(), relay);
  }
  await rejects(provisioner.node(address, casual).setRelay({ state: 3, retransmit: 0 }), /not within/);
  const answered = (isSupported: boolean, value: number) => (isSupported ? value : NOT_SUPPORTED);
  for (const value of [0, 1]) {
    const [proxy, friend] = [(composition.features & 2) !== 0, (composition.features & 4) !== 0];
    equal(await config.setGattProxy(value), answered(proxy, value));
    equal(await config.gattProxy(), answered(proxy, value));
    equal(await config.setFriend(value), answered(friend, value));
    equal(await config.friend(), answered(friend, value));
    equal(await config.setBeacon(value), value);
    equal(await config.beacon(), value);
  }
  equal(await config.pollTimeout(ownAddress), 0);
  const identity = await config.keys.nodeIdentity();
  equal(identity.status, Status.Success);
  if ((composition.features & 2) === 0) equal(identity.value, NOT_SUPPORTED);
  deepEqual(await config.keys.nodeIdentity(9), { status: Status.InvalidNetKeyIndex, value: 0 });

  const beacon = secureNetworkBeacon(await primaryNetKey(provisioner), 0, 0);
  await air.sent.next("a beacon of the lamp", 60_000, ({ from, ad }) => {
    return (from === "device" && ad.equals(beacon)) || undefined;
  });
});

testLamp("what is configured outlasts a power cut, and no sequence number comes twice", async (scene) => {
  const { lamp, air, keys, provisioner } = scene;
  const { config, server, address } = lamp;
  await config.models.subscribe(server, label);
  const publication = await config.models.publish(server, { to: label, ttl: 4, period: 0, retransmit: 1 });
  await config.setDefaultTtl(6);
  await config.setRelay({ state: 0, retransmit: 0x11 });
  const state = async () => [
    await config.composition(),
    await config.keys.netKeys(),
    await config.keys.appKeys(),
    await config.models.bindings(server),
    await config.models.subscriptions(server),
    await config.models.publication(server),
    await config.defaultTtl(),
    await config.relay(),
  ];
  const before = await state();
  await lamp.device.kill();

  const revived = await scene.startDevice();
  equal(await revived.noted("provisioned"), address);
  deepEqual(await state(), before);
  deepEqual(await config.models.publication(server), publication);
  await sees(revived, true, () => provisioner.onOff.set(server.element, true));
  const contents = new Map<number, string>();
  for (const { from, source, sequence, transport } of networkPdus(air, keys)) {
    if (from !== "device" || source !== address) continue;
    equal(transport.toString("hex"), contents.get(sequence) ?? transport.toString("hex"));
    contents.set(sequence, transport.toString("hex"));
  }
  ok(contents.size > before.length);
});
