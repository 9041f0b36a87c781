/** bluetooth-meshd as provisioner and configuration client of a network of its own. */

import { randomUUID } from "node:crypto";
import type { Happenings } from "../happenings.js";
import { ConfigClient } from "./config-client.js";
import type { LinkOptions } from "./config-link.js";
import { Status } from "./config-message.js";
import type { KeyRing } from "./key-ring.js";
import { MeshApp } from "./mesh-app.js";
import type { AddedNode, ExportedKeys, HeardDevice, MeshEvent, Shown } from "./mesh-event.js";
import type { Agent } from "./mesh-objects.js";
import { type Meshd, type MeshdOptions, startMeshd } from "./meshd.js";
import { GENERIC_ON_OFF_CLIENT, OnOffClient } from "./on-off-client.js";
import { insistent } from "./request.js";

const CONFIG_CLIENT = 0x0001;
/** Address of the provisioner's own node, and of its only element. */
export const ownAddress = 0x0001;
/** The provisioner's own Generic OnOff Client. */
export const ownClient = { element: ownAddress, model: GENERIC_ON_OFF_CLIENT } as const;
/** Address of the first device that is provisioned. */
export const firstAddress = 0x0100;

/** One provisioner. */
export class Provisioner {
  /** The keys of its network. */
  readonly keyRing: KeyRing;
  /** What the daemon says, in order. */
  readonly events: Happenings<MeshEvent>;
  /** Configures the provisioner's own node. */
  readonly own: ConfigClient;
  /** Switches lamps, after `bindOwn`. */
  readonly onOff: OnOffClient;
  readonly #meshd: Meshd;
  readonly #app: MeshApp;
  #nextAddress = firstAddress;

  /** Start the daemon and make its network: this node at 0001, one NetKey, one AppKey, IV index 0. */
  static async start(options: MeshdOptions, agent: Agent = { capabilities: [] }): Promise<Provisioner> {
    const provisioner = new Provisioner(await startMeshd(options), agent);
    try {
      await provisioner.#app.createNetwork(Buffer.from(randomUUID().replaceAll("-", ""), "hex"));
      await provisioner.keyRing.createAppKey(0, 0);
    } catch (error) {
      await provisioner.stop();
      throw error;
    }
    return provisioner;
  }

  private constructor(meshd: Meshd, agent: Agent) {
    this.#meshd = meshd;
    this.#app = new MeshApp({
      address: meshd.address,
      models: [CONFIG_CLIENT, GENERIC_ON_OFF_CLIENT],
      agent,
      assign: (elementCount) => {
        const address = this.#nextAddress;
        this.#nextAddress += elementCount;
        return [0, address];
      },
    });
    this.keyRing = this.#app.keyRing;
    this.events = this.#app.events;
    this.own = this.node(ownAddress);
    this.onOff = this.onOffUnder(0);
  }

  async stop(): Promise<void> {
    this.#app.close();
    await this.#meshd.stop();
  }

  /** Scan until a device beacons that `accept` takes. */
  async discover(accept: (device: HeardDevice) => boolean = () => true): Promise<HeardDevice> {
    const heard = this.#app.events.next("a beacon that the daemon hears", 15_000, (event) =>
      event.name === "heard" && accept(event) ? event : undefined,
    );
    await this.#app.scan();
    return heard;
  }

  /** Provision over PB-ADV; fails with the daemon's reason. */
  provision(uuid: Uint8Array, timeoutMs = 60_000): Promise<AddedNode> {
    return this.#app.addNode(uuid, timeoutMs);
  }

  /** What the daemon shows to a person from now on, to be entered on the device. */
  shown(): Promise<Shown> {
    return this.#app.events.next("a value for a person to enter", 30_000, (event) =>
      event.name === "shown" ? event : undefined,
    );
  }

  exportKeys(): Promise<ExportedKeys> {
    return this.keyRing.export();
  }

  /** Configure a node. What is left out: the primary NetKey, and all effort for an answer. */
  node(address: number, options: Partial<LinkOptions> = {}): ConfigClient {
    return new ConfigClient(this.#app, address, { netKeyIndex: 0, ...insistent, ...options });
  }

  /** Switch lamps under another AppKey. */
  onOffUnder(appKey: number): OnOffClient {
    return new OnOffClient(this.#app, appKey);
  }

  /** Give our own client model the AppKey; before that it can neither send nor hear. */
  async bindOwn(): Promise<void> {
    const statuses = [await this.own.keys.addAppKey(0), await this.own.models.bind(ownClient)];
    if (statuses.some((status) => status !== Status.Success))
      throw new Error(`own models: status ${statuses.join(", ")}`);
  }
}
