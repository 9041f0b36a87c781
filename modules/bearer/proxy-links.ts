/** The connections of one mesh service: who has connected, who has subscribed. MshPRT 5.2.2, 7. */

import type { GattListener, GattService } from "../platform.js";
import { ProxyLink, type ProxyLinkParts } from "./proxy-link.js";

/** Who serves the clients. */
export interface ProxyLinksListener {
  /** A client has connected; nothing can be sent to it yet. */
  connected(link: ProxyLink): void;
  /** The client has subscribed, for the first time: from now on messages go both ways. */
  opened(link: ProxyLink): void;
  /** The connection is gone, whether it was opened or not. */
  disconnected(link: ProxyLink): void;
  /** All that the link was given has left. */
  idle(link: ProxyLink): void;
}

/** What the links need of their surroundings. */
export interface ProxyLinksParts extends ProxyLinkParts {
  readonly service: GattService;
  readonly listener: ProxyLinksListener;
}

/** The GATT server's listener while its service is the one that is shown. */
export class ProxyLinks implements GattListener {
  readonly #parts: ProxyLinksParts;
  #links: readonly ProxyLink[] = [];
  #isServing = false;

  constructor(parts: ProxyLinksParts) {
    this.#parts = parts;
  }

  /** Show the service. */
  serve(): void {
    this.#isServing = true;
    this.#parts.gattServer.serve(this.#parts.service, this);
  }

  /** The connections are no longer ours, and nobody is told of anything. */
  stop(): void {
    this.#isServing = false;
    for (const link of this.#links) link.stop();
    this.#links = [];
  }

  /** Every connection, those that have not been opened too. */
  get all(): readonly ProxyLink[] {
    return this.#links;
  }

  /** Whether one more client could connect. */
  get hasRoom(): boolean {
    return this.#links.length < this.#parts.gattServer.maxConnections;
  }

  connected(connection: number): void {
    if (!this.#isServing || this.#find(connection) !== undefined) return;
    const link = new ProxyLink(connection, this.#parts);
    this.#links = [...this.#links, link];
    this.#parts.trace.note(this.#parts.layer, "connected", connection);
    this.#parts.listener.connected(link);
  }

  disconnected(connection: number): void {
    const link = this.#find(connection);
    if (link === undefined) return;
    link.stop();
    this.#links = this.#links.filter((other) => other !== link);
    this.#parts.trace.note(this.#parts.layer, "disconnected", connection);
    this.#parts.listener.disconnected(link);
  }

  subscribed(connection: number, on: boolean): void {
    const link = this.#find(connection);
    if (link?.subscribed(on)) this.#parts.listener.opened(link);
  }

  written(connection: number, value: Uint8Array): void {
    this.#find(connection)?.written(value);
  }

  ready(connection: number): void {
    this.#find(connection)?.ready();
  }

  idle(connection: number): void {
    const link = this.#find(connection);
    if (link === undefined) return;
    link.idle();
    this.#parts.listener.idle(link);
  }

  #find(connection: number): ProxyLink | undefined {
    return this.#links.find((link) => link.connection === connection);
  }
}
