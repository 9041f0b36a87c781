/** What the Configuration Server is a server of. Types only. MshPRT 4.4.1. */

import type { Access } from "../../access/access.js";
import type { MessageContext } from "../../access/model.js";
import type { ElementAddresses } from "../../network/address.js";
import type { IvIndex } from "../../network/iv-index.js";
import type { NetKeys } from "../../network/net-keys.js";
import type { Features, NodeStates } from "../../network/node-states.js";
import type { ProxyServer } from "../../network/proxy-server.js";
import type { Crypto, Trace } from "../../platform.js";
import type { AppKeys } from "../../transport/app-keys.js";
import type { HeartbeatPublication } from "../../transport/heartbeat-publication.js";
import type { HeartbeatSubscription } from "../../transport/heartbeat-subscription.js";

/** The parts of one node on one network, whose states the Configuration Server shows and changes. */
export interface Stack {
  readonly crypto: Crypto;
  readonly trace: Trace;
  readonly netKeys: NetKeys;
  readonly appKeys: AppKeys;
  readonly ivIndex: IvIndex;
  readonly states: NodeStates;
  /** What the product is able to do at all. */
  readonly features: Features;
  readonly heartbeatPublication: Pick<HeartbeatPublication, "state" | "set">;
  readonly heartbeatSubscription: Pick<HeartbeatSubscription, "state" | "set">;
  /** undefined: the node shows no Mesh Proxy Service. */
  readonly proxy?: Pick<ProxyServer, "nodeIdentity" | "showIdentity"> | undefined;
  readonly access: Access;
  /** Composition Data page 0. MshPRT 4.2.2.1. */
  readonly compositionPage0: Uint8Array;
  readonly elements: ElementAddresses;
  /** Forget the network. Called in a later turn than the message that asks for it, and once. MshPRT 3.11.7. */
  reset(): void;
}

/** Obeys one request. Gives the parameters of the answer; undefined: a value is prohibited, and nothing is answered. */
export type Handler = (
  stack: Stack,
  parameters: Uint8Array,
  context: MessageContext,
) => Uint8Array | undefined;

/** The handlers of a group of states, by opcode. */
export type Handlers = Readonly<Record<number, Handler>>;
