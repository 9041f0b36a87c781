/** The radio under the phone's suites, and the sample's link. */

import { concat, fromHex, toHex } from "../../modules/bytes.js";
import type { Radio, RadioListener } from "../../modules/platform.js";
import type { FakeClock } from "../support/fake-clock.js";

/** The sample's Device UUID, Link ID (as a number and as digits) and Link Open. MshPRT 8.7.1. */
export const UUID = hex("70cf7c9732a345b691494810d2e9cbf4");
export const LINK_ID = 0x23af5850;
export const LINK = "23af5850";
export const LINK_OPEN = `${LINK}000370cf7c9732a345b691494810d2e9cbf4`;
/** How long an advertising event takes on this radio. */
export const AIR_TIME_MS = 3;

/** The octets of hexadecimal digits. Throws for anything else. */
export function hex(digits: string): Uint8Array {
  const octets = fromHex(digits);
  if (octets === undefined) throw new Error("not hexadecimal");
  return octets;
}

/** Writes down what is transmitted and when; one event at a time, each of AIR_TIME_MS. */
export class ScriptedRadio implements Radio {
  readonly #clock: FakeClock;
  readonly #done;
  readonly #sent: { readonly atMs: number; readonly message: string }[] = [];
  #listener: RadioListener | undefined;
  scanning = false;

  constructor(clock: FakeClock) {
    this.#clock = clock;
    this.#done = clock.createTimer(() => this.#listener?.transmitted());
  }

  open(listener: RadioListener): void {
    this.#listener = listener;
  }

  setScanning(on: boolean): void {
    this.scanning = on;
  }

  transmit(data: Uint8Array): void {
    if (this.#done.running) throw new Error("the last event is not over");
    if (data.length > 31 || data[0] !== data.length - 1 || data[1] !== 0x29)
      throw new Error("not one PB-ADV AD");
    this.#sent.push({ atMs: this.#clock.now(), message: toHex(data.subarray(2)) });
    this.#done.start(AIR_TIME_MS);
  }

  setConnectable(): void {
    throw new Error("a phone does not invite connections");
  }

  renewAddress(): void {
    throw new Error("a phone does not reset");
  }

  /** What was transmitted since the last call. */
  takeMessages(): string[] {
    return this.takeEvents().map(({ message }) => message);
  }

  /** The next messages, waiting no longer than each may take. */
  awaitMessages(count: number): string[] {
    for (let ms = 0; ms < count * (50 + AIR_TIME_MS) && this.#sent.length < count; ms++)
      this.#clock.advance(1);
    return this.takeMessages();
  }

  takeEvents(): { readonly atMs: number; readonly message: string }[] {
    return this.#sent.splice(0);
  }

  /** The phone hears a PB-ADV PDU. */
  hear(message: string): void {
    this.hearData(concat(Uint8Array.of(message.length / 2 + 1, 0x29), hex(message)));
  }

  hearData(data: Uint8Array): void {
    const lent = data.slice();
    this.#listener?.received(lent, -50);
    // Octets are borrowed: whoever kept them finds them changed.
    lent.fill(0xee);
  }
}
