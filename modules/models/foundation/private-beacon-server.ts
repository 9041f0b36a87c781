/** The Mesh Private Beacon Server: private beacons, proxy and identity. MshPRT 4.4.11. */

import { octet, setUint16LE } from "../../bytes.js";
import { FeatureState } from "../../network/node-states.js";
import { getKeyIndex } from "./key-indexes.js";
import { PrivateServer } from "./private-server.js";
import type { PrivateStack } from "./private-stack.js";
import { StatusCode } from "./status-code.js";

/** Assigned Numbers. */
const MESH_PRIVATE_BEACON_SERVER = 0x000a;

const Opcode = Object.freeze({
  BeaconGet: 0x8060,
  BeaconSet: 0x8061,
  BeaconStatus: 0x8062,
  GattProxyGet: 0x8063,
  GattProxySet: 0x8064,
  GattProxyStatus: 0x8065,
  NodeIdentityGet: 0x8066,
  NodeIdentitySet: 0x8067,
  NodeIdentityStatus: 0x8068,
} as const);

const REQUESTS = Object.freeze([
  Object.freeze({
    opcode: Opcode.BeaconGet,
    minLength: 0,
    maxLength: 0,
    answer: Opcode.BeaconStatus,
    handle: beaconStatus,
  }),
  Object.freeze({
    opcode: Opcode.BeaconSet,
    minLength: 1,
    maxLength: 2,
    answer: Opcode.BeaconStatus,
    handle: setBeacon,
  }),
  Object.freeze({
    opcode: Opcode.GattProxyGet,
    minLength: 0,
    maxLength: 0,
    answer: Opcode.GattProxyStatus,
    handle: gattProxyStatus,
  }),
  Object.freeze({
    opcode: Opcode.GattProxySet,
    minLength: 1,
    maxLength: 1,
    answer: Opcode.GattProxyStatus,
    handle: setGattProxy,
  }),
  Object.freeze({
    opcode: Opcode.NodeIdentityGet,
    minLength: 2,
    maxLength: 2,
    answer: Opcode.NodeIdentityStatus,
    handle: nodeIdentityStatus,
  }),
  Object.freeze({
    opcode: Opcode.NodeIdentitySet,
    minLength: 3,
    maxLength: 3,
    answer: Opcode.NodeIdentityStatus,
    handle: setNodeIdentity,
  }),
]);

/** Of a node with the Proxy feature, for whoever has the device key. */
export class PrivateBeaconServer extends PrivateServer {
  constructor() {
    super(MESH_PRIVATE_BEACON_SERVER, "device", REQUESTS);
  }
}

function beaconStatus({ privateStates }: PrivateStack): Uint8Array {
  const { privateBeacon, randomUpdateSteps } = privateStates.values;
  return Uint8Array.of(privateBeacon ? 1 : 0, randomUpdateSteps);
}

/** Without the interval it stays as it is. */
function setBeacon(stack: PrivateStack, parameters: Uint8Array): Uint8Array | undefined {
  const beacon = octet(parameters, 0);
  if (beacon > 1) return undefined;
  const { values } = stack.privateStates;
  const randomUpdateSteps = parameters[1] ?? values.randomUpdateSteps;
  const privateBeacon = beacon === 1;
  if (values.privateBeacon !== privateBeacon || values.randomUpdateSteps !== randomUpdateSteps) {
    stack.privateStates.change({ privateBeacon, randomUpdateSteps });
  }
  return beaconStatus(stack);
}

function gattProxyStatus({ privateStates }: PrivateStack): Uint8Array {
  return Uint8Array.of(privateStates.values.privateGattProxy ? 1 : 0);
}

/** Where the proxy is public it cannot be private. MshPRT 4.2.45.1. */
function setGattProxy(stack: PrivateStack, parameters: Uint8Array): Uint8Array | undefined {
  const value = octet(parameters, 0);
  if (value > 1) return undefined;
  const { states, privateStates } = stack;
  const privateGattProxy = value === 1 && states.values.gattProxy !== FeatureState.Enabled;
  if (privateStates.values.privateGattProxy !== privateGattProxy) privateStates.change({ privateGattProxy });
  return gattProxyStatus(stack);
}

function nodeIdentityStatus({ netKeys, proxy }: PrivateStack, parameters: Uint8Array): Uint8Array {
  const netKeyIndex = getKeyIndex(parameters, 0);
  const subnet = netKeys.get(netKeyIndex);
  if (subnet === undefined) return identityStatus(StatusCode.InvalidNetKeyIndex, netKeyIndex, 0);
  const identity = proxy.privateNodeIdentity.isRunning(subnet) ? 1 : 0;
  return identityStatus(StatusCode.Success, netKeyIndex, identity);
}

function setNodeIdentity({ netKeys, proxy }: PrivateStack, parameters: Uint8Array): Uint8Array | undefined {
  const identity = octet(parameters, 2);
  if (identity > 1) return undefined;
  const netKeyIndex = getKeyIndex(parameters, 0);
  const subnet = netKeys.get(netKeyIndex);
  if (subnet === undefined) return identityStatus(StatusCode.InvalidNetKeyIndex, netKeyIndex, identity);
  if (identity === 0) proxy.privateNodeIdentity.stop(subnet);
  else if (!proxy.showPrivateIdentity(subnet)) {
    return identityStatus(StatusCode.TemporarilyUnableToChangeState, netKeyIndex, identity);
  }
  return identityStatus(StatusCode.Success, netKeyIndex, identity);
}

function identityStatus(code: StatusCode, netKeyIndex: number, identity: number): Uint8Array {
  const status = Uint8Array.of(code, 0, 0, identity);
  setUint16LE(status, 1, netKeyIndex);
  return status;
}
