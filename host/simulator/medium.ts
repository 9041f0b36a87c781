/** The air between simulated radios, all in one process: advertisements, who hears whom, weather, connections. */

import { equal } from "../../modules/bytes.js";
import type { Clock, Timer } from "../../modules/platform.js";
import { type Connection, type ConnectionListener, copyOctets, openConnection } from "./medium-connection.js";
import type { SeededRandom } from "./seeded-random.js";

/** How long an advertising event of one PDU on three channels lasts. */
export const AIR_TIME_MS = 2;

/** The strength with which everybody hears everybody. */
export const RSSI_DBM = -50;

/** How long `connect` waits for a connectable advertisement. */
export const CONNECT_TIMEOUT_MS = 5000;

/** A reordered frame comes up to so much later than it should. */
export const REORDER_SPREAD_MS = 30;

/** Copies of frames under way at a time, however late they come; what exceeds them is lost. */
export const MAX_IN_FLIGHT = 1024;

/** Events that one participant may begin before the first is over; what exceeds them is lost, without `sent`. */
export const MAX_EVENTS_UNDER_WAY = 256;

/** One advertising event. address: 6 octets, most significant first; data, scanResponse: AD structures. */
export type Frame =
  | { readonly kind: "nonConnectable"; readonly address: Uint8Array; readonly data: Uint8Array }
  | {
      readonly kind: "connectable";
      readonly address: Uint8Array;
      readonly data: Uint8Array;
      /** What an active scanner is told; here it comes along with the frame. */
      readonly scanResponse: Uint8Array | undefined;
    };

/** Bad weather; each receiver's copy of a frame has its own luck. What is left out does not happen. */
export interface Faults {
  readonly random: SeededRandom;
  readonly lossPercent?: number;
  readonly duplicatePercent?: number;
  /** So many of a hundred copies come up to 30 ms late, and so behind others. */
  readonly reorderPercent?: number;
  /** Every copy comes so much later. */
  readonly delayMs?: number;
}

/** Who hears what others advertise. */
export interface PortListener {
  /** A frame of somebody else, borrowed: it is overwritten when the call returns. rssi: dBm. */
  heard(frame: Frame, rssi: number): void;
  /** The advertising event of one's own is over; in good weather all others have heard it by now. */
  sent(kind: Frame["kind"]): void;
}

/** One participant's access to the air. */
export interface Port {
  readonly name: string;
  /** The address at which others may connect; a connection makes it undefined. */
  readonly connectable: Uint8Array | undefined;
  /** One advertising event. Octets are copied. */
  send(frame: Frame): void;
  /** Let others connect to the address of the connectable frames that one sends; undefined: no more. */
  setConnectable(address: Uint8Array | undefined): void;
  /** Who hears of connections; before that nobody can connect, and `connect` throws. */
  serve(listener: ConnectionListener): void;
  /**
   * Connect with the next connectable frame heard from this address; fails after 5 s. Throws when another attempt
   * is under way.
   */
  connect(address: Uint8Array): void;
  /** Go away: hear nothing more, lose every connection. */
  leave(): void;
}

interface Participant {
  readonly name: string;
  readonly listener: PortListener;
  connections: ConnectionListener | undefined;
  connectable: Uint8Array | undefined;
  /** The attempt to connect that is under way. */
  attempt: { readonly address: Uint8Array } | undefined;
  eventsUnderWay: number;
}

/** Something that happens later. */
interface Planned {
  readonly dueMs: number;
  readonly happen: () => void;
}

/** The air. Everybody hears everybody else, and nobody itself, until rules and weather say otherwise. */
export class Medium {
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #participants = new Map<string, Participant>();
  /** Sorted by time; at equal times in the order in which they were planned. */
  readonly #events: Planned[] = [];
  #pairs: { readonly a: Participant; readonly b: Participant; readonly connection: Connection }[] = [];
  #hearing: (from: string, to: string) => boolean = () => true;
  #faults: Faults | undefined;

  constructor(clock: Clock, faults?: Faults) {
    this.#clock = clock;
    this.#faults = faults;
    this.#timer = clock.createTimer(() => this.#expired());
  }

  /** The weather from now on; undefined: good. */
  setFaults(faults: Faults | undefined): void {
    this.#faults = faults;
  }

  /** Who hears whom from now on. A connection between two that no longer hear each other is lost. */
  setHearing(rule: (from: string, to: string) => boolean): void {
    this.#hearing = rule;
    for (const { a, b, connection } of this.#pairs) if (!this.#hearEachOther(a, b)) connection.close();
  }

  /** Take part. Throws Error when somebody of that name is there. */
  join(name: string, listener: PortListener): Port {
    if (this.#participants.has(name)) throw new Error(`${name} is in the air already`);
    const who: Participant = {
      name,
      listener,
      connections: undefined,
      connectable: undefined,
      attempt: undefined,
      eventsUnderWay: 0,
    };
    this.#participants.set(name, who);
    return {
      name,
      get connectable() {
        return who.connectable?.slice();
      },
      send: (frame) => this.#send(who, frame),
      setConnectable: (address) => {
        who.connectable = address && copyOctets(address);
      },
      serve: (connections) => {
        who.connections = connections;
      },
      connect: (address) => this.#connect(who, address),
      leave: () => this.#leave(who),
    };
  }

  #send(from: Participant, frame: Frame): void {
    if (!this.#present(from)) throw new Error(`${from.name} has left the air`);
    if (from.eventsUnderWay >= MAX_EVENTS_UNDER_WAY) return;
    from.eventsUnderWay += 1;
    const kept = copyOf(frame);
    for (const to of this.#participants.values()) {
      if (to === from || !this.#hearing(from.name, to.name)) continue;
      for (let copies = this.#copies(); copies > 0; copies--) {
        if (this.#events.length >= MAX_IN_FLIGHT) break;
        this.#later(AIR_TIME_MS + this.#lateMs(), () => this.#arrive(from, to, kept));
      }
    }
    this.#later(AIR_TIME_MS, () => {
      from.eventsUnderWay -= 1;
      if (this.#present(from)) from.listener.sent(kept.kind);
    });
  }

  #copies(): number {
    if (this.#faults === undefined) return 1;
    const { random, lossPercent = 0, duplicatePercent = 0 } = this.#faults;
    if (random.chance(lossPercent)) return 0;
    return random.chance(duplicatePercent) ? 2 : 1;
  }

  #lateMs(): number {
    if (this.#faults === undefined) return 0;
    const { random, reorderPercent = 0, delayMs = 0 } = this.#faults;
    return delayMs + (random.chance(reorderPercent) ? 1 + random.below(REORDER_SPREAD_MS) : 0);
  }

  #later(delayMs: number, happen: () => void): void {
    const dueMs = this.#clock.now() + delayMs;
    const before = this.#events.findLastIndex((event) => event.dueMs <= dueMs);
    this.#events.splice(before + 1, 0, { dueMs, happen });
    if (before < 0) this.#arm();
  }

  #arm(): void {
    const next = this.#events[0];
    if (next !== undefined) this.#timer.start(Math.max(0, next.dueMs - this.#clock.now()));
  }

  #expired(): void {
    const nowMs = this.#clock.now();
    try {
      for (let next = this.#events[0]; next !== undefined && next.dueMs <= nowMs; next = this.#events[0]) {
        this.#events.shift();
        next.happen();
      }
    } finally {
      // Even when a listener throws: that must not silence the air.
      this.#arm();
    }
  }

  #arrive(from: Participant, to: Participant, frame: Frame): void {
    if (!this.#present(to)) return;
    const borrowed = copyOf(frame);
    to.listener.heard(borrowed, RSSI_DBM);
    // Whoever has kept a view of it must not get away with that.
    borrowed.address.fill(0xff);
    borrowed.data.fill(0xff);
    if (frame.kind === "connectable" && this.#canConnect(to, from, frame.address)) this.#joinTwo(to, from);
  }

  #connect(who: Participant, address: Uint8Array): void {
    if (who.connections === undefined) throw new Error("connect before serve");
    if (who.attempt !== undefined) throw new Error("connect while another attempt is under way");
    const attempt = { address: copyOctets(address) };
    who.attempt = attempt;
    this.#later(CONNECT_TIMEOUT_MS, () => {
      if (who.attempt !== attempt) return;
      who.attempt = undefined;
      who.connections?.connectFailed(attempt.address);
    });
  }

  #canConnect(initiator: Participant, advertiser: Participant, address: Uint8Array): boolean {
    const target = initiator.attempt?.address;
    const { connectable, connections } = advertiser;
    if (target === undefined || connectable === undefined || connections === undefined) return false;
    if (!equal(target, address) || !equal(connectable, address)) return false;
    return (
      this.#present(initiator) && this.#present(advertiser) && this.#hearEachOther(initiator, advertiser)
    );
  }

  #joinTwo(initiator: Participant, advertiser: Participant): void {
    if (initiator.connections === undefined || advertiser.connections === undefined) return;
    initiator.attempt = undefined;
    advertiser.connectable = undefined;
    const later = (delayMs: number, happen: () => void): void => this.#later(delayMs, happen);
    const ends = openConnection(later, initiator.connections, advertiser.connections);
    this.#pairs = this.#pairs.filter(({ connection }) => connection.open);
    this.#pairs.push({ a: initiator, b: advertiser, connection: ends[0] });
    advertiser.connections.connected(ends[1]);
    initiator.connections.connected(ends[0]);
  }

  #leave(who: Participant): void {
    if (!this.#present(who)) return;
    this.#participants.delete(who.name);
    who.connectable = undefined;
    who.attempt = undefined;
    for (const { a, b, connection } of this.#pairs) if (a === who || b === who) connection.close();
  }

  #present(who: Participant): boolean {
    return this.#participants.get(who.name) === who;
  }

  #hearEachOther(a: Participant, b: Participant): boolean {
    return this.#hearing(a.name, b.name) && this.#hearing(b.name, a.name);
  }
}

function copyOf(frame: Frame): Frame {
  const address = copyOctets(frame.address);
  const data = copyOctets(frame.data);
  if (frame.kind === "nonConnectable") return { kind: frame.kind, address, data };
  return {
    kind: frame.kind,
    address,
    data,
    scanResponse: frame.scanResponse && copyOctets(frame.scanResponse),
  };
}
