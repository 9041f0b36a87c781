/** The beacons of all subnets for one client: when it has subscribed, and at each change. MshPRT 6.7. */

import type { ProxyLink, ProxySender } from "../bearer/proxy-link.js";
import { ProxyMessageType } from "../bearer/proxy-pdu.js";
import type { Random } from "../platform.js";
import { type BeaconState, beaconStateOf, isSameState } from "./beacon-state.js";
import type { IvIndex } from "./iv-index.js";
import type { NetKeys } from "./net-keys.js";
import { BEACON_RANDOM_SIZE, encodeMeshPrivateBeacon } from "./private-beacon-pdu.js";
import { encodeSecureNetworkBeacon } from "./secure-beacon-pdu.js";
import type { Subnet } from "./subnet.js";

/** What the beacons need of their surroundings. */
export interface ProxyBeaconsParts {
  readonly random: Random;
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
}

/** What the client has been told of a subnet. */
interface Said {
  readonly subnet: Subnet;
  readonly state: BeaconState;
}

/** Tells one client; it is asked when there is room, so that the client never hears of a state that has passed. */
export class ProxyBeacons implements ProxySender {
  readonly messageType = ProxyMessageType.MeshBeacon;
  readonly #parts: ProxyBeaconsParts;
  readonly #link: ProxyLink;
  readonly #isPrivate: boolean;
  readonly #random = new Uint8Array(BEACON_RANDOM_SIZE);
  #said: readonly Said[] = [];

  /** isPrivate: the Proxy Privacy parameter of the connection. MshPRT 6.5. */
  constructor(link: ProxyLink, isPrivate: boolean, parts: ProxyBeaconsParts) {
    this.#parts = parts;
    this.#link = link;
    this.#isPrivate = isPrivate;
  }

  /** Keys, flags or the IV Index may have changed. */
  changed(): void {
    const { subnets } = this.#parts.netKeys;
    this.#said = this.#said.filter(({ subnet }) => subnets.includes(subnet));
    if (this.#link.isOpen && subnets.some((subnet) => this.#isNews(subnet))) this.#link.request(this);
  }

  /** By the link. */
  next(message: Uint8Array): number {
    const subnet = this.#parts.netKeys.subnets.find((candidate) => this.#isNews(candidate));
    if (subnet === undefined) return 0;
    const state = beaconStateOf(subnet, this.#parts.ivIndex);
    this.#said = [...this.#said.filter((said) => said.subnet !== subnet), { subnet, state }];
    const { key } = state;
    if (!this.#isPrivate) return encodeSecureNetworkBeacon(state, key.networkId, key.beaconKey, message);
    this.#parts.random.fill(this.#random);
    return encodeMeshPrivateBeacon(state, this.#random, key.privateBeaconKey, message);
  }

  sent(): void {}

  #isNews(subnet: Subnet): boolean {
    const said = this.#said.find((candidate) => candidate.subnet === subnet);
    return !isSameState(said?.state, beaconStateOf(subnet, this.#parts.ivIndex));
  }
}
