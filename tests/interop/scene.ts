/** The scene of a test: one bluetooth-meshd as provisioner, our simulator as device, and the air between them. */

import { deepEqual, equal } from "node:assert/strict";
import { Bench, type Ending } from "./bench.js";
import { Air, type DropRule, type Transmission } from "./bluez/air.js";
import type { AddedNode } from "./bluez/mesh-event.js";
import type { Agent } from "./bluez/mesh-objects.js";
import { Provisioner } from "./bluez/provisioner.js";
import { readKeptRecord, SimulatorProcess } from "./simulator.js";

/** For a test: more than the slowest of them takes, by far. */
export const patience = { timeout: 90_000 };

/** Where a device stands, which may come and go. */
export interface Place {
  /** The device's state folder; not there yet. */
  readonly state: string;
  /** Start the device, again after it has ended. */
  start(...more: readonly string[]): Promise<SimulatorProcess>;
}

/** One test's provisioner and device, and what is between them: "provisioner" and "device" on the air. */
export interface Scene {
  readonly air: Air;
  readonly provisioner: Provisioner;
  /** A place for one more device. name: on the air. */
  addPlace(name: string): Promise<Place>;
  /** Start one more provisioner, with a network of its own. name: of its folder. */
  startProvisioner(name: string): Promise<Provisioner>;
  /** The device's state folder; not there yet. */
  readonly state: string;
  /** Start the device, again after it has ended. */
  startDevice(...more: readonly string[]): Promise<SimulatorProcess>;
}

export interface SceneOptions {
  readonly speedup?: number;
  readonly drop?: DropRule;
  /** Without one, No OOB. */
  readonly agent?: Agent;
}

/** Provisioner and air are there; both go when the test ends. */
export async function setScene(t: Ending, { speedup = 20, drop, agent }: SceneOptions = {}): Promise<Scene> {
  const bench = new Bench(t);
  const air = new Air(drop);
  bench.later(() => air.close());
  // The daemon connects once and never again, so the air is ours, and the device may come and go.
  await air.listen("provisioner", bench.path("p.sock"));
  const startProvisioner = async (name: string) => {
    const options = { folder: bench.path(name), air: bench.path("p.sock"), speedup };
    const started = await Provisioner.start(options, agent);
    bench.later(() => started.stop());
    return started;
  };
  const addPlace = async (name: string): Promise<Place> => {
    const [state, ether] = [bench.path(`${name}.state`), bench.path(`${name}.sock`)];
    await air.listen(name, ether);
    const start = async (...more: readonly string[]) => {
      const device = await SimulatorProcess.start({ state, ether, more });
      bench.later(() => device.stop());
      return device;
    };
    return { state, start };
  };
  const { state, start: startDevice } = await addPlace("device");
  const provisioner = await startProvisioner("p");
  return { air, provisioner, startProvisioner, addPlace, state, startDevice };
}

/** The device beacons, is heard, is provisioned, and says so. */
export async function provision({ provisioner }: Scene, device: SimulatorProcess): Promise<AddedNode> {
  const { uuid } = await provisioner.discover();
  const node = await provisioner.provision(uuid);
  equal(await device.noted("provisioned"), node.unicastAddress);
  return node;
}

/** What the device keeps is what the provisioner believes. */
export async function checkKept(
  { provisioner, state }: Pick<Scene, "provisioner" | "state">,
  unicastAddress: number,
) {
  const { netKeys, deviceKeys } = await provisioner.exportKeys();
  deepEqual(readKeptRecord(state), {
    netKey: netKeys.get(0),
    netKeyIndex: 0,
    flags: 0,
    ivIndex: 0,
    unicastAddress,
    deviceKey: deviceKeys.get(unicastAddress),
  });
}

/** An unprovisioned device beacon. MshPRT 3.10.2. */
export function isBeacon({ from, ad }: Transmission): boolean {
  return from === "device" && ad[1] === 0x2b && ad[2] === 0x00;
}

/** The Provisioning Complete PDU: type 08, alone in a Transaction Start. MshPRT 5.3.1.1, 5.4.1.9. */
export function isComplete({ from, ad }: Transmission): boolean {
  return from === "device" && ad[1] === 0x29 && ad[7] === 0x00 && ad[11] === 0x08;
}
