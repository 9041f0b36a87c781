/** Our phone provisions and configures bluetooth-meshd as device: what both of us read in the specification is the same. */

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { RealClock } from "../../host/simulator/clock.js";
import { Ether } from "../../host/simulator/ether.js";
import { Medium } from "../../host/simulator/medium.js";
import {
  appKeyAdd,
  compositionDataGet,
  modelAppBind,
} from "../../host/simulator/phone/mesh/config-messages.js";
import { decodeStatus } from "../../host/simulator/phone/mesh/config-status.js";
import { decodeOnOffStatus, OnOffOpcode, onOffSet } from "../../host/simulator/phone/mesh/generic-on-off.js";
import { MeshPeer } from "../../host/simulator/phone/mesh/mesh-peer.js";
import type { AccessMessageHeard, AccessToSend } from "../../host/simulator/phone/mesh/peer-types.js";
import { Phone } from "../../host/simulator/phone/phone.js";
import type { ProvisioningOptions, ProvisioningResult } from "../../host/simulator/phone/provisioning.js";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import { SecureRandom } from "../../host/simulator/random.js";
import { Bench, type Ending } from "./bench.js";
import { Air } from "./bluez/air.js";
import { Device } from "./bluez/device.js";
import type { Agent } from "./bluez/mesh-objects.js";
import { GENERIC_ON_OFF_SERVER } from "./bluez/on-off-client.js";
import { patience } from "./scene.js";
import { deviceUuid, nobody } from "./two-daemons.js";

const NET_KEY = new Uint8Array(16).fill(0x11);
const APP_KEY = new Uint8Array(16).fill(0x22);
const PHONE_ADDRESS = 0x0001;
const DEVICE_ADDRESS = 0x0100;
const STATIC = new Uint8Array(16).map((_, i) => 0x11 * i);

/** A daemon as device, and our phone with two radios on its air. */
async function meet(t: Ending, agent: Agent = nobody) {
  const bench = new Bench(t);
  const air = new Air();
  bench.later(() => air.close());
  for (const name of ["device", "phone"]) await air.listen(name, bench.path(`${name}.sock`));
  const options = { folder: bench.path("device"), air: bench.path("device.sock"), speedup: 20 };
  const device = await Device.start(options, deviceUuid, agent);
  bench.later(() => device.stop());

  const clock = new RealClock();
  const medium = new Medium(clock);
  const ether = new Ether({ path: bench.path("phone.sock"), medium });
  await ether.open();
  bench.later(async () => {
    clock.close();
    await ether.close();
  });
  const random = new SecureRandom();
  const radio = (name: string) => new SimulatedRadio({ medium, name, clock, random });
  const phone = new Phone({ radio: radio("phone"), clock, random });
  const peer = new MeshPeer({ radio: radio("peer"), clock, address: PHONE_ADDRESS });
  peer.addNetwork({ netKey: NET_KEY, netKeyIndex: 0, ivIndex: 0 });
  peer.addAppKey(0, 0, APP_KEY);
  return { device, phone, peer };
}

function provision(
  phone: Phone,
  how: Pick<ProvisioningOptions, "authentication">,
): Promise<ProvisioningResult> {
  const data = { netKey: NET_KEY, netKeyIndex: 0, flags: 0, ivIndex: 0, unicastAddress: DEVICE_ADDRESS };
  return new Promise((finished, reject) => {
    phone.provision(
      deviceUuid,
      { data, ...how },
      { finished, failed: (failure) => reject(new Error(JSON.stringify(failure))) },
    );
  });
}

/** Ask until there is an answer with this opcode: the daemon may still be setting itself up. */
async function ask(peer: MeshPeer, message: AccessToSend, opcode: number): Promise<AccessMessageHeard> {
  for (let tries = 0; tries < 10; tries++) {
    peer.send(message);
    for (let waited = 0; waited < 20; waited++) {
      await setTimeout(100);
      const answer = peer.take(opcode, DEVICE_ADDRESS);
      if (answer !== undefined) return answer;
    }
  }
  throw new Error(`no answer ${opcode.toString(16)}`);
}

test("our phone provisions the daemon, asks what it can do, and switches it", patience, async (t) => {
  const { device, phone, peer } = await meet(t);
  const { deviceKey } = await provision(phone, { authentication: { method: "none" } });
  await device.provisioned;
  peer.addDevice(DEVICE_ADDRESS, deviceKey);

  const configure = (message: Uint8Array, opcode: number) =>
    ask(peer, { dst: DEVICE_ADDRESS, key: { device: DEVICE_ADDRESS }, message }, opcode);
  const composition = decodeStatus((await configure(compositionDataGet(0), 0x02)).message);
  equal(composition.name, "compositionData");
  const added = decodeStatus((await configure(appKeyAdd(0, 0, APP_KEY), 0x8003)).message);
  deepEqual(added, { name: "appKey", status: 0, netKeyIndex: 0, appKeyIndex: 0 });
  const bind = modelAppBind(DEVICE_ADDRESS, 0, GENERIC_ON_OFF_SERVER);
  const bound = decodeStatus((await configure(bind, 0x803e)).message);
  equal("status" in bound && bound.status, 0);

  const served = device.serveOnOffSet();
  const set = { dst: DEVICE_ADDRESS, key: { app: 0 }, message: onOffSet(1, 7) };
  deepEqual(decodeOnOffStatus((await ask(peer, set, OnOffOpcode.Status)).message), { present: 1 });
  equal(await served, 1);
});

test("our phone provisions the daemon with a static value", patience, async (t) => {
  const { device, phone } = await meet(t, { capabilities: ["static-oob"], staticOob: Buffer.from(STATIC) });
  const { capabilities } = await provision(phone, { authentication: { method: "static", value: STATIC } });
  equal(capabilities.oobType & 1, 1);
  await device.provisioned;
});
