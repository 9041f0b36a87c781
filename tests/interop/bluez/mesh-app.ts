/** The application that bluetooth-meshd wants: it calls the daemon, and the daemon calls it. */

import { Happenings } from "../happenings.js";
import { Bus, text } from "./dbus.js";
import { KeyRing } from "./key-ring.js";
import type { AddedNode, MeshEvent } from "./mesh-event.js";
import { elementPath, MeshObjects, type MeshObjectsOptions, mesh, root, service } from "./mesh-objects.js";

/** address: the daemon's bus. */
export interface MeshAppOptions extends MeshObjectsOptions {
  readonly address: string;
}

/** A key that the daemon is to send. update: as the new value of a key that is there. */
export interface KeyOrder {
  readonly index: number;
  readonly update: boolean;
  /** The NetKey that secures the message. */
  readonly netKeyIndex: number;
}

/** One application, which has one node. */
export class MeshApp {
  readonly events = new Happenings<MeshEvent>();
  readonly keyRing = new KeyRing((...call) => this.#callNode("Management", ...call));
  readonly #bus: Bus;
  #node = "";

  constructor({ address, ...options }: MeshAppOptions) {
    const objects = new MeshObjects(options, (event) => this.events.add(event));
    this.#bus = new Bus(address, root, {
      called: (call) => objects.answer(call),
      lost: (reason) => this.events.end(reason),
    });
  }

  close(): void {
    this.events.end(new Error("the application was closed"));
    this.#bus.close();
  }

  // Those to the daemon's Network1 come first; they attach to the node for the others.

  /** Become the first node of a new network, its provisioner; then attach. The daemon insists on an RFC 4122 UUID. */
  async createNetwork(uuid: Uint8Array): Promise<void> {
    const token = this.#token(5000);
    await this.#callNetwork("CreateNetwork", "oay", [root, Buffer.from(uuid)]);
    await this.#attach(await token);
  }

  /** Be an unprovisioned device, which beacons until somebody provisions it; the promise inside: then attached. */
  async join(uuid: Uint8Array): Promise<{ readonly provisioned: Promise<void> }> {
    const token = this.#token(60_000);
    await this.#callNetwork("Join", "oay", [root, Buffer.from(uuid)]);
    const provisioned = token.then((given) => this.#attach(given));
    provisioned.catch(() => {});
    return { provisioned };
  }

  /** Report unprovisioned device beacons. One that repeats the UUID reported last is not reported again. */
  async scan(): Promise<void> {
    await this.#callNode("Management", "UnprovisionedScan", "a{sv}", [{}]);
  }

  /** Provision a device, whether or not it has been heard; fails with the daemon's reason. */
  async addNode(uuid: Uint8Array, timeoutMs: number): Promise<AddedNode> {
    const end = this.events.next("the end of AddNode", timeoutMs, (event) =>
      event.name === "added" || event.name === "notAdded" ? event : undefined,
    );
    await this.#callNode("Management", "AddNode", "aya{sv}", [Buffer.from(uuid), {}]);
    const event = await end;
    if (event.name === "added") return event;
    throw new Error(`AddNode failed: ${event.reason}`);
  }

  /** Have the daemon send Config NetKey Add or Update, of a key on its key ring. */
  async sendNetKey(destination: number, { index, netKeyIndex, update }: KeyOrder): Promise<void> {
    const body = [elementPath, destination, index, netKeyIndex, update];
    await this.#callNode("Node", "AddNetKey", "oqqqb", body);
  }

  /** Have the daemon send Config AppKey Add or Update, of a key on its key ring. */
  async sendAppKey(destination: number, { index, netKeyIndex, update }: KeyOrder): Promise<void> {
    const body = [elementPath, destination, index, netKeyIndex, update];
    await this.#callNode("Node", "AddAppKey", "oqqqb", body);
  }

  /** Send an access message under the device key of the destination. */
  async sendWithDeviceKey(destination: number, netKeyIndex: number, data: readonly number[]): Promise<void> {
    const body = [elementPath, destination, true, netKeyIndex, {}, Buffer.from(data)];
    await this.#callNode("Node", "DevKeySend", "oqbqa{sv}ay", body);
  }

  /** Send an access message to a unicast or group address under an application key of our node. */
  async send(destination: number, appKeyIndex: number, data: readonly number[]): Promise<void> {
    const body = [elementPath, destination, appKeyIndex, {}, Buffer.from(data)];
    await this.#callNode("Node", "Send", "oqqa{sv}ay", body);
  }

  /** Send an access message by the publication that is configured for a SIG model of ours: the only way to a label. */
  async publish(model: number, data: readonly number[]): Promise<void> {
    await this.#callNode("Node", "Publish", "oqa{sv}ay", [elementPath, model, {}, Buffer.from(data)]);
  }

  #token(timeoutMs: number): Promise<bigint> {
    return this.events.next("JoinComplete", timeoutMs, (event) =>
      event.name === "joined" ? event.token : undefined,
    );
  }

  async #attach(token: bigint): Promise<void> {
    const [node] = await this.#callNetwork("Attach", "ot", [root, token]);
    this.#node = text(node);
  }

  #callNetwork(member: string, signature: string, body: unknown[]): Promise<readonly unknown[]> {
    const method = { service, path: "/org/bluez/mesh", interface: mesh("Network"), member };
    return this.#bus.call(method, signature, body);
  }

  #callNode(object: string, member: string, signature: string, body: unknown[]): Promise<readonly unknown[]> {
    return this.#bus.call({ service, path: this.#node, interface: mesh(object), member }, signature, body);
  }
}
