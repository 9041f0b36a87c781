/** Answers that wait for their moment: each goes out after a short delay by chance. MshPRT 3.7.3.1. */

import type { Clock, Timer } from "../platform.js";
import type { AccessOutgoing, UpperTransport } from "../transport/upper.js";

/** Answers that can wait, or be on their way with somebody waiting for that, at one time. */
export const REPLY_CAPACITY = 8;

/** And so many more under the device key: who asks much under an AppKey does not keep others from configuring. */
const FOR_DEVICE_KEY = 2;
const PLACES = REPLY_CAPACITY + FOR_DEVICE_KEY;

/** An answer that finds no room is tried again until it would come too late. MshPRT 3.7.3.1. */
const REFUSED_MS = 50;
const TOO_LATE_MS = 5000;

type Route = Omit<AccessOutgoing, "tag">;

/** One answer; the place in the queue is its tag. */
type Slot =
  | { readonly name: "free" }
  | {
      readonly name: "waiting";
      readonly accessPdu: Uint8Array;
      readonly route: Route;
      readonly tooLateMs: number;
      readonly left: (() => void) | undefined;
      dueMs: number;
    }
  | { readonly name: "sent"; readonly left: () => void };

const FREE: Slot = Object.freeze({ name: "free" });

/** A few answers; whoever asks for more at once is not answered. */
export class ReplyQueue {
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #upper: Pick<UpperTransport, "send">;
  readonly #slots: Slot[] = [];

  constructor(clock: Clock, upper: Pick<UpperTransport, "send">) {
    this.#clock = clock;
    this.#upper = upper;
    this.#timer = clock.createTimer(() => this.#expired());
    for (let i = 0; i < PLACES; i++) this.#slots.push(FREE);
  }

  /** Send in `delayMs`. left: it has left, or there was no room for 5 s. false: there is no place in the queue. */
  add(accessPdu: Uint8Array, route: Route, delayMs: number, left: (() => void) | undefined): boolean {
    const first = route.appKeyIndex === undefined ? 0 : FOR_DEVICE_KEY;
    const index = this.#slots.findIndex(({ name }, place) => place >= first && name === "free");
    if (index < 0) return false;
    const now = this.#clock.now();
    this.#slots[index] = {
      name: "waiting",
      accessPdu: accessPdu.slice(),
      route,
      tooLateMs: now + TOO_LATE_MS,
      left,
      dueMs: now + delayMs,
    };
    this.#arm();
    return true;
  }

  /** What was sent with this tag has left. */
  sent(tag: number): void {
    const slot = this.#slots[tag - 1];
    if (slot?.name !== "sent") return;
    this.#slots[tag - 1] = FREE;
    slot.left();
  }

  /** Idempotent. */
  stop(): void {
    this.#timer.stop();
    this.#slots.fill(FREE);
  }

  #expired(): void {
    const now = this.#clock.now();
    for (let index = 0; index < PLACES; index++) this.#serve(index, now);
    this.#arm();
  }

  #serve(index: number, now: number): void {
    const slot = this.#slots[index];
    if (slot?.name !== "waiting" || slot.dueMs > now) return;
    const { accessPdu, route, left } = slot;
    if (this.#upper.send(accessPdu, { ...route, tag: left === undefined ? 0 : index + 1 })) {
      this.#slots[index] = left === undefined ? FREE : { name: "sent", left };
    } else if (now < slot.tooLateMs) {
      slot.dueMs = now + REFUSED_MS;
    } else {
      this.#slots[index] = FREE;
      left?.();
    }
  }

  #arm(): void {
    let dueMs: number | undefined;
    for (const slot of this.#slots) {
      if (slot.name === "waiting" && (dueMs === undefined || slot.dueMs < dueMs)) dueMs = slot.dueMs;
    }
    if (dueMs === undefined) {
      this.#timer.stop();
      return;
    }
    const delayMs = dueMs - this.#clock.now();
    this.#timer.start(delayMs > 0 ? delayMs : 0);
  }
}
