/** bluetooth-meshd tells our lamp to forget everything, and provisions it once more. */

import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Status } from "./bluez/config-message.js";
import { firstAddress } from "./bluez/provisioner.js";
import { casual } from "./bluez/request.js";
import { commissionLamp, group, label, sees } from "./lamp.js";
import { networkKeys } from "./mesh-security.js";
import { nextPdu, primaryNetKey } from "./network-log.js";
import { checkKept, isBeacon, patience, setScene } from "./scene.js";
import type { SimulatorProcess } from "./simulator.js";

/** Every file of the folder with its octets. */
function snapshot(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.path, entry.name))
    .sort()
    .map((path) => [path.slice(folder.length), readFileSync(path, "hex")] as const);
}

/** Until it is no node any more, and says so. */
function beaconsAgain(device: SimulatorProcess): Promise<true> {
  return device.events.next("note beaconing", 5000, (event) =>
    event.event === "note" && event.name === "beaconing" ? true : undefined,
  );
}

test(
  "a node that is reset answers, forgets everything, and is provisioned once more",
  patience,
  async (t) => {
    const scene = await setScene(t);
    const { provisioner, air } = scene;
    const { onOff } = provisioner;
    await provisioner.bindOwn();
    const device = await scene.startDevice();
    await device.noted("beaconing");
    const virgin = snapshot(scene.state);

    const lamp = await commissionLamp(provisioner, device);
    const keys = networkKeys(await primaryNetKey(provisioner));
    await lamp.config.models.subscribe(lamp.server, group);
    await lamp.config.models.publish(lamp.server, { to: label, ttl: 5 });
    await lamp.config.setDefaultTtl(9);
    await sees(device, true, () => onOff.set(lamp.server.element, true));
    notEqual(snapshot(scene.state).length, virgin.length);

    const answer = nextPdu(air, keys, ({ source }) => source === lamp.address);
    const again = beaconsAgain(device);
    const beacon = air.sent.next("a beacon", 10_000, (sent) => isBeacon(sent) || undefined);
    await lamp.config.reset();
    equal((await answer).ttl, 9, "the answer comes from the node that it still is");
    await Promise.all([again, beacon]);
    deepEqual(snapshot(scene.state), virgin);
    await rejects(onOff.get(lamp.server.element, casual), /not within/);
    await rejects(provisioner.node(lamp.address, casual).defaultTtl(), /not within/);

    await provisioner.keyRing.deleteNode(lamp.address, lamp.elementCount);
    const second = await commissionLamp(provisioner, device);
    equal(second.address, firstAddress + lamp.elementCount);
    await checkKept(scene, second.address);
    deepEqual(second.composition, lamp.composition);
    deepEqual((await second.config.models.subscriptions(second.server)).addresses, []);
    equal((await second.config.models.publication(second.server)).address, 0);
    notEqual(await second.config.defaultTtl(), 9);
    await onOff.set(second.server.element, false);
    await sees(device, true, () => onOff.set(second.server.element, true));
  },
);

test("a node that is reset and killed at once is new when it comes back", patience, async (t) => {
  const scene = await setScene(t);
  const { provisioner } = scene;
  await provisioner.bindOwn();
  const device = await scene.startDevice();
  const lamp = await commissionLamp(provisioner, device);
  const again = beaconsAgain(device);
  await lamp.config.reset();
  await again;
  await device.kill();

  const revived = await scene.startDevice();
  await revived.noted("beaconing");
  await provisioner.keyRing.deleteNode(lamp.address, lamp.elementCount);
  const second = await commissionLamp(provisioner, revived);
  equal(await second.config.models.bind(second.server), Status.Success);
  await sees(revived, true, () => provisioner.onOff.set(second.server.element, true));
});
