/** The keys that a mesh peer has, with the old and the new ones of a key refresh. MshPRT 3.9.6, 3.11.4. */

import { equal } from "../../../../modules/bytes.js";
import {
  type AppKeyMaterial,
  appKeyMaterial,
  type NetKeyMaterial,
  netKeyMaterial,
  virtualAddress,
} from "./keys.js";

/** Key Refresh Phase. MshPRT 4.2.15. */
export type KeyRefreshPhase = 0 | 1 | 2;

/** One subnet as the peer sees it. */
export interface Subnet {
  readonly netKeyIndex: number;
  current: NetKeyMaterial;
  /** The new key of a key refresh; undefined: none is running. */
  next: NetKeyMaterial | undefined;
  phase: KeyRefreshPhase;
  ivIndex: number;
  /** IV Update in Progress: one sends with the IV Index before. MshPRT 3.11.5. */
  ivUpdate: boolean;
}

/** One AppKey. */
export interface AppKeyHeld {
  readonly appKeyIndex: number;
  readonly netKeyIndex: number;
  current: AppKeyMaterial;
  /** The new key of a key refresh. */
  next: AppKeyMaterial | undefined;
}

/** Everything that a peer can open messages with. An index that it has not got throws RangeError. */
export class KeyRing {
  readonly #subnets = new Map<number, Subnet>();
  readonly #appKeys = new Map<number, AppKeyHeld>();
  readonly #devices = new Map<number, Uint8Array>();
  readonly #labels: { readonly label: Uint8Array; readonly address: number }[] = [];

  /** Add a subnet, or put another key in its place. ivIndex default: 0. */
  addNetwork(network: {
    readonly netKey: Uint8Array;
    readonly netKeyIndex: number;
    readonly ivIndex?: number;
  }): void {
    const { netKeyIndex, ivIndex = 0 } = network;
    this.#subnets.set(netKeyIndex, {
      netKeyIndex,
      current: netKeyMaterial(network.netKey),
      next: undefined,
      phase: 0,
      ivIndex,
      ivUpdate: false,
    });
  }

  /** Of one subnet or of all. updating: IV Update in Progress, one sends with `ivIndex` - 1. MshPRT 3.11.5. */
  setIvIndex(ivIndex: number, updating = false, netKeyIndex?: number): void {
    const changed = netKeyIndex === undefined ? this.#subnets.values() : [this.subnet(netKeyIndex)];
    for (const subnet of changed) {
      subnet.ivIndex = ivIndex;
      subnet.ivUpdate = updating;
    }
  }

  /** Add an AppKey, or put another one in its place. */
  addAppKey(netKeyIndex: number, appKeyIndex: number, key: Uint8Array): void {
    const current = appKeyMaterial(key);
    this.#appKeys.set(appKeyIndex, { netKeyIndex, appKeyIndex, current, next: undefined });
  }

  /** The device key of the node whose primary element has this address. */
  addDevice(address: number, deviceKey: Uint8Array): void {
    this.#devices.set(address, deviceKey.slice());
  }

  /** Answers the virtual address. */
  addLabel(label: Uint8Array): number {
    const address = virtualAddress(label);
    this.#labels.push({ label: label.slice(), address });
    return address;
  }

  /** Key refresh phase 1: a new NetKey beside the old one. MshPRT 3.11.4.1. */
  refreshNetKey(netKeyIndex: number, netKey: Uint8Array): void {
    const subnet = this.subnet(netKeyIndex);
    subnet.next = netKeyMaterial(netKey);
    subnet.phase = 1;
  }

  /** A new AppKey beside the old one. */
  refreshAppKey(appKeyIndex: number, key: Uint8Array): void {
    this.appKey(appKeyIndex).next = appKeyMaterial(key);
  }

  /** 2: send with the new keys; 3: forget the old ones, which is phase 0 again. MshPRT 3.11.4.2-3. */
  setPhase(netKeyIndex: number, phase: 2 | 3): void {
    const subnet = this.subnet(netKeyIndex);
    if (subnet.next === undefined) throw new RangeError("no key refresh is running");
    subnet.phase = phase === 2 ? 2 : 0;
    if (phase === 2) return;
    [subnet.current, subnet.next] = [subnet.next, undefined];
    for (const held of this.#appKeys.values()) {
      if (held.netKeyIndex !== netKeyIndex) continue;
      [held.current, held.next] = [held.next ?? held.current, undefined];
    }
  }

  subnet(netKeyIndex: number): Subnet {
    return found(this.#subnets.get(netKeyIndex), "NetKey index");
  }

  /** In the order in which they were added. */
  get subnets(): readonly Subnet[] {
    return [...this.#subnets.values()];
  }

  appKey(appKeyIndex: number): AppKeyHeld {
    return found(this.#appKeys.get(appKeyIndex), "AppKey index");
  }

  get appKeys(): readonly AppKeyHeld[] {
    return [...this.#appKeys.values()];
  }

  device(address: number): Uint8Array {
    return found(this.#devices.get(address), "device");
  }

  get devices(): readonly (readonly [address: number, deviceKey: Uint8Array])[] {
    return [...this.#devices];
  }

  /** All Label UUIDs that share a virtual address. */
  labels(address: number): readonly Uint8Array[] {
    return this.#labels.filter((known) => known.address === address).map(({ label }) => label);
  }

  /** The subnet with this Network ID, and whether that is of its new key. */
  byNetworkId(networkId: Uint8Array): { readonly subnet: Subnet; readonly newKey: boolean } | undefined {
    for (const subnet of this.#subnets.values()) {
      if (equal(subnet.current.networkId, networkId)) return { subnet, newKey: false };
      if (subnet.next !== undefined && equal(subnet.next.networkId, networkId))
        return { subnet, newKey: true };
    }
    return undefined;
  }
}

/** The key that one sends with; newKey: that one, whatever the phase says. */
export function keyToSendWith(subnet: Subnet, newKey = subnet.phase === 2): NetKeyMaterial {
  return newKey ? found(subnet.next, "new NetKey") : subnet.current;
}

function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new RangeError(`the peer has no such ${what}`);
  return value;
}
