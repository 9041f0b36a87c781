/**
 * The ether joins simulators and other programs on this machine to one air. It is a local stream socket that carries
 * non-connectable AD structures, nothing else: no header, no echo.
 *
 *     medium ── Ether (hub, listens) ─┬─ Ether (client) ── medium of another simulator
 *                                     └─ any other program
 */

import { concat } from "../../modules/bytes.js";
import { isCarried, splitStructures } from "./ether-ad.js";
import type { EtherLink } from "./ether-link.js";
import { EtherPlace } from "./ether-place.js";
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

/** Nobody's address: who has sent what comes out of the ether is not known. */
const UNKNOWN_ADDRESS = Object.freeze([0xc0, 0, 0, 0, 0, 1] as const);

/** The bridge from a medium to this machine's other simulators. */
export class Ether {
  readonly #medium: Medium;
  readonly #place: EtherPlace;
  /** undefined: closed. */
  #port: Port | undefined;

  constructor({ path, medium, note = () => {} }: EtherOptions) {
    this.#medium = medium;
    this.#place = new EtherPlace(path, {
      received: (from, structures) => this.#received(from, structures),
      noted: note,
    });
  }

  /**
   * Resolves when this medium is joined to the others. Rejects with UsageError when the path is too long, when its
   * directory cannot be used, or when somebody else is in the way.
   */
  async open(): Promise<void> {
    if (this.#port !== undefined) throw new Error("the ether is open already");
    this.#port = this.#medium.join("ether", { heard: (frame) => this.#heard(frame), sent: () => {} });
    try {
      await this.#place.open();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Leave, and remove the socket if it is this one's. The others go on without. */
  async close(): Promise<void> {
    this.#port?.leave();
    this.#port = undefined;
    await this.#place.close();
  }

  /** From a socket: to all other sockets, and into the medium. */
  #received(from: EtherLink, structures: readonly Uint8Array[]): void {
    const carried = structures.filter(isCarried);
    if (carried.length === 0) return;
    this.#place.send(concat(...carried), from);
    const address = new Uint8Array(UNKNOWN_ADDRESS);
    for (const data of carried) this.#port?.send({ kind: "nonConnectable", address, data });
  }

  /** From the medium: to all sockets. */
  #heard(frame: Frame): void {
    if (frame.kind !== "nonConnectable") return;
    const carried = splitStructures(frame.data).structures.filter(isCarried);
    if (carried.length > 0) this.#place.send(concat(...carried), undefined);
  }
}
