/** The Configuration Server: the model by which a node is taken into use. MshPRT 4.4.1. */

import type { MessageContext, Model, ModelAccess } from "../../access/model.js";
import { appKeyHandlers } from "./configuration-app-keys.js";
import { bindingHandlers } from "./configuration-bindings.js";
import { compositionHandlers } from "./configuration-composition.js";
import { heartbeatHandlers } from "./configuration-heartbeat.js";
import { configurationMessages } from "./configuration-messages.js";
import { netKeyHandlers } from "./configuration-net-keys.js";
import { ConfigurationOpcode } from "./configuration-opcodes.js";
import { publicationHandlers } from "./configuration-publication.js";
import { NodeReset } from "./configuration-reset.js";
import { stateHandlers } from "./configuration-states.js";
import { subscriptionHandlers } from "./configuration-subscriptions.js";
import type { Handler, Handlers, Stack } from "./stack.js";

/** Assigned Numbers. */
const CONFIGURATION_SERVER = 0x0000;

/** All but Node Reset, which does more than answer. */
const GROUPS: readonly Handlers[] = Object.freeze([
  stateHandlers,
  appKeyHandlers,
  bindingHandlers,
  publicationHandlers,
  subscriptionHandlers,
  netKeyHandlers,
  heartbeatHandlers,
  compositionHandlers,
]);

/** One term on a network. */
interface Term {
  readonly stack: Stack;
  readonly access: ModelAccess;
  readonly nodeReset: NodeReset;
}

/** Shows and changes the states of the stack around it, for whoever has the device key. */
export class ConfigurationServer implements Model {
  readonly companyId = undefined;
  readonly modelId = CONFIGURATION_SERVER;
  readonly security = "device";
  readonly messages = configurationMessages;
  #stack: Stack | undefined;
  #term: Term | undefined;

  /** The stack whose states these are; to be said before `attach`, because the stack is built around the models. */
  serve(stack: Stack): void {
    this.#stack = stack;
  }

  attach(access: ModelAccess): void {
    const stack = this.#stack;
    if (stack === undefined)
      throw new RangeError("a Configuration Server serves a stack before it is attached");
    this.#term = { stack, access, nodeReset: new NodeReset(access, () => stack.reset()) };
  }

  receive(opcode: number, parameters: Uint8Array, context: MessageContext): void {
    const message = configurationMessages.find((candidate) => candidate.opcode === opcode);
    if (this.#term === undefined || message === undefined) return;
    const { stack, access, nodeReset } = this.#term;
    if (parameters.length !== message.minLength && parameters.length !== message.maxLength) {
      stack.trace.drop("access", "badLength", parameters);
      return;
    }
    if (opcode === ConfigurationOpcode.NodeReset) {
      nodeReset.request(context);
      return;
    }
    const answer = handlerOf(opcode)?.(stack, parameters, context);
    if (answer === undefined) stack.trace.drop("access", "prohibitedValue", parameters);
    else access.reply(context, message.answer, answer);
  }

  /** A model of device key security publishes nothing. */
  publishNow(): void {}

  reset(): void {
    this.#term?.nodeReset.stop();
    this.#term = undefined;
    this.#stack = undefined;
  }
}

function handlerOf(opcode: number): Handler | undefined {
  for (const group of GROUPS) {
    const handler = group[opcode];
    if (handler !== undefined) return handler;
  }
  return undefined;
}
