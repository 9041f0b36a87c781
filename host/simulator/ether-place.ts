/**
 * The place of one process among those that share an ether. Whoever finds no one listening becomes the hub, which
 * passes on what each participant sends to all others. When it goes, its clients start over, and one of them becomes the hub;
 * so they do when it stands still, a stopped process.
 *
 *     closed ── open ──► joining ─┬─► client ── the hub is gone, replaced or stands still ──► joining
 *                                 └─► hub ── its socket has been removed or replaced ──► joining
 *
 * A hub that has lost its socket keeps its clients, some of which may be unable to start over. It publishes only while
 * it is nobody's client, so these links never form a circle.
 */

import type { Socket } from "node:net";
import { EtherLink } from "./ether-link.js";
import { cannotBeAt, checkSocket, prepareEtherPath } from "./ether-path.js";
import {
  beat,
  identityOf,
  isPublished,
  type Publication,
  publish,
  pulseOf,
  withdraw,
} from "./ether-publication.js";
import { EtherSession } from "./ether-session.js";
import { connectTo } from "./ether-socket.js";
import { takeLock } from "./lock.mjs";
import { asUsageError, UsageError } from "./usage-error.js";

interface Joining {
  readonly name: "joining";
  readonly session: EtherSession;
  /** The pulse at which a hub has stopped: it is replaced, not joined. */
  readonly stopped: string | undefined;
}

interface Client {
  readonly name: "client";
  readonly session: EtherSession;
  readonly hub: EtherLink;
  /** The hub's socket. */
  readonly identity: string | undefined;
  pulse: string | undefined;
  /** Ticks for which that pulse has not changed. */
  still: number;
  ticks: number;
}

interface Hub {
  readonly name: "hub";
  readonly session: EtherSession;
  readonly publication: Publication;
  ticks: number;
}

type State = { readonly name: "closed" } | Joining | Client | Hub;

/** A hub whose pulse has not changed for so many ticks, three seconds, stands still. */
const STILL_TICKS = 6;

/** Who holds the lock for so long is not about to open the ether. */
const LOCK_PATIENCE_MS = 2000;

/** Who hears of a place. */
export interface EtherPlaceListener {
  /** Whole AD structures, at least one, from one of the others. */
  received(from: EtherLink, structures: readonly Uint8Array[]): void;
  /** In one line what a person may want to know of. */
  noted(what: string): void;
}

/** One process's place in the ether at a path. */
export class EtherPlace {
  readonly #path: string;
  readonly #listener: EtherPlaceListener;
  readonly #clients = new Set<EtherLink>();
  #state: State = { name: "closed" };
  #joining: Promise<void> = Promise.resolve();

  constructor(path: string, listener: EtherPlaceListener) {
    this.#path = path;
    this.#listener = listener;
  }

  /** Resolves when there is a way to the others. Rejects with UsageError when there cannot be one. */
  async open(): Promise<void> {
    prepareEtherPath(this.#path);
    const session = new EtherSession(
      () => this.#tick(),
      (what) => this.#listener.noted(what),
    );
    const state: Joining = { name: "joining", session, stopped: undefined };
    this.#state = state;
    this.#joining = this.#join(state);
    try {
      await this.#joining;
    } catch (error) {
      await this.close();
      throw asUsageError(error, cannotBeAt(this.#path));
    }
  }

  /** Leave, and remove the socket if it is this one's. The others go on without. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { name: "closed" };
    if (state.name !== "closed") state.session.end();
    await this.#joining.catch(() => {});
    if (state.name === "client") state.hub.close();
    if (state.name === "hub") withdraw(this.#path, state.publication);
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  /** Whole AD structures to all others that this place knows, except to whom they came from. */
  send(octets: Uint8Array, from: EtherLink | undefined): void {
    const state = this.#state;
    if (state.name === "client" && state.hub !== from) state.hub.send(octets);
    for (const client of this.#clients) if (client !== from) client.send(octets);
  }

  /** Become a client, or else the hub; until then, or until somebody has closed this ether. */
  async #join(state: Joining): Promise<void> {
    let [holder, sinceMs] = [0, 0];
    while (this.#state === state) {
      checkSocket(this.#path);
      if (await this.#connect(state)) return;
      const lock = takeLock(`${this.#path}.lock`);
      if (typeof lock === "function") {
        try {
          // Once more: somebody may have become the hub between the attempt and the lock.
          if ((await this.#connect(state)) || (await this.#publish(state))) return;
        } finally {
          lock();
        }
      } else if (lock !== holder) [holder, sinceMs] = [lock, performance.now()];
      else if (performance.now() - sinceMs > LOCK_PATIENCE_MS) {
        throw new UsageError(`process ${lock} holds ${this.#path}.lock but opens no ether; end it`);
      }
      await state.session.pause();
    }
  }

  /** Whether somebody is listening; then this is its client. */
  async #connect(state: Joining): Promise<boolean> {
    const { session, stopped } = state;
    if (stopped !== undefined && pulseOf(this.#path) === stopped) return false;
    const identity = identityOf(this.#path);
    const socket = await connectTo(this.#path);
    if (socket === undefined) return false;
    if (this.#state !== state) {
      socket.destroy();
      return false;
    }
    const hub = this.#link(socket);
    this.#state = { name: "client", session, hub, identity, pulse: undefined, still: 0, ticks: 0 };
    session.say(`joined the ether at ${this.#path}`);
    return true;
  }

  /** Whether this is the hub now. */
  async #publish(state: Joining): Promise<boolean> {
    if (this.#state !== state) return false;
    const { session } = state;
    const publication = await publish(this.#path, {
      connected: (socket) => this.#clients.add(this.#link(socket)),
      failed: (error) => session.say(this.#describe(error)),
    });
    if (publication === undefined) return false;
    if (this.#state !== state) {
      withdraw(this.#path, publication);
      return false;
    }
    this.#state = { name: "hub", session, publication, ticks: 0 };
    session.say(`opened the ether at ${this.#path}`);
    return true;
  }

  #tick(): void {
    const state = this.#state;
    if (state.name !== "client" && state.name !== "hub") return;
    state.ticks += 1;
    state.session.kept(state.ticks);
    if (state.name === "client") this.#watch(state);
    else this.#keepUp(state);
  }

  /** A client's tick: it stays with a hub that others find, and that shows that it works. */
  #watch(state: Client): void {
    const [identity, pulse] = [identityOf(this.#path), pulseOf(this.#path)];
    state.still = pulse !== undefined && pulse === state.pulse ? state.still + 1 : 0;
    state.pulse = pulse;
    const isReplaced = identity !== undefined && identity !== state.identity;
    const hasStopped = state.still >= STILL_TICKS;
    if (!isReplaced && !hasStopped) return;
    if (hasStopped) state.session.say("the ether's hub has stopped; another takes its place");
    this.#rejoin(state.session, hasStopped ? pulse : undefined);
    state.hub.close();
  }

  /** A hub's tick: as long as new participants find it, all is well; else it joins those who are found instead. */
  #keepUp(state: Hub): void {
    if (isPublished(this.#path, state.publication)) {
      beat(this.#path, state.publication);
      return;
    }
    state.session.say("the ether's socket has been removed or replaced");
    withdraw(this.#path, state.publication);
    this.#rejoin(state.session, undefined);
  }

  #rejoin(session: EtherSession, stopped: string | undefined): void {
    const state: Joining = { name: "joining", session, stopped };
    this.#state = state;
    this.#joining = this.#joinLater(state);
  }

  async #joinLater(state: Joining): Promise<void> {
    const { session, stopped } = state;
    await session.backOff();
    try {
      if (this.#state === state) prepareEtherPath(this.#path);
      await this.#join(state);
    } catch (error) {
      if (this.#state !== state) return;
      session.say(this.#describe(error));
      this.#rejoin(session, stopped);
    }
  }

  #describe(error: unknown): string {
    const described = asUsageError(error, cannotBeAt(this.#path));
    return described instanceof Error ? described.message : String(described);
  }

  #link(socket: Socket): EtherLink {
    return new EtherLink(socket, {
      received: (link, structures) => this.#listener.received(link, structures),
      closed: (link, why) => this.#closed(link, why),
    });
  }

  #closed(link: EtherLink, why: string | undefined): void {
    this.#clients.delete(link);
    const state = this.#state;
    if (state.name === "closed") return;
    if (why !== undefined) state.session.say(`dropped a participant of the ether: ${why}`);
    if (state.name === "client" && state.hub === link) this.#rejoin(state.session, undefined);
  }
}
