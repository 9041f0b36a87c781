/**
 * `GattServer` on a controller's links: one ATT server for each client, over one table. Where `serve` is called with
 * another service while clients are connected, they get Service Changed if they have asked for it, their subscription
 * is gone, and the new listener hears `connected` of each in a later turn. With the same service only the listener is
 * another one.
 */

import type { Clock, GattListener, GattServer, GattService, Timer } from "../../../modules/platform.js";
import type { Acl } from "./acl.js";
import { DEFAULT_MTU, VALUE_HEADER } from "./att-pdu.js";
import { AttServer } from "./att-server.js";
import { GattTable } from "./gatt-table.js";
import { answerSecurity, answerSignal, Channel } from "./l2cap.js";

/** Notifications of one link that wait for the controller. */
export const NOTIFICATION_ROOM = 8;

/** A client that does not confirm an indication in this time is not worth its link. Vol 3, Part F, 3.3.3. */
export const CONFIRMATION_TIMEOUT_MS = 30_000;

/** What a GATT server is made of. */
export interface HciGattServerOptions {
  readonly clock: Clock;
  /** The Device Name that clients read, UTF-8. */
  readonly name: Uint8Array;
  /** Called with the handle of a link that is to end. */
  readonly disconnect: (handle: number) => void;
}

interface Client {
  /** The connection's number; never used again, as handles are. */
  readonly id: number;
  readonly handle: number;
  readonly att: AttServer;
  readonly confirmation: Timer;
  listener: GattListener | undefined;
  /** The listener has not been told of this link. */
  unknown: boolean;
  /** `notify` has said false for want of room. */
  refused: boolean;
  /** Something has been sent since the last `idle`. */
  busy: boolean;
}

/** Clients by the numbers of their connections. Misuse throws RangeError. */
export class HciGattServer implements GattServer {
  readonly swapsLive = true;
  readonly #options: HciGattServerOptions;
  readonly #turn: Timer;
  readonly #clients = new Map<number, Client>();
  #lastId = 0;
  #acl: Acl | undefined;
  #maxConnections = 1;
  #table: GattTable;
  #service: GattService | undefined;
  #listener: GattListener | undefined;

  constructor(options: HciGattServerOptions) {
    this.#options = options;
    this.#table = new GattTable(options.name, undefined);
    this.#turn = options.clock.createTimer(() => this.#introduce());
  }

  /** As many as the controller allows; 1 until it is known. */
  get maxConnections(): number {
    return this.#maxConnections;
  }

  /** From now on links work. */
  open(acl: Acl, maxConnections: number): void {
    this.#acl = acl;
    this.#maxConnections = maxConnections;
  }

  serve(service: GattService | undefined, listener: GattListener): void {
    const isOther = service?.service !== this.#service?.service;
    this.#listener = listener;
    if (isOther) {
      this.#service = service && { ...service };
      this.#table = new GattTable(this.#options.name, this.#service);
    }
    for (const client of this.#clients.values()) {
      client.listener = listener;
      if (!isOther) continue;
      client.refused = false;
      client.unknown = true;
      client.att.swap(this.#table);
      this.#turn.start(0);
    }
  }

  notify(connection: number, value: Uint8Array): boolean {
    const client = this.#clients.get(connection);
    if (client === undefined || this.#acl === undefined || !client.att.subscribed) return false;
    if (value.length > client.att.mtu - VALUE_HEADER) {
      throw new RangeError("longer than a notification may be");
    }
    if (this.#acl.waiting(client.handle) >= NOTIFICATION_ROOM) {
      client.refused = true;
      return false;
    }
    client.busy = true;
    client.att.notify(value);
    return true;
  }

  notificationSize(connection: number): number {
    return (this.#clients.get(connection)?.att.mtu ?? DEFAULT_MTU) - VALUE_HEADER;
  }

  disconnect(connection: number): void {
    const client = this.#clients.get(connection);
    if (client !== undefined) this.#options.disconnect(client.handle);
  }

  /** Somebody has connected. */
  connected(handle: number): void {
    const { clock, disconnect } = this.#options;
    // Whoever had this handle is gone, even if the controller has not told so.
    this.disconnected(handle);
    this.#acl?.open(handle);
    this.#lastId += 1;
    const id = this.#lastId;
    const confirmation = clock.createTimer(() => disconnect(handle));
    const client: Client = {
      id,
      handle,
      att: new AttServer(this.#table, {
        send: (pdu) => this.#acl?.send(handle, Channel.Att, pdu),
        subscribed: (on) => this.#introduced(client)?.subscribed(id, on),
        written: (value) => this.#introduced(client)?.written(id, value),
        awaitConfirmation: (on) => (on ? confirmation.start(CONFIRMATION_TIMEOUT_MS) : confirmation.stop()),
      }),
      confirmation,
      listener: this.#listener,
      unknown: true,
      refused: false,
      busy: false,
    };
    this.#clients.set(id, client);
    this.#introduced(client);
  }

  /** The link is gone. */
  disconnected(handle: number): void {
    const client = this.#clientOf(handle);
    this.#acl?.close(handle);
    if (client === undefined) return;
    client.confirmation.stop();
    this.#clients.delete(client.id);
    if (!client.unknown) client.listener?.disconnected(client.id);
  }

  /** The link breaks the rules, or does not read: it is not kept. */
  spoiled(handle: number): void {
    if (this.#clientOf(handle) !== undefined) this.#options.disconnect(handle);
  }

  /** A frame on one of the fixed channels; borrowed. */
  received(handle: number, channel: number, payload: Uint8Array): void {
    if (channel === Channel.Att) this.#clientOf(handle)?.att.received(payload);
    else if (channel === Channel.Signalling) this.#answer(handle, channel, answerSignal(payload));
    else if (channel === Channel.Security) this.#answer(handle, channel, answerSecurity(payload));
  }

  /** Something of this link has left the controller. */
  progressed(handle: number): void {
    const client = this.#clientOf(handle);
    if (client === undefined || this.#acl === undefined) return;
    if (client.refused && this.#acl.waiting(handle) < NOTIFICATION_ROOM) {
      client.refused = false;
      client.listener?.ready(client.id);
    }
    // Asked again: the listener may have filled the room.
    if (client.busy && this.#acl.isIdle(handle)) {
      client.busy = false;
      client.listener?.idle(client.id);
    }
  }

  #answer(handle: number, channel: number, answer: Uint8Array | undefined): void {
    if (answer !== undefined) this.#acl?.send(handle, channel, answer);
  }

  /** The clients that a new service has inherited. */
  #introduce(): void {
    for (const client of this.#clients.values()) this.#introduced(client);
  }

  /** A client's listener, who has been told of it. */
  #introduced(client: Client): GattListener | undefined {
    if (client.unknown && client.listener !== undefined) {
      client.unknown = false;
      client.listener.connected(client.id);
    }
    return client.listener;
  }

  #clientOf(handle: number): Client | undefined {
    for (const client of this.#clients.values()) if (client.handle === handle) return client;
    return undefined;
  }
}
