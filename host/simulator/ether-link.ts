/** One stream socket of the ether: AD structures one after another, framed by their own length octets. */

import type { Socket } from "node:net";
import { concat } from "../../modules/bytes.js";
import { splitStructures } from "./ether-ad.js";

/** Octets that may wait for a participant that does not read; then it is dropped. */
export const MAX_WAITING_OCTETS = 64 * 1024;

/** Who hears of a link. */
export interface EtherLinkListener {
  /** Whole AD structures, at least one, one after another. */
  received(link: EtherLink, structures: readonly Uint8Array[]): void;
  /** The link is gone; why: undefined when the other side has ended it, else what it did wrong. */
  closed(link: EtherLink, why: string | undefined): void;
}

/** One participant behind a socket. */
export class EtherLink {
  readonly #socket: Socket;
  readonly #listener: EtherLinkListener;
  #rest: Uint8Array = new Uint8Array();
  #why: string | undefined;

  constructor(socket: Socket, listener: EtherLinkListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on("data", (chunk: Buffer) => this.#received(new Uint8Array(chunk)));
    // What went wrong does not matter: "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => listener.closed(this, this.#why));
  }

  /** Whole AD structures, copied. A participant that lags too far behind is dropped. */
  send(octets: Uint8Array): void {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength + octets.length > MAX_WAITING_OCTETS) {
      this.#drop("it does not read what it hears");
      return;
    }
    this.#socket.write(new Uint8Array(octets));
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(chunk: Uint8Array): void {
    if (this.#socket.destroyed) return;
    const octets = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk);
    const { structures, octets: whole, badLength } = splitStructures(octets);
    this.#rest = octets.slice(whole);
    if (badLength !== undefined) this.#drop(`it sent an AD structure of length ${badLength}`);
    if (structures.length > 0) this.#listener.received(this, structures);
  }

  #drop(why: string): void {
    this.#why = why;
    this.#socket.destroy();
  }
}
