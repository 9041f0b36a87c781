/** bluetooth-meshd and our simulator, when XS runs the device: the engine of the boards instead of Node's own. */

import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { firstAddress } from "./bluez/provisioner.js";
import { commissionLamp, group, sees } from "./lamp.js";
import { readDisplay } from "./person.js";
import { checkKept, isBeacon, patience, setScene } from "./scene.js";
import type { SimulatorProcess } from "./simulator.js";

const xs = ["--engine", "xs"];

test("under XS a lamp is provisioned, configured, switched, restarted and reset", patience, async (t) => {
  const scene = await setScene(t);
  const { provisioner, air } = scene;
  const { onOff } = provisioner;
  await provisioner.bindOwn();
  const first = await scene.startDevice(...xs);
  runsUnderXs(first);
  const lamp = await commissionLamp(provisioner, first);
  const { server } = lamp;
  equal(lamp.address, firstAddress);
  await checkKept(scene, firstAddress);
  await lamp.config.models.subscribe(server, group);
  await sees(first, true, () => onOff.set(server.element, true));
  await sees(first, false, () => onOff.tell(group, false));
  equal((await onOff.get(server.element)).present, 0);
  ok(!first.events.seen.some(({ event }) => event === "failed" || event === "error"));
  equal(await first.quit(), 0);

  const second = await scene.startDevice(...xs);
  equal(await second.noted("provisioned"), firstAddress);
  await sees(second, true, () => onOff.tell(group, true));
  // What a kill leaves is as good as what an end in order leaves, and it is Node's as well as XS's.
  await second.kill();
  const third = await scene.startDevice();
  equal(await third.noted("provisioned"), firstAddress);
  await sees(third, true, () => onOff.set(server.element, true));
  equal(await third.quit(), 0);

  const fourth = await scene.startDevice(...xs);
  equal(await fourth.noted("provisioned"), firstAddress);
  const beacon = air.sent.next("a beacon", 10_000, (sent) => isBeacon(sent) || undefined);
  await lamp.config.reset();
  await beacon;
  await provisioner.keyRing.deleteNode(lamp.address, lamp.elementCount);
  const again = await commissionLamp(provisioner, fourth);
  equal(again.address, firstAddress + lamp.elementCount);
  await checkKept(scene, again.address);
  await sees(fourth, true, () => onOff.set(again.server.element, true));
});

test("under XS output OOB: the daemon's user reads the display", patience, async (t) => {
  let device: SimulatorProcess | undefined;
  const readNumber = async (): Promise<number> => {
    ok(device);
    const digits = await readDisplay(device);
    match(digits, /^\d{6}$/);
    return Number(digits);
  };
  const scene = await setScene(t, { agent: { capabilities: ["out-numeric"], number: readNumber } });
  device = await scene.startDevice(...xs, "--output", "number", "--no-oob", "refuse");
  runsUnderXs(device);
  const { uuid } = await scene.provisioner.discover();
  equal((await scene.provisioner.provision(uuid)).unicastAddress, firstAddress);
  equal(await device.noted("provisioned"), firstAddress);
  await checkKept(scene, firstAddress);
  equal(await device.quit(), 0);
});

test("under XS input OOB: the device's user enters what the daemon shows", patience, async (t) => {
  const scene = await setScene(t, { agent: { capabilities: ["in-numeric"] } });
  const device = await scene.startDevice(...xs, "--input", "number", "--no-oob", "refuse");
  const { uuid } = await scene.provisioner.discover();
  const shown = scene.provisioner.shown();
  const added = scene.provisioner.provision(uuid);
  await device.noted("waitInput", 20_000);
  device.act(`enter ${(await shown).value}`);
  equal((await added).unicastAddress, firstAddress);
  equal(await device.noted("provisioned"), firstAddress);
  await checkKept(scene, firstAddress);
});

function runsUnderXs(device: SimulatorProcess): void {
  const started = device.events.seen.find(({ event }) => event === "started");
  equal(started?.event === "started" ? started.engine : undefined, "xs");
}
