/**
 * The secure network beacon: sent for each subnet at the pace of those that are heard, and obeyed when it is heard.
 * MshPRT 3.10.3.1.
 *
 * What has changed is announced within a second. A node that relays, or is a friend, says that the new keys are in use
 * even where the Secure Network Beacon state is off, and a few times more when the old key has been revoked. An IV
 * update that the node itself has started is told likewise, until another node tells it: alone in it, the node would
 * not be heard any more when it is over. MshPRT 3.11.4.2, 3.11.4.3, 3.11.5.
 */

import { AdType } from "../bearer/ad.js";
import type { AdvertisingReceiver } from "../bearer/bearer.js";
import { equal, octet } from "../bytes.js";
import type { Trace } from "../platform.js";
import { BeaconSender, type BeaconSenderParts } from "./beacon-sender.js";
import type { BeaconState } from "./beacon-state.js";
import { FeatureState, type NodeStates } from "./node-states.js";
import { obeyBeacon } from "./obey-beacon.js";
import { MESH_PRIVATE_BEACON } from "./private-beacon-pdu.js";
import {
  decodeSecureNetworkBeacon,
  encodeSecureNetworkBeacon,
  hasNetworkId,
  isAuthentic,
  SECURE_NETWORK_BEACON,
  SECURE_NETWORK_BEACON_SIZE,
} from "./secure-beacon-pdu.js";
import type { KeyRefreshPhase, NetworkKey, Subnet } from "./subnet.js";

/** So often the end of a key refresh is announced where beacons are off. */
const REVOCATIONS = 3;

/** What the beacon needs of its surroundings. */
export interface SecureNetworkBeaconParts extends BeaconSenderParts {
  readonly trace: Trace;
  readonly states: NodeStates;
  /** Who obeys private beacons, which have the same AD type. */
  readonly privateBeacon?: { received(pdu: Uint8Array): void };
}

/** Sends and hears secure network beacons between `start` and `stop`. */
export class SecureNetworkBeacon implements AdvertisingReceiver {
  readonly #parts: SecureNetworkBeaconParts;
  readonly #sender: BeaconSender;
  #memories: readonly Memory[] = [];

  constructor(parts: SecureNetworkBeaconParts) {
    this.#parts = parts;
    this.#sender = new BeaconSender(parts, {
      isToBeSent: (subnet) => this.#isToBeSent(subnet),
      write: (subnet, state, payload) => this.#write(subnet, state, payload),
    });
  }

  /** Heard from now on; the first beacon of each subnet goes out within about a second. */
  start(): void {
    this.#parts.advertiser.receive(AdType.MeshBeacon, this);
    this.#lookForRevocations();
    this.#sender.start();
  }

  stop(): void {
    this.#sender.stop();
    this.#memories = [];
    this.#parts.advertiser.receive(AdType.MeshBeacon, undefined);
  }

  /** Keys, flags, the IV Index, the Secure Network Beacon state or a feature have changed. */
  changed(): void {
    this.#lookForRevocations();
    this.#sender.changed();
  }

  received(pdu: Uint8Array): void {
    const { trace } = this.#parts;
    if (pdu.length > 0 && octet(pdu, 0) === MESH_PRIVATE_BEACON) this.#parts.privateBeacon?.received(pdu);
    if (pdu.length === 0 || octet(pdu, 0) !== SECURE_NETWORK_BEACON) return;
    if (pdu.length !== SECURE_NETWORK_BEACON_SIZE) {
      trace.drop("beacon", "badLength", pdu);
      return;
    }
    let isKnown = false;
    for (const subnet of this.#parts.netKeys.subnets) {
      for (let i = 0; i < subnet.beaconKeys.length; i++) {
        const key = subnet.beaconKeys[i];
        if (key === undefined || !hasNetworkId(pdu, key.networkId)) continue;
        isKnown = true;
        if (!isOfKey(pdu, key, this.#memoryOf(subnet)?.heard[i])) continue;
        this.#obey(pdu, subnet, key);
        return;
      }
    }
    trace.drop("beacon", isKnown ? "badAuthentication" : "unknownNetworkId", pdu);
  }

  #obey(pdu: Uint8Array, subnet: Subnet, key: NetworkKey): void {
    this.#sender.heard(subnet);
    const reason = obeyBeacon(this.#parts, decodeSecureNetworkBeacon(pdu), { subnet, key });
    if (reason !== undefined) this.#parts.trace.drop("beacon", reason, pdu);
  }

  #isToBeSent(subnet: Subnet): boolean {
    const { secureNetworkBeacon, relay, friend } = this.#parts.states.values;
    if (secureNetworkBeacon || this.#parts.ivIndex.isUntold) return true;
    const mustTell = relay === FeatureState.Enabled || friend === FeatureState.Enabled;
    return mustTell && (subnet.phase === 2 || (this.#memoryOf(subnet)?.revocations ?? 0) > 0);
  }

  #write(subnet: Subnet, state: BeaconState, payload: Uint8Array): number {
    const memory = this.#memoryOf(subnet);
    if (memory !== undefined && memory.revocations > 0) memory.revocations--;
    return encodeSecureNetworkBeacon(state, state.key.networkId, state.key.beaconKey, payload);
  }

  #lookForRevocations(): void {
    this.#memories = this.#parts.netKeys.subnets.map(
      (subnet) => this.#memoryOf(subnet) ?? new Memory(subnet),
    );
    for (const memory of this.#memories) memory.lookForRevocation();
  }

  #memoryOf(subnet: Subnet): Memory | undefined {
    for (const memory of this.#memories) if (memory.subnet === subnet) return memory;
    return undefined;
  }
}

/** The last authentic beacon of a key: the same octets need not be authenticated again. */
class HeardBeacon {
  octets: Uint8Array | undefined;
  key: NetworkKey | undefined;
}

/** What is remembered of one subnet. */
class Memory {
  readonly subnet: Subnet;
  /** In the order of the subnet's beacon keys. */
  readonly heard: readonly HeardBeacon[] = [new HeardBeacon(), new HeardBeacon()];
  /** How often the end of a key refresh is still to be told. */
  revocations = 0;
  #phase: KeyRefreshPhase;

  constructor(subnet: Subnet) {
    this.subnet = subnet;
    this.#phase = subnet.phase;
  }

  lookForRevocation(): void {
    const { phase } = this.subnet;
    if (phase === 0 && this.#phase !== 0) this.revocations = REVOCATIONS;
    this.#phase = phase;
  }
}

/** Whether that key authenticates the beacon; the last one that it did is kept. */
function isOfKey(pdu: Uint8Array, key: NetworkKey, heard: HeardBeacon | undefined): boolean {
  if (heard?.octets !== undefined && heard.key === key && equal(heard.octets, pdu)) return true;
  if (!isAuthentic(pdu, key.beaconKey)) return false;
  if (heard !== undefined) {
    heard.key = key;
    heard.octets = pdu.slice();
  }
  return true;
}
