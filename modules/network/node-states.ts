/** The states that say how this node takes part in the network. MshPRT 4.2.8, 4.2.9, 4.2.11 to 4.2.14, 4.2.20, 4.2.21. */

import type { Transmit } from "../bearer/bearer.js";
import { octet } from "../bytes.js";
import { RecordKey, type Records } from "../records.js";

/** Values of the Relay, GATT Proxy and Friend states. MshPRT 4.2.9, 4.2.12, 4.2.14. */
export const FeatureState = Object.freeze({ Disabled: 0x00, Enabled: 0x01, NotSupported: 0x02 } as const);
export type FeatureState = (typeof FeatureState)[keyof typeof FeatureState];

/** The features a node can have; the bits of every Features field. MshPRT 4.2.2.1, 3.6.7.1. */
export const Feature = Object.freeze({ Relay: 0x01, Proxy: 0x02, Friend: 0x04, LowPower: 0x08 } as const);

/** Which features a product has at all. */
export interface Features {
  readonly relay: boolean;
  readonly proxy: boolean;
  readonly friend: boolean;
  readonly lowPower: boolean;
}

/** The values of all of them. */
export interface NodeStateValues {
  /** Secure Network Beacon: whether they are sent. */
  readonly secureNetworkBeacon: boolean;
  /** Default TTL: 0, or 2 to 127. */
  readonly defaultTtl: number;
  readonly relay: FeatureState;
  /** Relay Retransmit: low 3 bits count, high 5 bits interval steps. */
  readonly relayRetransmit: number;
  /** Network Transmit: the same layout. */
  readonly networkTransmit: number;
  readonly gattProxy: FeatureState;
  readonly friend: FeatureState;
}

/** Three transmissions, 20 ms apart. */
const THREE_TIMES_20_MS = 0x0a;

const VERSION = 1;
const SIZE = 8;

/** Keeps the values, in storage too. */
export class NodeStates {
  readonly #records: Records;
  readonly #features: Features;
  readonly #changed: (before: NodeStateValues) => void;
  #values: NodeStateValues;

  /** changed: called after a change has been stored. */
  constructor(records: Records, features: Features, changed: (before: NodeStateValues) => void) {
    this.#records = records;
    this.#features = features;
    this.#changed = changed;
    this.#values = {
      secureNetworkBeacon: true,
      defaultTtl: 7,
      relay: initial(features.relay),
      relayRetransmit: features.relay ? THREE_TIMES_20_MS : 0,
      networkTransmit: THREE_TIMES_20_MS,
      gattProxy: initial(features.proxy),
      friend: initial(features.friend),
    };
  }

  /** What has been configured, where it still fits the features of this product. */
  load(): void {
    const record = this.#records.read(RecordKey.Configuration, VERSION, SIZE);
    if (record === undefined) return;
    const values = decode(record);
    if (values === undefined) {
      this.#records.damaged(record);
      return;
    }
    const { relay, proxy, friend } = this.#features;
    this.#values = {
      ...values,
      relay: relay ? values.relay : FeatureState.NotSupported,
      gattProxy: proxy ? values.gattProxy : FeatureState.NotSupported,
      friend: friend ? values.friend : FeatureState.NotSupported,
    };
  }

  get values(): NodeStateValues {
    return this.#values;
  }

  /** The features that are supported and switched on; Low Power is in use only with a friend. MshPRT 3.6.7.1. */
  get featuresInUse(): number {
    const { relay, gattProxy, friend } = this.#values;
    return (
      (relay === FeatureState.Enabled ? Feature.Relay : 0) |
      (gattProxy === FeatureState.Enabled ? Feature.Proxy : 0) |
      (friend === FeatureState.Enabled ? Feature.Friend : 0)
    );
  }

  /** Change some of them. false: they could not be stored, and nothing has changed. */
  change(values: Partial<NodeStateValues>): boolean {
    const before = this.#values;
    const after = { ...before, ...values };
    if (!this.#records.write(RecordKey.Configuration, encode(after))) return false;
    this.#values = after;
    this.#changed(before);
    return true;
  }
}

/** The transmissions that a Network Transmit or Relay Retransmit octet stands for. MshPRT 4.2.20, 4.2.21. */
export function transmitOf(state: number): Transmit {
  return { count: (state & 0x07) + 1, intervalMs: ((state >> 3) + 1) * 10 };
}

function initial(isSupported: boolean): FeatureState {
  return isSupported ? FeatureState.Enabled : FeatureState.NotSupported;
}

function encode(values: NodeStateValues): Uint8Array {
  return new Uint8Array([
    VERSION,
    values.secureNetworkBeacon ? 1 : 0,
    values.defaultTtl,
    values.relay,
    values.relayRetransmit,
    values.networkTransmit,
    values.gattProxy,
    values.friend,
  ]);
}

function decode(record: Uint8Array): NodeStateValues | undefined {
  const beacon = octet(record, 1);
  const defaultTtl = octet(record, 2);
  const relay = featureState(octet(record, 3));
  const gattProxy = featureState(octet(record, 6));
  const friend = featureState(octet(record, 7));
  if (beacon > 1 || defaultTtl === 1 || defaultTtl > 0x7f) return undefined;
  if (relay === undefined || gattProxy === undefined || friend === undefined) return undefined;
  return {
    secureNetworkBeacon: beacon === 1,
    defaultTtl,
    relay,
    relayRetransmit: octet(record, 4),
    networkTransmit: octet(record, 5),
    gattProxy,
    friend,
  };
}

/** undefined: no value of such a state. */
export function featureState(value: number): FeatureState | undefined {
  return value === 0 || value === 1 || value === 2 ? value : undefined;
}
