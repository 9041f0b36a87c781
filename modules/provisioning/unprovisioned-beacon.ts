/**
 * The unprovisioned device beacon, and the URI that it points to. MshPRT 3.10.2.
 *
 * Both go out often in the first minute, when somebody has just switched the device on and looks for it, and every
 * five seconds from then on. The specification leaves the pace to us.
 */

import { AdType } from "../bearer/ad.js";
import type { Advertiser } from "../bearer/advertiser.js";
import type { AdvertisingSender, Transmit } from "../bearer/bearer.js";
import { octet, setUint16BE } from "../bytes.js";
import { s1 } from "../crypto/toolbox.js";
import type { Clock, Crypto, Random, Timer } from "../platform.js";

/** The first octet of a mesh beacon. MshPRT 3.10.1. */
const UNPROVISIONED_DEVICE_BEACON = 0x00;
const FAST_INTERVAL_MS = 500;
const FAST_PHASE_MS = 60_000;
const SLOW_INTERVAL_MS = 5_000;
/** Two devices on one switch must not talk over each other for ever. */
const MAX_JITTER_MS = 63;

/** What the beacon says. uri: the payload of the URI AD structure. MshPRT 3.10.2. */
export interface UnprovisionedDevice {
  readonly deviceUuid: Uint8Array;
  readonly oobInformation: number;
  readonly uri: Uint8Array | undefined;
}

/** The beacon: type, UUID, OOB information and, where there is a URI, the first half of its hash: 19 or 23 octets. */
export function encodeUnprovisionedDeviceBeacon(crypto: Crypto, device: UnprovisionedDevice): Uint8Array {
  const beacon = new Uint8Array(device.uri === undefined ? 19 : 23);
  beacon[0] = UNPROVISIONED_DEVICE_BEACON;
  beacon.set(device.deviceUuid, 1);
  setUint16BE(beacon, 17, device.oobInformation);
  if (device.uri !== undefined) beacon.set(s1(crypto, device.uri).subarray(0, 4), 19);
  return beacon;
}

/** What the beacon needs of its surroundings. */
export interface UnprovisionedBeaconParts {
  readonly advertiser: Advertiser;
  readonly clock: Clock;
  readonly random: Random;
}

/** Sends the beacon, and the URI beside it, between `start` and `stop`. */
export class UnprovisionedBeacon {
  readonly #parts: UnprovisionedBeaconParts;
  readonly #timer: Timer;
  readonly #senders: readonly Announcement[];
  #startedMs = 0;

  constructor(parts: UnprovisionedBeaconParts, crypto: Crypto, device: UnprovisionedDevice) {
    const beacon = new Announcement(AdType.MeshBeacon, encodeUnprovisionedDeviceBeacon(crypto, device));
    this.#parts = parts;
    this.#timer = parts.clock.createTimer(() => this.#announce());
    this.#senders = device.uri === undefined ? [beacon] : [beacon, new Announcement(AdType.Uri, device.uri)];
  }

  /** Visible from now on, first often. */
  start(): void {
    this.#startedMs = this.#parts.clock.now();
    this.#announce();
  }

  stop(): void {
    this.#timer.stop();
    for (const sender of this.#senders) this.#parts.advertiser.withdraw(sender);
  }

  #announce(): void {
    for (const sender of this.#senders) {
      sender.due = true;
      this.#parts.advertiser.request(sender);
    }
    const isFast = this.#parts.clock.now() - this.#startedMs < FAST_PHASE_MS;
    const random = new Uint8Array(1);
    this.#parts.random.fill(random);
    const jitterMs = octet(random, 0) & MAX_JITTER_MS;
    this.#timer.start((isFast ? FAST_INTERVAL_MS : SLOW_INTERVAL_MS) + jitterMs);
  }
}

/** A payload that never changes, sent once for each time that it is due. */
class Announcement implements AdvertisingSender {
  readonly adType: number;
  /** Recommended as long as a device has not been provisioned. MshPRT 5.4.2.1. */
  readonly address = "private";
  readonly urgent = false;
  readonly transmit: Transmit = Object.freeze({ count: 1, intervalMs: 0 });
  due = false;
  readonly #payload: Uint8Array;

  constructor(adType: number, payload: Uint8Array) {
    this.adType = adType;
    this.#payload = payload;
  }

  next(payload: Uint8Array): number {
    if (!this.due) return 0;
    this.due = false;
    payload.set(this.#payload);
    return this.#payload.length;
  }

  sent(): void {}
}
