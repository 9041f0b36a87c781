/** bluetooth-meshd, which none of us wrote, provisions our simulator over PB-ADV, in real time. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cmac } from "@noble/ciphers/aes.js";
import { Bench } from "./bench.js";
import { losing } from "./bluez/air.js";
import { firstAddress, Provisioner } from "./bluez/provisioner.js";
import { checkKept, isBeacon, isComplete, patience, provision, setScene } from "./scene.js";
import { SimulatorProcess } from "./simulator.js";

test("the beacon is heard with its UUID, OOB information and URI hash", patience, async (t) => {
  const { provisioner, startDevice } = await setScene(t);
  const uuid = "70cf7c9732a345b691494810d2e9cbf4";
  await startDevice("--uuid", uuid, "--oob-info", "0x0802", "--uri", "https://example.com/lamp");
  const heard = await provisioner.discover();
  equal(heard.uuid.toString("hex"), uuid);
  equal(heard.oobInformation, 0x0802);
  // The salt function of the URI data, in which 17 stands for "https:".
  const salt = Buffer.from(cmac(Buffer.from("\x17//example.com/lamp"), Buffer.alloc(16)));
  equal(heard.uriHash, salt.readUInt32BE(0));
});

for (const { pace, speedup } of [
  { pace: "20 times as fast as it would", speedup: 20 },
  { pace: "at its own pace", speedup: 1 },
]) {
  test(`the daemon provisions the device, ${pace}`, patience, async (t) => {
    const scene = await setScene(t, { speedup });
    const device = await scene.startDevice();
    const heard = await scene.provisioner.discover();
    equal(heard.oobInformation, 0);
    equal(heard.uriHash, undefined);
    const node = await scene.provisioner.provision(heard.uuid);
    equal(node.unicastAddress, firstAddress);
    equal(node.elementCount, 1);
    equal(await device.noted("provisioned"), firstAddress);
    await checkKept(scene, firstAddress);
    ok(!device.events.seen.some(({ event }) => event === "failed" || event === "error"));
    equal(await device.quit(), 0);
  });
}

test("the daemon joins the simulator's own ether and provisions it", patience, async (t) => {
  const bench = new Bench(t);
  const state = bench.path("state");
  const ether = bench.path("ether");
  const device = await SimulatorProcess.start({ state, ether });
  bench.later(() => device.stop());
  await device.noted("beaconing");
  const provisioner = await Provisioner.start({ folder: bench.path("p"), air: ether, speedup: 20 });
  bench.later(() => provisioner.stop());
  const { uuid } = await provisioner.discover();
  equal((await provisioner.provision(uuid)).unicastAddress, firstAddress);
  equal(await device.noted("provisioned"), firstAddress);
  await checkKept({ provisioner, state }, firstAddress);
});

test("the program provisions a running simulator, uses it and gives it back", patience, async (t) => {
  const bench = new Bench(t);
  const ether = bench.path("ether");
  const device = await SimulatorProcess.start({ state: bench.path("state"), ether });
  bench.later(() => device.stop());
  await device.noted("beaconing");
  const program = fileURLToPath(new URL("provision.ts", import.meta.url));
  const args = ["--import", "tsx", program, "--ether", ether, "--speedup", "20"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  const lines = stdout.trimEnd().split("\n");
  match(lines[0] ?? "", /^heard the device [0-9a-f-]{36}$/);
  deepEqual(lines.slice(1), [
    "provisioned it as 0100",
    "company ffff, models 0000, 1000, 1001",
    "gave it an AppKey and bound its lamp to it: status 0, 0",
    "switched its lamp on",
    "switched its lamp off",
    "switched its lamp on",
    "reset it: it is new again",
  ]);
  equal(await device.noted("provisioned"), firstAddress);
});

test("a node that is started again is still that node, and does not beacon", patience, async (t) => {
  const scene = await setScene(t);
  const before = await scene.startDevice();
  await provision(scene, before);
  ok(scene.air.sent.seen.some(isBeacon));
  equal(await before.quit(), 0);

  const sentBefore = scene.air.sent.seen.length;
  const after = await scene.startDevice();
  equal(await after.noted("provisioned"), firstAddress);
  await scene.air.sent.none("the node beacons", 2000, isBeacon);
  ok(!scene.air.sent.seen.slice(sentBefore).some(isBeacon));
  ok(!after.events.seen.some((event) => event.event === "note" && event.name === "beaconing"));
  await checkKept(scene, firstAddress);
});

test("without its state folder the device is new, and is provisioned once more", patience, async (t) => {
  const scene = await setScene(t);
  const before = await scene.startDevice();
  const first = await provision(scene, before);
  equal(await before.quit(), 0);
  rmSync(scene.state, { recursive: true });

  const after = await scene.startDevice();
  const second = await provision(scene, after);
  ok(!second.uuid.equals(first.uuid));
  equal(second.unicastAddress, firstAddress + 1);
  await checkKept(scene, firstAddress + 1);
});

test("the device is provisioned although every fourth PDU is lost", patience, async (t) => {
  const scene = await setScene(t, { drop: losing(25, 1) });
  const device = await scene.startDevice();
  equal((await provision(scene, device)).unicastAddress, firstAddress);
  await checkKept(scene, firstAddress);
});

test("a device that is killed as its Complete leaves is a node when it comes back", patience, async (t) => {
  const scene = await setScene(t);
  const doomed = await scene.startDevice();
  const { uuid } = await scene.provisioner.discover();
  const added = scene.provisioner.provision(uuid);
  const complete = scene.air.sent.next("Complete", 60_000, (sent) => isComplete(sent) || undefined);
  // Should it fail instead, that is what the test has to say.
  await Promise.race([complete, added.then(() => complete)]);
  await doomed.kill();

  const revived = await scene.startDevice();
  equal(await revived.noted("provisioned"), firstAddress);
  equal((await added).unicastAddress, firstAddress);
  await checkKept(scene, firstAddress);
});
