/** The radio's turns, compiled for Node, and a vendor's stack in JavaScript for them to work with. */

import { createRequire } from "node:module";
import { compile } from "./compile.js";

/** What the stack tells: the numbers of `enum radio_event_type`. */
export const Happened = Object.freeze({
  Ready: 0,
  Failed: 1,
  Report: 2,
  Sent: 3,
  Connected: 4,
  Disconnected: 5,
  Mtu: 6,
  Subscribed: 7,
  Written: 8,
  Notified: 9,
} as const);

/** Numbers of `enum radio_notified`. */
export const Notify = Object.freeze({ Queued: 0, Busy: 1, Refused: 2 } as const);

/** A vendor's stack, as port.h has it; truth is 1, and an address or a scan response that is not there undefined. */
export interface NativePort {
  start(): number;
  stop(): void;
  scan(on: number): number;
  send(address: Uint8Array | undefined, data: Uint8Array): number;
  advertise(
    address: Uint8Array | undefined,
    data: Uint8Array,
    scanResponse: Uint8Array | undefined,
    intervalMs: number,
  ): number;
  stopAdvertising(): void;
  /** service 0: none. */
  serve(service: number, dataIn: number, dataOut: number): number;
  notify(connection: number, value: Uint8Array): number;
  disconnect(connection: number): void;
  links(): number;
  swapsLive(): number;
  addressOctet(at: number): number;
  /** 0: not now. */
  wake(): number;
}

/** The addon's own part. */
export interface Addon {
  /** From now on this is the stack. */
  attach(port: NativePort): void;
  /** data: of a report or a write. 0: no room. */
  happened(
    type: number,
    connection: number,
    value: number,
    rssi: number,
    data: Uint8Array | undefined,
  ): number;
  /** What a wake leads to, in a turn of its own. */
  look(): void;
}

/** Compile and load it: from then on `native` finds the turns. */
export function loadRadioAddon(): Addon {
  const path = compile(
    "radio-addon.node",
    ["tests/native/radio-addon.c", "host/xs/radio/turns.c"],
    ["-shared", "-fPIC"],
  );
  const loaded: unknown = createRequire(import.meta.url)(path);
  if (!isAddon(loaded)) throw new Error("that is not the addon");
  const functions = new Map<string, unknown>(Object.entries(loaded));
  Object.assign(globalThis, { native: (name: string) => functions.get(name) });
  return loaded;
}

function isAddon(loaded: unknown): loaded is Addon {
  return typeof loaded === "object" && loaded !== null && "attach" in loaded;
}
