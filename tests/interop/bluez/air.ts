/**
 * The radio medium between processes. Everyone hears everything that the others send, and never itself, unless a test
 * moves two of them out of each other's reach. What travels is one whole AD structure at a time; each participant has a stream socket of its own, on which AD structures follow
 * one another in both directions, framed by nothing but their length octet.
 */

import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { Happenings } from "../happenings.js";

/** One AD structure that went on the air. tMs: since the air came up; ad: with its length octet. */
export interface Transmission {
  readonly tMs: number;
  readonly from: string;
  readonly ad: Buffer;
}

/** Whether an AD structure is lost on its way from one participant to another. */
export type DropRule = (from: string, to: string, ad: Buffer) => boolean;

/** Lose this share of everything, 0 to 100, the same ones of the sequence for the same seed. */
export function losing(percent: number, seed: number): DropRule {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % 100 < percent;
  };
}

interface Port {
  readonly name: string;
  readonly socket: Socket;
}

/** The medium. */
export class Air {
  /** Everything that was sent, once each, whoever heard it. */
  readonly sent = new Happenings<Transmission>();
  readonly #startMs = performance.now();
  readonly #drop: DropRule;
  readonly #ports = new Set<Port>();
  readonly #servers: Server[] = [];
  /** Those who do not hear each other, by both names in order. */
  readonly #apart = new Set<string>();

  constructor(drop: DropRule = () => false) {
    this.#drop = drop;
  }

  /** Let the participant of this name join, and join again, by connecting to the socket at `path`. */
  async listen(name: string, path: string): Promise<void> {
    rmSync(path, { force: true });
    const server = createServer((socket) => this.#join({ name, socket }));
    this.#servers.push(server);
    server.listen(path);
    await once(server, "listening");
  }

  /** Whether these two hear each other from now on; at first, everybody hears everybody. */
  setHearing(one: string, other: string, hears: boolean): void {
    if (hears) this.#apart.delete(pair(one, other));
    else this.#apart.add(pair(one, other));
  }

  /** Send in the name of somebody, who need not be there. ad: with its length octet. */
  inject(from: string, ad: Uint8Array): void {
    this.#transmit(from, undefined, Buffer.from(ad));
  }

  /** Take everybody off the air. A daemon that is still there ends by itself. */
  async close(): Promise<void> {
    this.sent.end(new Error("the air is gone"));
    for (const { socket } of this.#ports) socket.destroy();
    for (const server of this.#servers) {
      server.close();
      await once(server, "close");
    }
  }

  #join(port: Port): void {
    let rest: Buffer = Buffer.alloc(0);
    this.#ports.add(port);
    port.socket.on("data", (chunk) => {
      rest = splitAds(Buffer.concat([rest, chunk]), (ad) => this.#transmit(port.name, port, ad));
    });
    // A participant that is killed may leave with an error; "close" follows in any case.
    port.socket.on("error", () => {});
    port.socket.on("close", () => this.#ports.delete(port));
  }

  #transmit(from: string, port: Port | undefined, ad: Buffer): void {
    this.sent.add({ tMs: performance.now() - this.#startMs, from, ad });
    for (const other of this.#ports) {
      if (other === port || !other.socket.writable) continue;
      if (this.#apart.has(pair(from, other.name)) || this.#drop(from, other.name, ad)) continue;
      other.socket.write(ad);
    }
  }
}

function pair(one: string, other: string): string {
  return [one, other].sort().join(" ");
}

/** Cut octets into AD structures; returns the unfinished rest. */
function splitAds(octets: Buffer, found: (ad: Buffer) => void): Buffer {
  let at = 0;
  for (;;) {
    const length = octets[at];
    if (length === undefined || at + 1 + length > octets.length) return octets.subarray(at);
    // A length of zero is padding, as in advertising data.
    if (length > 0) found(octets.subarray(at, at + 1 + length));
    at += 1 + length;
  }
}
