/** A vendor's Bluetooth stack over the simulated air: it does what port.h asks, and notes where it is misused. */

import {
  AttError,
  type AttMessage,
  AttOpcode,
  DEFAULT_MTU,
  decodeAtt,
  encodeAtt,
} from "../../host/simulator/att.js";
import type { Medium, Port } from "../../host/simulator/medium.js";
import type { Connection, ConnectionListener } from "../../host/simulator/medium-connection.js";
import type { Clock, GattService, Timer } from "../../modules/platform.js";
import { type Addon, Happened, type NativePort, Notify } from "./radio-addon.js";

/** What a stack can do. */
export interface StackOptions {
  readonly clock: Clock;
  readonly medium: Medium;
  readonly links?: number;
  readonly swapsLive?: boolean;
  /** The largest ATT_MTU that it agrees to. */
  readonly mtu?: number;
}

interface Link {
  readonly handle: number;
  readonly connection: Connection;
  mtu: number;
  exchanged: boolean;
  subscribed: boolean;
  readonly waiting: ("notification" | "answer")[];
}

interface Advertised {
  readonly address: Uint8Array;
  readonly data: Uint8Array;
  readonly scanResponse: Uint8Array | undefined;
  readonly intervalMs: number;
}

/** The chip's own address. */
export const OWN_ADDRESS = Uint8Array.of(0xc2, 1, 2, 3, 4, 5);

const START_MS = 5;

/** The stack of one chip. */
export class SimulatedStack implements NativePort, ConnectionListener {
  readonly port: Port;
  /** Misuse, in words; what is there is a mistake of the turns. */
  readonly faults: string[] = [];
  /** What it is told to do, in a word each. */
  readonly calls: string[] = [];
  /** Calls that it refuses from now on. */
  readonly refuses = new Set<"scan" | "send" | "advertise" | "serve" | "start">();
  /** An event that it does not tell of. */
  mute = false;
  scanning = false;
  readonly #addon: Addon;
  readonly #options: StackOptions;
  readonly #woken: Timer;
  readonly #started: Timer;
  readonly #interval: Timer;
  readonly #links = new Map<number, Link>();
  #up = false;
  #sending = false;
  #advertised: Advertised | undefined;
  #service: GattService | undefined;

  constructor(addon: Addon, options: StackOptions) {
    const { clock, medium } = options;
    this.#addon = addon;
    this.#options = options;
    this.#woken = clock.createTimer(() => addon.look());
    this.#started = clock.createTimer(() => this.#ready());
    this.#interval = clock.createTimer(() => this.#intervalOver());
    this.port = medium.join("device", {
      heard: (frame, rssi) => {
        if (frame.kind === "nonConnectable" && this.scanning) this.report(frame.data, rssi);
      },
      sent: (kind) => this.#sent(kind),
    });
    this.port.serve(this);
    addon.attach(this);
  }

  /** Tell of an event. */
  tell(type: number, connection = 0, value = 0, data?: Uint8Array, rssi = 0): boolean {
    return this.#addon.happened(type, connection, value, rssi, data) === 1;
  }

  /** A report of these data. */
  report(data: Uint8Array, rssi: number): boolean {
    return this.tell(Happened.Report, 0, 0, data, rssi);
  }

  /** Everything that was under way is gone; it comes back when it is started. */
  fail(code: number): void {
    this.#off();
    this.tell(Happened.Failed, 0, code);
  }

  start(): number {
    this.calls.push("start");
    if (this.refuses.has("start")) return 0;
    if (!this.#up) this.#started.start(START_MS);
    return 1;
  }

  stop(): void {
    this.calls.push("stop");
    this.#off();
  }

  scan(on: number): number {
    this.#check("scan");
    if (this.refuses.has("scan")) return 0;
    this.scanning = on === 1;
    return 1;
  }

  send(address: Uint8Array | undefined, data: Uint8Array): number {
    this.#check("send");
    if (this.#sending || this.#advertised !== undefined) this.faults.push("send while advertising");
    if (this.refuses.has("send")) return 0;
    this.#sending = true;
    this.port.send({ kind: "nonConnectable", address: address ?? OWN_ADDRESS, data });
    return 1;
  }

  advertise(
    address: Uint8Array | undefined,
    data: Uint8Array,
    scanResponse: Uint8Array | undefined,
    intervalMs: number,
  ): number {
    this.#check("advertise");
    if (this.#sending || this.#advertised !== undefined) this.faults.push("advertise while advertising");
    if (this.#links.size >= this.links()) this.faults.push("advertise without room for a link");
    if (this.refuses.has("advertise")) return 0;
    this.#advertised = { address: address ?? OWN_ADDRESS, data, scanResponse, intervalMs };
    this.port.setConnectable(this.#advertised.address);
    this.#interval.start(0);
    return 1;
  }

  stopAdvertising(): void {
    this.#check("stopAdvertising");
    this.#sending = false;
    this.#endAdvertising();
  }

  serve(service: number, dataIn: number, dataOut: number): number {
    this.#check(`serve ${service.toString(16)}`);
    if (this.#sending || this.#advertised !== undefined) this.faults.push("serve while advertising");
    if (this.#links.size > 0 && this.swapsLive() === 0) this.faults.push("serve while connected");
    if (this.refuses.has("serve")) return 0;
    this.#service = service === 0 ? undefined : { service, dataIn, dataOut };
    for (const link of this.#links.values()) {
      link.subscribed = false;
      this.#answer(link, { kind: "servicesChanged" });
    }
    return 1;
  }

  notify(handle: number, value: Uint8Array): number {
    this.#check("notify");
    const link = this.#links.get(handle);
    if (link === undefined || !link.subscribed || this.#service === undefined) return Notify.Refused;
    const { service } = this.#service;
    if (!link.connection.send(encodeAtt({ kind: "notification", service, value }))) return Notify.Busy;
    link.waiting.push("notification");
    return Notify.Queued;
  }

  disconnect(handle: number): void {
    this.#check("disconnect");
    this.#links.get(handle)?.connection.close();
  }

  links(): number {
    return this.#options.links ?? 3;
  }

  swapsLive(): number {
    return (this.#options.swapsLive ?? true) ? 1 : 0;
  }

  addressOctet(at: number): number {
    return OWN_ADDRESS[at] ?? 0;
  }

  wake(): number {
    if (this.#woken.running) this.faults.push("woken twice");
    this.#woken.start(0);
    return 1;
  }

  connected(connection: Connection): void {
    this.#endAdvertising();
    let handle = 0;
    // As a stack does, it uses a number again as soon as it is free.
    while (this.#links.has(handle)) handle++;
    const link: Link = {
      handle,
      connection,
      mtu: DEFAULT_MTU,
      exchanged: false,
      subscribed: false,
      waiting: [],
    };
    this.#links.set(handle, link);
    this.tell(Happened.Connected, handle);
  }

  connectFailed(): void {}

  received(connection: Connection, octets: Uint8Array): void {
    const link = this.#linkOf(connection);
    const message = decodeAtt(octets);
    if (link !== undefined && message !== undefined) this.#take(link, message);
  }

  sent(connection: Connection): void {
    const link = this.#linkOf(connection);
    if (link?.waiting.shift() === "notification") this.tell(Happened.Notified, link.handle);
  }

  disconnected(connection: Connection): void {
    const link = this.#linkOf(connection);
    if (link === undefined) return;
    this.#links.delete(link.handle);
    this.tell(Happened.Disconnected, link.handle);
  }

  #ready(): void {
    this.#up = true;
    this.tell(Happened.Ready);
  }

  #off(): void {
    this.#up = false;
    this.scanning = false;
    this.#sending = false;
    this.#service = undefined;
    this.#started.stop();
    this.#endAdvertising();
    const links = [...this.#links.values()];
    this.#links.clear();
    for (const { connection } of links) connection.close();
  }

  #endAdvertising(): void {
    this.#advertised = undefined;
    this.#interval.stop();
    this.port.setConnectable(undefined);
  }

  #intervalOver(): void {
    if (this.#advertised === undefined) return;
    const { address, data, scanResponse, intervalMs } = this.#advertised;
    this.port.send({ kind: "connectable", address, data, scanResponse });
    this.#interval.start(intervalMs);
  }

  #sent(kind: "nonConnectable" | "connectable"): void {
    if (kind === "connectable" || !this.#sending || this.mute) return;
    this.#sending = false;
    this.tell(Happened.Sent);
  }

  #take(link: Link, message: AttMessage): void {
    if (message.kind === "mtuRequest") this.#exchangeMtu(link, message.mtu);
    else if (message.kind === "configure") this.#configure(link, message.service, message.value);
    else if (message.kind === "discover") {
      const services = this.#service === undefined ? [] : [this.#service];
      this.#answer(link, { kind: "services", services });
    } else if (message.kind === "command" && message.service === this.#service?.service) {
      this.tell(Happened.Written, link.handle, 0, message.value);
    }
  }

  #exchangeMtu(link: Link, mtu: number): void {
    const ours = this.#options.mtu ?? 247;
    this.#answer(link, { kind: "mtuResponse", mtu: ours });
    if (link.exchanged) return;
    link.exchanged = true;
    link.mtu = Math.max(DEFAULT_MTU, Math.min(mtu, ours));
    this.tell(Happened.Mtu, link.handle, link.mtu);
  }

  #configure(link: Link, service: number, value: number): void {
    const code = service !== this.#service?.service ? AttError.InvalidHandle : AttError.ValueNotAllowed;
    if (code === AttError.InvalidHandle || value > 1) {
      this.#answer(link, { kind: "error", request: AttOpcode.configure, code });
      return;
    }
    this.#answer(link, { kind: "configured" });
    link.subscribed = value === 1;
    this.tell(Happened.Subscribed, link.handle, value);
  }

  #answer(link: Link, message: AttMessage): void {
    if (link.connection.send(encodeAtt(message))) link.waiting.push("answer");
  }

  #linkOf(connection: Connection): Link | undefined {
    for (const link of this.#links.values()) if (link.connection === connection) return link;
    return undefined;
  }

  #check(call: string): void {
    this.calls.push(call);
    if (!this.#up) this.faults.push(`${call} before it is ready`);
  }
}
