/** Participants of the simulated air that write down all that happens to them. */

import { type Frame, Medium, type Port } from "../../host/simulator/medium.js";
import type { Connection, ConnectionListener } from "../../host/simulator/medium-connection.js";
import { toHex } from "../../modules/bytes.js";
import { FakeClock } from "./fake-clock.js";

/** The address from which `mesh` sends, and that of a lamp. */
export const ADDRESS = new Uint8Array([0xc0, 1, 2, 3, 4, 5]);

/** A non-connectable frame. */
export function mesh(...data: readonly number[]): Frame {
  return { kind: "nonConnectable", address: ADDRESS, data: new Uint8Array(data) };
}

/** A connectable frame. */
export function invitation(address: Uint8Array): Frame {
  const scanResponse = new Uint8Array([2, 0x0a, 0]);
  return { kind: "connectable", address, data: new Uint8Array([2, 1, 6]), scanResponse };
}

/** Takes part and writes down all that happens to it. */
export class Witness implements ConnectionListener {
  readonly port: Port;
  readonly diary: string[] = [];
  readonly connections: Connection[] = [];

  constructor(medium: Medium, name: string) {
    this.port = medium.join(name, {
      heard: (frame) => this.diary.push(`heard ${toHex(frame.data)}`),
      sent: (kind) => this.diary.push(`sent ${kind}`),
    });
  }

  /** The latest connection. */
  get connection(): Connection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error("not connected");
    return last;
  }

  connected(connection: Connection): void {
    this.connections.push(connection);
    this.diary.push("connected");
  }

  connectFailed(address: Uint8Array): void {
    this.diary.push(`failed ${toHex(address)}`);
  }

  received(_connection: Connection, message: Uint8Array): void {
    this.diary.push(`received ${toHex(message)}`);
  }

  sent(): void {
    this.diary.push("sent message");
  }

  disconnected(): void {
    this.diary.push("disconnected");
  }
}

/** A clock, a medium, and a witness for each name. */
export function gather(...names: readonly string[]): {
  clock: FakeClock;
  medium: Medium;
  of: (name: string) => Witness;
} {
  const clock = new FakeClock();
  const medium = new Medium(clock);
  const witnesses = new Map(names.map((name) => [name, new Witness(medium, name)]));
  const of = (name: string): Witness => {
    const witness = witnesses.get(name);
    if (witness === undefined) throw new Error(`no ${name}`);
    return witness;
  };
  return { clock, medium, of };
}
