/** The network layer as a whole: its keys, numbers and states, joined to one another. MshPRT 3.4, 3.9 to 3.11. */

import { AdvBearer } from "../bearer/adv-bearer.js";
import type { Advertiser } from "../bearer/advertiser.js";
import type { Platform } from "../platform.js";
import type { Records } from "../records.js";
import type { ElementAddresses } from "./address.js";
import { IvIndex } from "./iv-index.js";
import { MeshPrivateBeacon } from "./mesh-private-beacon.js";
import { NetKeys } from "./net-keys.js";
import { Network } from "./network.js";
import { FeatureState, type Features, NodeStates, type NodeStateValues } from "./node-states.js";
import { PrivateStates } from "./private-states.js";
import { ProxyServer, serveNothing } from "./proxy-server.js";
import { ReplayList } from "./replay-list.js";
import { SecureNetworkBeacon } from "./secure-network-beacon.js";
import { Sequence } from "./sequence.js";
import { Solicitation } from "./solicitation.js";
import { SolicitationList } from "./solicitation-list.js";

/** MshPRT 3.9.6.4. */
const PRIMARY_NET_KEY_INDEX = 0;

/** What the layer is built of, and how large. */
export interface NetworkLayerParts {
  readonly platform: Platform;
  readonly records: Records;
  readonly advertiser: Advertiser;
  readonly elements: ElementAddresses;
  readonly features: Features;
  readonly capacity: {
    readonly netKeys: number;
    readonly replayList: number;
    readonly messageCache: number;
    readonly proxyFilter: number;
  };
  /** How late the replay protection list is stored; 0: before a message is obeyed. */
  readonly replayStoreDelayMs: number;
  /** Values of the node's states have changed, and are stored. */
  readonly statesChanged: (before: NodeStateValues) => void;
}

/** One term on a network. Whoever builds it attaches itself to `netKeys` and `network`. */
export class NetworkLayer {
  readonly states: NodeStates;
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
  readonly sequence: Sequence;
  readonly replayList: ReplayList;
  readonly network: Network;
  readonly beacon: SecureNetworkBeacon;
  readonly privateStates: PrivateStates;
  /** undefined: the product has no Proxy feature, or the platform no connections. */
  readonly proxy: ProxyServer | undefined;
  readonly solicitations: SolicitationList;
  readonly #solicitation: Solicitation | undefined;
  readonly #privateBeacon: MeshPrivateBeacon;
  readonly #parts: NetworkLayerParts;
  readonly #bearer: AdvBearer;

  constructor(parts: NetworkLayerParts) {
    const { records, advertiser, elements, features, capacity, replayStoreDelayMs, statesChanged } = parts;
    const { clock, crypto, random, trace, gattServer, radio } = parts.platform;
    this.#parts = parts;
    this.states = new NodeStates(records, features, statesChanged);
    this.netKeys = new NetKeys({ records, crypto, trace, capacity: capacity.netKeys });
    this.ivIndex = new IvIndex({ clock, records, trace });
    this.sequence = new Sequence({ records, trace, low: () => this.#numbersLow() });
    this.replayList = new ReplayList({
      clock,
      records,
      trace,
      capacity: capacity.replayList,
      storeDelayMs: replayStoreDelayMs,
    });
    const { states, netKeys, ivIndex } = this;
    this.#bearer = new AdvBearer(advertiser);
    const bearers = [this.#bearer] as const;
    const { messageCache } = capacity;
    this.network = new Network({
      clock,
      random,
      trace,
      netKeys,
      ivIndex,
      states,
      elements,
      bearers,
      messageCache,
      isProxy: () => this.proxy?.isOn ?? false,
    });
    this.privateStates = new PrivateStates(records, () => this.changed());
    const { sequence, replayList, network, privateStates } = this;
    const beaconParts = { advertiser, clock, random, trace, netKeys, ivIndex };
    this.#privateBeacon = new MeshPrivateBeacon({ ...beaconParts, privateStates });
    this.beacon = new SecureNetworkBeacon({ ...beaconParts, states, privateBeacon: this.#privateBeacon });
    const { beacon } = this;
    this.proxy =
      features.proxy && gattServer !== undefined
        ? new ProxyServer({
            ...{ gattServer, radio, clock, random, trace, netKeys, ivIndex, sequence, replayList, elements },
            ...{ states, privateStates, network, beacon, filterCapacity: capacity.proxyFilter },
          })
        : undefined;
    this.solicitations = new SolicitationList(records);
    this.#solicitation =
      this.proxy &&
      new Solicitation({ advertiser, trace, netKeys, list: this.solicitations, elements }, this.proxy);
    ivIndex.attach({ ivIndexChanged: () => this.#ivIndexChanged() });
  }

  /** From storage. false: there is no NetKey or no IV Index, and without them no network. */
  load(): boolean {
    if (!this.netKeys.load() || !this.ivIndex.load()) return false;
    this.states.load();
    this.privateStates.load();
    this.#bindProxies();
    this.solicitations.load();
    this.sequence.load(this.ivIndex.sending);
    this.replayList.load(this.ivIndex.current);
    return true;
  }

  /** Take part, after `load`. identify: clients are to see at once which node it is. */
  start(identify: boolean): void {
    const { gattServer } = this.#parts.platform;
    this.beacon.start();
    this.#privateBeacon.start();
    this.#solicitation?.start();
    if (this.proxy !== undefined) this.proxy.start(identify);
    else if (gattServer !== undefined) serveNothing(gattServer);
  }

  /** Keys, their phases or states have changed: whoever tells others of them has to know. */
  changed(): void {
    this.#bindProxies();
    this.beacon.changed();
    this.#privateBeacon.changed();
    this.proxy?.changed();
  }

  /** Nothing is sent, heard or stored any more, and the keys are wiped. */
  stop(): void {
    this.#solicitation?.stop();
    this.proxy?.stop();
    this.#privateBeacon.stop();
    this.beacon.stop();
    this.network.stop();
    this.#bearer.stop();
    this.replayList.stop();
    this.ivIndex.stop();
    this.netKeys.stop();
  }

  /** Both at once there cannot be; what is stored may say so after a power failure. MshPRT 4.2.45.1. */
  #bindProxies(): void {
    if (this.states.values.gattProxy === FeatureState.Enabled) this.privateStates.excludeProxy();
  }

  /** Only a member of the primary subnet may start an IV update. MshPRT 3.11.5. */
  #numbersLow(): void {
    if (this.netKeys.get(PRIMARY_NET_KEY_INDEX) !== undefined) this.ivIndex.requestUpdate();
  }

  /** The IV Index is durable; the sequence numbers begin anew exactly where it raises the one to send with. */
  #ivIndexChanged(): void {
    this.sequence.restart(this.ivIndex.sending);
    this.replayList.ivIndexChanged(this.ivIndex.current);
    this.changed();
  }
}
