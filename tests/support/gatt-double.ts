/** A GATT server and a radio whose clients are played by a test, octet by octet. */

import { fromHex, toHex } from "../../modules/bytes.js";
import type {
  Clock,
  ConnectableAdvertisement,
  GattListener,
  GattServer,
  GattService,
  Radio,
  RadioListener,
  Timer,
} from "../../modules/platform.js";

/** What one client has of its connection. */
interface Connection {
  mtu: number;
  subscribed: boolean;
  /** Notifications that were taken, and have not left. */
  queued: number;
  refused: boolean;
  /** All that came, as hexadecimal digits. */
  readonly notifications: string[];
}

/** What a test may choose. room: notifications that can wait; they leave at `drain`, else at once. */
export interface GattDoubleOptions {
  readonly maxConnections?: number;
  readonly swapsLive?: boolean;
  readonly room?: number;
}

/** A GATT server without a radio. Its clients speak when the test says so; what it does by itself comes in a later turn. */
export class GattDouble implements GattServer {
  readonly maxConnections: number;
  readonly swapsLive: boolean;
  service: GattService | undefined;
  /** Every `serve`, by the number of the service; 0: none. */
  readonly served: number[] = [];
  /** Notifications that were to go to a client that is there but has not subscribed. */
  tooEarly = 0;
  /** The connections that were closed by the node. */
  readonly closed: number[] = [];
  readonly #room: number;
  readonly #connections = new Map<number, Connection>();
  readonly #turn: Timer;
  #later: (() => void)[] = [];
  #listener: GattListener | undefined;

  constructor(clock: Clock, options: GattDoubleOptions = {}) {
    this.maxConnections = options.maxConnections ?? 3;
    this.swapsLive = options.swapsLive ?? true;
    this.#room = options.room ?? Number.POSITIVE_INFINITY;
    this.#turn = clock.createTimer(() => {
      for (const action of this.#later.splice(0)) action();
    });
  }

  serve(service: GattService | undefined, listener: GattListener): void {
    const isOther = service?.service !== this.service?.service;
    const before = this.#listener;
    this.service = service;
    this.served.push(service?.service ?? 0);
    this.#listener = listener;
    if (!isOther) return;
    for (const [connection, state] of this.#connections) {
      state.subscribed = false;
      if (this.swapsLive) this.#soon(() => listener.connected(connection));
      else this.#close(connection, before);
    }
  }

  notify(connection: number, value: Uint8Array): boolean {
    const state = this.#connections.get(connection);
    if (state?.subscribed === false) this.tooEarly++;
    if (!state?.subscribed) return false;
    if (value.length > state.mtu - 3) throw new RangeError("longer than a notification may be");
    state.refused = state.queued >= this.#room;
    if (state.refused) return false;
    state.queued++;
    state.notifications.push(toHex(value));
    if (this.#room === Number.POSITIVE_INFINITY) this.#soon(() => this.drain(connection));
    return true;
  }

  notificationSize(connection: number): number {
    return (this.#connections.get(connection)?.mtu ?? 23) - 3;
  }

  disconnect(connection: number): void {
    if (!this.#connections.has(connection)) return;
    this.closed.push(connection);
    this.#close(connection, this.#listener);
  }

  /** A client connects. */
  connect(connection = 1, mtu = 23): void {
    const nothing: string[] = [];
    this.#connections.set(connection, {
      ...{ mtu, subscribed: false, queued: 0, refused: false },
      notifications: nothing,
    });
    this.#listener?.connected(connection);
  }

  /** It connects and subscribes. */
  join(connection = 1, mtu = 23): void {
    this.connect(connection, mtu);
    this.subscribe(connection);
  }

  subscribe(connection = 1, on = true): void {
    const state = this.#connections.get(connection);
    if (state === undefined) throw new Error("nobody is there");
    state.subscribed = on;
    this.#listener?.subscribed(connection, on);
  }

  /** The client agrees with us on another ATT_MTU. */
  exchangeMtu(mtu: number, connection = 1): void {
    const state = this.#connections.get(connection);
    if (state !== undefined) state.mtu = mtu;
  }

  /** Proxy PDUs of the client, one after the other, in one turn. */
  write(pdus: readonly string[], connection = 1): void {
    for (const pdu of pdus) {
      const value = fromHex(pdu);
      if (value === undefined) throw new Error("not hexadecimal");
      if (this.#connections.has(connection)) this.#listener?.written(connection, value);
      // Whoever keeps it must have copied it.
      value.fill(0xee);
    }
  }

  /** What waits for the client leaves. */
  drain(connection = 1): void {
    const state = this.#connections.get(connection);
    if (state === undefined || state.queued === 0) return;
    state.queued = 0;
    if (state.refused) {
      state.refused = false;
      this.#listener?.ready(connection);
    }
    if (state.queued === 0) this.#listener?.idle(connection);
  }

  /** The client goes. */
  leave(connection = 1): void {
    if (this.#connections.delete(connection)) this.#listener?.disconnected(connection);
  }

  isConnected(connection = 1): boolean {
    return this.#connections.has(connection);
  }

  /** What has come to the client since the last call. */
  take(connection = 1): string[] {
    return this.#connections.get(connection)?.notifications.splice(0) ?? [];
  }

  #close(connection: number, listener: GattListener | undefined): void {
    this.#soon(() => {
      if (this.#connections.delete(connection)) listener?.disconnected(connection);
    });
  }

  #soon(action: () => void): void {
    this.#later.push(action);
    this.#turn.start(0);
  }
}

/** The Proxy PDUs of a message, each but the last of `size` octets; written once more, so that one misreading cannot hide. */
export function proxyPdus(messageType: number, message: string, size = 20): string[] {
  const perPdu = 2 * (size - 1);
  const count = Math.max(1, Math.ceil(message.length / perPdu));
  return Array.from({ length: count }, (_, i) => {
    const sar = count === 1 ? 0 : i === 0 ? 0x40 : i === count - 1 ? 0xc0 : 0x80;
    const head = (sar | messageType).toString(16).padStart(2, "0");
    return head + message.slice(i * perPdu, (i + 1) * perPdu);
  });
}

/** What a node advertises to whoever may connect. */
export interface Shown {
  readonly atMs: number;
  /** undefined: nothing any more. */
  readonly data: string | undefined;
  readonly scanResponse: string | undefined;
  readonly intervalMs: number;
  readonly address: string;
}

/** A radio that writes down what it is to advertise. */
export class RadioDouble implements Radio {
  readonly shown: Shown[] = [];
  /** The AD structures that were sent otherwise, as hexadecimal digits. */
  readonly sent: string[] = [];
  listener: RadioListener | undefined;
  readonly #clock: Clock;
  readonly #event: Timer;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#event = clock.createTimer(() => this.listener?.transmitted());
  }

  open(listener: RadioListener): void {
    this.listener = listener;
  }

  setScanning(): void {}

  transmit(data: Uint8Array): void {
    this.sent.push(toHex(data));
    this.#event.start(2);
  }

  setConnectable(advertisement: ConnectableAdvertisement | undefined): void {
    this.shown.push({
      atMs: this.#clock.now(),
      data: advertisement && toHex(advertisement.data),
      scanResponse: advertisement?.scanResponse && toHex(advertisement.scanResponse),
      intervalMs: advertisement?.intervalMs ?? 0,
      address: advertisement?.address ?? "",
    });
  }

  renewAddress(): void {}

  /** What is advertised now; undefined: nothing. */
  get now(): Shown | undefined {
    const last = this.shown.at(-1);
    return last?.data === undefined ? undefined : last;
  }
}
