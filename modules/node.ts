/** The node: an unprovisioned device or a provisioned node, never both. */

import { Advertiser } from "./bearer/advertiser.js";
import { wipe } from "./bytes.js";
import type { Platform, Timer } from "./platform.js";
import type { Policy } from "./policy.js";
import { UnprovisionedDevice } from "./provisioning/device.js";
import type { OobUser } from "./provisioning/oob-user.js";
import { decodeNodeRecord, encodeNodeRecord, type NodeRecord, RecordKey } from "./records.js";

/** What kind of device this is. */
export interface Product {
  readonly policy: Policy;
  /** 1 to 255: each has an address of its own. MshPRT 2.3.4. */
  readonly numberOfElements: number;
}

/** The role that a node has: waiting for a provisioner, talking to one, or part of a network. */
export type NodeState = "unprovisioned" | "provisioning" | "provisioned";

/** Who learns what becomes of the node. */
export interface NodeListener {
  stateChanged(node: MeshNode): void;
  /** Attract a person's attention for so many seconds; 0: no longer. MshPRT 4.2.10. */
  attention(seconds: number): void;
}

/**
 * A Bluetooth Mesh node on a platform. It has no network layer yet: once provisioned, it keeps its keys and is
 * silent.
 */
export class MeshNode {
  readonly #platform: Platform;
  readonly #device: UnprovisionedDevice;
  /** The listener hears of a change in a later turn, as `start` and `reset` come from it. */
  readonly #changed: Timer;
  #state: NodeState = "unprovisioned";

  constructor(platform: Platform, product: Product, user: OobUser, listener: NodeListener) {
    this.#platform = platform;
    if (!(product.numberOfElements >= 1 && product.numberOfElements <= 255)) {
      throw new RangeError("a node has 1 to 255 elements");
    }
    this.#changed = platform.clock.createTimer(() => listener.stateChanged(this));
    const advertiser = new Advertiser(platform.radio, platform.clock, platform.trace);
    this.#device = new UnprovisionedDevice(
      platform,
      advertiser,
      { ...product, user },
      {
        attention: (seconds) => listener.attention(seconds),
        linkOpened: () => this.#enter("provisioning"),
        store: (record) => this.#store(record),
        linkClosed: () => this.#takeRole(),
      },
    );
  }

  get state(): NodeState {
    return this.#state;
  }

  /** From storage: a node, or an unprovisioned device. Once. */
  start(): void {
    this.#takeRole();
  }

  /** Forget the network, at once, and be an unprovisioned device again. */
  reset(): void {
    this.#device.forgetFailures();
    for (const key of this.#platform.storage.keys()) this.#platform.storage.erase(key);
    if (this.#state === "provisioning") this.#device.closeLink();
    if (this.#state === "provisioned") this.#takeRole();
  }

  /** What the storage says that the node is. */
  #takeRole(): void {
    const record = this.#load();
    if (record !== undefined) {
      this.#device.forgetFailures();
      this.#enter("provisioned", record.unicastAddress);
      // There is no layer yet that would use the keys.
      wipe(record.netKey, record.deviceKey);
    } else {
      this.#device.start();
      this.#enter("unprovisioned");
    }
  }

  #enter(state: NodeState, address?: number): void {
    this.#state = state;
    this.#platform.trace.note("node", state, address);
    this.#changed.start(0);
  }

  #store(record: NodeRecord): boolean {
    const octets = encodeNodeRecord(record);
    const stored = this.#platform.storage.write(RecordKey.Node, octets);
    if (!stored) this.#platform.trace.note("storage", "writeFailed", octets.length);
    wipe(octets);
    return stored;
  }

  /** undefined: there is no record, or none that makes sense. */
  #load(): NodeRecord | undefined {
    const octets = this.#platform.storage.read(RecordKey.Node);
    if (octets === undefined) return undefined;
    const record = decodeNodeRecord(octets);
    if (record === undefined) this.#platform.trace.note("storage", "damagedRecord", octets.length);
    wipe(octets);
    return record;
  }
}
