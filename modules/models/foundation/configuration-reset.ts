/** Node Reset: answer first, then forget. MshPRT 4.4.1.2.13, 3.11.7. */

import type { MessageContext, ModelAccess } from "../../access/model.js";
import type { Timer } from "../../platform.js";
import { ConfigurationOpcode } from "./configuration-opcodes.js";

/** The removal of the node from its network, which happens once, however often it is asked for. */
export class NodeReset {
  readonly #access: ModelAccess;
  readonly #forget: () => void;
  readonly #laterTurn: Timer;
  #isForgotten = false;

  /** forget: called in a later turn than `request`. */
  constructor(access: ModelAccess, forget: () => void) {
    this.#access = access;
    this.#forget = forget;
    this.#laterTurn = access.clock.createTimer(() => this.#finish());
  }

  /** Node Reset came. Every repetition of it is answered, as long as the node can. */
  request(context: MessageContext): void {
    const left = (): void => this.#finish();
    const status = new Uint8Array(0);
    if (this.#access.reply(context, ConfigurationOpcode.NodeResetStatus, status, left)) return;
    // The node was told to go: that there is no room for an answer does not keep it.
    this.#laterTurn.start(0);
  }

  stop(): void {
    this.#laterTurn.stop();
    this.#isForgotten = true;
  }

  #finish(): void {
    if (this.#isForgotten) return;
    this.stop();
    this.#forget();
  }
}
