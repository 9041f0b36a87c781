/** Something that switches others on and off. Mesh Model specification, 3.4.1. */

import type { MessageContext, Model, ModelAccess } from "../access/model.js";
import {
  CLIENT_MESSAGES,
  decodeGenericOnOffStatus,
  encodeGenericOnOffSet,
  GenericOnOffModelId,
  GenericOnOffOpcode,
} from "./generic-on-off-messages.js";

/** Generic OnOff Client: whom it switches is its publication's to say. */
export class GenericOnOffClient implements Model {
  readonly companyId = undefined;
  readonly modelId = GenericOnOffModelId.Client;
  readonly security = "application";
  readonly messages = CLIENT_MESSAGES;
  readonly #status: (src: number, isOn: boolean) => void;
  #access: ModelAccess | undefined;
  #tid = 0;

  /** status: what a server says of itself. */
  constructor(status: (src: number, isOn: boolean) => void = () => {}) {
    this.#status = status;
  }

  /** Publish a Generic OnOff Set Unacknowledged. false: there is no publication, or no room. */
  set(isOn: boolean): boolean {
    this.#tid = (this.#tid + 1) & 0xff;
    const parameters = encodeGenericOnOffSet({ isOn, tid: this.#tid, transition: undefined });
    return this.#access?.publish(GenericOnOffOpcode.SetUnacknowledged, parameters) ?? false;
  }

  attach(access: ModelAccess): void {
    this.#access = access;
  }

  receive(_opcode: number, parameters: Uint8Array, { src }: MessageContext): void {
    const status = decodeGenericOnOffStatus(parameters);
    if (status !== undefined) this.#status(src, status.isOn);
  }

  /** A client has no state to publish. */
  publishNow(): void {}

  reset(): void {
    this.#access = undefined;
  }
}
