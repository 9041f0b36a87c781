/** A configuration client's conversation with one node, under its device key. MshPRT 4.4.2. */

import { ask, type PassTime } from "./ask.js";
import { type Composition, decodeComposition } from "./composition.js";
import { compositionDataGet } from "./config-messages.js";
import { type ConfigStatus, decodeStatus } from "./config-status.js";
import type { MeshPeer } from "./mesh-peer.js";
import type { Route } from "./peer-types.js";
import type { SentMessage } from "./sent-message.js";

/** How the conversation differs from the peer's usual choices. */
export type ConfigRoute = Omit<Route, "dst"> & {
  readonly micSize?: 4 | 8;
  readonly segmented?: boolean;
  /** How long an answer is waited for; default: 5000. */
  readonly timeoutMs?: number;
};

/** Asks one node; the peer must have its device key (`peer.addDevice`). Messages: config-messages.ts. */
export class ConfigClient {
  readonly #peer: MeshPeer;
  readonly #address: number;
  readonly #pass: PassTime;

  /** address: of the node's primary element. pass: lets time pass while an answer is waited for. */
  constructor(peer: MeshPeer, address: number, pass: PassTime) {
    this.#peer = peer;
    this.#address = address;
    this.#pass = pass;
  }

  /** Send, and wait for the status; throws Error when none comes. */
  ask(message: Uint8Array, route: ConfigRoute = {}): ConfigStatus {
    const status = this.tryToAsk(message, route);
    if (status === undefined) throw new Error("the node did not answer");
    return status;
  }

  /** Send, and wait for the status; undefined: none came. */
  tryToAsk(message: Uint8Array, route: ConfigRoute = {}): ConfigStatus | undefined {
    const { timeoutMs, ...how } = route;
    const toSend = { dst: this.#address, key: { device: this.#address }, message, ...how };
    const answer = ask(this.#peer, toSend, this.#pass, timeoutMs);
    return answer && decodeStatus(answer.message);
  }

  /** Send, and wait for nothing. */
  tell(message: Uint8Array, route: ConfigRoute = {}): SentMessage {
    const { timeoutMs: _, ...how } = route;
    return this.#peer.send({ dst: this.#address, key: { device: this.#address }, message, ...how });
  }

  /** Composition Data Page 0. Throws Error when the answer is another one. */
  composition(): Composition {
    const status = this.ask(compositionDataGet(0));
    if (status.name !== "compositionData" || status.page !== 0) throw new Error("not page 0");
    return decodeComposition(status.data);
  }
}
