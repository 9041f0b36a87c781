/** One stream socket of the ether: AD structures one after another, framed by their own length octets. */

import type { Socket } from "node:net";
import { concat } from "../../modules/bytes.js";
import { splitStructures } from "./ether-ad.js";

/** Octets that may wait for a participant that does not read; what exceeds them it does not hear. */
export const MAX_WAITING_OCTETS = 64 * 1024;

/** A participant that reads nothing for so long, while that many octets wait for it, is dropped. */
const PATIENCE_MS = 3000;

/** What is taken from one participant, in the long run: as much as a dozen radios could send without a pause. */
const OCTETS_PER_MS = 128;

/** What is taken from it at once. */
const MAX_BURST_OCTETS = 64 * 1024;

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
  /** When the other side last took something, or had nothing to take. */
  #readAtMs = 0;
  /** Octets taken from the other side that are not yet forgotten, and when that was counted. */
  #taken = 0;
  #countedAtMs = performance.now();

  constructor(socket: Socket, listener: EtherLinkListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on("data", (chunk: Buffer) => this.#received(new Uint8Array(chunk)));
    // What went wrong does not matter: "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => listener.closed(this, this.#why));
  }

  /** Whole AD structures, copied. A participant that lags behind misses them; one that has stopped is dropped. */
  send(octets: Uint8Array): void {
    if (this.#socket.destroyed) return;
    const waiting = this.#socket.writableLength;
    const nowMs = performance.now();
    if (waiting === 0) this.#readAtMs = nowMs;
    if (waiting + octets.length <= MAX_WAITING_OCTETS) {
      this.#socket.write(new Uint8Array(octets), () => {
        this.#readAtMs = performance.now();
      });
    } else if (nowMs - this.#readAtMs > PATIENCE_MS) {
      this.#drop("it does not read what it hears");
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(chunk: Uint8Array): void {
    if (this.#socket.destroyed) return;
    this.#slowDown(chunk.length);
    const octets = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk);
    const { structures, octets: whole, badLength } = splitStructures(octets);
    this.#rest = octets.slice(whole);
    if (badLength !== undefined) this.#drop(`it sent an AD structure of length ${badLength}`);
    if (structures.length > 0) this.#listener.received(this, structures);
  }

  /** Whoever sends more than any radio could must wait, so that the others can keep up. */
  #slowDown(octets: number): void {
    const nowMs = performance.now();
    this.#taken = Math.max(0, this.#taken - (nowMs - this.#countedAtMs) * OCTETS_PER_MS) + octets;
    this.#countedAtMs = nowMs;
    const tooMany = this.#taken - MAX_BURST_OCTETS;
    if (tooMany <= 0) return;
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), tooMany / OCTETS_PER_MS);
  }

  #drop(why: string): void {
    this.#why = why;
    this.#socket.destroy();
  }
}
