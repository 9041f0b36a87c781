/** The transport layers as a whole: keys, labels, upper transport and heartbeats. MshPRT 3.5, 3.6. */

import type { ElementAddresses } from "../network/address.js";
import type { NetworkLayer } from "../network/network-layer.js";
import type { Platform } from "../platform.js";
import type { Records } from "../records.js";
import { AppKeys } from "./app-keys.js";
import { HeartbeatPublication } from "./heartbeat-publication.js";
import { HeartbeatSubscription } from "./heartbeat-subscription.js";
import { Labels } from "./labels.js";
import { UpperTransport } from "./upper.js";

/** What the layer is built of, and how large. deviceKey: copied. */
export interface TransportLayerParts {
  readonly platform: Platform;
  readonly records: Records;
  readonly layer: NetworkLayer;
  readonly elements: ElementAddresses;
  readonly deviceKey: Uint8Array;
  readonly capacity: { readonly appKeys: number; readonly labels: number };
}

/** One term on a network. Whoever builds it attaches itself to `appKeys` and `upper`. */
export class TransportLayer {
  readonly appKeys: AppKeys;
  readonly labels: Labels;
  readonly upper: UpperTransport;
  readonly heartbeatPublication: HeartbeatPublication;
  readonly heartbeatSubscription: HeartbeatSubscription;

  constructor({ platform, records, layer, elements, deviceKey, capacity }: TransportLayerParts) {
    const { clock, crypto, trace } = platform;
    const { netKeys, network, sequence, ivIndex, replayList, states } = layer;
    const appKeys = new AppKeys({ records, crypto, trace, capacity: capacity.appKeys, netKeys });
    const labels = new Labels({ records, crypto, capacity: capacity.labels });
    const upper = new UpperTransport({
      clock,
      trace,
      crypto,
      network,
      netKeys,
      appKeys,
      labels,
      deviceKey,
      sequence,
      ivIndex,
      replayList,
      states,
      elements,
    });
    const featuresInUse = (): number => states.featuresInUse;
    this.appKeys = appKeys;
    this.labels = labels;
    this.upper = upper;
    this.heartbeatPublication = new HeartbeatPublication({
      clock,
      records,
      trace,
      upper,
      elements,
      featuresInUse,
    });
    this.heartbeatSubscription = new HeartbeatSubscription({ clock, trace, upper });
  }

  /** From storage, after the network layer. */
  load(): void {
    this.appKeys.load();
    this.labels.load();
    this.heartbeatPublication.load();
  }

  /** Nothing is sent or heard any more, and the keys are wiped. */
  stop(): void {
    this.heartbeatSubscription.stop();
    this.heartbeatPublication.stop();
    this.upper.stop();
    this.appKeys.stop();
  }
}
