/** What the node advertises as a proxy: its networks, itself, or both, in turns. MshPRT 7.2.2.2. */

import type { Advertised, ConnectableAdvertising } from "../bearer/connectable-advertising.js";
import { MeshProxyService } from "../bearer/mesh-services.js";
import { encodeServiceAdvertisement } from "../bearer/service-advertisement.js";
import type { AdvertisingAddress, Clock, Random, Timer } from "../platform.js";
import type { Demands } from "./demands.js";
import type { IdentityStates } from "./identity-states.js";
import type { NetKeys } from "./net-keys.js";
import { FeatureState, type NodeStates } from "./node-states.js";
import type { PrivateStates } from "./private-states.js";
import {
  encodeNetworkId,
  encodeNodeIdentity,
  encodePrivateNetworkIdentity,
  encodePrivateNodeIdentity,
  IDENTITY_RANDOM_SIZE,
} from "./service-data.js";
import type { Subnet } from "./subnet.js";

/** How long a Random field of the private network identity lasts. MshPRT 7.2.2.2.4. */
const RANDOM_UPDATE_MS = 600_000;

/** What the advertising is about. address: of the primary element. */
export interface ProxyAdvertisingParts {
  readonly advertising: ConnectableAdvertising;
  readonly clock: Clock;
  readonly random: Random;
  readonly netKeys: NetKeys;
  readonly states: NodeStates;
  readonly privateStates: PrivateStates;
  readonly nodeIdentity: IdentityStates;
  readonly privateNodeIdentity: IdentityStates;
  /** Whom Solicitation PDUs have asked for. */
  readonly demands: Demands;
  readonly address: number;
}

/** Shows whatever the states ask for. */
export class ProxyAdvertising {
  readonly #parts: ProxyAdvertisingParts;
  readonly #renewal: Timer;
  /** Of each subnet the Random field of its private network identity. */
  #randoms: readonly { readonly subnet: Subnet; readonly random: Uint8Array }[] = [];
  #isOn = false;

  constructor(parts: ProxyAdvertisingParts) {
    this.#parts = parts;
    this.#renewal = parts.clock.createTimer(() => this.#renew());
  }

  /** Fast, the node's identity first. */
  start(): void {
    this.#isOn = true;
    this.changed(true);
  }

  /**
   * States or keys have changed, or a connection has ended the advertising although there is room for another.
   * isFast: somebody is looking for what is new.
   */
  changed(isFast = false): void {
    if (!this.#isOn) return;
    if (isFast) this.#parts.advertising.start(this.#all());
    else this.#parts.advertising.change(this.#all());
    this.#armRenewal();
  }

  stop(): void {
    this.#isOn = false;
    this.#renewal.stop();
    this.#parts.advertising.stop();
  }

  #all(): readonly Advertised[] {
    const { nodeIdentity, privateNodeIdentity, address } = this.#parts;
    return [
      ...nodeIdentity.running.map(({ subnet, random }) =>
        advertised(encodeNodeIdentity(subnet.transmitKey, random, address), "identity"),
      ),
      ...privateNodeIdentity.running.map(({ subnet, random }) =>
        advertised(encodePrivateNodeIdentity(subnet.transmitKey, random, address), "private"),
      ),
      ...this.#networks(),
    ];
  }

  #networks(): readonly Advertised[] {
    const { netKeys, states } = this.#parts;
    if (states.values.gattProxy === FeatureState.Enabled) {
      return netKeys.subnets.map(({ transmitKey }) => advertised(encodeNetworkId(transmitKey), "identity"));
    }
    return this.#privateSubnets().map((subnet) =>
      advertised(encodePrivateNetworkIdentity(subnet.transmitKey, this.#randomOf(subnet)), "private"),
    );
  }

  #privateSubnets(): readonly Subnet[] {
    const { netKeys, privateStates, demands } = this.#parts;
    if (privateStates.values.privateGattProxy) return netKeys.subnets;
    return netKeys.subnets.filter((subnet) => demands.subnets.includes(subnet));
  }

  #randomOf(subnet: Subnet): Uint8Array {
    const known = this.#randoms.find((entry) => entry.subnet === subnet);
    if (known !== undefined) return known.random;
    const random = new Uint8Array(IDENTITY_RANDOM_SIZE);
    this.#parts.random.fill(random);
    this.#randoms = [...this.#randoms, { subnet, random }];
    return random;
  }

  #armRenewal(): void {
    if (this.#randoms.length === 0) this.#renewal.stop();
    else if (!this.#renewal.running) this.#renewal.start(RANDOM_UPDATE_MS);
  }

  #renew(): void {
    this.#randoms = [];
    this.changed();
  }
}

function advertised(serviceData: Uint8Array, address: AdvertisingAddress): Advertised {
  const data = encodeServiceAdvertisement(MeshProxyService.service, serviceData);
  return { data, scanResponse: undefined, address };
}
