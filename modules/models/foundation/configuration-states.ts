/**
 * The Configuration Server's states of one octet: Secure Network Beacon, Default TTL, Relay, Friend, GATT Proxy, Network
 * Transmit, PollTimeout. Their statuses have no status code: what cannot be stored is answered with the old value.
 * MshPRT 4.4.1.2.1, 4.4.1.2.3 to 4.4.1.2.6, 4.4.1.2.17, 4.4.1.2.18.
 */

import { getUint16LE, octet } from "../../bytes.js";
import { isUnicast } from "../../network/address.js";
import { FeatureState, type NodeStates, type NodeStateValues } from "../../network/node-states.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";
import type { Handlers, Stack } from "./stack.js";

/** By opcode. */
export const stateHandlers: Handlers = Object.freeze({
  [Opcode.BeaconGet]: beaconStatus,
  [Opcode.BeaconSet]: setBeacon,
  [Opcode.DefaultTtlGet]: defaultTtlStatus,
  [Opcode.DefaultTtlSet]: setDefaultTtl,
  [Opcode.RelayGet]: relayStatus,
  [Opcode.RelaySet]: setRelay,
  [Opcode.FriendGet]: friendStatus,
  [Opcode.FriendSet]: setFriend,
  [Opcode.GattProxyGet]: gattProxyStatus,
  [Opcode.GattProxySet]: setGattProxy,
  [Opcode.NetworkTransmitGet]: networkTransmitStatus,
  [Opcode.NetworkTransmitSet]: setNetworkTransmit,
  [Opcode.LowPowerNodePollTimeoutGet]: pollTimeoutStatus,
});

function setBeacon(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const beacon = octet(parameters, 0);
  if (beacon > 1) return undefined;
  const secureNetworkBeacon = beacon === 1;
  if (stack.states.values.secureNetworkBeacon !== secureNetworkBeacon) {
    stack.states.change({ secureNetworkBeacon });
  }
  return beaconStatus(stack);
}

function beaconStatus({ states }: Stack): Uint8Array {
  return Uint8Array.of(states.values.secureNetworkBeacon ? 1 : 0);
}

function setDefaultTtl(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const defaultTtl = octet(parameters, 0);
  if (defaultTtl === 1 || defaultTtl > 0x7f) return undefined;
  if (stack.states.values.defaultTtl !== defaultTtl) stack.states.change({ defaultTtl });
  return defaultTtlStatus(stack);
}

function defaultTtlStatus({ states }: Stack): Uint8Array {
  return Uint8Array.of(states.values.defaultTtl);
}

function setRelay(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const relay = settable(parameters);
  if (relay === undefined) return undefined;
  const relayRetransmit = octet(parameters, 1);
  const { values } = stack.states;
  const isNew = values.relay !== relay || values.relayRetransmit !== relayRetransmit;
  if (values.relay !== FeatureState.NotSupported && isNew) stack.states.change({ relay, relayRetransmit });
  return relayStatus(stack);
}

function relayStatus({ states }: Stack): Uint8Array {
  const { relay, relayRetransmit } = states.values;
  return Uint8Array.of(relay, relay === FeatureState.NotSupported ? 0 : relayRetransmit);
}

function setFriend(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return setFeature(stack.states, parameters, "friend");
}

function friendStatus({ states }: Stack): Uint8Array {
  return Uint8Array.of(states.values.friend);
}

function setGattProxy(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return setFeature(stack.states, parameters, "gattProxy");
}

function gattProxyStatus({ states }: Stack): Uint8Array {
  return Uint8Array.of(states.values.gattProxy);
}

/** A feature that the product does not have stays unsupported, and that is the answer. */
function setFeature(
  states: NodeStates,
  parameters: Uint8Array,
  name: "friend" | "gattProxy",
): Uint8Array | undefined {
  const value = settable(parameters);
  if (value === undefined) return undefined;
  const current = states.values[name];
  if (current !== FeatureState.NotSupported && current !== value) {
    const change: Partial<NodeStateValues> = name === "friend" ? { friend: value } : { gattProxy: value };
    states.change(change);
  }
  return Uint8Array.of(states.values[name]);
}

/** The values that a client may set: "not supported" is only ever told. */
function settable(
  parameters: Uint8Array,
): typeof FeatureState.Disabled | typeof FeatureState.Enabled | undefined {
  const value = octet(parameters, 0);
  return value === FeatureState.Disabled || value === FeatureState.Enabled ? value : undefined;
}

function setNetworkTransmit(stack: Stack, parameters: Uint8Array): Uint8Array {
  const networkTransmit = octet(parameters, 0);
  if (stack.states.values.networkTransmit !== networkTransmit) stack.states.change({ networkTransmit });
  return networkTransmitStatus(stack);
}

function networkTransmitStatus({ states }: Stack): Uint8Array {
  return Uint8Array.of(states.values.networkTransmit);
}

/** This node is nobody's friend. MshPRT 4.2.22. */
function pollTimeoutStatus(_: Stack, parameters: Uint8Array): Uint8Array | undefined {
  if (!isUnicast(getUint16LE(parameters, 0))) return undefined;
  const status = new Uint8Array(5);
  status.set(parameters);
  return status;
}
