/**
 * Shares the radio. Out: one advertising event at a time, its senders served in turn, urgent ones first; a
 * repetition never holds the radio, so an acknowledgment waits for one event and not for a burst. In: each AD
 * structure to the receiver of its type. MshPRT 3.3.1, 5.2.1.
 */

import { octet } from "../bytes.js";
import type { Clock, Radio, RadioListener, Timer, Trace } from "../platform.js";
import { MAX_AD_PAYLOAD, MAX_ADVERTISING_DATA } from "./ad.js";
import type { AdvertisingReceiver, AdvertisingSender } from "./bearer.js";

/** A sender and the payload that it has on its way. */
class Slot {
  readonly sender: AdvertisingSender;
  /** The AD structure: length, type, payload. */
  readonly data = new Uint8Array(MAX_ADVERTISING_DATA);
  readonly payload = this.data.subarray(2);
  length = 0;
  /** It wants a turn. */
  active = false;
  /** How often the payload goes out still; 0: the sender is asked for the next one. */
  remaining = 0;
  /** When its next event may begin. */
  dueMs = 0;

  constructor(sender: AdvertisingSender) {
    this.sender = sender;
    this.data[1] = sender.adType;
  }
}

/** The one listener of the radio. */
export class Advertiser implements RadioListener {
  readonly #radio: Radio;
  readonly #clock: Clock;
  readonly #trace: Trace;
  readonly #turn: Timer;
  readonly #slots: Slot[] = [];
  readonly #receivers = new Map<number, AdvertisingReceiver>();
  /** The radio is sending. */
  #busy = false;
  /** Whose event that is; undefined: it has been withdrawn. */
  #onAir: Slot | undefined;
  /** Where in `#slots` the last turn was of an urgent sender, and of one that is not. */
  #lastUrgent = -1;
  #lastOther = -1;

  /** Takes the radio and scans from now on. */
  constructor(radio: Radio, clock: Clock, trace: Trace) {
    this.#radio = radio;
    this.#clock = clock;
    this.#trace = trace;
    this.#turn = clock.createTimer(() => this.#advance());
    radio.open(this);
    radio.setScanning(true);
  }

  /** Who hears an AD type from now on; undefined: nobody. */
  receive(adType: number, receiver: AdvertisingReceiver | undefined): void {
    if (receiver === undefined) this.#receivers.delete(adType);
    else this.#receivers.set(adType, receiver);
  }

  /** The sender has something to say: its `next` is called in a later turn. Idempotent. */
  request(sender: AdvertisingSender): void {
    const slot = this.#slotOf(sender);
    if (slot.active) return;
    slot.active = true;
    slot.dueMs = this.#clock.now();
    if (!this.#busy) this.#turn.start(0);
  }

  /** Forget the sender and what it has on its way, until its next `request`, if any. `sent` is not called. */
  withdraw(sender: AdvertisingSender): void {
    const index = this.#slots.findIndex((slot) => slot.sender === sender);
    const slot = this.#slots[index];
    if (slot === undefined) return;
    slot.active = false;
    if (this.#onAir === slot) this.#onAir = undefined;
    this.#slots.splice(index, 1);
    // The turn goes on behind those who had it last, who may have moved up.
    if (this.#lastUrgent >= index) this.#lastUrgent--;
    if (this.#lastOther >= index) this.#lastOther--;
  }

  received(data: Uint8Array, rssi: number): void {
    let at = 0;
    while (at < data.length) {
      const length = octet(data, at);
      // Early end of the data: all further octets are zero. Core Specification, Vol 3, Part C, 11.
      if (length === 0) return;
      const end = at + 1 + length;
      if (end > data.length) {
        this.#trace.drop("radio", "badAdLength", data);
        return;
      }
      this.#receivers.get(octet(data, at + 1))?.received(data.subarray(at + 2, end), rssi);
      at = end;
    }
  }

  transmitted(): void {
    const slot = this.#onAir;
    this.#busy = false;
    this.#onAir = undefined;
    // Before anybody is called: whatever happens there, the radio goes on.
    this.#turn.start(0);
    if (slot !== undefined) {
      const now = this.#clock.now();
      slot.remaining--;
      slot.dueMs = slot.remaining > 0 ? now + slot.sender.transmit.intervalMs : now;
      if (slot.remaining === 0) slot.sender.sent(now);
    }
  }

  #slotOf(sender: AdvertisingSender): Slot {
    const known = this.#slots.find((slot) => slot.sender === sender);
    if (known !== undefined) return known;
    const slot = new Slot(sender);
    this.#slots.push(slot);
    return slot;
  }

  /** Give the radio to whoever is due, or wait for the first who will be. */
  #advance(): void {
    if (this.#busy) return;
    const now = this.#clock.now();
    for (let slot = this.#pick(now); slot !== undefined; slot = this.#pick(now)) {
      if (slot.remaining > 0 || this.#pull(slot)) {
        this.#busy = true;
        this.#onAir = slot;
        this.#radio.transmit(slot.data.subarray(0, slot.length), slot.sender.address);
        return;
      }
    }
    let earliest = Infinity;
    for (const slot of this.#slots) if (slot.active && slot.dueMs < earliest) earliest = slot.dueMs;
    if (earliest !== Infinity) this.#turn.start(earliest - now);
  }

  /** Who comes next of those that are due: the urgent ones in turn, then the others in turn. */
  #pick(now: number): Slot | undefined {
    const urgent = this.#pickAfter(this.#lastUrgent, true, now);
    if (urgent >= 0) {
      this.#lastUrgent = urgent;
      return this.#slots[urgent];
    }
    const other = this.#pickAfter(this.#lastOther, false, now);
    if (other >= 0) this.#lastOther = other;
    return this.#slots[other];
  }

  /** The index of the first due sender behind `last`, around the circle; -1: none is due. */
  #pickAfter(last: number, urgent: boolean, now: number): number {
    const count = this.#slots.length;
    for (let step = 1; step <= count; step++) {
      const index = (last + step) % count;
      const slot = this.#slots[index];
      if (slot?.active && slot.dueMs <= now && slot.sender.urgent === urgent) return index;
    }
    return -1;
  }

  /** Ask the sender for its next payload; false: it has none. */
  #pull(slot: Slot): boolean {
    const size = slot.sender.next(slot.payload);
    if (size === 0) slot.active = false;
    // Not active: it has nothing, or it has been withdrawn meanwhile.
    if (!slot.active) return false;
    if (size > MAX_AD_PAYLOAD) throw new RangeError("an AD payload has at most 29 octets");
    slot.data[0] = size + 1;
    slot.length = size + 2;
    slot.remaining = slot.sender.transmit.count;
    return true;
  }
}
