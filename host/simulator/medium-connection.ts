/** Connections in the simulated air: two ends, octet strings in order, none lost, each some time on its way. */

/** One message's time on its way, and that of the end of a connection. */
export const MESSAGE_TIME_MS = 5;

/** Octets in a message: the largest ATT_MTU. Core Specification, Vol 3, Part F, 3.2.9. */
export const MAX_MESSAGE = 517;

/** Messages that one end may have on their way. */
export const MAX_QUEUED_MESSAGES = 16;

/** One participant's end of a connection. */
export interface Connection {
  /** false as soon as either side has closed it. */
  readonly open: boolean;
  /** Messages of this end that have not yet arrived. */
  readonly queued: number;
  /** At most 517 octets. false: the queue is full (wait for `sent`), or the connection is closed. */
  send(message: Uint8Array): boolean;
  /** Take the other side's messages, as from the beginning, or let them wait in its queue. */
  setTaking(on: boolean): void;
  /** Both ends hear `disconnected` in a later turn. What is still queued, either way, is lost. */
  close(): void;
}

/** Who hears of a participant's connections. Every call comes in a turn of its own. */
export interface ConnectionListener {
  /** There is a connection, by this participant's `connect` or by another's. */
  connected(connection: Connection): void;
  /** `connect` has found nobody who takes connections at that address. */
  connectFailed(address: Uint8Array): void;
  /** A message of the other side, borrowed. */
  received(connection: Connection, message: Uint8Array): void;
  /** A message of this side has arrived: there is room in the queue again. */
  sent(connection: Connection): void;
  disconnected(connection: Connection): void;
}

/** Lets something happen in a later turn. */
export type Later = (delayMs: number, happen: () => void) => void;

/** Two joined ends, one for each listener. Neither is told: that is the caller's business. */
export function openConnection(
  later: Later,
  first: ConnectionListener,
  second: ConnectionListener,
): readonly [Connection, Connection] {
  const a = new ConnectionEnd(later, first);
  const b = new ConnectionEnd(later, second);
  a.join(b);
  b.join(a);
  return [a, b];
}

/** A true copy: `slice` of a Node.js Buffer is a view. */
export function copyOctets(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets);
}

class ConnectionEnd implements Connection {
  readonly #listener: ConnectionListener;
  readonly #later: Later;
  readonly #queue: Uint8Array[] = [];
  #peer: ConnectionEnd | undefined;
  /** A turn of this end is planned: for its first message, or, once closed, for the end. */
  #planned = false;
  #taking = true;

  constructor(later: Later, listener: ConnectionListener) {
    this.#listener = listener;
    this.#later = later;
  }

  join(peer: ConnectionEnd): void {
    this.#peer = peer;
  }

  get open(): boolean {
    return this.#peer !== undefined;
  }

  get queued(): number {
    return this.#queue.length;
  }

  send(message: Uint8Array): boolean {
    if (message.length > MAX_MESSAGE) throw new RangeError("message longer than 517 octets");
    if (!this.open || this.#queue.length >= MAX_QUEUED_MESSAGES) return false;
    this.#queue.push(copyOctets(message));
    this.#plan();
    return true;
  }

  setTaking(on: boolean): void {
    this.#taking = on;
    if (on && this.#peer !== undefined && this.#peer.queued > 0) this.#peer.#plan();
  }

  close(): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#end();
    peer.#end();
  }

  #end(): void {
    this.#peer = undefined;
    this.#queue.length = 0;
    this.#plan();
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    this.#later(MESSAGE_TIME_MS, () => this.#turn());
  }

  #turn(): void {
    this.#planned = false;
    const peer = this.#peer;
    if (peer === undefined) {
      this.#listener.disconnected(this);
      return;
    }
    if (!peer.#taking) return;
    const message = this.#queue.shift();
    if (this.#queue.length > 0) this.#plan();
    if (message !== undefined) peer.#listener.received(peer, message);
    // The receiver may have closed the connection: then this message has arrived, but nobody waits for the news.
    if (this.open) this.#listener.sent(this);
  }
}
