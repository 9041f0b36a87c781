/** The keys that a provisioner's daemon holds for its network, apart from those of its own node. */

import { type ExportedKeys, readKeys } from "./mesh-event.js";

/** Calls a method of the daemon's Management1. */
export type ManagementCall = (
  member: string,
  signature: string,
  body: unknown[],
) => Promise<readonly unknown[]>;

/**
 * Key indexes are 0 to 4095. A key that is created here is on no node before it is added to it, the provisioner's own
 * included; only the primary NetKey is on it from the beginning.
 */
export class KeyRing {
  readonly #call: ManagementCall;

  constructor(call: ManagementCall) {
    this.#call = call;
  }

  /** A new NetKey; its index must not be 0. */
  async createSubnet(netKeyIndex: number): Promise<void> {
    await this.#call("CreateSubnet", "q", [netKeyIndex]);
  }

  /** A new value for the NetKey: Key Refresh phase 1 begins. MshPRT 3.11.4. */
  async updateSubnet(netKeyIndex: number): Promise<void> {
    await this.#call("UpdateSubnet", "q", [netKeyIndex]);
  }

  async deleteSubnet(netKeyIndex: number): Promise<void> {
    await this.#call("DeleteSubnet", "q", [netKeyIndex]);
  }

  /** phase: 2 or 3; 3: the old key is given up. */
  async setKeyPhase(netKeyIndex: number, phase: number): Promise<void> {
    await this.#call("SetKeyPhase", "qy", [netKeyIndex, phase]);
  }

  async createAppKey(netKeyIndex: number, appKeyIndex: number): Promise<void> {
    await this.#call("CreateAppKey", "qq", [netKeyIndex, appKeyIndex]);
  }

  /** A new value; its NetKey must be in phase 1. */
  async updateAppKey(appKeyIndex: number): Promise<void> {
    await this.#call("UpdateAppKey", "q", [appKeyIndex]);
  }

  async deleteAppKey(appKeyIndex: number): Promise<void> {
    await this.#call("DeleteAppKey", "q", [appKeyIndex]);
  }

  /** Forget the device key of a node. */
  async deleteNode(address: number, elementCount: number): Promise<void> {
    await this.#call("DeleteRemoteNode", "qy", [address, elementCount]);
  }

  async export(): Promise<ExportedKeys> {
    const [keys] = await this.#call("ExportKeys", "", []);
    return readKeys(keys);
  }
}
