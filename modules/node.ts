/** The node: an unprovisioned device or a provisioned node, never both. */

import type { Composition } from "./access/model.js";
import { Advertiser } from "./bearer/advertiser.js";
import { wipe } from "./bytes.js";
import type { Features } from "./network/node-states.js";
import { type Capacity, checkProduct, joinNetwork, NetworkRole } from "./network-role.js";
import type { Platform, Timer } from "./platform.js";
import type { Policy } from "./policy.js";
import { UnprovisionedDevice } from "./provisioning/device.js";
import type { OobUser } from "./provisioning/oob-user.js";
import {
  decodeIdentity,
  decodeNodeRecord,
  IDENTITY_SIZE,
  IDENTITY_VERSION,
  type Identity,
  type NodeRecord,
  RecordKey,
  Records,
} from "./records.js";

export { type Capacity, defaultCapacity } from "./network-role.js";

/** What kind of device this is. */
export interface Product {
  /** Its elements and their models; the node adds the models that every node has. */
  readonly composition: Composition;
  readonly policy: Policy;
  readonly features: Features;
  readonly capacity: Capacity;
}

/** The role that a node has: waiting for a provisioner, talking to one, or part of a network. */
export type NodeState = "unprovisioned" | "provisioning" | "provisioned";

/** Who learns what becomes of the node. */
export interface NodeListener {
  stateChanged(node: MeshNode): void;
  /** Attract a person's attention for so many seconds; 0: no longer. MshPRT 4.2.10. */
  attention(seconds: number): void;
}

/** A Bluetooth Mesh node on a platform. */
export class MeshNode {
  readonly #platform: Platform;
  readonly #product: Product;
  readonly #advertiser: Advertiser;
  readonly #device: UnprovisionedDevice;
  /** The listener hears of a change in a later turn, as `start` and `reset` come from it. */
  readonly #changed: Timer;
  /** A Node Reset comes out of the middle of the stack that it ends: it waits for the turn to be over. */
  readonly #resetting: Timer;
  #state: NodeState = "unprovisioned";
  #network: NetworkRole | undefined;

  /** Throws RangeError for a composition that the specification forbids. */
  constructor(platform: Platform, product: Product, user: OobUser, listener: NodeListener) {
    checkProduct(product);
    this.#platform = platform;
    this.#product = product;
    const { clock, radio, trace } = platform;
    this.#changed = clock.createTimer(() => listener.stateChanged(this));
    this.#resetting = clock.createTimer(() => this.#leave());
    this.#advertiser = new Advertiser(radio, clock, trace);
    const numberOfElements = product.composition.elements.length;
    this.#device = new UnprovisionedDevice(
      platform,
      this.#advertiser,
      { policy: product.policy, numberOfElements, user },
      {
        attention: (seconds) => listener.attention(seconds),
        linkOpened: () => this.#enter("provisioning"),
        store: (record) => {
          this.#forget();
          return joinNetwork(platform, product, record);
        },
        linkClosed: (overGatt) => this.#takeRole(overGatt),
      },
    );
  }

  get state(): NodeState {
    return this.#state;
  }

  /** From storage: a node, or an unprovisioned device. Once. */
  start(): void {
    this.#takeRole(false);
  }

  /**
   * A factory reset: forget the network, at once, and be an unprovisioned device again. It has another address, as no
   * phone has been told: what phones remember of the services under the old one is wrong now.
   */
  reset(): void {
    this.#platform.radio.renewAddress();
    this.#leave();
  }

  #leave(): void {
    this.#device.forgetFailures();
    this.#forget();
    if (this.#state === "provisioning") this.#device.closeLinks();
    if (this.#state === "provisioned") {
      this.#network?.stop();
      this.#network = undefined;
      this.#takeRole(false);
    }
  }

  /** Give up every link and connection; the node stays what it is. For a host that has seen it fail. */
  closeLinks(): void {
    this.#device.closeLinks();
    this.#network?.closeLinks();
  }

  /** What the storage says that the node is. overGatt: it has just had a link over PB-GATT. */
  #takeRole(overGatt: boolean): void {
    const identity = this.#load();
    this.#network = identity && this.#join(identity);
    if (this.#network !== undefined) {
      this.#device.forgetFailures();
      this.#enter("provisioned", this.#network.elements.first);
      this.#network.start(overGatt);
    } else {
      // What an earlier release has left, and found no room now, is tried again at the next start.
      if (this.#recordOfEarlierRelease() === undefined) this.#forget();
      this.#device.start();
      this.#enter("unprovisioned");
    }
  }

  #enter(state: NodeState, address?: number): void {
    this.#state = state;
    this.#platform.trace.note("node", state, address);
    this.#changed.start(0);
  }

  /** undefined: what is stored of the network is not enough to be part of it. */
  #join(identity: Identity): NetworkRole | undefined {
    const network = new NetworkRole({
      platform: this.#platform,
      product: this.#product,
      advertiser: this.#advertiser,
      identity,
      reset: () => this.#resetting.start(0),
    });
    wipe(identity.deviceKey);
    if (network.load()) return network;
    network.stop();
    return undefined;
  }

  /**
   * Erase everything but the count of failed authentications. The identity goes first: without it, whatever a power
   * cut leaves of the rest means nothing, and goes at the next start.
   */
  #forget(): void {
    const { storage } = this.#platform;
    const keys = storage.keys();
    if (keys.includes(RecordKey.Node)) storage.erase(RecordKey.Node);
    for (const key of keys) if (key !== RecordKey.Node && key !== RecordKey.BackOff) storage.erase(key);
  }

  /** undefined: there is no record, or none that makes sense. */
  #load(): Identity | undefined {
    const earlier = this.#recordOfEarlierRelease();
    if (earlier !== undefined) return this.#unfold(earlier);
    const { storage, trace } = this.#platform;
    const records = new Records(storage, trace);
    const octets = records.read(RecordKey.Node, IDENTITY_VERSION, IDENTITY_SIZE);
    if (octets === undefined) return undefined;
    const identity = decodeIdentity(octets);
    if (identity === undefined) records.damaged(octets);
    wipe(octets);
    return identity;
  }

  /** A release without a network layer has kept everything in one record. */
  #recordOfEarlierRelease(): NodeRecord | undefined {
    const octets = this.#platform.storage.read(RecordKey.Node);
    const record = octets && decodeNodeRecord(octets);
    if (octets !== undefined) wipe(octets);
    return record;
  }

  #unfold(record: NodeRecord): Identity | undefined {
    const isStored = joinNetwork(this.#platform, this.#product, record);
    wipe(record.netKey);
    const { unicastAddress, deviceKey } = record;
    const numberOfElements = this.#product.composition.elements.length;
    return isStored ? { unicastAddress, deviceKey, numberOfElements } : undefined;
  }
}
