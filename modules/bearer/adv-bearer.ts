/**
 * The advertising bearer: Network PDUs, each in an AD structure of its own. PDUs leave in the order in which they
 * came; several are repeated side by side, each in a lane, so that the repetitions of one do not hold up the next.
 * MshPRT 3.3.1.
 */

import { AdType, MAX_AD_PAYLOAD } from "./ad.js";
import type { Advertiser } from "./advertiser.js";
import type { AdvertisingReceiver, AdvertisingSender, Bearer, BearerListener, Outgoing } from "./bearer.js";
import { PduRing } from "./pdu-ring.js";

/** How many PDUs wait, and how many are repeated side by side. */
const ORDINARY = Object.freeze({ waiting: 32, lanes: 4 } as const);
const URGENT = Object.freeze({ waiting: 8, lanes: 2 } as const);

/** How a PDU is to be sent. */
class Waiting {
  length = 0;
  count = 1;
  intervalMs = 0;
  tag = 0;
}

/** The PDUs that are urgent, or those that are not. */
class Queue {
  readonly waiting: PduRing<Waiting>;
  readonly lanes: readonly Lane[];
  /** Somebody has been told that there is no room. */
  hasRefused = false;

  constructor(urgent: boolean, finished: (queue: Queue, tag: number) => void) {
    const size = urgent ? URGENT : ORDINARY;
    this.waiting = new PduRing(size.waiting, MAX_AD_PAYLOAD, () => new Waiting());
    this.lanes = Array.from(
      { length: size.lanes },
      () => new Lane(urgent, this.waiting, (tag) => finished(this, tag)),
    );
  }
}

/** Takes the PDU that has waited longest, and repeats it. */
class Lane implements AdvertisingSender {
  readonly adType = AdType.MeshMessage;
  readonly address = "private";
  readonly urgent: boolean;
  readonly transmit = { count: 1, intervalMs: 0 };
  /** It has nothing on its way, and has not been asked for anything. */
  isIdle = true;
  readonly #waiting: PduRing<Waiting>;
  readonly #finished: (tag: number) => void;
  #tag = 0;

  constructor(urgent: boolean, waiting: PduRing<Waiting>, finished: (tag: number) => void) {
    this.urgent = urgent;
    this.#waiting = waiting;
    this.#finished = finished;
  }

  next(payload: Uint8Array): number {
    const pdu = this.#waiting.first;
    this.isIdle = pdu === undefined;
    if (pdu === undefined) return 0;
    payload.set(this.#waiting.firstOctets);
    this.transmit.count = pdu.count;
    this.transmit.intervalMs = pdu.intervalMs;
    this.#tag = pdu.tag;
    this.#waiting.shift();
    return pdu.length;
  }

  sent(): void {
    this.#finished(this.#tag);
  }
}

/** Carries Network PDUs over the advertising channels. */
export class AdvBearer implements Bearer, AdvertisingReceiver {
  readonly #advertiser: Advertiser;
  readonly #ordinary: Queue;
  readonly #urgent: Queue;
  #listener: BearerListener | undefined;

  constructor(advertiser: Advertiser) {
    this.#advertiser = advertiser;
    const finished = (queue: Queue, tag: number): void => this.#finished(queue, tag);
    this.#ordinary = new Queue(false, finished);
    this.#urgent = new Queue(true, finished);
  }

  /** From now on Network PDUs are heard. */
  attach(listener: BearerListener): void {
    this.#listener = listener;
    this.#advertiser.receive(AdType.MeshMessage, this);
  }

  /** Throws RangeError for a PDU that does not fit an advertisement. */
  send(pdu: Uint8Array, { transmit, urgent, tag }: Outgoing): boolean {
    if (pdu.length > MAX_AD_PAYLOAD) throw new RangeError("a Network PDU has at most 29 octets");
    const queue = urgent ? this.#urgent : this.#ordinary;
    const waiting = queue.waiting.push(pdu.length);
    if (waiting === undefined) {
      queue.hasRefused = true;
      return false;
    }
    queue.waiting.lastOctets.set(pdu);
    waiting.count = transmit.count;
    waiting.intervalMs = transmit.intervalMs;
    waiting.tag = tag;
    const lane = queue.lanes.find(({ isIdle }) => isIdle);
    if (lane !== undefined) {
      lane.isIdle = false;
      this.#advertiser.request(lane);
    }
    return true;
  }

  /** Nothing is heard any more, nothing goes out, nobody is told; for good. */
  stop(): void {
    this.#listener = undefined;
    this.#advertiser.receive(AdType.MeshMessage, undefined);
    for (const { lanes } of [this.#ordinary, this.#urgent]) {
      for (const lane of lanes) this.#advertiser.withdraw(lane);
    }
  }

  received(payload: Uint8Array, rssi: number): void {
    this.#listener?.received(payload, rssi, this);
  }

  #finished(queue: Queue, tag: number): void {
    if (tag !== 0) this.#listener?.sent(tag, this);
    if (!queue.hasRefused) return;
    queue.hasRefused = false;
    this.#listener?.ready(this);
  }
}
