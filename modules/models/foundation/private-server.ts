/** What the servers of the private proxy have in common: a table of requests, each with its answer. */

import type { MessageContext, MessageFormat, Model, ModelAccess } from "../../access/model.js";
import type { PrivateStack } from "./private-stack.js";

/** Gives the parameters of the answer; undefined: a value is prohibited, and nothing is answered. */
export type PrivateHandler = (stack: PrivateStack, parameters: Uint8Array) => Uint8Array | undefined;

/** A request. answer: the opcode of its status; undefined: it is unacknowledged. */
export interface PrivateRequest extends MessageFormat {
  readonly answer: number | undefined;
  readonly handle: PrivateHandler;
}

/** A server whose states belong to the stack around it. */
export class PrivateServer implements Model {
  readonly companyId = undefined;
  readonly modelId: number;
  readonly security: Model["security"];
  readonly messages: readonly PrivateRequest[];
  #stack: PrivateStack | undefined;
  #access: ModelAccess | undefined;

  constructor(modelId: number, security: Model["security"], messages: readonly PrivateRequest[]) {
    this.modelId = modelId;
    this.security = security;
    this.messages = messages;
  }

  /** The stack whose states these are; to be said before `attach`, because the stack is built around the models. */
  serve(stack: PrivateStack): void {
    this.#stack = stack;
  }

  attach(access: ModelAccess): void {
    this.#access = access;
  }

  receive(opcode: number, parameters: Uint8Array, context: MessageContext): void {
    const request = this.messages.find((candidate) => candidate.opcode === opcode);
    if (request === undefined || this.#stack === undefined) return;
    const answer = request.handle(this.#stack, parameters);
    if (answer === undefined) this.#stack.trace.drop("access", "prohibitedValue", parameters);
    else if (request.answer !== undefined) this.#access?.reply(context, request.answer, answer);
  }

  /** There is nothing to publish. */
  publishNow(): void {}

  reset(): void {
    this.#stack = undefined;
    this.#access = undefined;
  }
}
