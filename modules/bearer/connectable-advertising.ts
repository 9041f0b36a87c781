/** Connectable advertising: fast at first, when somebody is waiting for it, and several advertisements in turn. */

import type { AdvertisingAddress, Clock, Radio, Timer } from "../platform.js";

/** Phones find the device within a second. */
const FAST_INTERVAL_MS = 50;
const FAST_PHASE_MS = 60_000;
const SLOW_INTERVAL_MS = 500;
/** How long each of several is shown: a few events. */
const FAST_TURN_MS = 250;
const SLOW_TURN_MS = 1_000;

/** One advertisement; data and scanResponse: AD structures, at most 31 octets each. */
export interface Advertised {
  readonly data: Uint8Array;
  readonly scanResponse: Uint8Array | undefined;
  readonly address: AdvertisingAddress;
}

/** The radio's connectable advertising, between `start` and `stop`. */
export class ConnectableAdvertising {
  readonly #radio: Radio;
  readonly #clock: Clock;
  readonly #turn: Timer;
  #advertised: readonly Advertised[] = [];
  #index = 0;
  #fastUntilMs = 0;
  #isShown = false;

  constructor(radio: Radio, clock: Clock) {
    this.#radio = radio;
    this.#clock = clock;
    this.#turn = clock.createTimer(() => this.#next());
  }

  /** Fast from now on, for a minute, the first of them first; also after a connection has ended it. */
  start(advertised: readonly Advertised[]): void {
    this.#fastUntilMs = this.#clock.now() + FAST_PHASE_MS;
    this.#begin(advertised);
  }

  /** Others from now on, at the pace that it has. */
  change(advertised: readonly Advertised[]): void {
    this.#begin(advertised);
  }

  stop(): void {
    this.#begin([]);
  }

  #begin(advertised: readonly Advertised[]): void {
    this.#advertised = advertised;
    this.#index = 0;
    this.#show();
  }

  #next(): void {
    this.#index = (this.#index + 1) % this.#advertised.length;
    this.#show();
  }

  #show(): void {
    const advertised = this.#advertised[this.#index];
    if (advertised === undefined) {
      this.#turn.stop();
      if (this.#isShown) this.#radio.setConnectable(undefined);
      this.#isShown = false;
      return;
    }
    const fastMs = this.#fastUntilMs - this.#clock.now();
    const isFast = fastMs > 0;
    this.#isShown = true;
    this.#radio.setConnectable({ ...advertised, intervalMs: isFast ? FAST_INTERVAL_MS : SLOW_INTERVAL_MS });
    if (this.#advertised.length > 1) this.#turn.start(isFast ? FAST_TURN_MS : SLOW_TURN_MS);
    else if (isFast) this.#turn.start(fastMs);
    else this.#turn.stop();
  }
}
