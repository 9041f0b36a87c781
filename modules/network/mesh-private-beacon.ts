/**
 * The mesh private beacon: as the secure network beacon, but only members of the subnet see whose it is. MshPRT 3.10.4.2.
 *
 * It is sent for each subnet while the Private Beacon state is on, at the pace of those that are heard. Its Random is
 * new when the update interval has passed, and whenever it says something else than before.
 */

import { AdType } from "../bearer/ad.js";
import type { Advertiser } from "../bearer/advertiser.js";
import type { AdvertisingSender, Transmit } from "../bearer/bearer.js";
import { equal, octet } from "../bytes.js";
import type { Clock, Random, Timer, Trace } from "../platform.js";
import { BeaconObservation, EXPECTED_INTERVAL_MS } from "./beacon-observation.js";
import { type BeaconState, beaconStateOf, isSameState } from "./beacon-state.js";
import type { IvIndex } from "./iv-index.js";
import type { NetKeys } from "./net-keys.js";
import { obeyBeacon } from "./obey-beacon.js";
import {
  BEACON_RANDOM_SIZE,
  decodeMeshPrivateBeacon,
  encodeMeshPrivateBeacon,
  MESH_PRIVATE_BEACON_SIZE,
} from "./private-beacon-pdu.js";
import type { PrivateStates } from "./private-states.js";
import type { SecureNetworkBeaconFields } from "./secure-beacon-pdu.js";
import type { NetworkKey, Subnet } from "./subnet.js";

/** One step of the Random Update Interval. MshPRT 4.2.44.2. */
const RANDOM_STEP_MS = 10_000;
/** News wait for up to four times this many octet values, in ms: nodes that learn of them together do not collide. */
const NEWS_DELAY_STEP_MS = 4;

/** What the beacon needs of its surroundings. */
export interface MeshPrivateBeaconParts {
  readonly advertiser: Advertiser;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
  readonly privateStates: PrivateStates;
}

/** What was sent and heard of one subnet's private beacons. */
interface Watch {
  readonly subnet: Subnet;
  readonly observation: BeaconObservation;
  readonly random: Uint8Array;
  randomMs: number;
  sentMs: number;
  isDue: boolean;
  said: BeaconState | undefined;
  /** When something new is to be told; Infinity: nothing. */
  newsMs: number;
}

/** Sends between `start` and `stop`, and obeys what is handed to it. */
export class MeshPrivateBeacon implements AdvertisingSender {
  readonly adType = AdType.MeshBeacon;
  readonly address = "private";
  readonly urgent = false;
  readonly transmit: Transmit = Object.freeze({ count: 1, intervalMs: 0 });
  readonly #parts: MeshPrivateBeaconParts;
  readonly #timer: Timer;
  /** The last one that was authentic: repetitions, which count as others do, need not be authenticated again. */
  readonly #heard = new Uint8Array(MESH_PRIVATE_BEACON_SIZE);
  #heardKey: NetworkKey | undefined;
  #heardFields: SecureNetworkBeaconFields | undefined;
  readonly #draw = new Uint8Array(1);
  #watches: readonly Watch[] = [];
  #isRunning = false;

  constructor(parts: MeshPrivateBeaconParts) {
    this.#parts = parts;
    this.#timer = parts.clock.createTimer(() => this.#advance());
  }

  start(): void {
    this.#isRunning = true;
    this.changed();
  }

  stop(): void {
    this.#isRunning = false;
    this.#timer.stop();
    this.#watches = [];
    this.#heardKey = undefined;
    this.#parts.advertiser.withdraw(this);
  }

  /** Keys, flags, the IV Index or the Private Beacon state have changed. */
  changed(): void {
    if (!this.#isRunning) return;
    const { netKeys, clock, ivIndex, privateStates } = this.#parts;
    this.#watches = netKeys.subnets.map((subnet) => this.#watchOf(subnet) ?? createWatch(subnet));
    const isOn = privateStates.values.privateBeacon;
    for (const watch of this.#watches) {
      if (!isOn) watch.isDue = false;
      const isTold = isSameState(watch.said, beaconStateOf(watch.subnet, ivIndex));
      if (!isOn || isTold || watch.newsMs !== Infinity) continue;
      this.#parts.random.fill(this.#draw);
      watch.newsMs = clock.now() + NEWS_DELAY_STEP_MS * octet(this.#draw, 0);
    }
    this.#timer.start(0);
  }

  next(payload: Uint8Array): number {
    const watch = this.#watches.find(({ isDue }) => isDue);
    if (watch === undefined) return 0;
    watch.isDue = false;
    const { ivIndex, clock } = this.#parts;
    const now = clock.now();
    const state = beaconStateOf(watch.subnet, ivIndex);
    this.#renewRandom(watch, state, now);
    watch.sentMs = now;
    watch.newsMs = Infinity;
    watch.said = state;
    return encodeMeshPrivateBeacon(state, watch.random, state.key.privateBeaconKey, payload);
  }

  sent(): void {}

  /** A beacon of that type, from the air or from a proxy client. */
  received(pdu: Uint8Array): void {
    const { trace, netKeys } = this.#parts;
    if (pdu.length !== MESH_PRIVATE_BEACON_SIZE) {
      trace.drop("beacon", "badLength", pdu);
      return;
    }
    for (const subnet of netKeys.subnets) {
      for (const key of subnet.beaconKeys) if (this.#obey(pdu, subnet, key)) return;
    }
    trace.drop("beacon", "unknownNetworkId", pdu);
  }

  /** false: that key does not authenticate it. */
  #obey(pdu: Uint8Array, subnet: Subnet, key: NetworkKey): boolean {
    const beacon = this.#open(pdu, key);
    if (beacon === undefined) return false;
    this.#watchOf(subnet)?.observation.heard(this.#parts.clock.now());
    const reason = obeyBeacon(this.#parts, beacon, { subnet, key });
    if (reason !== undefined) this.#parts.trace.drop("beacon", reason, pdu);
    return true;
  }

  #open(pdu: Uint8Array, key: NetworkKey): SecureNetworkBeaconFields | undefined {
    if (key === this.#heardKey && equal(pdu, this.#heard)) return this.#heardFields;
    const beacon = decodeMeshPrivateBeacon(pdu, key.privateBeaconKey);
    if (beacon === undefined) return undefined;
    this.#heard.set(pdu);
    this.#heardKey = key;
    this.#heardFields = beacon;
    return beacon;
  }

  #watchOf(subnet: Subnet): Watch | undefined {
    return this.#watches.find((watch) => watch.subnet === subnet);
  }

  /** Let all speak whose time has come, and wait for the next; ten seconds at most, since the pace may change. */
  #advance(): void {
    const { clock, advertiser, privateStates } = this.#parts;
    if (!privateStates.values.privateBeacon) return;
    const now = clock.now();
    let delayMs = EXPECTED_INTERVAL_MS;
    for (const watch of this.#watches) {
      const regularMs = watch.sentMs + watch.observation.intervalMs(now);
      const restMs = (regularMs < watch.newsMs ? regularMs : watch.newsMs) - now;
      if (restMs > 0) {
        if (restMs < delayMs) delayMs = restMs;
      } else {
        watch.isDue = true;
        advertiser.request(this);
      }
    }
    this.#timer.start(delayMs);
  }

  #renewRandom(watch: Watch, state: BeaconState, now: number): void {
    const intervalMs = this.#parts.privateStates.values.randomUpdateSteps * RANDOM_STEP_MS;
    if (isSameState(watch.said, state) && now - watch.randomMs < intervalMs) return;
    this.#parts.random.fill(watch.random);
    watch.randomMs = now;
  }
}

function createWatch(subnet: Subnet): Watch {
  const random = new Uint8Array(BEACON_RANDOM_SIZE);
  const observation = new BeaconObservation();
  const never = { randomMs: 0, sentMs: Infinity, said: undefined, newsMs: Infinity };
  return { subnet, observation, random, isDue: false, ...never };
}
