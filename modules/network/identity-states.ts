/**
 * Node Identity, or Private Node Identity: by subnet, whether the node shows for a minute which one it is.
 * MshPRT 4.2.13, 4.2.46, 7.2.2.2.3, 7.2.2.2.5.
 */

import type { Clock, Random, Timer } from "../platform.js";
import { IDENTITY_RANDOM_SIZE } from "./service-data.js";
import type { Subnet } from "./subnet.js";

const DURATION_MS = 60_000;

/** A subnet on which it is shown, and its Random field. */
export interface RunningIdentity {
  readonly subnet: Subnet;
  readonly random: Uint8Array;
  readonly endMs: number;
}

/** What the states need of their surroundings. changed: one has begun, or some have ended. */
export interface IdentityStatesParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly changed: (hasBegun: boolean) => void;
}

/** One state for each subnet; none survives a restart. */
export class IdentityStates {
  readonly #parts: IdentityStatesParts;
  readonly #timer: Timer;
  #running: readonly RunningIdentity[] = [];

  constructor(parts: IdentityStatesParts) {
    this.#parts = parts;
    this.#timer = parts.clock.createTimer(() => this.#expired());
  }

  /** The one that was started last is the last. */
  get running(): readonly RunningIdentity[] {
    return this.#running;
  }

  isRunning(subnet: Subnet): boolean {
    return this.#running.some((identity) => identity.subnet === subnet);
  }

  /** For 60 s from now on, with a new Random. */
  start(subnet: Subnet): void {
    const random = new Uint8Array(IDENTITY_RANDOM_SIZE);
    this.#parts.random.fill(random);
    const endMs = this.#parts.clock.now() + DURATION_MS;
    this.#change([...this.#without(subnet), { subnet, random, endMs }], true);
  }

  /** Nothing happens where it is not running. */
  stop(subnet: Subnet): void {
    if (this.isRunning(subnet)) this.#change(this.#without(subnet));
  }

  stopAll(): void {
    if (this.#running.length > 0) this.#change([]);
  }

  #without(subnet: Subnet): readonly RunningIdentity[] {
    return this.#running.filter((identity) => identity.subnet !== subnet);
  }

  #expired(): void {
    const now = this.#parts.clock.now();
    this.#change(this.#running.filter(({ endMs }) => endMs > now));
  }

  #change(running: readonly RunningIdentity[], hasBegun = false): void {
    this.#running = running;
    const [first] = running;
    if (first === undefined) this.#timer.stop();
    else this.#timer.start(first.endMs - this.#parts.clock.now());
    this.#parts.changed(hasBegun);
  }
}
