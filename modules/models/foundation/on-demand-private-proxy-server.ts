/** The On-Demand Private Proxy Server: how long a node shows itself to whoever solicits it. MshPRT 4.4.13. */

import { octet } from "../../bytes.js";
import { PrivateServer } from "./private-server.js";
import type { PrivateStack } from "./private-stack.js";

/** Assigned Numbers. */
const ON_DEMAND_PRIVATE_PROXY_SERVER = 0x000c;

const Opcode = Object.freeze({ Get: 0x8069, Set: 0x806a, Status: 0x806b } as const);

const REQUESTS = Object.freeze([
  Object.freeze({ opcode: Opcode.Get, minLength: 0, maxLength: 0, answer: Opcode.Status, handle: status }),
  Object.freeze({ opcode: Opcode.Set, minLength: 1, maxLength: 1, answer: Opcode.Status, handle: set }),
]);

/** Of a node with the Proxy feature, for whoever has the device key. */
export class OnDemandPrivateProxyServer extends PrivateServer {
  constructor() {
    super(ON_DEMAND_PRIVATE_PROXY_SERVER, "device", REQUESTS);
  }
}

function status({ privateStates }: PrivateStack): Uint8Array {
  return Uint8Array.of(privateStates.values.onDemandSeconds);
}

/** Every octet is a value. */
function set(stack: PrivateStack, parameters: Uint8Array): Uint8Array {
  const onDemandSeconds = octet(parameters, 0);
  const { privateStates } = stack;
  if (privateStates.values.onDemandSeconds !== onDemandSeconds) privateStates.change({ onDemandSeconds });
  return status(stack);
}
