/** Our simulator as a lamp of the provisioner's network, ready to be switched. */

import { equal, ok } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ConfigClient } from "./bluez/config-client.js";
import { type Composition, type ModelAt, Status } from "./bluez/config-message.js";
import { GENERIC_ON_OFF_CLIENT, GENERIC_ON_OFF_SERVER } from "./bluez/on-off-client.js";
import type { Provisioner } from "./bluez/provisioner.js";
import { type NetworkKeys, networkKeys } from "./mesh-security.js";
import { primaryNetKey } from "./network-log.js";
import { patience, type Scene, setScene } from "./scene.js";
import type { SimulatorProcess } from "./simulator.js";

/** A group address, and a label with the virtual address 0xb529: for any test. */
export const group = 0xc001;
export const label = Buffer.from("0073e7e4d8b9440faf8415df4c56c0e1", "hex");

/** A lamp that has AppKey 0, bound to both models. */
export interface Lamp {
  readonly device: SimulatorProcess;
  readonly address: number;
  readonly elementCount: number;
  readonly composition: Composition;
  readonly config: ConfigClient;
  readonly server: ModelAt;
  readonly client: ModelAt;
}

/** A scene with one lamp. */
export interface LampScene extends Scene {
  readonly lamp: Lamp;
  /** Of the primary subnet, as it was in the beginning. */
  readonly keys: NetworkKeys;
}

/** A test with a provisioner and one lamp. */
export function testLamp(
  name: string,
  check: (scene: LampScene, t: TestContext) => Promise<void>,
  options: readonly string[] = [],
): void {
  test(name, patience, async (t) => {
    const scene = await setScene(t);
    await scene.provisioner.bindOwn();
    const lamp = await commissionLamp(scene.provisioner, await scene.startDevice(...options));
    const keys = networkKeys(await primaryNetKey(scene.provisioner));
    await check({ ...scene, lamp, keys }, t);
    ok(!lamp.device.events.seen.some(({ event }) => event === "error"), "the simulator says that it failed");
  });
}

/** Provision it, read what it has, give it the AppKey and bind that. */
export async function commissionLamp(provisioner: Provisioner, device: SimulatorProcess): Promise<Lamp> {
  const { unicastAddress: address, elementCount } = await provisioner.provision(device.uuid);
  const config = provisioner.node(address);
  const composition = await config.composition();
  const server = find(composition, address, GENERIC_ON_OFF_SERVER);
  const client = find(composition, address, GENERIC_ON_OFF_CLIENT);
  equal(await config.keys.addAppKey(0), Status.Success);
  equal(await config.models.bind(server), Status.Success);
  equal(await config.models.bind(client), Status.Success);
  return { device, address, elementCount, composition, config, server, client };
}

/** Do something, and see the LED light up or go out. */
export async function sees(
  device: SimulatorProcess,
  isOn: boolean,
  act: () => Promise<unknown>,
): Promise<void> {
  const seen = device.led(isOn);
  await act();
  await seen;
}

function find({ elements }: Composition, address: number, model: number): ModelAt {
  const index = elements.findIndex(({ models }) => models.includes(model));
  ok(index >= 0, `no model ${model.toString(16)} in the composition`);
  return { element: address + index, model };
}
