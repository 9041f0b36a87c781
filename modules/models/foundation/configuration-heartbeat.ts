/** The Configuration Server's Heartbeat Publication and Heartbeat Subscription states. MshPRT 4.4.1.2.15, 4.4.1.2.16. */

import { getUint16LE, octet, setUint16LE } from "../../bytes.js";
import { Address, isUnicast, isVirtual } from "../../network/address.js";
import type { HeartbeatPublicationState } from "../../transport/heartbeat-publication.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";
import { getKeyIndex } from "./key-indexes.js";
import type { Handlers, Stack } from "./stack.js";
import { StatusCode } from "./status-code.js";

/** By opcode. */
export const heartbeatHandlers: Handlers = Object.freeze({
  [Opcode.HeartbeatPublicationGet]: getPublication,
  [Opcode.HeartbeatPublicationSet]: setPublication,
  [Opcode.HeartbeatSubscriptionGet]: getSubscription,
  [Opcode.HeartbeatSubscriptionSet]: setSubscription,
});

/** The highest logarithm of a count or a period: 65536. MshPRT 4.1.2. */
const MAX_LOG = 0x11;

/** CountLog: without end. MshPRT 4.2.18.2. */
const ENDLESS = 0xff;

/** Relay, Proxy, Friend and Low Power; the bits above them are reserved and ignored. MshPRT 4.2.18.5. */
const FEATURES = 0x000f;

/** What is told of a publication that is off. */
const OFF: HeartbeatPublicationState = Object.freeze({
  destination: Address.Unassigned,
  countLog: 0,
  periodLog: 0,
  ttl: 0,
  features: 0,
  netKeyIndex: 0,
});

function getPublication({ heartbeatPublication }: Stack): Uint8Array {
  return publicationStatus(StatusCode.Success, heartbeatPublication.state);
}

function setPublication(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const asked = decodePublication(parameters);
  if (asked === undefined) return undefined;
  if (stack.netKeys.get(asked.netKeyIndex) === undefined) {
    return publicationStatus(StatusCode.InvalidNetKeyIndex, asked);
  }
  const isOff = asked.destination === Address.Unassigned;
  if (!stack.heartbeatPublication.set(isOff ? OFF : asked)) {
    return publicationStatus(StatusCode.StorageFailure, asked);
  }
  // As it was asked for: the state may have counted on already.
  return publicationStatus(StatusCode.Success, isOff ? OFF : asked);
}

/** undefined: a value is prohibited. */
function decodePublication(parameters: Uint8Array): HeartbeatPublicationState | undefined {
  const destination = getUint16LE(parameters, 0);
  const countLog = octet(parameters, 2);
  const periodLog = octet(parameters, 3);
  const ttl = octet(parameters, 4);
  if (isVirtual(destination)) return undefined;
  if (countLog > MAX_LOG && countLog !== ENDLESS) return undefined;
  if (periodLog > MAX_LOG || ttl > 0x7f) return undefined;
  const features = getUint16LE(parameters, 5) & FEATURES;
  return { destination, countLog, periodLog, ttl, features, netKeyIndex: getKeyIndex(parameters, 7) };
}

function publicationStatus(code: StatusCode, state: HeartbeatPublicationState): Uint8Array {
  const status = new Uint8Array(10);
  status[0] = code;
  setUint16LE(status, 1, state.destination);
  status[3] = state.countLog;
  status[4] = state.periodLog;
  status[5] = state.ttl;
  setUint16LE(status, 6, state.features);
  setUint16LE(status, 8, state.netKeyIndex);
  return status;
}

function getSubscription({ heartbeatSubscription }: Stack): Uint8Array {
  // Without a source nothing is counted, and what was counted before is not told any more.
  const isOff = heartbeatSubscription.state.source === Address.Unassigned;
  return isOff ? new Uint8Array(9) : subscriptionStatus(heartbeatSubscription);
}

function setSubscription(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const source = getUint16LE(parameters, 0);
  const destination = getUint16LE(parameters, 2);
  const periodLog = octet(parameters, 4);
  if (source !== Address.Unassigned && !isUnicast(source)) return undefined;
  if (isVirtual(destination) || periodLog > MAX_LOG) return undefined;
  if (isUnicast(destination) && destination !== stack.elements.first) return undefined;
  stack.heartbeatSubscription.set(source, destination, periodLog);
  return subscriptionStatus(stack.heartbeatSubscription);
}

function subscriptionStatus({ state }: Stack["heartbeatSubscription"]): Uint8Array {
  const status = new Uint8Array(9);
  status[0] = StatusCode.Success;
  setUint16LE(status, 1, state.source);
  setUint16LE(status, 3, state.destination);
  status[5] = state.periodLog;
  status[6] = state.countLog;
  status[7] = state.minHops;
  status[8] = state.maxHops;
  return status;
}
