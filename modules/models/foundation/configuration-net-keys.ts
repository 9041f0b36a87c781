/**
 * The Configuration Server's NetKey list, and what each subnet has: Key Refresh Phase, Node Identity.
 * MshPRT 4.4.1.2.9, 4.4.1.2.12, 4.4.1.2.14.
 */

import type { MessageContext } from "../../access/model.js";
import { octet, setUint16LE } from "../../bytes.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";
import { getKeyIndex, packKeyIndexes } from "./key-indexes.js";
import type { Handlers, Stack } from "./stack.js";
import { keyStatus, StatusCode } from "./status-code.js";

/** By opcode. */
export const netKeyHandlers: Handlers = Object.freeze({
  [Opcode.NetKeyAdd]: addNetKey,
  [Opcode.NetKeyUpdate]: updateNetKey,
  [Opcode.NetKeyDelete]: deleteNetKey,
  [Opcode.NetKeyGet]: listNetKeys,
  [Opcode.KeyRefreshPhaseGet]: getKeyRefreshPhase,
  [Opcode.KeyRefreshPhaseSet]: setKeyRefreshPhase,
  [Opcode.NodeIdentityGet]: getNodeIdentity,
  [Opcode.NodeIdentitySet]: setNodeIdentity,
});

/** Node Identity where the node shows no Mesh Proxy Service. MshPRT 4.2.13. */
const IDENTITY_NOT_SUPPORTED = 0x02;

function addNetKey({ netKeys }: Stack, parameters: Uint8Array): Uint8Array {
  const netKeyIndex = getKeyIndex(parameters, 0);
  const result = netKeys.add(netKeyIndex, parameters.subarray(2));
  return netKeyStatus(keyStatus(result), netKeyIndex);
}

function updateNetKey({ netKeys }: Stack, parameters: Uint8Array): Uint8Array {
  const netKeyIndex = getKeyIndex(parameters, 0);
  const result = netKeys.update(netKeyIndex, parameters.subarray(2));
  return netKeyStatus(keyStatus(result), netKeyIndex);
}

function deleteNetKey({ netKeys }: Stack, parameters: Uint8Array, context: MessageContext): Uint8Array {
  const netKeyIndex = getKeyIndex(parameters, 0);
  const result = netKeys.delete(netKeyIndex, context.netKeyIndex);
  return netKeyStatus(keyStatus(result), netKeyIndex);
}

function listNetKeys({ netKeys }: Stack): Uint8Array {
  return packKeyIndexes(netKeys.subnets.map(({ netKeyIndex }) => netKeyIndex));
}

function getKeyRefreshPhase({ netKeys }: Stack, parameters: Uint8Array): Uint8Array {
  const netKeyIndex = getKeyIndex(parameters, 0);
  const subnet = netKeys.get(netKeyIndex);
  return subnet === undefined
    ? netKeyStatus(StatusCode.InvalidNetKeyIndex, netKeyIndex, 0)
    : netKeyStatus(StatusCode.Success, netKeyIndex, subnet.phase);
}

function setKeyRefreshPhase({ netKeys }: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const netKeyIndex = getKeyIndex(parameters, 0);
  const result = netKeys.transition(netKeyIndex, octet(parameters, 2));
  if (result === undefined) return undefined;
  // An error is told with phase 00, whatever the phase is.
  const phase = result === "done" ? (netKeys.get(netKeyIndex)?.phase ?? 0) : 0;
  return netKeyStatus(keyStatus(result), netKeyIndex, phase);
}

function getNodeIdentity(stack: Stack, parameters: Uint8Array): Uint8Array {
  return nodeIdentityStatus(stack, getKeyIndex(parameters, 0), 0);
}

function setNodeIdentity(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const identity = octet(parameters, 2);
  if (identity > 1) return undefined;
  const { netKeys, proxy } = stack;
  const netKeyIndex = getKeyIndex(parameters, 0);
  const subnet = netKeys.get(netKeyIndex);
  if (subnet !== undefined && identity === 1) proxy?.showIdentity(subnet);
  else if (subnet !== undefined) proxy?.nodeIdentity.stop(subnet);
  return nodeIdentityStatus(stack, netKeyIndex, identity);
}

/** asked: the identity that an error is told with. */
function nodeIdentityStatus({ netKeys, proxy }: Stack, netKeyIndex: number, asked: number): Uint8Array {
  const subnet = netKeys.get(netKeyIndex);
  if (subnet === undefined) return netKeyStatus(StatusCode.InvalidNetKeyIndex, netKeyIndex, asked);
  if (proxy === undefined) return netKeyStatus(StatusCode.Success, netKeyIndex, IDENTITY_NOT_SUPPORTED);
  const identity = proxy.nodeIdentity.isRunning(subnet) ? 1 : 0;
  return netKeyStatus(StatusCode.Success, netKeyIndex, identity);
}

/** Status, NetKey index, and what comes behind. */
function netKeyStatus(code: StatusCode, netKeyIndex: number, ...rest: readonly number[]): Uint8Array {
  const status = new Uint8Array(3 + rest.length);
  status[0] = code;
  setUint16LE(status, 1, netKeyIndex);
  status.set(rest, 3);
  return status;
}
