/** Counts the heartbeats of another node, and how far away it is. MshPRT 3.6.7.3, 4.2.19. */

import { isUnicast } from "../network/address.js";
import type { Clock, Timer, Trace } from "../platform.js";
import { type ControlIncoming, ControlOpcode, type ControlReceiver } from "./control.js";
import { COUNT_UNLIMITED, decodeHeartbeat, fromLogarithm, logarithmOf } from "./heartbeat.js";
import type { UpperTransport } from "./upper.js";

const UNLIMITED_LOG = 0xff;
const NO_MIN_HOPS = 0x7f;

/** The state as messages carry it. */
export interface HeartbeatSubscriptionState {
  /** 0: nothing is counted. */
  readonly source: number;
  readonly destination: number;
  /** Of what is left of the period. */
  readonly periodLog: number;
  /** Of the heartbeats so far; ff: more than can be counted. */
  readonly countLog: number;
  readonly minHops: number;
  readonly maxHops: number;
}

/** What counting takes. */
export interface HeartbeatSubscriptionParts {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly upper: Pick<UpperTransport, "control">;
}

/** Is not kept over restarts: the period is over then. */
export class HeartbeatSubscription implements ControlReceiver {
  readonly #clock: Clock;
  readonly #trace: Trace;
  readonly #period: Timer;
  #source = 0;
  #destination = 0;
  #endMs = 0;
  #count = 0;
  #minHops = 0;
  #maxHops = 0;

  constructor({ clock, trace, upper }: HeartbeatSubscriptionParts) {
    this.#clock = clock;
    this.#trace = trace;
    // That the period is over is all that has to happen.
    this.#period = clock.createTimer(() => {});
    upper.control(ControlOpcode.Heartbeat, this);
  }

  /**
   * Begin to count, or, where one of them is 0, stop: the counts stay as they are then. Prohibited values are the
   * caller's to refuse. MshPRT 4.2.19, 4.4.1.2.16.
   */
  set(source: number, destination: number, periodLog: number): void {
    this.#period.stop();
    const isOn = isUnicast(source) && destination !== 0 && periodLog !== 0;
    this.#source = isOn ? source : 0;
    this.#destination = isOn ? destination : 0;
    if (!isOn) return;
    this.#count = 0;
    this.#minHops = NO_MIN_HOPS;
    this.#maxHops = 0;
    const periodMs = fromLogarithm(periodLog) * 1000;
    this.#endMs = this.#clock.now() + periodMs;
    this.#period.start(periodMs);
  }

  /** As a Status shows it now. MshPRT 4.1.2, 4.3.2.66. */
  get state(): HeartbeatSubscriptionState {
    const leftMs = this.#period.running ? this.#endMs - this.#clock.now() : 0;
    return {
      source: this.#source,
      destination: this.#destination,
      periodLog: logarithmOf((leftMs + 999) / 1000),
      countLog: this.#count === COUNT_UNLIMITED ? UNLIMITED_LOG : logarithmOf(this.#count),
      minHops: this.#minHops,
      maxHops: this.#maxHops,
    };
  }

  stop(): void {
    this.#period.stop();
  }

  accepts({ src, dst }: ControlIncoming): boolean {
    return this.#period.running && src === this.#source && dst === this.#destination;
  }

  received(parameters: Uint8Array, { ttl }: ControlIncoming): void {
    const message = decodeHeartbeat(parameters);
    if (message === undefined || message.initTtl < ttl) {
      this.#trace.drop("transport", message === undefined ? "badLength" : "prohibitedValue", parameters);
      return;
    }
    const hops = message.initTtl - ttl + 1;
    if (this.#count < COUNT_UNLIMITED) this.#count++;
    if (hops < this.#minHops) this.#minHops = hops;
    if (hops > this.#maxHops) this.#maxHops = hops;
  }
}
