/**
 * A radio shared by everything that a mesh peer sends: one advertising event after the other. Nothing overtakes:
 * sequence numbers must go out in their order, or a node takes the lower ones for replays.
 */

import { concat, octet } from "../../../../modules/bytes.js";
import type { Clock, Radio, RadioListener, Timer } from "../../../../modules/platform.js";
import type { Heard, PeerBearer, Sending } from "./peer-bearer.js";

/** What the queue works with. */
export interface AirQueueOptions {
  readonly radio: Radio;
  readonly clock: Clock;
  /** From the end of one event to the start of the next. */
  readonly intervalMs: number;
}

interface Waiting {
  readonly data: Uint8Array;
  remaining: number;
  readonly sent: (() => void) | undefined;
}

/** Opens the radio, scans always, and hands up the payload of every AD structure. */
export class AirQueue implements RadioListener, PeerBearer {
  readonly #radio: Radio;
  readonly #intervalMs: number;
  readonly #gap: Timer;
  #heard: Heard = () => {};
  #waiting: Waiting[] = [];
  #underWay: Waiting | undefined;

  constructor(options: AirQueueOptions) {
    this.#radio = options.radio;
    this.#intervalMs = options.intervalMs;
    this.#gap = options.clock.createTimer(() => this.#pump());
  }

  open(heard: Heard): void {
    this.#heard = heard;
    this.#radio.open(this);
    this.#radio.setScanning(true);
  }

  /** payload: at most 29 octets; copied. */
  send(adType: number, payload: Uint8Array, sending: Sending = {}): void {
    const { count = 1, sent } = sending;
    if (payload.length > 29) throw new RangeError("more than one AD structure can hold");
    const data = concat(new Uint8Array([payload.length + 1, adType]), payload);
    this.#waiting.push({ data, remaining: count, sent });
    this.#pump();
  }

  /** Payloads that have not been sent as often as they should. */
  get length(): number {
    return this.#waiting.length + (this.#underWay === undefined ? 0 : 1);
  }

  /** Forget what waits. */
  clear(): void {
    this.#waiting = [];
  }

  received(data: Uint8Array): void {
    for (let at = 0; at + 1 < data.length; ) {
      const end = at + 1 + octet(data, at);
      if (octet(data, at) === 0 || end > data.length) return;
      this.#heard(octet(data, at + 1), data.slice(at + 2, end));
      at = end;
    }
  }

  transmitted(): void {
    const done = this.#underWay;
    this.#underWay = undefined;
    if (done === undefined) return;
    done.remaining -= 1;
    if (done.remaining > 0) this.#waiting.unshift(done);
    if (this.#intervalMs > 0) this.#gap.start(this.#intervalMs);
    if (done.remaining <= 0) done.sent?.();
    this.#pump();
  }

  #pump(): void {
    if (this.#underWay !== undefined || this.#gap.running) return;
    this.#underWay = this.#waiting.shift();
    if (this.#underWay !== undefined) this.#radio.transmit(this.#underWay.data, "private");
  }
}
