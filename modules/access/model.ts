/** What a model is: all that a product's own model sees of the stack. Types only. MshPRT 3.7, 3.8. */

import type { Clock } from "../platform.js";

/** One message that a model takes. Lengths: of the parameters, without the opcode. */
export interface MessageFormat {
  /** As the specification writes it: 0x82 02 is 0x8202, and a vendor's 0xc1 of company 0x05f1 is 0xc105f1. */
  readonly opcode: number;
  readonly minLength: number;
  readonly maxLength: number;
}

/** Where a message came from, and how. Borrowed: valid until `receive` returns. */
export interface MessageContext {
  readonly src: number;
  readonly dst: number;
  /** The Label UUID, where `dst` is a virtual address. */
  readonly label: Uint8Array | undefined;
  readonly ttl: number;
  readonly netKeyIndex: number;
  /** undefined: it was secured with the device key. */
  readonly appKeyIndex: number | undefined;
  /** The address of the element whose model hears it. */
  readonly element: number;
}

/** One behaviour of a product: the messages it takes, and what it does with them. */
export interface Model {
  /** undefined: a model of the Bluetooth SIG. */
  readonly companyId: number | undefined;
  readonly modelId: number;
  /** A model of device key security is configured by nobody: it has no bindings, subscriptions or publication. */
  readonly security: "application" | "device";
  /** Opcode and length are checked before `receive` sees anything. */
  readonly messages: readonly MessageFormat[];
  /** A term on a network begins: at boot, or after provisioning. The model's stored state is readable from here on. */
  attach(access: ModelAccess): void;
  /** Parameters of a permitted length, borrowed; what they say is for the model to judge. */
  receive(opcode: number, parameters: Uint8Array, context: MessageContext): void;
  /** The publish period is over: publish the state. MshPRT 3.7.5.1.3. */
  publishNow(): void;
  /**
   * The period is divided by 2 to this power, 0 to 15, but not below 100 ms; read at every publication. undefined: 0.
   * The Health Fast Period Divisor, MshPRT 4.2.17.
   */
  readonly periodDivisor?: number;
  /** The node leaves the network; what was attached is of no use any more. */
  reset(): void;
}

/** now: caused by a person, or by the period. soon: by a message, or the end of a transition. MshPRT 3.7.3.1. */
export type PublishTime = "now" | "soon";

/** What a model may ask of the stack. After `reset` it gives and does nothing any more. */
export interface ModelAccess {
  /** The address of the model's element. */
  readonly element: number;
  readonly clock: Clock;
  /**
   * By the model's publication. when, if not "now": "soon", after 20 to 500 ms by chance, for a change that many nodes
   * may report at once. false: it has no publication, or there is no room. MshPRT 3.7.3.1.
   */
  publish(opcode: number, parameters: Uint8Array, when?: PublishTime): boolean;
  /**
   * Answer a message, by the keys it came with. left: the answer is on the air, or was given up after 5 s without
   * room. false: there is no room for it. MshPRT 3.7.3.1.
   */
  reply(to: MessageContext, opcode: number, parameters: Uint8Array, left?: () => void): boolean;
  /** A copy of this model's own record, at most 40 octets; undefined: nothing has been stored. */
  readonly stored: Uint8Array | undefined;
  /** false: it could not be made durable. */
  store(state: Uint8Array): boolean;
}

/** A part of the product with an address of its own. location: GATT namespace description. MshPRT 2.3.4, 4.2.2.1. */
export interface Element {
  readonly location: number;
  readonly models: readonly Model[];
}

/** What the product says of itself; the stack adds its own models to the first element. MshPRT 4.2.2. */
export interface Composition {
  readonly companyId: number;
  readonly productId: number;
  readonly versionId: number;
  readonly elements: readonly Element[];
}
