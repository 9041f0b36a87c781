/**
 * A GATT server in the simulated air. What it promises beyond the interface, as every adapter should
 * (tests/host/gatt-contract.ts):
 *
 * - `serve` with another service closes every link where `swapsLive` is false; where it is true the links stay, the
 *   client gets Service Changed, its subscription is gone, and the new listener hears `connected` of each in a later
 *   turn. With the same service only the listener is another one.
 * - a Client Characteristic Configuration of anything but 0 and 1 is refused, and nobody hears of it;
 * - a write is passed on whether or not the client has subscribed; one for a service that is not there is not.
 */

import type { Clock, GattListener, GattServer, GattService, Timer } from "../../modules/platform.js";
import {
  AttError,
  type AttMessage,
  AttOpcode,
  DEFAULT_MTU,
  decodeAtt,
  encodeAtt,
  LARGEST_MTU,
  VALUE_HEADER,
} from "./att.js";
import type { Port } from "./medium.js";
import type { Connection, ConnectionListener } from "./medium-connection.js";

/** Notifications of one link that wait for their turn, as a small controller has room for. */
export const NOTIFICATION_ROOM = 8;

/** What a simulated GATT server is made of. */
export interface SimulatedGattServerOptions {
  /** The port of the device's radio: clients connect to the addresses that it advertises. */
  readonly port: Port;
  readonly clock: Clock;
  /** Default: 3. One that comes beyond is closed at once. */
  readonly maxConnections?: number;
  /** Default: true. */
  readonly swapsLive?: boolean;
  /** The largest ATT_MTU that it agrees to; default: 517. */
  readonly maxMtu?: number;
  /** Notifications that may wait, at most 14; default: 8. */
  readonly room?: number;
}

interface Link {
  readonly id: number;
  readonly connection: Connection;
  listener: GattListener | undefined;
  mtu: number;
  exchanged: boolean;
  subscribed: boolean;
  /** What waits in the connection, in order: a notification, or an answer. */
  readonly waiting: ("notification" | "answer")[];
  /** `notify` has said false for want of room. */
  refused: boolean;
  /** The listener has not been told of this link yet. */
  unknown: boolean;
}

/** `GattServer` on a medium. Misuse throws RangeError. */
export class SimulatedGattServer implements GattServer, ConnectionListener {
  readonly maxConnections: number;
  readonly swapsLive: boolean;
  readonly #maxMtu: number;
  readonly #room: number;
  readonly #turn: Timer;
  readonly #links = new Map<number, Link>();
  #service: GattService | undefined;
  #listener: GattListener | undefined;
  #lastId = 0;

  constructor(options: SimulatedGattServerOptions) {
    const { port, clock, maxConnections = 3, swapsLive = true } = options;
    this.maxConnections = maxConnections;
    this.swapsLive = swapsLive;
    this.#maxMtu = options.maxMtu ?? LARGEST_MTU;
    this.#room = options.room ?? NOTIFICATION_ROOM;
    this.#turn = clock.createTimer(() => this.#introduce());
    port.serve(this);
  }

  serve(service: GattService | undefined, listener: GattListener): void {
    const isOther = service?.service !== this.#service?.service;
    this.#service = service && { ...service };
    this.#listener = listener;
    for (const link of this.#links.values()) {
      if (!isOther) link.listener = listener;
      else if (this.swapsLive) this.#swap(link, listener);
      else link.connection.close();
    }
  }

  notify(connection: number, value: Uint8Array): boolean {
    const link = this.#links.get(connection);
    if (link === undefined || !link.subscribed || this.#service === undefined) return false;
    if (value.length > link.mtu - VALUE_HEADER) throw new RangeError("longer than a notification may be");
    const message = { kind: "notification", service: this.#service.service, value } as const;
    const isTaken = notificationsOf(link) < this.#room && this.#send(link, message);
    if (!isTaken) link.refused = true;
    return isTaken;
  }

  notificationSize(connection: number): number {
    return (this.#links.get(connection)?.mtu ?? DEFAULT_MTU) - VALUE_HEADER;
  }

  disconnect(connection: number): void {
    this.#links.get(connection)?.connection.close();
  }

  connected(connection: Connection): void {
    if (this.#links.size >= this.maxConnections) {
      connection.close();
      return;
    }
    this.#lastId += 1;
    const link: Link = {
      id: this.#lastId,
      connection,
      listener: this.#listener,
      mtu: DEFAULT_MTU,
      exchanged: false,
      subscribed: false,
      waiting: [],
      refused: false,
      unknown: false,
    };
    this.#links.set(link.id, link);
    link.listener?.connected(link.id);
  }

  connectFailed(): void {}

  received(connection: Connection, message: Uint8Array): void {
    const link = this.#linkOf(connection);
    const decoded = decodeAtt(message);
    if (link === undefined) return;
    if (decoded !== undefined) this.#take(link, decoded);
    else this.#refuse(link, message[0] ?? 0, AttError.InvalidPdu);
  }

  sent(connection: Connection): void {
    const link = this.#linkOf(connection);
    const gone = link?.waiting.shift();
    if (link === undefined) return;
    if (link.refused && notificationsOf(link) < this.#room) {
      link.refused = false;
      link.listener?.ready(link.id);
    }
    // Counted again: the listener may have filled the room.
    if (gone === "notification" && notificationsOf(link) === 0) link.listener?.idle(link.id);
  }

  disconnected(connection: Connection): void {
    const link = this.#linkOf(connection);
    if (link === undefined) return;
    this.#links.delete(link.id);
    if (!link.unknown) link.listener?.disconnected(link.id);
  }

  #take(link: Link, message: AttMessage): void {
    switch (message.kind) {
      case "mtuRequest":
        this.#exchangeMtu(link, message.mtu);
        return;
      case "discover":
        this.#send(link, { kind: "services", services: this.#service === undefined ? [] : [this.#service] });
        return;
      case "configure":
        this.#configure(link, message.service, message.value);
        return;
      case "command":
        // A command is not answered, whatever is wrong with it.
        if (message.service !== this.#service?.service || link.unknown) return;
        if (message.value.length <= link.mtu - VALUE_HEADER) link.listener?.written(link.id, message.value);
        return;
      default:
        this.#refuse(link, AttOpcode[message.kind], AttError.RequestNotSupported);
    }
  }

  #exchangeMtu(link: Link, mtu: number): void {
    if (link.exchanged) {
      this.#refuse(link, AttOpcode.mtuRequest, AttError.RequestNotSupported);
      return;
    }
    this.#send(link, { kind: "mtuResponse", mtu: this.#maxMtu });
    link.exchanged = true;
    link.mtu = Math.max(DEFAULT_MTU, Math.min(mtu, this.#maxMtu));
  }

  #configure(link: Link, service: number, value: number): void {
    if (service !== this.#service?.service) {
      this.#refuse(link, AttOpcode.configure, AttError.InvalidHandle);
      return;
    }
    if (value > 1) {
      this.#refuse(link, AttOpcode.configure, AttError.ValueNotAllowed);
      return;
    }
    this.#send(link, { kind: "configured" });
    const on = value === 1;
    if (link.subscribed === on) return;
    link.subscribed = on;
    if (!link.unknown) link.listener?.subscribed(link.id, on);
  }

  #swap(link: Link, listener: GattListener): void {
    link.subscribed = false;
    link.refused = false;
    link.listener = listener;
    if (!link.connection.open) return;
    link.unknown = true;
    this.#send(link, { kind: "servicesChanged" });
    this.#turn.start(0);
  }

  /** The links that a new service has inherited. */
  #introduce(): void {
    for (const link of this.#links.values()) {
      if (!link.unknown) continue;
      link.unknown = false;
      link.listener?.connected(link.id);
    }
  }

  #refuse(link: Link, request: number, code: number): void {
    this.#send(link, { kind: "error", request, code });
  }

  #send(link: Link, message: AttMessage): boolean {
    if (!link.connection.send(encodeAtt(message))) return false;
    link.waiting.push(message.kind === "notification" ? "notification" : "answer");
    return true;
  }

  #linkOf(connection: Connection): Link | undefined {
    for (const link of this.#links.values()) if (link.connection === connection) return link;
    return undefined;
  }
}

function notificationsOf({ waiting }: Link): number {
  return waiting.filter((kind) => kind === "notification").length;
}
