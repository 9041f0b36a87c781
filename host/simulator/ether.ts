/**
 * The ether joins simulators and other programs on this machine to one air. It is a local stream socket that carries
 * non-connectable AD structures, nothing else: no header, no echo.
 *
 *     medium ── Ether (hub, listens) ─┬─ Ether (client) ── medium of another simulator
 *                                     └─ any other program
 *
 * Whoever finds no one listening becomes the hub, which passes on what each participant sends to all others. When it
 * goes, its clients start over, and one of them becomes the hub. A hub whose socket has been replaced keeps its
 * clients, and becomes itself a client of the new hub. A hub publishes only while it is nobody's client, so these
 * links never form a circle.
 */

import { randomInt } from "node:crypto";
import { chmodSync, renameSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { concat } from "../../modules/bytes.js";
import { isCarried, splitStructures } from "./ether-ad.js";
import { EtherLink, type EtherLinkListener } from "./ether-link.js";
import { asUsageError, checkSocket, identityOf, prepareEtherPath, unpublishedPath } from "./ether-path.js";
import { connectTo, listenAt } from "./ether-socket.js";
import { takeLock } from "./lock.mjs";
import type { Frame, Medium, Port } from "./medium.js";

export { defaultEtherPath } from "./ether-path.js";

/** What an ether is made of. */
export interface EtherOptions {
  /** The socket's path, at most 107 octets. */
  readonly path: string;
  readonly medium: Medium;
  /** Told in one line what a person may want to know of. */
  readonly note?: (what: string) => void;
}

/** Pauses before the next attempt to join are drawn from 1 to this: those who lost the same hub do not march in step. */
const MAX_PAUSE_MS = 30;

/** How often a hub looks whether its socket is still the one at the path. */
const CHECK_INTERVAL_MS = 500;

/** Nobody's address: who has sent what comes out of the ether is not known. */
const UNKNOWN_ADDRESS = Object.freeze([0xc0, 0, 0, 0, 0, 1] as const);

/** The bridge from a medium to this machine's other simulators. */
export class Ether {
  readonly #path: string;
  readonly #medium: Medium;
  readonly #note: (what: string) => void;
  readonly #clients = new Set<EtherLink>();
  readonly #linkListener: EtherLinkListener;
  #port: Port | undefined;
  #upstream: EtherLink | undefined;
  #server: { readonly server: Server; readonly identity: string | undefined } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #joining: Promise<void> | undefined;
  #lastTrouble: string | undefined;
  #open = false;

  constructor(options: EtherOptions) {
    this.#path = options.path;
    this.#medium = options.medium;
    this.#note = options.note ?? (() => {});
    this.#linkListener = {
      received: (link, structures) => this.#received(link, structures),
      closed: (link, why) => this.#linkClosed(link, why),
    };
  }

  /**
   * Resolves when this medium is joined to the others. Throws UsageError when the path is too long, the directory
   * cannot be used, or belongs to another user.
   */
  async open(): Promise<void> {
    if (this.#open) throw new Error("the ether is open already");
    prepareEtherPath(this.#path);
    this.#port = this.#medium.join("ether", { heard: (frame) => this.#heard(frame), sent: () => {} });
    this.#open = true;
    this.#joining = this.#join();
    try {
      await this.#joining;
    } catch (error) {
      await this.close();
      throw asUsageError(this.#path, error);
    }
  }

  /** Leave, and remove the socket if it is this one's. The others go on without. */
  async close(): Promise<void> {
    this.#open = false;
    this.#port?.leave();
    this.#port = undefined;
    clearTimeout(this.#timer);
    await this.#joining?.catch(() => {});
    clearTimeout(this.#timer);
    this.#upstream?.close();
    this.#upstream = undefined;
    this.#unpublish();
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  /** Become a client, or else the hub. */
  async #join(): Promise<void> {
    while (this.#open) {
      checkSocket(this.#path);
      if (await this.#connect()) return;
      const release = takeLock(`${this.#path}.lock`);
      if (typeof release !== "number") {
        try {
          // Once more: somebody may have become the hub between the attempt and the lock.
          if ((await this.#connect()) || (await this.#publish())) return;
        } finally {
          release();
        }
      }
      await pause();
    }
  }

  /** Whether somebody is listening; then this is its client. */
  async #connect(): Promise<boolean> {
    const socket = await connectTo(this.#path);
    if (socket === undefined) return false;
    this.#upstream = new EtherLink(socket, this.#linkListener);
    this.#note(`joined the ether at ${this.#path}`);
    return true;
  }

  /** Listen, under the lock. The socket gets its name by renaming: whatever was there is replaced in one step. */
  async #publish(): Promise<boolean> {
    const made = unpublishedPath(this.#path);
    rmSync(made, { force: true });
    const server = createServer((socket) => this.#clients.add(new EtherLink(socket, this.#linkListener)));
    await listenAt(server, made);
    try {
      chmodSync(made, 0o600);
      renameSync(made, this.#path);
    } catch (error) {
      server.close();
      throw error;
    }
    server.on("error", (error) => this.#note(this.#describe(error)));
    this.#server?.server.close();
    this.#server = { server, identity: identityOf(this.#path) };
    this.#checkLater();
    this.#note(`opened the ether at ${this.#path}`);
    return true;
  }

  #unpublish(): void {
    const published = this.#server;
    this.#server = undefined;
    if (published === undefined) return;
    published.server.close();
    if (this.#isAtPath(published.identity)) rmSync(this.#path, { force: true });
  }

  #checkLater(): void {
    this.#timer = setTimeout(() => this.#check(), CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** As long as new participants find this hub, all is well; else join those who are found instead. */
  #check(): void {
    if (this.#server === undefined || this.#isAtPath(this.#server.identity)) {
      this.#checkLater();
      return;
    }
    this.#note("the ether's socket has been removed or replaced");
    this.#rejoin();
  }

  #isAtPath(identity: string | undefined): boolean {
    try {
      return identityOf(this.#path) === identity;
    } catch {
      return false;
    }
  }

  #rejoin(): void {
    if (!this.#open) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#joining = this.#rejoinNow();
      },
      randomInt(1, MAX_PAUSE_MS),
    );
  }

  async #rejoinNow(): Promise<void> {
    try {
      prepareEtherPath(this.#path);
      await this.#join();
      this.#lastTrouble = undefined;
    } catch (error) {
      const trouble = this.#describe(error);
      // Tried again and again, said once.
      if (trouble !== this.#lastTrouble) this.#note(trouble);
      this.#lastTrouble = trouble;
      this.#rejoin();
    }
  }

  #describe(error: unknown): string {
    const described = asUsageError(this.#path, error);
    return described instanceof Error ? described.message : String(described);
  }

  #linkClosed(link: EtherLink, why: string | undefined): void {
    const wasClient = this.#clients.delete(link);
    if (why !== undefined && this.#open) this.#note(`dropped a participant of the ether: ${why}`);
    if (wasClient || link !== this.#upstream) return;
    this.#upstream = undefined;
    this.#rejoin();
  }

  /** From a socket: to all other sockets, and into the medium. */
  #received(from: EtherLink, structures: readonly Uint8Array[]): void {
    const carried = structures.filter(isCarried);
    if (carried.length === 0) return;
    this.#relay(concat(...carried), from);
    const address = new Uint8Array(UNKNOWN_ADDRESS);
    for (const data of carried) this.#port?.send({ kind: "nonConnectable", address, data });
  }

  /** From the medium: to all sockets. */
  #heard(frame: Frame): void {
    if (frame.kind !== "nonConnectable") return;
    const carried = splitStructures(frame.data).structures.filter(isCarried);
    if (carried.length > 0) this.#relay(concat(...carried), undefined);
  }

  #relay(octets: Uint8Array, from: EtherLink | undefined): void {
    if (this.#upstream !== from) this.#upstream?.send(octets);
    for (const client of this.#clients) if (client !== from) client.send(octets);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, randomInt(1, MAX_PAUSE_MS));
  });
}
