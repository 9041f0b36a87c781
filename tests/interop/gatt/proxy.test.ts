/** A phone uses our simulator as its proxy: configuration and messages over GATT, in real time. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { FilterType } from "../../../host/simulator/phone/gatt/proxy-client.js";
import { decodeComposition } from "../../../host/simulator/phone/mesh/composition.js";
import {
  appKeyAdd,
  compositionDataGet,
  defaultTtlGet,
  modelAppBind,
  nodeReset,
  type Publication,
  publicationSet,
  subscriptionAdd,
} from "../../../host/simulator/phone/mesh/config-messages.js";
import type { ConfigStatus } from "../../../host/simulator/phone/mesh/config-status.js";
import {
  decodeOnOffStatus,
  GENERIC_ON_OFF_CLIENT,
  GENERIC_ON_OFF_SERVER,
  OnOffOpcode,
  onOffSet,
  onOffSetUnacknowledged,
} from "../../../host/simulator/phone/mesh/generic-on-off.js";
import type { SimulatorProcess } from "../simulator.js";
import { phoneAddress, type RealPhone, until } from "./real-phone.js";
import {
  appKey,
  appKeyIndex,
  findNetwork,
  firstNode,
  type GattScene,
  joinNode,
  netKeyIndex,
  nextNote,
  PROXY,
  patience,
  provisionOver,
  setGattScene,
} from "./scene.js";

const group = 0xc001;
const everybody = 0xffff;
const toGroup: Publication = { address: group, appKeyIndex };

/** A scene with one node, which the phone has as its proxy. */
interface Joined extends GattScene {
  readonly phone: RealPhone;
  readonly device: SimulatorProcess;
}

async function join(t: TestContext, mtu: number): Promise<Joined> {
  const scene = await setGattScene(t);
  const phone = await scene.startPhone({ mtu });
  const device = await scene.startDevice("d");
  await provisionOver(phone, device, firstNode);
  await joinNode(phone, firstNode);
  return { ...scene, phone, device };
}

/** Give the node the AppKey, and bind its lamp and its button to that. */
async function commission(phone: RealPhone, node: number): Promise<number> {
  phone.client.peer.addAppKey(netKeyIndex, appKeyIndex, appKey);
  const answer = await phone.configure(node, compositionDataGet(0));
  if (answer.name !== "compositionData") throw new Error("the answer is no composition");
  const { elements } = decodeComposition(answer.data);
  const elementOf = (model: number) => node + elements.findIndex(({ models }) => models.includes(model));
  succeeded(await phone.configure(node, appKeyAdd(netKeyIndex, appKeyIndex, appKey)));
  for (const model of [GENERIC_ON_OFF_SERVER, GENERIC_ON_OFF_CLIENT])
    succeeded(await phone.configure(node, modelAppBind(elementOf(model), appKeyIndex, model)));
  return elementOf(GENERIC_ON_OFF_SERVER);
}

function succeeded(status: ConfigStatus): void {
  equal("status" in status ? status.status : undefined, 0, JSON.stringify(status));
}

async function filterStatus(phone: RealPhone, act: () => void): Promise<unknown> {
  const { statuses } = phone.client;
  const before = statuses.length;
  act();
  return until("Filter Status", 5000, () => statuses[before]);
}

/** What a lamp publishes to the group has come through the proxy, or does. */
async function publication(phone: RealPhone, lamp: number): Promise<void> {
  await until("the publication", 5000, () =>
    phone.client.peer.received.find(
      ({ opcode, src, dst }) => opcode === OnOffOpcode.Status && src === lamp && dst === group,
    ),
  );
}

for (const mtu of [23, 247]) {
  test(`from new to new again through a phone, at an MTU of ${mtu}`, patience, async (t) => {
    const { phone, device } = await join(t, mtu);
    const { client } = phone;
    deepEqual(
      phone.phone.link?.services.map(({ service }) => service),
      [PROXY],
    );
    await until("a beacon", 1000, () => client.peer.beacons.find(({ authentic }) => authentic));

    const src = firstNode;
    deepEqual(await filterStatus(phone, () => client.setFilterType(FilterType.Accept)), {
      filterType: FilterType.Accept,
      listSize: 0,
      src,
    });
    deepEqual(await filterStatus(phone, () => client.addAddresses([phoneAddress, everybody, group])), {
      filterType: FilterType.Accept,
      listSize: 3,
      src,
    });

    const lamp = await commission(phone, firstNode);
    equal((await phone.configure(firstNode, defaultTtlGet())).name, "defaultTtl");
    for (const isOn of [true, false]) {
      const seen = device.led(isOn);
      const status = await phone.ask({
        dst: lamp,
        key: { app: appKeyIndex },
        message: onOffSet(isOn ? 1 : 0, isOn ? 1 : 2),
      });
      equal(decodeOnOffStatus(status.message).present, isOn ? 1 : 0);
      await seen;
    }

    // To the group, and from it.
    succeeded(await phone.configure(firstNode, subscriptionAdd(lamp, GENERIC_ON_OFF_SERVER, group)));
    succeeded(await phone.configure(firstNode, publicationSet(lamp, GENERIC_ON_OFF_SERVER, toGroup)));
    const lit = device.led(true);
    client.peer.send({ dst: group, key: { app: appKeyIndex }, message: onOffSetUnacknowledged(1, 3) });
    await lit;
    await publication(phone, lamp);

    const reset = nextNote(device, "unprovisioned");
    equal((await phone.configure(firstNode, nodeReset())).name, "nodeReset");
    await until("the connection has ended", 10_000, () => phone.phone.link === undefined || undefined);
    await reset;
    const kinds = (await phone.lookAround()).map(({ kind }) => kind);
    deepEqual([...new Set(kinds)], ["unprovisioned"]);
    // It is new in every respect: it can be provisioned once more.
    await provisionOver(phone, device, firstNode + 0x10);
  });
}

test("a group message goes through the proxy to a lamp that has no connection", patience, async (t) => {
  const { phone, startDevice } = await join(t, 247);
  const { client } = phone;
  const other = firstNode + 0x20;
  await commission(phone, firstNode);
  await phone.disconnect();

  const far = await startDevice("far");
  await provisionOver(phone, far, other);
  // Everything about it goes through the first one.
  await joinNode(phone, firstNode);
  await filterStatus(phone, () => client.addAddresses([phoneAddress, group]));
  const lamp = await commission(phone, other);
  succeeded(await phone.configure(other, subscriptionAdd(lamp, GENERIC_ON_OFF_SERVER, group)));
  succeeded(await phone.configure(other, publicationSet(lamp, GENERIC_ON_OFF_SERVER, toGroup)));
  const lit = far.led(true);
  client.peer.send({ dst: group, key: { app: appKeyIndex }, message: onOffSetUnacknowledged(1, 1) });
  await lit;
  await publication(phone, lamp);
});

test("a node that loses its power is found again by its network, and is the same", patience, async (t) => {
  const { phone, device, startDevice } = await join(t, 247);
  const lamp = await commission(phone, firstNode);
  const [before] = phone.phone.seen;
  await device.kill();
  await until("the connection has ended", 10_000, () => phone.phone.link === undefined || undefined);

  const again = await startDevice("d");
  const { address } = await findNetwork(phone);
  deepEqual(address, before?.address);
  await phone.join(address);
  const lit = again.led(true);
  const toLamp = { dst: lamp, key: { app: appKeyIndex } };
  equal(decodeOnOffStatus((await phone.ask({ ...toLamp, message: onOffSet(1, 1) })).message).present, 1);
  await lit;
});

test("an adapter that is unplugged ends the simulator, which says why", patience, async (t) => {
  const { phone, device, tap } = await join(t, 247);
  const ended = device.events.next(
    "nothing any more",
    10_000,
    ({ event }) => event === "stopped" || undefined,
  );
  tap.takeControllers();
  await rejects(ended, /the simulator ended: fledgling: --radio: .*works no longer/);
  await until("the connection has ended", 10_000, () => phone.phone.link === undefined || undefined);
});

test("the services change on the connection that there is", patience, async (t) => {
  const { startDevice, startPhone } = await setGattScene(t);
  const phone = await startPhone({ mtu: 247, habits: { staysConnected: "complete" } });
  const device = await startDevice("d");
  await provisionOver(phone, device, firstNode);
  ok(phone.phone.link !== undefined, "still connected");
  phone.phone.switchToProxy(phone.client);
  await until("the proxy's link is open", 10_000, () => phone.client.isOpen || undefined);
  deepEqual(
    phone.phone.link?.services.map(({ service }) => service),
    [PROXY],
  );
  equal((await phone.configure(firstNode, compositionDataGet(0))).name, "compositionData");
});
