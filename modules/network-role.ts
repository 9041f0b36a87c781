/** The role of a provisioned node: the layers from bearer to models, joined to one another. MshPRT 2.2.1. */

import { Access } from "./access/access.js";
import { checkComposition, encodeCompositionPage0 } from "./access/composition.js";
import type { Composition, Element, Model } from "./access/model.js";
import type { Advertiser } from "./bearer/advertiser.js";
import { wipe } from "./bytes.js";
import { ConfigurationServer } from "./models/foundation/configuration-server.js";
import { OnDemandPrivateProxyServer } from "./models/foundation/on-demand-private-proxy-server.js";
import { PrivateBeaconServer } from "./models/foundation/private-beacon-server.js";
import type { PrivateServer } from "./models/foundation/private-server.js";
import { SolicitationRplServer } from "./models/foundation/solicitation-rpl-server.js";
import type { ElementAddresses } from "./network/address.js";
import { IvIndex } from "./network/iv-index.js";
import { NetKeys } from "./network/net-keys.js";
import { NetworkLayer } from "./network/network-layer.js";
import { Feature, type Features, type NodeStateValues } from "./network/node-states.js";
import { Sequence } from "./network/sequence.js";
import type { Platform } from "./platform.js";
import { encodeIdentity, type Identity, type NodeRecord, RecordKey, Records } from "./records.js";
import { TransportLayer } from "./transport/transport-layer.js";

/** How much the node can remember; each is held in memory from the start. */
export interface Capacity {
  readonly netKeys: number;
  readonly appKeys: number;
  /** Sources whose sequence numbers are remembered: CRPL of the composition data. MshPRT 4.2.2.1. */
  readonly replayList: number;
  /** PDUs that are recognised when they come again. MshPRT 3.4.6.5. */
  readonly messageCache: number;
  /** Label UUIDs of virtual addresses, of all models together. */
  readonly labels: number;
  /** Addresses in the filter of each proxy client. MshPRT 6.4. */
  readonly proxyFilter: number;
}

/** Enough for a lamp in a large house; with more NetKeys, not all would fit into the RAM of an nRF52840 at once. */
export const defaultCapacity: Capacity = Object.freeze({
  netKeys: 4,
  appKeys: 16,
  replayList: 128,
  messageCache: 64,
  labels: 16,
  proxyFilter: 64,
});

/** What the network needs to know of its product. */
export interface NetworkProduct {
  readonly composition: Composition;
  readonly features: Features;
  readonly capacity: Capacity;
  /** How late the replay protection list is stored; 0: before a message is obeyed. */
  readonly policy: { readonly replayStoreDelayMs: number };
}

/**
 * Throws RangeError for a product that the specification forbids, or that our records cannot hold: lists of key indexes
 * fit one message, and a replay list has at most 256 records of eight sources. MshPRT 4.2.2.1, 4.2.5, 4.2.6.
 */
export function checkProduct({ composition, capacity }: NetworkProduct): void {
  const own = [new ConfigurationServer(), ...createPrivateServers()];
  elementsOf(composition, own, composition.elements.length);
  const { companyId, productId, versionId } = composition;
  for (const number of [companyId, productId, versionId]) {
    if (!isWhole(number, 0, 0xffff)) throw new RangeError("a company, product or version has 16 bits");
  }
  const { netKeys, appKeys, replayList, messageCache, labels } = capacity;
  checkCapacity("netKeys", netKeys, 1, 252);
  checkCapacity("appKeys", appKeys, 1, 250);
  checkCapacity("replayList", replayList, 1, 0x800);
  checkCapacity("messageCache", messageCache, 2, 0xffff);
  checkCapacity("labels", labels, 0, 0x100);
}

function checkCapacity(name: string, value: number, least: number, most: number): void {
  if (!isWhole(value, least, most)) throw new RangeError(`the capacity ${name} is ${least} to ${most}`);
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/**
 * Store what provisioning has given, the identity last: with it, the device is a node. false: there is no room for
 * all of it; what has been written means nothing without the identity.
 */
export function joinNetwork(platform: Platform, product: NetworkProduct, record: NodeRecord): boolean {
  const { clock, crypto, storage, trace } = platform;
  const records = new Records(storage, trace);
  const netKeys = new NetKeys({ records, crypto, trace, capacity: product.capacity.netKeys });
  const ivIndex = new IvIndex({ clock, records, trace });
  const sequence = new Sequence({ records, trace, low: () => {} });
  const identity = encodeIdentity({ ...record, numberOfElements: product.composition.elements.length });
  const stored =
    netKeys.begin(record.netKeyIndex, record.netKey, record.keyRefresh) &&
    ivIndex.begin(record.ivIndex, record.ivUpdate) &&
    sequence.begin(ivIndex.sending) &&
    records.write(RecordKey.Node, identity);
  wipe(identity);
  netKeys.stop();
  ivIndex.stop();
  return stored;
}

/** What a term on a network is built of. reset: a Node Reset has been answered; called from within the stack. */
export interface NetworkRoleParts {
  readonly platform: Platform;
  readonly product: NetworkProduct;
  readonly advertiser: Advertiser;
  readonly identity: Identity;
  readonly reset: () => void;
}

/** One term on a network. It is built for it, and dropped after `stop`. */
export class NetworkRole {
  readonly elements: ElementAddresses;
  readonly #network: NetworkLayer;
  readonly #transport: TransportLayer;
  readonly #access: Access;

  constructor({ platform, product, advertiser, identity, reset }: NetworkRoleParts) {
    const { clock, crypto, random, storage, trace } = platform;
    const { composition, features, capacity, policy } = product;
    const records = new Records(storage, trace);
    const addresses = { first: identity.unicastAddress, count: identity.numberOfElements };
    const { replayStoreDelayMs } = policy;
    const layer = new NetworkLayer({
      platform,
      records,
      advertiser,
      elements: addresses,
      features,
      capacity,
      replayStoreDelayMs,
      statesChanged: (before) => this.#statesChanged(before),
    });
    const { deviceKey } = identity;
    const transport = new TransportLayer({
      platform,
      records,
      layer,
      elements: addresses,
      deviceKey,
      capacity,
    });

    const configuration = new ConfigurationServer();
    const privateServers = layer.proxy === undefined ? [] : createPrivateServers();
    const elements = elementsOf(composition, [configuration, ...privateServers], addresses.count);
    const { states, netKeys, ivIndex } = layer;
    const { appKeys, labels, upper, heartbeatPublication, heartbeatSubscription } = transport;
    const access = new Access({
      clock,
      random,
      trace,
      records,
      upper,
      appKeys,
      labels,
      states,
      elements,
      addresses,
    });
    const compositionPage0 = encodeCompositionPage0(composition, elements, features, capacity.replayList);
    configuration.serve({
      ...{ crypto, trace, netKeys, appKeys, ivIndex, states, features, access, compositionPage0 },
      ...{ heartbeatPublication, heartbeatSubscription, elements: addresses, proxy: layer.proxy },
      // A client that is connected is to have the answer before its connection ends.
      reset: () => (layer.proxy === undefined ? reset() : layer.proxy.drain(reset)),
    });

    const { proxy, privateStates, solicitations } = layer;
    if (proxy !== undefined) {
      const stack = { trace, netKeys, states, privateStates, proxy, solicitations };
      for (const server of privateServers) server.serve(stack);
    }

    this.elements = addresses;
    this.#network = layer;
    this.#transport = transport;
    this.#access = access;
    this.#listen();
  }

  /** From storage. false: there is no NetKey or no IV Index, and without them no network. */
  load(): boolean {
    if (!this.#network.load()) return false;
    this.#transport.load();
    return true;
  }

  /** Take part, after `load`. identify: it has just been provisioned over PB-GATT. */
  start(identify: boolean): void {
    this.#access.start();
    this.#network.start(identify);
  }

  /** The connections of proxy clients end; they may come back. */
  closeLinks(): void {
    this.#network.proxy?.disconnect();
  }

  /** The term is over: nothing is sent, heard or stored any more, and the keys are wiped. */
  stop(): void {
    this.#access.stop();
    this.#transport.stop();
    this.#network.stop();
  }

  /** Who must know when keys come and go. */
  #listen(): void {
    const network = this.#network;
    const { appKeys, heartbeatPublication } = this.#transport;
    network.netKeys.attach({
      added: () => network.changed(),
      phaseChanged: (subnet) => {
        appKeys.netKeyPhaseChanged(subnet);
        network.changed();
      },
      deleted: ({ netKeyIndex }) => {
        appKeys.netKeyDeleted(netKeyIndex);
        heartbeatPublication.netKeyDeleted(netKeyIndex);
        network.changed();
      },
    });
    appKeys.attach({ deleted: (appKeyIndex) => this.#access.appKeyDeleted(appKeyIndex) });
  }

  #statesChanged(before: NodeStateValues): void {
    const { states } = this.#network;
    const { heartbeatPublication } = this.#transport;
    const after = states.values;
    if (after.relay !== before.relay) heartbeatPublication.featureChanged(Feature.Relay);
    if (after.gattProxy !== before.gattProxy) heartbeatPublication.featureChanged(Feature.Proxy);
    if (after.friend !== before.friend) heartbeatPublication.featureChanged(Feature.Friend);
    this.#network.changed();
  }
}

/**
 * The product's elements with the models that the primary element must have. Those beyond the number that the
 * provisioner was told have no address of their own, and take no part before the next provisioning.
 */
function elementsOf(
  { elements }: Composition,
  foundation: readonly Model[],
  count: number,
): readonly Element[] {
  const served = elements
    .slice(0, count)
    .map((element, index) =>
      index === 0 ? { ...element, models: [...foundation, ...element.models] } : element,
    );
  checkComposition(served);
  return served;
}

/** The models by which a proxy is made private. MshPRT 4.4.11, 4.4.13, 4.4.17. */
function createPrivateServers(): readonly PrivateServer[] {
  return [new PrivateBeaconServer(), new OnDemandPrivateProxyServer(), new SolicitationRplServer()];
}
