/** When the beacons of one kind are sent: for each subnet at the pace of those that are heard. MshPRT 3.10.3.1, 3.10.4.2. */

import { AdType } from "../bearer/ad.js";
import type { Advertiser } from "../bearer/advertiser.js";
import type { AdvertisingSender, Transmit } from "../bearer/bearer.js";
import { octet } from "../bytes.js";
import type { Clock, Random, Timer } from "../platform.js";
import { BeaconObservation, EXPECTED_INTERVAL_MS } from "./beacon-observation.js";
import { type BeaconState, beaconStateOf, isSameState } from "./beacon-state.js";
import type { IvIndex } from "./iv-index.js";
import type { NetKeys } from "./net-keys.js";
import type { Subnet } from "./subnet.js";

/** News wait for up to four times this many octet values, in ms: nodes that learn of them together do not collide. */
const NEWS_DELAY_STEP_MS = 4;

/** What the sender needs of its surroundings. */
export interface BeaconSenderParts {
  readonly advertiser: Advertiser;
  readonly clock: Clock;
  readonly random: Random;
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
}

/** One kind of beacon. */
export interface BeaconKind {
  /** Whether the subnet has beacons of this kind now. A change to yes is told by `changed`. */
  isToBeSent(subnet: Subnet): boolean;
  /** Write the beacon that says `state`, and return its length. */
  write(subnet: Subnet, state: BeaconState, payload: Uint8Array): number;
}

/** What was sent and heard of one subnet's beacons. */
interface Watch {
  readonly subnet: Subnet;
  readonly observation: BeaconObservation;
  /** undefined: none has been sent yet. */
  said: BeaconState | undefined;
  /** When the next regular one is counted from; a little later than the last one, so that nodes do not keep step. */
  saidMs: number;
  /** When something new is to be told; Infinity: nothing. */
  newsMs: number;
  /** The advertiser has been asked for a turn. */
  isDue: boolean;
}

/** Sends the beacons of one kind between `start` and `stop`. What has changed is told within about a second. */
export class BeaconSender implements AdvertisingSender {
  readonly adType = AdType.MeshBeacon;
  readonly address = "private";
  readonly urgent = false;
  readonly transmit: Transmit = Object.freeze({ count: 1, intervalMs: 0 });
  readonly #parts: BeaconSenderParts;
  readonly #kind: BeaconKind;
  readonly #timer: Timer;
  readonly #draw = new Uint8Array(1);
  #watches: readonly Watch[] = [];
  #isRunning = false;

  constructor(parts: BeaconSenderParts, kind: BeaconKind) {
    this.#parts = parts;
    this.#kind = kind;
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
    this.#parts.advertiser.withdraw(this);
  }

  /** Keys, flags, the IV Index, or whether a subnet has beacons, have changed. */
  changed(): void {
    if (!this.#isRunning) return;
    const { netKeys, ivIndex, clock } = this.#parts;
    this.#watches = netKeys.subnets.map((subnet) => this.#watchOf(subnet) ?? createWatch(subnet));
    for (const watch of this.#watches) {
      if (watch.newsMs !== Infinity || !this.#kind.isToBeSent(watch.subnet)) continue;
      if (isSameState(watch.said, beaconStateOf(watch.subnet, ivIndex))) continue;
      watch.newsMs = clock.now() + NEWS_DELAY_STEP_MS * this.#randomOctet();
    }
    this.#timer.start(0);
  }

  /** An authentic beacon of this kind has come, whatever it says. */
  heard(subnet: Subnet): void {
    this.#watchOf(subnet)?.observation.heard(this.#parts.clock.now());
  }

  next(payload: Uint8Array): number {
    for (const watch of this.#watches) {
      if (!watch.isDue) continue;
      watch.isDue = false;
      if (!this.#kind.isToBeSent(watch.subnet)) continue;
      watch.said = beaconStateOf(watch.subnet, this.#parts.ivIndex);
      watch.saidMs = this.#parts.clock.now() + this.#randomOctet();
      watch.newsMs = Infinity;
      return this.#kind.write(watch.subnet, watch.said, payload);
    }
    return 0;
  }

  sent(): void {}

  #watchOf(subnet: Subnet): Watch | undefined {
    for (const watch of this.#watches) if (watch.subnet === subnet) return watch;
    return undefined;
  }

  /** Let all speak whose time has come, and wait for the next; ten seconds at most, since the pace may change. */
  #advance(): void {
    const { clock, advertiser } = this.#parts;
    const now = clock.now();
    let delayMs = Infinity;
    for (const watch of this.#watches) {
      if (!this.#kind.isToBeSent(watch.subnet)) continue;
      const restMs = dueMs(watch, now) - now;
      if (restMs <= 0 && !watch.isDue) {
        watch.isDue = true;
        advertiser.request(this);
      }
      const soonest = restMs > 0 && restMs < EXPECTED_INTERVAL_MS ? restMs : EXPECTED_INTERVAL_MS;
      if (soonest < delayMs) delayMs = soonest;
    }
    if (delayMs !== Infinity) this.#timer.start(delayMs);
  }

  #randomOctet(): number {
    this.#parts.random.fill(this.#draw);
    return octet(this.#draw, 0);
  }
}

function createWatch(subnet: Subnet): Watch {
  const observation = new BeaconObservation();
  return { subnet, observation, said: undefined, saidMs: 0, newsMs: Infinity, isDue: false };
}

/** Before the first beacon there is no regular one. */
function dueMs({ said, saidMs, newsMs, observation }: Watch, nowMs: number): number {
  if (said === undefined) return newsMs;
  const regularMs = saidMs + observation.intervalMs(nowMs);
  return regularMs < newsMs ? regularMs : newsMs;
}
