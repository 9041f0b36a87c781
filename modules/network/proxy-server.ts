/** The Proxy Server: shows the Mesh Proxy Service, and is a node's way to the network for its clients. MshPRT 6.7, 7.2. */

import { ConnectableAdvertising } from "../bearer/connectable-advertising.js";
import { MeshProxyService } from "../bearer/mesh-services.js";
import type { ProxyLink } from "../bearer/proxy-link.js";
import { ProxyLinks, type ProxyLinksListener } from "../bearer/proxy-links.js";
import { ProxyMessageType } from "../bearer/proxy-pdu.js";
import type { Clock, GattListener, GattServer, Radio, Timer } from "../platform.js";
import { Demands } from "./demands.js";
import { IdentityStates } from "./identity-states.js";
import type { Network } from "./network.js";
import { FeatureState, type NodeStates } from "./node-states.js";
import type { PrivateStates } from "./private-states.js";
import { ProxyAdvertising } from "./proxy-advertising.js";
import { ProxyClient, type ProxyClientParts } from "./proxy-client.js";
import type { SolicitationListener } from "./solicitation.js";
import type { Subnet } from "./subnet.js";

const TYPES = Object.freeze([
  ProxyMessageType.NetworkPdu,
  ProxyMessageType.MeshBeacon,
  ProxyMessageType.ProxyConfiguration,
] as const);

/** How long the end waits for what is still to leave. Ours. */
const DRAIN_TIMEOUT_MS = 2_000;

/** What the server needs of its surroundings. */
export interface ProxyServerParts extends ProxyClientParts {
  readonly gattServer: GattServer;
  readonly radio: Radio;
  readonly clock: Clock;
  readonly states: NodeStates;
  readonly privateStates: PrivateStates;
  readonly network: Pick<Network, "add" | "remove">;
}

/** Serves clients between `start` and `stop`. */
export class ProxyServer implements ProxyLinksListener, SolicitationListener {
  readonly nodeIdentity: IdentityStates;
  readonly privateNodeIdentity: IdentityStates;
  readonly #parts: ProxyServerParts;
  readonly #links: ProxyLinks;
  readonly #advertising: ProxyAdvertising;
  readonly #begin: Timer;
  readonly #drainTimer: Timer;
  readonly #demands: Demands;
  #clients: readonly ProxyClient[] = [];
  #isRunning = false;
  /** There are clients that had connected before the service was there: they are left in peace. */
  #hasInherited = false;
  /** Whose clients have come on demand, until all clients are gone: which of them it was, nobody keeps. */
  #onDemand: readonly Subnet[] = [];
  #drained: (() => void) | undefined;

  constructor(parts: ProxyServerParts) {
    const { gattServer, radio, clock, random, trace, netKeys, states, privateStates, elements } = parts;
    this.#parts = parts;
    this.#links = new ProxyLinks({
      ...{ gattServer, clock, trace, layer: "proxy", types: TYPES },
      ...{ service: MeshProxyService, listener: this },
    });
    const changed = (hasBegun: boolean): void => this.#advertising.changed(hasBegun);
    this.nodeIdentity = new IdentityStates({ clock, random, changed });
    this.privateNodeIdentity = new IdentityStates({ clock, random, changed });
    this.#demands = new Demands(clock, changed);
    this.#advertising = new ProxyAdvertising({
      ...{ clock, random, netKeys, states, privateStates, address: elements.first },
      ...{ nodeIdentity: this.nodeIdentity, privateNodeIdentity: this.privateNodeIdentity },
      demands: this.#demands,
      advertising: new ConnectableAdvertising(radio, clock),
    });
    this.#begin = clock.createTimer(() => this.#begun());
    this.#drainTimer = clock.createTimer(() => this.#drain());
  }

  /** Show the service. identify: say at once which node it is, as after provisioning over PB-GATT. MshPRT 7.2.2.2.3. */
  start(identify: boolean): void {
    this.#isRunning = true;
    this.#links.serve();
    if (identify) this.identify();
    // By then those are known whose connections stay while the service is another one.
    this.#begin.start(0);
  }

  /** Say for a minute, on every subnet, which node it is: a person, or the end of provisioning, asks for it. */
  identify(): void {
    for (const subnet of this.#parts.netKeys.subnets) this.showIdentity(subnet);
  }

  /** Node Identity on one subnet; it excludes the private one on all. MshPRT 4.2.46.1. */
  showIdentity(subnet: Subnet): void {
    this.privateNodeIdentity.stopAll();
    this.nodeIdentity.start(subnet);
  }

  /** The connections end, nothing is advertised, nobody is told. The service is left to whoever comes next. */
  stop(): void {
    this.#isRunning = false;
    this.#begin.stop();
    this.#drainTimer.stop();
    this.#drained = undefined;
    this.#advertising.stop();
    this.#demands.clear();
    this.nodeIdentity.stopAll();
    this.privateNodeIdentity.stopAll();
    for (const { bearer } of this.#clients) bearer.stop();
    this.disconnect();
    this.#links.stop();
    this.#clients = [];
  }

  /** Every connection ends, which is told in a later turn. */
  disconnect(): void {
    for (const link of this.#links.all) link.close();
  }

  /** Keys, their phases, the IV Index or a state have changed. */
  changed(): void {
    if (!this.#isRunning) return;
    const { subnets } = this.#parts.netKeys;
    for (const states of [this.nodeIdentity, this.privateNodeIdentity]) {
      for (const { subnet } of states.running) if (!subnets.includes(subnet)) states.stop(subnet);
    }
    if (!this.isSolicitable) this.#endDemand();
    this.#advertising.changed();
    for (const client of this.#clients) client.tell();
  }

  /** Whether PDUs go between GATT and the advertising bearer. MshPRT 3.4.6.3, table 3.14. */
  get isOn(): boolean {
    const { states, privateStates } = this.#parts;
    const { privateGattProxy, onDemandSeconds } = privateStates.values;
    return states.values.gattProxy === FeatureState.Enabled || privateGattProxy || onDemandSeconds > 0;
  }

  /** Hidden, but ready to show itself to whoever asks for it. MshPRT 6.9.2.2. */
  get isSolicitable(): boolean {
    const { states, privateStates } = this.#parts;
    const { privateGattProxy, onDemandSeconds } = privateStates.values;
    const isShown = states.values.gattProxy === FeatureState.Enabled || privateGattProxy;
    return this.#isRunning && !isShown && onDemandSeconds > 0;
  }

  /** Private Node Identity on one subnet. false: Node Identity on any of them excludes it. MshPRT 4.2.46.1. */
  showPrivateIdentity(subnet: Subnet): boolean {
    if (this.nodeIdentity.running.length > 0) return false;
    this.privateNodeIdentity.start(subnet);
    return true;
  }

  /** A Solicitation PDU has come: show the subnet whose key has authenticated it. MshPRT 6.9.2.2, 4.2.47. */
  solicited(subnet: Subnet): void {
    this.#demands.add(subnet, this.#parts.privateStates.values.onDemandSeconds);
  }

  /** Call `done`, in a later turn, when all that was to be sent has left, or after 2 s. Once. */
  drain(done: () => void): void {
    this.#drained = done;
    this.#drainTimer.start(this.#isDrained ? 0 : DRAIN_TIMEOUT_MS);
  }

  connected(link: ProxyLink): void {
    this.#clients = [...this.#clients, new ProxyClient(link, this.#isPrivate, this.#parts)];
    if (this.#begin.running) return;
    if (this.#demands.subnets.length > 0) this.#onDemand = this.#demands.subnets;
    this.#demands.clear();
    if (this.#links.hasRoom) this.#advertising.changed();
    else this.#advertising.stop();
  }

  opened(link: ProxyLink): void {
    const client = this.#clients.find((candidate) => candidate.link === link);
    if (client === undefined) return;
    this.#parts.network.add(client.bearer);
    client.tell();
  }

  disconnected(link: ProxyLink): void {
    const client = this.#clients.find((candidate) => candidate.link === link);
    this.#clients = this.#clients.filter((candidate) => candidate !== client);
    if (client !== undefined) {
      this.#parts.network.remove(client.bearer);
      client.bearer.stop();
    }
    if (this.#links.all.length === 0) this.#hasInherited = false;
    // It may want to come back.
    if (this.isSolicitable) for (const subnet of this.#onDemand) this.solicited(subnet);
    if (this.#links.all.length === 0) this.#onDemand = [];
    if (!this.#begin.running && !this.#hasInherited) this.#advertising.start();
    this.idle();
  }

  idle(): void {
    if (this.#drained !== undefined && this.#isDrained) this.#drainTimer.start(0);
  }

  get #isDrained(): boolean {
    return this.#links.all.every(({ isIdle }) => isIdle);
  }

  /** MshPRT 7.2.2.2.6; who has come on demand gets private beacons, too. */
  get #isPrivate(): boolean {
    const { states, privateStates } = this.#parts;
    const isPublic = states.values.gattProxy === FeatureState.Enabled || this.nodeIdentity.running.length > 0;
    const isPrivate =
      privateStates.values.privateGattProxy ||
      this.privateNodeIdentity.running.length > 0 ||
      this.#demands.subnets.length > 0;
    return !isPublic && isPrivate;
  }

  #endDemand(): void {
    this.#onDemand = [];
    this.#demands.clear();
  }

  #begun(): void {
    this.#hasInherited = this.#links.all.length > 0;
    if (!this.#hasInherited) this.#advertising.start();
  }

  #drain(): void {
    const done = this.#drained;
    this.#drained = undefined;
    done?.();
  }
}

const NOBODY: GattListener = Object.freeze({
  connected: () => {},
  disconnected: () => {},
  subscribed: () => {},
  written: () => {},
  ready: () => {},
  idle: () => {},
});

/** Show no mesh service: a node without the Proxy feature. */
export function serveNothing(gattServer: GattServer): void {
  gattServer.serve(undefined, NOBODY);
}
