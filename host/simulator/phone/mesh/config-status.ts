/** The statuses that a configuration server, and those of the private proxy, answer, read. MshPRT 4.3.2, 4.3.5, 4.3.7. */

import type { ModelId } from "./config-messages.js";
import { splitOpcode } from "./opcode.js";
import { Reader } from "./reader.js";

/** Status codes. MshPRT 4.3.14. */
export const Status = Object.freeze({
  Success: 0x00,
  InvalidAddress: 0x01,
  InvalidModel: 0x02,
  InvalidAppKeyIndex: 0x03,
  InvalidNetKeyIndex: 0x04,
  InsufficientResources: 0x05,
  KeyIndexAlreadyStored: 0x06,
  InvalidPublishParameters: 0x07,
  NotASubscribeModel: 0x08,
  StorageFailure: 0x09,
  FeatureNotSupported: 0x0a,
  CannotUpdate: 0x0b,
  CannotRemove: 0x0c,
  CannotBind: 0x0d,
  TemporarilyUnableToChangeState: 0x0e,
  CannotSet: 0x0f,
  UnspecifiedError: 0x10,
  InvalidBinding: 0x11,
} as const);

interface Subscriptions {
  readonly status: number;
  readonly element: number;
  readonly model: ModelId;
  readonly addresses: readonly number[];
}

interface ModelAppKeys {
  readonly status: number;
  readonly element: number;
  readonly model: ModelId;
  readonly appKeyIndexes: readonly number[];
}

/** One status, told apart by its name. Octets such as `retransmit` and logs are as on the air. */
export type ConfigStatus =
  | {
      readonly name: "appKey";
      readonly status: number;
      readonly netKeyIndex: number;
      readonly appKeyIndex: number;
    }
  | {
      readonly name: "appKeyList";
      readonly status: number;
      readonly netKeyIndex: number;
      readonly appKeyIndexes: readonly number[];
    }
  | { readonly name: "netKey"; readonly status: number; readonly netKeyIndex: number }
  | { readonly name: "netKeyList"; readonly netKeyIndexes: readonly number[] }
  | { readonly name: "compositionData"; readonly page: number; readonly data: Uint8Array }
  | { readonly name: "beacon" | "friend" | "gattProxy"; readonly state: number }
  | { readonly name: "defaultTtl"; readonly ttl: number }
  | {
      readonly name: "keyRefreshPhase";
      readonly status: number;
      readonly netKeyIndex: number;
      readonly phase: number;
    }
  | {
      readonly name: "publication";
      readonly status: number;
      readonly element: number;
      readonly address: number;
      readonly appKeyIndex: number;
      readonly credentialFlag: number;
      readonly ttl: number;
      readonly period: number;
      readonly retransmit: number;
      readonly model: ModelId;
    }
  | {
      readonly name: "subscription";
      readonly status: number;
      readonly element: number;
      readonly address: number;
      readonly model: ModelId;
    }
  | ({ readonly name: "sigSubscriptionList" | "vendorSubscriptionList" } & Subscriptions)
  | { readonly name: "networkTransmit"; readonly transmit: number }
  | { readonly name: "relay"; readonly relay: number; readonly retransmit: number }
  | { readonly name: "lowPowerNodePollTimeout"; readonly address: number; readonly pollTimeout: number }
  | {
      readonly name: "heartbeatPublication";
      readonly status: number;
      readonly destination: number;
      readonly countLog: number;
      readonly periodLog: number;
      readonly ttl: number;
      readonly features: number;
      readonly netKeyIndex: number;
    }
  | {
      readonly name: "heartbeatSubscription";
      readonly status: number;
      readonly source: number;
      readonly destination: number;
      readonly periodLog: number;
      readonly countLog: number;
      readonly minHops: number;
      readonly maxHops: number;
    }
  | {
      readonly name: "modelApp";
      readonly status: number;
      readonly element: number;
      readonly appKeyIndex: number;
      readonly model: ModelId;
    }
  | ({ readonly name: "sigModelAppList" | "vendorModelAppList" } & ModelAppKeys)
  | {
      readonly name: "nodeIdentity";
      readonly status: number;
      readonly netKeyIndex: number;
      readonly identity: number;
    }
  | { readonly name: "nodeReset" }
  | { readonly name: "privateBeacon"; readonly state: number; readonly updateSteps: number }
  | { readonly name: "privateGattProxy"; readonly state: number }
  | {
      readonly name: "privateNodeIdentity";
      readonly status: number;
      readonly netKeyIndex: number;
      readonly identity: number;
    }
  | { readonly name: "onDemandPrivateProxy"; readonly seconds: number };

type Decode = (reader: Reader) => ConfigStatus;

const DECODERS = Object.freeze<Readonly<Record<number, Decode>>>({
  2: (r) => ({ name: "compositionData", page: r.number(1), data: r.rest() }),
  6: (r) => ({
    name: "heartbeatPublication",
    status: r.number(1),
    destination: r.number(2),
    countLog: r.number(1),
    periodLog: r.number(1),
    ttl: r.number(1),
    features: r.number(2),
    netKeyIndex: r.number(2),
  }),
  32770: (r) => ({
    name: "appKeyList",
    status: r.number(1),
    netKeyIndex: r.number(2),
    appKeyIndexes: r.indexes(),
  }),
  32771: (r) => {
    const status = r.number(1);
    const [netKeyIndex, appKeyIndex] = r.twoIndexes();
    return { name: "appKey", status, netKeyIndex, appKeyIndex };
  },
  32779: (r) => ({ name: "beacon", state: r.number(1) }),
  32782: (r) => ({ name: "defaultTtl", ttl: r.number(1) }),
  32785: (r) => ({ name: "friend", state: r.number(1) }),
  32788: (r) => ({ name: "gattProxy", state: r.number(1) }),
  32791: (r) => ({
    name: "keyRefreshPhase",
    status: r.number(1),
    netKeyIndex: r.number(2),
    phase: r.number(1),
  }),
  32793: (r) => {
    const [status, element, address, index] = [r.number(1), r.number(2), r.number(2), r.number(2)];
    const [appKeyIndex, credentialFlag] = [index & 0xfff, (index >> 12) & 1];
    const [ttl, period, retransmit] = [r.number(1), r.number(1), r.number(1)];
    const of = { status, element, address, appKeyIndex, credentialFlag, ttl, period, retransmit };
    return { name: "publication", ...of, model: r.model() };
  },
  32799: (r) => ({
    name: "subscription",
    status: r.number(1),
    element: r.number(2),
    address: r.number(2),
    model: r.model(),
  }),
  32805: (r) => ({ name: "networkTransmit", transmit: r.number(1) }),
  32808: (r) => ({ name: "relay", relay: r.number(1), retransmit: r.number(1) }),
  32810: (r) => ({ name: "sigSubscriptionList", ...subscriptions(r, 2) }),
  32812: (r) => ({ name: "vendorSubscriptionList", ...subscriptions(r, 4) }),
  32814: (r) => ({ name: "lowPowerNodePollTimeout", address: r.number(2), pollTimeout: r.number(3) }),
  32828: (r) => ({
    name: "heartbeatSubscription",
    status: r.number(1),
    source: r.number(2),
    destination: r.number(2),
    periodLog: r.number(1),
    countLog: r.number(1),
    minHops: r.number(1),
    maxHops: r.number(1),
  }),
  32830: (r) => ({
    name: "modelApp",
    status: r.number(1),
    element: r.number(2),
    appKeyIndex: r.number(2),
    model: r.model(),
  }),
  32835: (r) => ({ name: "netKeyList", netKeyIndexes: r.indexes() }),
  32836: (r) => ({ name: "netKey", status: r.number(1), netKeyIndex: r.number(2) }),
  32840: (r) => ({
    name: "nodeIdentity",
    status: r.number(1),
    netKeyIndex: r.number(2),
    identity: r.number(1),
  }),
  32842: () => ({ name: "nodeReset" }),
  32844: (r) => ({ name: "sigModelAppList", ...modelAppKeys(r, 2) }),
  32846: (r) => ({ name: "vendorModelAppList", ...modelAppKeys(r, 4) }),
  32866: (r) => ({ name: "privateBeacon", state: r.number(1), updateSteps: r.number(1) }),
  32869: (r) => ({ name: "privateGattProxy", state: r.number(1) }),
  32872: (r) => ({
    name: "privateNodeIdentity",
    status: r.number(1),
    netKeyIndex: r.number(2),
    identity: r.number(1),
  }),
  32875: (r) => ({ name: "onDemandPrivateProxy", seconds: r.number(1) }),
});

/** Read a status. Throws RangeError when it is none of a configuration server, too short or too long. */
export function decodeStatus(message: Uint8Array): ConfigStatus {
  const { opcode, parameters } = splitOpcode(message);
  const decode = DECODERS[opcode];
  if (decode === undefined) throw new RangeError(`0x${opcode.toString(16)} is no configuration status`);
  const reader = new Reader(parameters);
  const status = decode(reader);
  if (reader.left > 0) throw new RangeError(`${reader.left} octets too many in ${status.name}`);
  return status;
}

function subscriptions(reader: Reader, size: 2 | 4): Subscriptions {
  const [status, element, model] = [reader.number(1), reader.number(2), reader.model(size)];
  return { status, element, model, addresses: reader.addresses() };
}

function modelAppKeys(reader: Reader, size: 2 | 4): ModelAppKeys {
  const [status, element, model] = [reader.number(1), reader.number(2), reader.model(size)];
  return { status, element, model, appKeyIndexes: reader.indexes() };
}
