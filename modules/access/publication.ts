/**
 * Publishing: when, and how often. MshPRT 3.7.5.1, 4.2.3.
 *
 *           configure            publish
 *   off ───────────────► quiet ───────────► transmitting ◄─┐ publish: this message instead
 *    ▲                    │ ▲ ▲                │ │  └──────┘
 *    │                    └─┘ └────────────────┘ │
 *    │    period over: ask      after the last    │
 *    │           the model      transmission      │
 *    └──────────── configure(undefined), stop ────┘
 *
 * One timer serves the next transmission and the end of the period. Each publication begins the period anew, so the
 * model is heard at least once in a period. The period ends up to 30 ms early, by chance, so that nodes which began
 * together do not stay together.
 */

import type { Clock, Timer } from "../platform.js";
import { type DelayRange, type RandomDelay, SHORT_DELAY } from "./random-delay.js";

/** The Model Publication state; its octets are as on the air. MshPRT 4.2.3. */
export interface PublicationState {
  /** Unicast, group or virtual. */
  readonly address: number;
  /** The Label UUID of a virtual address. */
  readonly label: Uint8Array | undefined;
  readonly appKeyIndex: number;
  /** Friendship credentials are asked for. */
  readonly credentialFlag: boolean;
  /** ff: the default TTL. */
  readonly ttl: number;
  readonly period: number;
  readonly retransmit: number;
}

/** Whom a publication works for. */
export interface Publisher {
  /** false: there is no room, or no key. */
  send(accessPdu: Uint8Array): boolean;
  /** The period is over. */
  publishNow(): void;
  /** See `Model`. */
  readonly periodDivisor: number;
}

const HUNDRED_MILLISECONDS = 100;
const SECOND_MS = 1000;
const TEN_SECONDS_MS = 10_000;
const TEN_MINUTES_MS = 600_000;

/** The shortest period, however it is divided. MshPRT 4.2.17. */
const SHORTEST_PERIOD_MS = 100;

/** A transmission that finds no room is tried again so often, so long after. */
const MAX_REFUSALS = 20;
const REFUSED_MS = 100;

/** The period that a Publish Period octet stands for, in milliseconds; 0: none. MshPRT 4.2.3.2. */
export function publishPeriodMs(period: number): number {
  const steps = period & 0x3f;
  switch (period >> 6) {
    case 0:
      return steps * HUNDRED_MILLISECONDS;
    case 1:
      return steps * SECOND_MS;
    case 2:
      return steps * TEN_SECONDS_MS;
    default:
      return steps * TEN_MINUTES_MS;
  }
}

/** The publishing of one model. */
export class Publication {
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #delay: RandomDelay;
  readonly #publisher: Publisher;
  #state: PublicationState | undefined;
  /** The message under way, and its length; the buffer is as long as the longest one so far. */
  #message = new Uint8Array(0);
  #length = 0;
  #transmissionsLeft = 0;
  #refusals = 0;
  #transmitAtMs = 0;
  /** undefined: there is no period. */
  #periodEndMs: number | undefined;

  constructor(clock: Clock, delay: RandomDelay, publisher: Publisher) {
    this.#clock = clock;
    this.#delay = delay;
    this.#publisher = publisher;
    this.#timer = clock.createTimer(() => this.#expired());
  }

  /** From now on so; what was under way is over. first: when a periodic publication begins. */
  configure(state: PublicationState | undefined, first: DelayRange): void {
    this.#state = state;
    this.#transmissionsLeft = 0;
    const isPeriodic = state !== undefined && publishPeriodMs(state.period) > 0;
    this.#periodEndMs = isPeriodic ? this.#clock.now() + this.#delay.within(first) : undefined;
    this.#arm();
  }

  /**
   * A new message, instead of one that is still under way, in `delayMs` for the first time, or when the period is over
   * if that is earlier. false: there is no publication, or no room.
   */
  publish(accessPdu: Uint8Array, delayMs: number): boolean {
    if (this.#state === undefined) return false;
    this.#transmissionsLeft = 0;
    const { count, intervalMs } = retransmission(this.#state);
    const isSent = delayMs === 0 && this.#publisher.send(accessPdu);
    if (isSent || delayMs > 0) {
      this.#keep(accessPdu, isSent ? count : count + 1);
      this.#transmitAtMs = isSent ? this.#clock.now() + intervalMs : this.#firstAtMs(delayMs);
      this.#beginPeriod(this.#state);
    }
    this.#arm();
    return isSent || delayMs > 0;
  }

  /** Idempotent. */
  stop(): void {
    this.configure(undefined, SHORT_DELAY);
  }

  #expired(): void {
    const now = this.#clock.now();
    if (this.#state !== undefined && this.#transmissionsLeft > 0 && now >= this.#transmitAtMs) {
      this.#transmit(this.#state);
    }
    if (this.#state !== undefined && this.#periodEndMs !== undefined && now >= this.#periodEndMs) {
      // Also where the model has nothing to publish now.
      this.#beginPeriod(this.#state);
      this.#publisher.publishNow();
    }
    this.#arm();
  }

  #transmit(state: PublicationState): void {
    if (this.#publisher.send(this.#message.subarray(0, this.#length))) {
      this.#transmissionsLeft--;
      this.#transmitAtMs = this.#clock.now() + retransmission(state).intervalMs;
    } else {
      this.#refusals++;
      this.#transmitAtMs = this.#clock.now() + REFUSED_MS;
      if (this.#refusals === MAX_REFUSALS) this.#transmissionsLeft = 0;
    }
  }

  /** After a delay, but not after the end of the period in which the model has to be heard. */
  #firstAtMs(delayMs: number): number {
    const atMs = this.#clock.now() + delayMs;
    return this.#periodEndMs !== undefined && this.#periodEndMs < atMs ? this.#periodEndMs : atMs;
  }

  #keep(accessPdu: Uint8Array, transmissions: number): void {
    this.#transmissionsLeft = transmissions;
    this.#refusals = 0;
    if (transmissions === 0) return;
    if (this.#message.length < accessPdu.length) this.#message = new Uint8Array(accessPdu.length);
    this.#message.set(accessPdu);
    this.#length = accessPdu.length;
  }

  #beginPeriod({ period }: PublicationState): void {
    const wholeMs = publishPeriodMs(period);
    if (wholeMs === 0) return;
    const dividedMs = wholeMs / (1 << this.#publisher.periodDivisor);
    const periodMs = dividedMs < SHORTEST_PERIOD_MS ? SHORTEST_PERIOD_MS : dividedMs;
    const earlyMs = SHORT_DELAY.highMs - this.#delay.within(SHORT_DELAY);
    this.#periodEndMs = this.#clock.now() + periodMs - earlyMs;
  }

  #arm(): void {
    let dueMs = this.#transmissionsLeft > 0 ? this.#transmitAtMs : undefined;
    if (this.#periodEndMs !== undefined && (dueMs === undefined || this.#periodEndMs < dueMs)) {
      dueMs = this.#periodEndMs;
    }
    if (dueMs === undefined) {
      this.#timer.stop();
      return;
    }
    const delayMs = dueMs - this.#clock.now();
    this.#timer.start(delayMs > 0 ? delayMs : 0);
  }
}

/** How often a message is transmitted once more, and how far apart. MshPRT 4.2.3.6, 4.2.3.7. */
function retransmission({ retransmit }: PublicationState): { count: number; intervalMs: number } {
  return { count: retransmit & 0x07, intervalMs: ((retransmit >> 3) + 1) * 50 };
}
