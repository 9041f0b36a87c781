/** Two bluetooth-meshd on one air, one of them as the device: by them the harness is proved, without our node. */

import { equal } from "node:assert/strict";
import { Bench, type Ending } from "./bench.js";
import { Air } from "./bluez/air.js";
import type { ConfigClient } from "./bluez/config-client.js";
import { type ModelAt, Status } from "./bluez/config-message.js";
import { Device } from "./bluez/device.js";
import type { Agent } from "./bluez/mesh-objects.js";
import { GENERIC_ON_OFF_SERVER } from "./bluez/on-off-client.js";
import { Provisioner } from "./bluez/provisioner.js";

/** Of the first device. */
export const deviceUuid = Buffer.from("70cf7c9732a345b691494810d2e9cbf4", "hex");
/** Without any capability. */
export const nobody: Agent = { capabilities: [] };

/** A provisioner and its air, 20 times faster than it would be. */
export interface Daemons {
  readonly air: Air;
  readonly provisioner: Provisioner;
  /** One more daemon as device; `name` is also its name on the air. */
  startDevice(name: string, uuid: Uint8Array, agent?: Agent): Promise<Device>;
}

/** The provisioner is there; everything goes when the test ends. */
export async function startDaemons(t: Ending, agent = nobody, air = new Air()): Promise<Daemons> {
  const bench = new Bench(t);
  bench.later(() => air.close());
  const join = async (name: string) => {
    await air.listen(name, bench.path(`${name}.sock`));
    return { folder: bench.path(name), air: bench.path(`${name}.sock`), speedup: 20 };
  };
  const startDevice = async (name: string, uuid: Uint8Array, itsAgent = nobody) => {
    const device = await Device.start(await join(name), uuid, itsAgent);
    bench.later(() => device.stop());
    return device;
  };
  const provisioner = await Provisioner.start(await join("provisioner"), agent);
  bench.later(() => provisioner.stop());
  return { air, provisioner, startDevice };
}

/** Provision a device, give it AppKey 0 and bind that to its server; give the server. */
export async function commission(
  provisioner: Provisioner,
  device: Device,
  uuid: Uint8Array,
): Promise<ModelAt> {
  const { unicastAddress } = await provisioner.provision(uuid);
  await device.provisioned;
  const node = provisioner.node(unicastAddress);
  const server = { element: unicastAddress, model: GENERIC_ON_OFF_SERVER };
  equal(await node.keys.addAppKey(0), Status.Success);
  equal(await node.models.bind(server), Status.Success);
  return server;
}

/** A provisioner, and a lamp that it can switch. */
export interface Pair extends Daemons {
  readonly device: Device;
  /** The lamp's Generic OnOff Server. */
  readonly server: ModelAt;
  /** Configures the lamp. */
  readonly node: ConfigClient;
}

/** Both are there, and commissioned. */
export async function startPair(t: Ending): Promise<Pair> {
  const daemons = await startDaemons(t);
  const device = await daemons.startDevice("device", deviceUuid);
  const server = await commission(daemons.provisioner, device, deviceUuid);
  await daemons.provisioner.bindOwn();
  return { ...daemons, device, server, node: daemons.provisioner.node(server.element) };
}
