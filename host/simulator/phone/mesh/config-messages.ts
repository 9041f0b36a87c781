/**
 * The messages of a configuration client, opcode and parameters, values unchecked so that wrong ones can be sent.
 * Statuses: `decodeStatus` in config-status.ts. MshPRT 4.3.2.
 */

import { concat } from "../../../../modules/bytes.js";
import { accessMessage, littleEndian } from "./opcode.js";

/** A model: 16 bits of the Bluetooth SIG's, or a vendor's. */
export type ModelId = number | { readonly company: number; readonly model: number };

/** What an element publishes to: an address, or a Label UUID. */
export type AddressOrLabel = number | Uint8Array;

/** Model Publication. address 0: none. MshPRT 4.2.3. */
export interface Publication {
  readonly address: AddressOrLabel;
  readonly appKeyIndex?: number;
  readonly credentialFlag?: 0 | 1;
  /** Default: 255, the node's Default TTL. */
  readonly ttl?: number;
  /** The octet. Default: 0, on change only. */
  readonly period?: number;
  /** The octet. Default: 0, once. */
  readonly retransmit?: number;
}

/** Heartbeat Publication; logs as on the air. MshPRT 4.3.2.62. */
export interface HeartbeatPublication {
  readonly destination: number;
  readonly countLog?: number;
  readonly periodLog?: number;
  readonly ttl?: number;
  readonly features?: number;
  readonly netKeyIndex?: number;
}

/** Two octets of one key index. MshPRT 4.3.1.1. */
function oneIndex(index: number): Uint8Array {
  return littleEndian(index, 2);
}

/** Three octets of two key indexes. MshPRT 4.3.1.1. */
function twoIndexes(first: number, second: number): Uint8Array {
  return littleEndian(first | (second << 12), 3);
}

function modelOctets(model: ModelId): Uint8Array {
  if (typeof model === "number") return littleEndian(model, 2);
  return concat(littleEndian(model.company, 2), littleEndian(model.model, 2));
}

function isSig(model: ModelId): boolean {
  return typeof model === "number";
}

/** A count of 0 to 7 and an interval, in the octet of Network Transmit and Relay Retransmit. MshPRT 4.2.20. */
export function transmitOctet(count: number, intervalSteps: number): number {
  return (intervalSteps << 3) | count;
}

/** AppKey Add. MshPRT 4.3.2.37. */
export function appKeyAdd(netKeyIndex: number, appKeyIndex: number, appKey: Uint8Array): Uint8Array {
  return accessMessage(0x00, twoIndexes(netKeyIndex, appKeyIndex), appKey);
}

/** AppKey Update. MshPRT 4.3.2.38. */
export function appKeyUpdate(netKeyIndex: number, appKeyIndex: number, appKey: Uint8Array): Uint8Array {
  return accessMessage(0x01, twoIndexes(netKeyIndex, appKeyIndex), appKey);
}

/** AppKey Delete. MshPRT 4.3.2.39. */
export function appKeyDelete(netKeyIndex: number, appKeyIndex: number): Uint8Array {
  return accessMessage(0x8000, twoIndexes(netKeyIndex, appKeyIndex));
}

/** AppKey Get. MshPRT 4.3.2.41. */
export function appKeyGet(netKeyIndex: number): Uint8Array {
  return accessMessage(0x8001, oneIndex(netKeyIndex));
}

/** NetKey Add. MshPRT 4.3.2.31. */
export function netKeyAdd(netKeyIndex: number, netKey: Uint8Array): Uint8Array {
  return accessMessage(0x8040, oneIndex(netKeyIndex), netKey);
}

/** NetKey Update. MshPRT 4.3.2.32. */
export function netKeyUpdate(netKeyIndex: number, netKey: Uint8Array): Uint8Array {
  return accessMessage(0x8045, oneIndex(netKeyIndex), netKey);
}

/** NetKey Delete. MshPRT 4.3.2.33. */
export function netKeyDelete(netKeyIndex: number): Uint8Array {
  return accessMessage(0x8041, oneIndex(netKeyIndex));
}

/** NetKey Get. MshPRT 4.3.2.35. */
export function netKeyGet(): Uint8Array {
  return accessMessage(0x8042);
}

/** Composition Data Get. MshPRT 4.3.2.4. */
export function compositionDataGet(page = 0): Uint8Array {
  return accessMessage(0x8008, new Uint8Array([page]));
}

/** Beacon Get. MshPRT 4.3.2.1. */
export function beaconGet(): Uint8Array {
  return accessMessage(0x8009);
}

/** Beacon Set. MshPRT 4.3.2.2. */
export function beaconSet(state: number): Uint8Array {
  return accessMessage(0x800a, new Uint8Array([state]));
}

/** Default TTL Get. MshPRT 4.3.2.6. */
export function defaultTtlGet(): Uint8Array {
  return accessMessage(0x800c);
}

/** Default TTL Set. MshPRT 4.3.2.7. */
export function defaultTtlSet(ttl: number): Uint8Array {
  return accessMessage(0x800d, new Uint8Array([ttl]));
}

/** Friend Get. MshPRT 4.3.2.55. */
export function friendGet(): Uint8Array {
  return accessMessage(0x800f);
}

/** Friend Set. MshPRT 4.3.2.56. */
export function friendSet(state: number): Uint8Array {
  return accessMessage(0x8010, new Uint8Array([state]));
}

/** GATT Proxy Get. MshPRT 4.3.2.9. */
export function gattProxyGet(): Uint8Array {
  return accessMessage(0x8012);
}

/** GATT Proxy Set. MshPRT 4.3.2.10. */
export function gattProxySet(state: number): Uint8Array {
  return accessMessage(0x8013, new Uint8Array([state]));
}

/** Key Refresh Phase Get. MshPRT 4.3.2.58. */
export function keyRefreshPhaseGet(netKeyIndex: number): Uint8Array {
  return accessMessage(0x8015, oneIndex(netKeyIndex));
}

/** Key Refresh Phase Set. MshPRT 4.3.2.59. */
export function keyRefreshPhaseSet(netKeyIndex: number, transition: number): Uint8Array {
  return accessMessage(0x8016, oneIndex(netKeyIndex), new Uint8Array([transition]));
}

/** Model Publication Get. MshPRT 4.3.2.15. */
export function publicationGet(element: number, model: ModelId): Uint8Array {
  return accessMessage(0x8018, littleEndian(element, 2), modelOctets(model));
}

/** Model Publication Set, or Virtual Address Set when the address is a Label UUID. MshPRT 4.3.2.16, 4.3.2.17. */
export function publicationSet(element: number, model: ModelId, publication: Publication): Uint8Array {
  const {
    address,
    appKeyIndex = 0,
    credentialFlag = 0,
    ttl = 0xff,
    period = 0,
    retransmit = 0,
  } = publication;
  const isLabel = typeof address !== "number";
  return accessMessage(
    isLabel ? 0x801a : 0x03,
    littleEndian(element, 2),
    isLabel ? address : littleEndian(address, 2),
    littleEndian(appKeyIndex | (credentialFlag << 12), 2),
    new Uint8Array([ttl, period, retransmit]),
    modelOctets(model),
  );
}

/** Model Subscription Add, or Virtual Address Add of a Label UUID. MshPRT 4.3.2.19, 4.3.2.20. */
export function subscriptionAdd(element: number, model: ModelId, address: AddressOrLabel): Uint8Array {
  return subscriptionChange({ plain: 0x801b, virtual: 0x8020 }, element, model, address);
}

/** Model Subscription Delete, or Virtual Address Delete of a Label UUID. MshPRT 4.3.2.21, 4.3.2.22. */
export function subscriptionDelete(element: number, model: ModelId, address: AddressOrLabel): Uint8Array {
  return subscriptionChange({ plain: 0x801c, virtual: 0x8021 }, element, model, address);
}

/** Model Subscription Overwrite, or Virtual Address Overwrite with a Label UUID. MshPRT 4.3.2.23, 4.3.2.24. */
export function subscriptionOverwrite(element: number, model: ModelId, address: AddressOrLabel): Uint8Array {
  return subscriptionChange({ plain: 0x801e, virtual: 0x8022 }, element, model, address);
}

/** Model Subscription Delete All. MshPRT 4.3.2.25. */
export function subscriptionDeleteAll(element: number, model: ModelId): Uint8Array {
  return accessMessage(0x801d, littleEndian(element, 2), modelOctets(model));
}

function subscriptionChange(
  opcodes: { readonly plain: number; readonly virtual: number },
  element: number,
  model: ModelId,
  address: AddressOrLabel,
): Uint8Array {
  const isLabel = typeof address !== "number";
  const at = isLabel ? address : littleEndian(address, 2);
  const opcode = isLabel ? opcodes.virtual : opcodes.plain;
  return accessMessage(opcode, littleEndian(element, 2), at, modelOctets(model));
}

/** SIG Model Subscription Get, or Vendor Model Subscription Get. MshPRT 4.3.2.27, 4.3.2.29. */
export function subscriptionGet(element: number, model: ModelId): Uint8Array {
  return accessMessage(isSig(model) ? 0x8029 : 0x802b, littleEndian(element, 2), modelOctets(model));
}

/** Network Transmit Get. MshPRT 4.3.2.69. */
export function networkTransmitGet(): Uint8Array {
  return accessMessage(0x8023);
}

/** Network Transmit Set; octet: see `transmitOctet`. MshPRT 4.3.2.70. */
export function networkTransmitSet(octet: number): Uint8Array {
  return accessMessage(0x8024, new Uint8Array([octet]));
}

/** Relay Get. MshPRT 4.3.2.12. */
export function relayGet(): Uint8Array {
  return accessMessage(0x8026);
}

/** Relay Set; retransmit: see `transmitOctet`. MshPRT 4.3.2.13. */
export function relaySet(relay: number, retransmit: number): Uint8Array {
  return accessMessage(0x8027, new Uint8Array([relay, retransmit]));
}

/** Low Power Node PollTimeout Get. MshPRT 4.3.2.67. */
export function lowPowerNodePollTimeoutGet(address: number): Uint8Array {
  return accessMessage(0x802d, littleEndian(address, 2));
}

/** Heartbeat Publication Get. MshPRT 4.3.2.61. */
export function heartbeatPublicationGet(): Uint8Array {
  return accessMessage(0x8038);
}

/** Heartbeat Publication Set. MshPRT 4.3.2.62. */
export function heartbeatPublicationSet(publication: HeartbeatPublication): Uint8Array {
  const { destination, countLog = 0, periodLog = 0, ttl = 0, features = 0, netKeyIndex = 0 } = publication;
  return accessMessage(
    0x8039,
    littleEndian(destination, 2),
    new Uint8Array([countLog, periodLog, ttl]),
    littleEndian(features, 2),
    oneIndex(netKeyIndex),
  );
}

/** Heartbeat Subscription Get. MshPRT 4.3.2.64. */
export function heartbeatSubscriptionGet(): Uint8Array {
  return accessMessage(0x803a);
}

/** Heartbeat Subscription Set. MshPRT 4.3.2.65. */
export function heartbeatSubscriptionSet(source: number, destination: number, periodLog: number): Uint8Array {
  return accessMessage(
    0x803b,
    littleEndian(source, 2),
    littleEndian(destination, 2),
    new Uint8Array([periodLog]),
  );
}

/** Model App Bind. MshPRT 4.3.2.46. */
export function modelAppBind(element: number, appKeyIndex: number, model: ModelId): Uint8Array {
  return accessMessage(0x803d, littleEndian(element, 2), oneIndex(appKeyIndex), modelOctets(model));
}

/** Model App Unbind. MshPRT 4.3.2.47. */
export function modelAppUnbind(element: number, appKeyIndex: number, model: ModelId): Uint8Array {
  return accessMessage(0x803f, littleEndian(element, 2), oneIndex(appKeyIndex), modelOctets(model));
}

/** SIG Model App Get, or Vendor Model App Get. MshPRT 4.3.2.49, 4.3.2.51. */
export function modelAppGet(element: number, model: ModelId): Uint8Array {
  return accessMessage(isSig(model) ? 0x804b : 0x804d, littleEndian(element, 2), modelOctets(model));
}

/** Node Identity Get. MshPRT 4.3.2.43. */
export function nodeIdentityGet(netKeyIndex: number): Uint8Array {
  return accessMessage(0x8046, oneIndex(netKeyIndex));
}

/** Node Identity Set. MshPRT 4.3.2.44. */
export function nodeIdentitySet(netKeyIndex: number, identity: number): Uint8Array {
  return accessMessage(0x8047, oneIndex(netKeyIndex), new Uint8Array([identity]));
}

/** Node Reset. MshPRT 4.3.2.53. */
export function nodeReset(): Uint8Array {
  return accessMessage(0x8049);
}
