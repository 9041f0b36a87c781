/** bluetooth-meshd binds, subscribes and switches our lamp, and hears what it publishes. */

import { deepEqual, equal, rejects } from "node:assert/strict";
import { Status } from "./bluez/config-message.js";
import { ownAddress, ownClient } from "./bluez/provisioner.js";
import { casual } from "./bluez/request.js";
import { group, label, sees, testLamp } from "./lamp.js";
import { virtualAddress } from "./mesh-security.js";
import { nextPdu } from "./network-log.js";

const hash = virtualAddress(label);
const unpublished = { address: 0, appKey: 0, friendshipCredentials: false, ttl: 0, period: 0, retransmit: 0 };

testLamp("a lamp hears only under a key that is bound", async ({ lamp, provisioner }) => {
  const { models } = lamp.config;
  const { server } = lamp;
  equal(await models.bind(server), Status.Success, "the same once more");
  deepEqual(await models.bindings(server), { status: Status.Success, appKeys: [0] });
  equal(await models.unbind(server), Status.Success);
  equal(await models.unbind(server), Status.Success, "what is absent is unbound");
  deepEqual(await models.bindings(server), { status: Status.Success, appKeys: [] });
  await rejects(provisioner.onOff.set(server.element, true, casual), /not within/);

  const vendor = { element: server.element, model: { company: 0x05f1, model: 7 } };
  equal(await models.bind(server, 5), Status.InvalidAppKeyIndex);
  equal(await models.bind({ ...server, model: 0x1234 }), Status.InvalidModel);
  equal(await models.bind(vendor), Status.InvalidModel);
  equal(await models.bind({ ...server, element: lamp.address + lamp.elementCount }), Status.InvalidAddress);
  equal(await models.bind({ element: lamp.address, model: 0x0000 }), Status.CannotBind);
  deepEqual(await models.bindings(vendor), { status: Status.InvalidModel, appKeys: [] });

  equal(await models.bind(server), Status.Success);
  await sees(lamp.device, true, () => provisioner.onOff.set(server.element, true));
});

testLamp("the lamp is switched, asked and faded", async ({ lamp, provisioner }) => {
  const { device, server } = lamp;
  const { onOff } = provisioner;
  equal((await onOff.get(server.element)).present, 0);
  for (const isOn of [true, false]) {
    await sees(device, isOn, async () =>
      equal((await onOff.set(server.element, isOn)).present, isOn ? 1 : 0),
    );
    equal((await onOff.get(server.element)).present, isOn ? 1 : 0);
  }
  // 500 ms behind a delay of 100 ms, in steps of 100 ms; it is on from the beginning of the transition.
  await sees(device, true, async () => {
    const { present, target, remaining } = await onOff.fade(server.element, true, {
      transition: 5,
      delay: 20,
    });
    deepEqual([present, target, remaining], [0, 1, 6]);
  });
});

testLamp("subscriptions of the lamp, with their status codes", async ({ lamp }) => {
  const { models } = lamp.config;
  const { server } = lamp;
  const ok = Status.Success;
  const listed = async () => [...(await models.subscriptions(server)).addresses].sort();
  deepEqual(await models.subscribe(server, group), { status: ok, address: group });
  deepEqual(await models.subscribe(server, group), { status: ok, address: group }, "the same once more");
  deepEqual(await models.subscribe(server, label), { status: ok, address: hash });
  deepEqual(await listed(), [hash, group].sort());
  deepEqual(await models.unsubscribe(server, group), { status: ok, address: group });
  deepEqual(
    await models.unsubscribe(server, group),
    { status: ok, address: group },
    "what is absent is removed",
  );
  deepEqual(await listed(), [hash]);
  deepEqual(await models.unsubscribe(server, label), { status: ok, address: hash });
  deepEqual(await listed(), []);
  await models.subscribe(server, group);
  deepEqual(await models.resubscribe(server, label), { status: ok, address: hash });
  deepEqual(await listed(), [hash]);
  deepEqual(await models.resubscribe(server, group), { status: ok, address: group });
  deepEqual(await listed(), [group]);
  deepEqual(await models.unsubscribeAll(server), { status: ok, address: 0x0000 });
  deepEqual(await listed(), []);

  const config = { element: lamp.address, model: 0x0000 };
  const absent = { ...server, model: 0x1234 };
  const elsewhere = { ...server, element: lamp.address + lamp.elementCount };
  equal((await models.subscribe(config, group)).status, Status.NotASubscribeModel);
  equal((await models.subscribe(absent, group)).status, Status.InvalidModel);
  equal((await models.subscribe(elsewhere, group)).status, Status.InvalidAddress);
  deepEqual(await models.subscriptions(absent), { status: Status.InvalidModel, addresses: [] });
});

testLamp(
  "the lamp is switched on a unicast, a group and a virtual address",
  async ({ lamp, provisioner }) => {
    const { device, server, config } = lamp;
    const { own, onOff } = provisioner;
    const to = {
      unicast: (isOn: boolean) => onOff.tell(server.element, isOn),
      group: (isOn: boolean) => onOff.tell(group, isOn),
      label: (isOn: boolean) => onOff.publish(isOn),
      everybody: (isOn: boolean) => onOff.tell(0xffff, isOn),
    };
    equal((await own.models.publish(ownClient, { to: label })).address, hash);
    await sees(device, true, () => to.unicast(true));

    // Not subscribed: no reaction, and the lamp still hears.
    await to.group(false);
    await to.label(false);
    equal((await onOff.get(server.element)).present, 1);

    for (const address of [group, label]) await config.models.subscribe(server, address);
    await sees(device, false, () => to.group(false));
    await sees(device, true, () => to.label(true));

    for (const address of [group, label]) await config.models.unsubscribe(server, address);
    await to.group(false);
    await to.label(false);
    equal((await onOff.get(server.element)).present, 1);
  },
);

testLamp("what the lamp publishes is heard on a unicast, a group and a virtual address", async (scene) => {
  const { lamp, provisioner, air, keys } = scene;
  const { server, config } = lamp;
  const { own, onOff } = provisioner;
  await own.models.subscribe(ownClient, group);
  await own.models.subscribe(ownClient, label);
  let isOn = false;
  for (const to of [ownAddress, group, label]) {
    const address = typeof to === "number" ? to : hash;
    const state = { ...unpublished, status: Status.Success, address, ttl: 9, retransmit: 0x09 };
    deepEqual(await config.models.publish(server, { to, ttl: 9, retransmit: 0x09 }), state);
    deepEqual(await config.models.publication(server), state);
    isOn = !isOn;
    const told = onOff.told(server.element, typeof to === "number" ? to : label.toString("hex"));
    const pdu = nextPdu(air, keys, ({ source, ttl }) => source === server.element && ttl === 9);
    await onOff.tell(server.element, isOn);
    equal((await told).present, isOn ? 1 : 0);
    equal((await pdu).destination, address);
  }
  deepEqual(await config.models.unpublish(server), { ...unpublished, status: Status.Success });
  deepEqual(await config.models.publication(server), { ...unpublished, status: Status.Success });
});

testLamp("publications that cannot be", async ({ lamp, provisioner }) => {
  const { models } = lamp.config;
  const { server } = lamp;
  const refused = (status: number) => ({ ...unpublished, status });
  deepEqual(await models.publish(server, { to: group, appKey: 9 }), refused(Status.InvalidAppKeyIndex));
  const elsewhere = { ...server, element: lamp.address + lamp.elementCount };
  deepEqual(await models.publish(elsewhere, { to: group }), refused(Status.InvalidAddress));
  deepEqual(await models.publish({ ...server, model: 0x1234 }, { to: group }), refused(Status.InvalidModel));
  const config = { element: lamp.address, model: 0x0000 };
  deepEqual(await models.publish(config, { to: group }), refused(Status.InvalidPublishParameters));
  const asFriend = { to: group, friendshipCredentials: true };
  deepEqual(await models.publish(server, asFriend), refused(Status.FeatureNotSupported));
  const once = provisioner.node(lamp.address, casual).models;
  await rejects(once.publish(server, { to: hash }), /not within/, "a virtual address without its label");
  await rejects(once.publish(server, { to: group, ttl: 0x80 }), /not within/);

  // A key that goes takes the publication with it.
  equal((await models.publish(server, { to: group })).status, Status.Success);
  equal(await models.unbind(server), Status.Success);
  deepEqual(await models.publication(server), refused(Status.Success));
});

testLamp("the lamp publishes by itself, in the rhythm that it is given", async ({ lamp, provisioner }) => {
  // Five times 100 ms.
  await lamp.config.models.publish(lamp.server, { to: ownAddress, period: 0x05 });
  for (let i = 0; i < 3; i++) {
    equal((await provisioner.onOff.told(lamp.server.element, ownAddress)).present, 0);
  }
});

testLamp("a push of the button switches the lamp, and publishes", async ({ lamp, provisioner }) => {
  const { config, device, client } = lamp;
  await provisioner.own.models.subscribe(ownClient, group);
  await config.models.publish(client, { to: group });
  const heard = provisioner.events.next("what the button says", 10_000, (event) =>
    event.name === "message" && event.source === client.element && event.destination === group
      ? [...event.data.subarray(0, 3)]
      : undefined,
  );
  await sees(device, true, async () => {
    device.act("press");
    device.act("release");
  });
  // Generic OnOff Set, acknowledged or not, on.
  const [first, second, state] = await heard;
  equal(first, 0x82);
  equal(second === 0x02 || second === 0x03, true, `opcode 82${second?.toString(16)}`);
  equal(state, 1);
});
