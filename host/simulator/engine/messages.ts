/**
 * What is said between the simulator and a node that runs in a worker of XS. Both sides have this page.
 *
 *     simulator                                   worker
 *         │ a happening ───────────────────────────► │ the node's turn begins
 *         │ ◄─────────────── calls so far, question  │ it waits
 *         │ answer, or refusal ────────────────────► │ it goes on
 *         │ ◄────────────── the last calls, or fault │ its turn is over
 *
 * One happening at a time: what happens meanwhile waits its turn. A question is answered before the node goes on, so
 * that a record is durable when `write` returns; calls that nobody waits for travel with what is said next, in
 * order. Everything is JSON in UTF-16, as XS has no encoder of its own, and octets are hexadecimal digits.
 */

import { fromHex } from "../../../modules/bytes.js";
import type {
  AdvertisingAddress,
  DropReason,
  GattService,
  Layer,
  ProvisioningFailure,
  TraceEvent,
} from "../../../modules/platform.js";

/** What of a platform is known before the node begins. */
export interface Facts {
  readonly deviceUuid: string;
  readonly gattServer: { readonly maxConnections: number; readonly swapsLive: boolean } | undefined;
  readonly board: BoardFacts;
}

/** What a board has. columns: of its display; undefined: it has none. */
export interface BoardFacts {
  readonly dimmable: boolean;
  readonly buzzer: boolean;
  readonly vibrator: boolean;
  readonly rotary: boolean;
  readonly keypad: boolean;
  readonly columns: number | undefined;
}

/** What enters the node from outside. listener: of the GATT server, as `serve` has numbered it. */
export interface Happenings {
  start(facts: Facts): void;
  reset(): void;
  /** run: the number that the timer's start was given. */
  expired(run: number): void;
  received(data: string, rssi: number): void;
  transmitted(): void;
  pressed(down: boolean): void;
  turned(steps: number): void;
  entered(text: string): void;
  connected(listener: number, connection: number): void;
  disconnected(listener: number, connection: number): void;
  subscribed(listener: number, connection: number, on: boolean): void;
  written(listener: number, connection: number, value: string): void;
  ready(listener: number, connection: number): void;
  idle(listener: number, connection: number): void;
}

/** What the node has its platform do. A value that may be absent stands in an object: JSON has no undefined. */
export interface Calls {
  /** run: a number that no other start of any timer has. */
  startTimer(run: number, delayMs: number): void;
  stopTimer(run: number): void;
  openRadio(): void;
  setScanning(on: boolean): void;
  transmit(data: string, address: AdvertisingAddress): void;
  setConnectable(advertisement: Connectable): void;
  endConnectable(): void;
  renewAddress(): void;
  serve(offer: { readonly service: GattService | undefined; readonly listener: number }): void;
  disconnect(connection: number): void;
  light(level: number): void;
  buzz(on: boolean): void;
  vibrate(on: boolean): void;
  show(text: string): void;
  clear(): void;
  drop(drop: { readonly layer: Layer; readonly reason: DropReason; readonly pdu: string | undefined }): void;
  note(note: { readonly layer: Layer; readonly event: TraceEvent; readonly value: number | undefined }): void;
  failed(failure: ProvisioningFailure): void;
}

/** `ConnectableAdvertisement`, on its way. */
export interface Connectable {
  readonly data: string;
  readonly scanResponse: string | undefined;
  readonly intervalMs: number;
  readonly address: AdvertisingAddress;
}

/** What the node must know before it goes on. */
export interface Questions {
  now(): number;
  random(length: number): string;
  read(key: string): string | undefined;
  write(key: string, value: string): boolean;
  /** true: it is gone. */
  erase(key: string): boolean;
  keys(): readonly string[];
  setting(name: string): string | undefined;
  notify(connection: number, value: string): boolean;
  notificationSize(connection: number): number;
}

/** One method of an interface with its arguments, as it is sent. */
export type Message<Interface> = {
  readonly [Name in keyof Interface]: Interface[Name] extends (...args: infer Args) => unknown
    ? readonly [name: Name, ...args: Args]
    : never;
}[keyof Interface];

/** As it comes: the other side is the other half of this program, and taken at its word. */
export type Arrived = readonly [name: string, ...args: readonly unknown[]];

/** In the middle of a turn. */
export interface Inquiry {
  readonly calls: readonly Arrived[];
  readonly question: Arrived;
}

/** What the node is told then. refusal: a RangeError's message; undefined: there is an answer. */
export interface Reply<Answer> {
  readonly answer: Answer;
  readonly refusal: string | undefined;
}

/** The end of a turn. */
export interface Outcome {
  readonly calls: readonly Arrived[];
  readonly fault: Fault | undefined;
}

/** An exception in the worker that nobody has caught: our own mistake. */
export interface Fault {
  readonly message: string;
  /** Where, as XS tells it. */
  readonly stack: string;
}

/** Have `target`, which has all methods of the message's interface, do what it says; what that gives. */
export function deliver(target: object, [name, ...args]: Arrived): unknown {
  return Reflect.apply(Reflect.get(target, name), target, args);
}

/** At most so many arguments fit on XS's stack with ease. */
const PIECE = 512;

/** A message as octets: its JSON in UTF-16. */
export function encode(message: Arrived | Inquiry | Reply<unknown> | Outcome): ArrayBuffer {
  const text = JSON.stringify(message);
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units.buffer;
}

/** The JSON of such octets. */
export function decode(octets: ArrayBuffer): string {
  const units = new Uint16Array(octets);
  let text = "";
  for (let at = 0; at < units.length; at += PIECE) {
    text += String.fromCharCode(...units.subarray(at, at + PIECE));
  }
  return text;
}

/** Octets that have come as hexadecimal digits. Throws RangeError for anything else. */
export function octetsOf(digits: string): Uint8Array {
  const octets = fromHex(digits);
  if (octets === undefined) throw new RangeError("not an even number of hexadecimal digits");
  return octets;
}
