/** What the advertising bearer asks of those who send and hear through it. Types only. */

import type { AdvertisingAddress } from "../platform.js";

/** How often one payload goes out, and how far apart. count: 1 or more; intervalMs: between two repetitions. */
export interface Transmit {
  readonly count: number;
  readonly intervalMs: number;
}

/**
 * Someone with payloads of one AD type to send. It is *pulled*: it decides what to say at the moment when the radio
 * is free, so that nothing stale stands in a queue.
 */
export interface AdvertisingSender {
  readonly adType: number;
  /** The address that its advertising comes from. */
  readonly address: AdvertisingAddress;
  /** Of the payload that `next` has just written. */
  readonly transmit: Transmit;
  /** Served before all that are not: PB-ADV, acknowledgments, everything with somebody waiting. */
  readonly urgent: boolean;
  /** Write at most 29 octets and return their number; 0: nothing, until the next `request`. */
  next(payload: Uint8Array): number;
  /** The last repetition of that payload is over; endedMs: by the clock. */
  sent(endedMs: number): void;
}

/** Someone who hears the payloads of one AD type; rssi: dBm. */
export interface AdvertisingReceiver {
  received(payload: Uint8Array, rssi: number): void;
}
