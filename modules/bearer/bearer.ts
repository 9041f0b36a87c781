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

/** How one Network PDU is to be sent. */
export interface Outgoing {
  /** The destination: the PDU itself is encrypted, and a proxy's filter goes by it. */
  readonly dst: number;
  readonly transmit: Transmit;
  /** Before all that are not. */
  readonly urgent: boolean;
  /** Comes back in `sent`; 0: nobody waits for it. */
  readonly tag: number;
}

/** Carries whole Network PDUs. MshPRT 3.3. */
export interface Bearer {
  attach(listener: BearerListener): void;
  /** false: there is no room; `ready` follows when there is. */
  send(pdu: Uint8Array, how: Outgoing): boolean;
  /** Whether a PDU with that destination would go anywhere; if left out: yes. */
  passes?(dst: number): boolean;
  /** A PDU that came from here was authentic and new; its source. Who filters by addresses learns from it. MshPRT 6.7. */
  authentic?(src: number): void;
  stop(): void;
}

/** Who sends and hears through bearers. */
export interface BearerListener {
  /** rssi: dBm. */
  received(pdu: Uint8Array, rssi: number, from: Bearer): void;
  /** The last repetition of the PDU with this tag has left. */
  sent(tag: number, from: Bearer): void;
  /** Room again after a refusal. */
  ready(from: Bearer): void;
}
