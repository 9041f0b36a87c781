import { Ring } from "./ring.js";

/** What is to be known of a PDU that waits. */
export interface WaitingPdu {
  /** Octets; written by the queue. */
  length: number;
}

/**
 * A queue of PDUs, each with what else is to be known of it. The octets of all lie in one array: on XS an array takes
 * 112 octets of RAM before its first own one, four times a PDU.
 */
export class PduRing<Waiting extends WaitingPdu> {
  readonly #ring: Ring<Waiting>;
  readonly #octets: Uint8Array;
  readonly #longest: number;

  /** size: how many PDUs may wait; longest: octets of the longest one. */
  constructor(size: number, longest: number, create: () => Waiting) {
    this.#ring = new Ring(size, create);
    this.#octets = new Uint8Array(size * longest);
    this.#longest = longest;
  }

  get isFull(): boolean {
    return this.#ring.isFull;
  }

  get isOnlyOne(): boolean {
    return this.#ring.isOnlyOne;
  }

  /** The PDU that has waited longest; undefined: none waits. */
  get first(): Waiting | undefined {
    return this.#ring.first;
  }

  /** The octets of `first`: a view, valid until it waits no more. */
  get firstOctets(): Uint8Array {
    return this.#view(this.#ring.firstIndex, this.#ring.first);
  }

  /**
   * A PDU of so many octets, at most the longest, now waits behind all others: its octets and all else that is known of
   * it are still to be written. undefined: there is no room.
   */
  push(length: number): Waiting | undefined {
    const waiting = this.#ring.push();
    if (waiting !== undefined) waiting.length = length;
    return waiting;
  }

  /** The octets of what has been pushed last: a view. */
  get lastOctets(): Uint8Array {
    return this.#view(this.#ring.lastIndex, this.#ring.last);
  }

  /** The PDU that has waited longest waits no more. */
  shift(): void {
    this.#ring.shift();
  }

  clear(): void {
    this.#ring.clear();
  }

  #view(index: number, waiting: Waiting | undefined): Uint8Array {
    const at = index * this.#longest;
    return this.#octets.subarray(at, at + (waiting?.length ?? 0));
  }
}
