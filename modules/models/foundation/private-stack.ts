/** What the models of the private proxy are servers of. Types only. MshPRT 4.4.11, 4.4.13, 4.4.17. */

import type { NetKeys } from "../../network/net-keys.js";
import type { NodeStates } from "../../network/node-states.js";
import type { PrivateStates } from "../../network/private-states.js";
import type { ProxyServer } from "../../network/proxy-server.js";
import type { SolicitationList } from "../../network/solicitation-list.js";
import type { Trace } from "../../platform.js";

/** The parts of one node on one network. */
export interface PrivateStack {
  readonly trace: Trace;
  readonly netKeys: NetKeys;
  readonly states: NodeStates;
  readonly privateStates: PrivateStates;
  readonly proxy: Pick<ProxyServer, "nodeIdentity" | "privateNodeIdentity" | "showPrivateIdentity">;
  readonly solicitations: SolicitationList;
}
