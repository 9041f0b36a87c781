/** A product's own model, whole: it keeps a name, and sends back what it is sent. */

import type { MessageContext, MessageFormat, Model, ModelAccess } from "../../modules/access/model.js";

/** Opcodes of company 0x05f1. */
export const VendorOpcode = Object.freeze({
  NameGet: 0xc105f1,
  NameSet: 0xc205f1,
  NameStatus: 0xc305f1,
  Echo: 0xc405f1,
  Echoed: 0xc505f1,
} as const);

/** The longest octets that one message carries beside a vendor's opcode. */
export const LONGEST_ECHO = 377;

const MESSAGES: readonly MessageFormat[] = Object.freeze([
  { opcode: VendorOpcode.NameGet, minLength: 0, maxLength: 0 },
  { opcode: VendorOpcode.NameSet, minLength: 1, maxLength: 40 },
  { opcode: VendorOpcode.Echo, minLength: 0, maxLength: LONGEST_ECHO },
]);

/** Name Set is answered with Name Status, and not at all where the name cannot be kept. */
export class VendorModel implements Model {
  readonly companyId = 0x05f1;
  readonly modelId = 0x1234;
  readonly security = "application";
  readonly messages = MESSAGES;
  #access: ModelAccess | undefined;
  #name = new Uint8Array(0);

  get name(): Uint8Array {
    return this.#name;
  }

  /** Publish an Echo, which whoever is reached answers. */
  call(octets: Uint8Array): boolean {
    return this.#access?.publish(VendorOpcode.Echo, octets) ?? false;
  }

  attach(access: ModelAccess): void {
    this.#access = access;
    this.#name = access.stored?.slice() ?? new Uint8Array(0);
  }

  receive(opcode: number, parameters: Uint8Array, context: MessageContext): void {
    if (opcode === VendorOpcode.Echo) {
      this.#access?.reply(context, VendorOpcode.Echoed, parameters);
      return;
    }
    if (opcode === VendorOpcode.NameSet) {
      if (!this.#access?.store(parameters)) return;
      this.#name = parameters.slice();
    }
    this.#access?.reply(context, VendorOpcode.NameStatus, this.#name);
  }

  publishNow(): void {
    this.#access?.publish(VendorOpcode.NameStatus, this.#name);
  }

  reset(): void {
    this.#access = undefined;
    this.#name = new Uint8Array(0);
  }
}
