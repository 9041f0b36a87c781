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
import type { Advertiser } from "../bearer/advertiser.js";
import type { AdvertisingReceiver, AdvertisingSender, Transmit } from "../bearer/bearer.js";
import { equal, octet } from "../bytes.js";
import type { Clock, Random, Timer, Trace } from "../platform.js";
import { BeaconObservation, EXPECTED_INTERVAL_MS } from "./beacon-observation.js";
import type { IvIndex } from "./iv-index.js";
import type { NetKeys } from "./net-keys.js";
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

/** News wait for up to four times this many octet values, in ms: nodes that learn of them together do not collide. */
const NEWS_DELAY_STEP_MS = 4;
/** So often the end of a key refresh is announced where beacons are off. */
const REVOCATIONS = 3;

/** What the beacon needs of its surroundings. */
export interface SecureNetworkBeaconParts {
  readonly advertiser: Advertiser;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
  readonly states: NodeStates;
  /** Who obeys private beacons, which have the same AD type. */
  readonly privateBeacon?: { received(pdu: Uint8Array): void };
}

/** Sends and hears secure network beacons between `start` and `stop`. */
export class SecureNetworkBeacon implements AdvertisingSender, AdvertisingReceiver {
  readonly adType = AdType.MeshBeacon;
  readonly address = "private";
  readonly urgent = false;
  readonly transmit: Transmit = Object.freeze({ count: 1, intervalMs: 0 });
  readonly #parts: SecureNetworkBeaconParts;
  readonly #timer: Timer;
  readonly #random = new Uint8Array(1);
  #watches: readonly Watch[] = [];
  #isRunning = false;

  constructor(parts: SecureNetworkBeaconParts) {
    this.#parts = parts;
    this.#timer = parts.clock.createTimer(() => this.#advance());
  }

  /** Heard from now on; the first beacon of each subnet goes out within about a second. */
  start(): void {
    this.#isRunning = true;
    this.#parts.advertiser.receive(AdType.MeshBeacon, this);
    this.changed();
  }

  stop(): void {
    this.#isRunning = false;
    this.#timer.stop();
    this.#watches = [];
    this.#parts.advertiser.receive(AdType.MeshBeacon, undefined);
    this.#parts.advertiser.withdraw(this);
  }

  /** Keys, flags, the IV Index, the Secure Network Beacon state or a feature have changed. */
  changed(): void {
    if (!this.#isRunning) return;
    const { netKeys, ivIndex } = this.#parts;
    this.#watches = netKeys.subnets.map((subnet) => this.#watchOf(subnet) ?? new Watch(subnet));
    for (const watch of this.#watches) {
      watch.lookForRevocation();
      if (watch.hasNews(ivIndex) && watch.newsDueMs === Infinity) watch.newsDueMs = this.#soonMs();
    }
    this.#timer.start(0);
  }

  next(payload: Uint8Array): number {
    const watch = this.#watches.find((candidate) => candidate.isDue);
    if (watch === undefined) return 0;
    watch.isDue = false;
    if (!this.#isToBeSent(watch)) return this.next(payload);
    const { ivIndex, clock } = this.#parts;
    const { transmitKey, phase } = watch.subnet;
    watch.said(ivIndex, clock.now(), this.#randomOctet());
    const fields = { keyRefresh: phase === 2, ivUpdate: ivIndex.updating, ivIndex: ivIndex.current };
    return encodeSecureNetworkBeacon(fields, transmitKey.networkId, transmitKey.beaconKey, payload);
  }

  sent(): void {}

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
        if (!isOfKey(pdu, key, this.#watchOf(subnet)?.heard[i])) continue;
        this.#obey(pdu, subnet, key);
        return;
      }
    }
    trace.drop("beacon", isKnown ? "badAuthentication" : "unknownNetworkId", pdu);
  }

  #obey(pdu: Uint8Array, subnet: Subnet, key: NetworkKey): void {
    const { trace, clock } = this.#parts;
    this.#watchOf(subnet)?.observation.heard(clock.now());
    const reason = obeyBeacon(this.#parts, decodeSecureNetworkBeacon(pdu), { subnet, key });
    if (reason !== undefined) trace.drop("beacon", reason, pdu);
  }

  #watchOf(subnet: Subnet): Watch | undefined {
    for (const watch of this.#watches) if (watch.subnet === subnet) return watch;
    return undefined;
  }

  /** Let all speak whose time has come, and wait for the next; ten seconds at most, since the pace may change. */
  #advance(): void {
    const { clock, advertiser } = this.#parts;
    const now = clock.now();
    let delayMs = EXPECTED_INTERVAL_MS;
    for (const watch of this.#watches) {
      if (watch.isDue || !this.#isToBeSent(watch)) continue;
      const restMs = watch.dueMs(now) - now;
      if (restMs > 0) {
        if (restMs < delayMs) delayMs = restMs;
      } else {
        watch.isDue = true;
        advertiser.request(this);
      }
    }
    this.#timer.start(delayMs);
  }

  #isToBeSent(watch: Watch): boolean {
    const { secureNetworkBeacon, relay, friend } = this.#parts.states.values;
    if (secureNetworkBeacon || this.#parts.ivIndex.isUntold) return true;
    const mustTell = relay === FeatureState.Enabled || friend === FeatureState.Enabled;
    return mustTell && (watch.subnet.phase === 2 || watch.revocations > 0);
  }

  #soonMs(): number {
    return this.#parts.clock.now() + NEWS_DELAY_STEP_MS * this.#randomOctet();
  }

  #randomOctet(): number {
    this.#parts.random.fill(this.#random);
    return octet(this.#random, 0);
  }
}

/** The last authentic beacon of a key: the same octets need not be authenticated again. */
class HeardBeacon {
  readonly octets = new Uint8Array(SECURE_NETWORK_BEACON_SIZE);
  key: NetworkKey | undefined;
}

/** What was sent and heard of one subnet's beacons. */
class Watch {
  readonly subnet: Subnet;
  readonly observation = new BeaconObservation();
  /** In the order of the subnet's beacon keys. */
  readonly heard: readonly HeardBeacon[] = [new HeardBeacon(), new HeardBeacon()];
  /** When something new is to be told; Infinity: nothing. */
  newsDueMs = Infinity;
  /** The advertiser has been asked for a turn. */
  isDue = false;
  /** How often the end of a key refresh is still to be told. */
  revocations = 0;
  #sentMs = -Infinity;
  #jitterMs = 0;
  #saidKey: NetworkKey | undefined;
  #saidPhase: KeyRefreshPhase;
  #saidIvIndex = 0;
  #saidUpdating = false;
  #phase: KeyRefreshPhase;

  constructor(subnet: Subnet) {
    this.subnet = subnet;
    this.#saidPhase = subnet.phase;
    this.#phase = subnet.phase;
  }

  lookForRevocation(): void {
    const { phase } = this.subnet;
    if (phase === 0 && this.#phase !== 0) this.revocations = REVOCATIONS;
    this.#phase = phase;
  }

  /** The beacon would say something else than the last one. */
  hasNews(ivIndex: IvIndex): boolean {
    const { transmitKey, phase } = this.subnet;
    return (
      this.#saidKey !== transmitKey ||
      (this.#saidPhase === 2) !== (phase === 2) ||
      this.#saidIvIndex !== ivIndex.current ||
      this.#saidUpdating !== ivIndex.updating
    );
  }

  said(ivIndex: IvIndex, nowMs: number, jitterMs: number): void {
    this.#saidKey = this.subnet.transmitKey;
    this.#saidPhase = this.subnet.phase;
    this.#saidIvIndex = ivIndex.current;
    this.#saidUpdating = ivIndex.updating;
    this.#sentMs = nowMs;
    this.#jitterMs = jitterMs;
    this.newsDueMs = Infinity;
    if (this.revocations > 0) this.revocations--;
  }

  dueMs(nowMs: number): number {
    // Before the first beacon there is no regular one.
    if (this.#saidKey === undefined) return this.newsDueMs;
    const regularMs = this.#sentMs + this.observation.intervalMs(nowMs) + this.#jitterMs;
    return regularMs < this.newsDueMs ? regularMs : this.newsDueMs;
  }
}

/** Whether that key authenticates the beacon; the last one that it did is kept. */
function isOfKey(pdu: Uint8Array, key: NetworkKey, heard: HeardBeacon | undefined): boolean {
  if (heard?.key === key && equal(heard.octets, pdu)) return true;
  if (!isAuthentic(pdu, key.beaconKey)) return false;
  if (heard !== undefined) {
    heard.key = key;
    heard.octets.set(pdu);
  }
  return true;
}
