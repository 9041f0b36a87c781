/** The scene of a test over GATT: our simulator on a virtual controller, and phones on others. */

import { equal } from "node:assert/strict";
import type { Seen } from "../../../host/simulator/phone/gatt/gatt-phone.js";
import { isOfSubnet } from "../../../host/simulator/phone/mesh/identity.js";
import { netKeyMaterial } from "../../../host/simulator/phone/mesh/keys.js";
import type { ProvisioningOptions } from "../../../host/simulator/phone/provisioning.js";
import { equal as areEqual } from "../../../modules/bytes.js";
import { Bench, type Ending } from "../bench.js";
import { SimulatorProcess } from "../simulator.js";
import { startBtvirt } from "./btvirt.js";
import { RealPhone, type RealPhoneOptions } from "./real-phone.js";
import { Tap } from "./tap.js";

/** For a test: more than the slowest of them takes, by far. */
export const patience = { timeout: 90_000 };

/** The mesh services. */
export const PROVISIONING = 0x1827;
export const PROXY = 0x1828;

/** The phone's network. */
export const netKey = Buffer.from("efb2255e6422d330088e09bb015ed707", "hex");
export const appKey = Buffer.from("63964771734fbd76e3b40519d1d94a48", "hex");
export const netKeyIndex = 0;
export const appKeyIndex = 0;
const IV_INDEX = 0x12345678;

/** The first node's address; the next ones follow. */
export const firstNode = 0x0100;

/** What the phone gives to the node at this address. */
export function dataFor(unicastAddress: number): ProvisioningOptions["data"] {
  return { netKey, netKeyIndex, flags: 0, ivIndex: IV_INDEX, unicastAddress };
}

/** The air of one test. */
export interface GattScene {
  readonly bench: Bench;
  /** Where the devices' controllers come from; all that is said there is noted. */
  readonly tap: Tap;
  /** Start a device, again after it has ended. name: of its state folder. */
  startDevice(name: string, ...more: readonly string[]): Promise<SimulatorProcess>;
  /** A phone of the network. */
  startPhone(options: Omit<RealPhoneOptions, "controllers">): Promise<RealPhone>;
}

/** All of it goes when the test ends. */
export async function setGattScene(t: Ending): Promise<GattScene> {
  const bench = new Bench(t);
  const air = await startBtvirt(bench.path("air"));
  bench.later(() => air.stop());
  const tap = await Tap.open(bench.path("tap"), air.controllers);
  bench.later(() => tap.close());
  const phones = await Tap.open(bench.path("phones"), air.controllers);
  bench.later(() => phones.close());
  const startDevice = async (name: string, ...more: readonly string[]) => {
    const options = { state: bench.path(name), controllers: tap.path, more };
    const device = await SimulatorProcess.start(options);
    bench.later(() => device.stop());
    return device;
  };
  const startPhone = async (options: Omit<RealPhoneOptions, "controllers">) => {
    const phone = await RealPhone.start(bench, { controllers: phones.path, ...options });
    phone.client.peer.addNetwork({ netKeyIndex, netKey, ivIndex: IV_INDEX });
    return phone;
  };
  return { bench, tap, startDevice, startPhone };
}

/** The phone sees this device, unprovisioned. */
export function findDevice(phone: RealPhone, { uuid }: SimulatorProcess): Promise<Seen> {
  return phone.find("the device", (mesh) => mesh.kind === "unprovisioned" && areEqual(mesh.deviceUuid, uuid));
}

/** The phone sees the node at this address, by its Node Identity. */
export function findNode(phone: RealPhone, node: number): Promise<Seen> {
  return phone.find("the node", (mesh) => {
    return mesh.kind === "nodeIdentity" && isOfSubnet(mesh, netKeyMaterial(netKey), node);
  });
}

/** The phone sees a node of its network, by the Network ID. */
export function findNetwork(phone: RealPhone): Promise<Seen> {
  return phone.find("the network", (mesh) => {
    return mesh.kind === "networkId" && isOfSubnet(mesh, netKeyMaterial(netKey));
  });
}

/** Find and provision it; done when device and phone agree that it is a node. */
export async function provisionOver(
  phone: RealPhone,
  device: SimulatorProcess,
  node: number,
  options: Partial<ProvisioningOptions> = {},
): Promise<Seen> {
  const seen = await findDevice(phone, device);
  const authentication = { method: "none" } as const;
  const provisioned = nextNote(device, "provisioned");
  const result = await phone.provision(seen.address, { data: dataFor(node), authentication, ...options });
  equal(await provisioned, node);
  phone.client.peer.addDevice(node, result.deviceKey);
  return seen;
}

/** The value of the next note of this name, from now on. */
export async function nextNote(device: SimulatorProcess, name: string): Promise<number | undefined> {
  const note = await device.events.next(`note ${name}`, 70_000, (event) =>
    event.event === "note" && event.name === name ? event : undefined,
  );
  return note.value;
}

/** Find the node by its identity, and use it as proxy. */
export async function joinNode(phone: RealPhone, node: number): Promise<Seen> {
  const seen = await findNode(phone, node);
  await phone.join(seen.address);
  return seen;
}
