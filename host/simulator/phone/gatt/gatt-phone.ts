/** A phone with a Bluetooth adapter: it finds devices and nodes, provisions over PB-GATT, and joins as proxy client. */

import { equal } from "../../../../modules/bytes.js";
import type { Clock, Random, Timer } from "../../../../modules/platform.js";
import { isOfSubnet } from "../mesh/identity.js";
import type { NetKeyMaterial } from "../mesh/keys.js";
import { P256 } from "../p256.js";
import { Provisioner } from "../provisioner.js";
import { LinkCloseReason, type ProvisioningListener, type ProvisioningOptions } from "../provisioning.js";
import { decodeMeshAdvertisement, type MeshAdvertisement, MeshService } from "./advertisement.js";
import type { Advertisement, Central, CentralListener, Peripheral } from "./central.js";
import { PbGattClient, type PbGattHabits } from "./pb-gatt-client.js";
import type { ProxyClient } from "./proxy-client.js";
import { type LinkFault, type LinkHabits, ServiceLink, type ServiceLinkListener } from "./service-link.js";

/** How a phone goes about everything; what is left out is the plain way. */
export interface PhoneHabits extends LinkHabits, PbGattHabits {
  /** Connections that fail or are lost before the service is reached are tried again so often; default: 0. */
  readonly retries?: number;
  /** Before each of those; default: 200. */
  readonly retryMs?: number;
  /** The services that it asks for, the first one that is there; default: the one that is needed. */
  readonly services?: readonly number[];
}

/** What the phone works with. */
export interface GattPhoneOptions {
  readonly central: Central;
  readonly clock: Clock;
  readonly random: Random;
  readonly habits?: PhoneHabits;
}

/** A connectable advertisement as the phone remembers it. */
export interface Seen extends Advertisement {
  readonly atMs: number;
  readonly mesh: MeshAdvertisement | undefined;
}

/** What happened outside of a provisioning or a mesh. */
export type PhoneEvent =
  | "connected"
  | "connectFailed"
  | "gaveUp"
  | `fault ${LinkFault}`
  | "disconnected"
  | `ignored ${number}`;

/** The oldest advertisements give way to newer ones. */
const MAX_SEEN = 5000;

/** What the phone connects for. use: who gets the link, which comes later than its listener. */
interface Goal {
  readonly address: Uint8Array;
  readonly wanted: readonly number[];
  readonly use: (link: () => ServiceLink | undefined) => ServiceLinkListener;
  readonly client: ProxyClient | undefined;
  retries: number;
}

/** One connection at a time. */
export class GattPhone implements CentralListener {
  /** Connectable advertisements, in the order in which they came. `seen.length = 0` forgets them. */
  readonly seen: Seen[] = [];
  readonly events: { readonly atMs: number; readonly what: PhoneEvent }[] = [];
  habits: PhoneHabits;
  readonly #options: GattPhoneOptions;
  readonly #curve = new P256();
  readonly #retry: Timer;
  #goal: Goal | undefined;
  #link: ServiceLink | undefined;
  #search: { readonly fits: (seen: Seen) => boolean; readonly found: (seen: Seen) => void } | undefined;

  constructor(options: GattPhoneOptions) {
    this.#options = options;
    this.habits = options.habits ?? {};
    this.#retry = options.clock.createTimer(() => this.#connect());
    options.central.open(this);
    options.central.setScanning(true);
  }

  /** The connection's use of a service; undefined: there is no connection. */
  get link(): ServiceLink | undefined {
    return this.#link;
  }

  /** The latest advertisement of an unprovisioned device. */
  device(uuid: Uint8Array): Seen | undefined {
    return this.seen.findLast(({ mesh }) => mesh?.kind === "unprovisioned" && equal(mesh.deviceUuid, uuid));
  }

  /** The latest advertisement of this subnet; address: of that node, by its identity. */
  proxy(key: NetKeyMaterial, address?: number): Seen | undefined {
    return this.seen.findLast(({ mesh }) => mesh !== undefined && isOfSubnet(mesh, key, address));
  }

  /** Wait for the next advertisement that fits. The search before it is given up. */
  await(fits: (seen: Seen) => boolean, found: (seen: Seen) => void): void {
    this.#search = { fits, found };
  }

  /** Connect to this address, and provision what is there over PB-GATT. Throws RangeError when connected. */
  provision(address: Uint8Array, options: ProvisioningOptions, listener: ProvisioningListener): void {
    const use: Goal["use"] = (link) => this.#provisioner(link, options, listener);
    this.#begin({ address, service: MeshService.Provisioning, use });
  }

  /** Connect to this address, and give the client its link. Throws RangeError when connected. */
  join(address: Uint8Array, client: ProxyClient): void {
    this.#begin({ address, service: MeshService.Proxy, use: () => this.#used(client), client });
  }

  /** Connect to this address, and use the service in any way. */
  connect(address: Uint8Array, service: number, listener: ServiceLinkListener): void {
    this.#begin({ address, service, use: () => this.#used(listener) });
  }

  /** The proxy service on the connection that there is, after another discovery. */
  switchToProxy(client: ProxyClient): void {
    if (this.#link === undefined) throw new RangeError("not connected");
    this.#link = this.#link.switchTo([MeshService.Proxy], this.#used(client));
    client.attach(this.#link);
  }

  /** Provision once more on the connection that there is, from the Invite on. */
  provisionAgain(options: ProvisioningOptions, listener: ProvisioningListener): void {
    const link = this.#link;
    if (link === undefined) throw new RangeError("not connected");
    const client = this.#provisioner(() => link, options, listener);
    link.listen(client);
    client.opened();
  }

  disconnect(): void {
    this.#link?.close();
  }

  advertised({ address, data, scanResponse, rssi }: Advertisement): void {
    const seen: Seen = {
      address: address.slice(),
      data: data.slice(),
      scanResponse: scanResponse?.slice(),
      rssi,
      atMs: this.#options.clock.now(),
      mesh: decodeMeshAdvertisement(data),
    };
    this.seen.push(seen);
    if (this.seen.length > MAX_SEEN) this.seen.shift();
    const search = this.#search;
    if (search?.fits(seen) !== true) return;
    this.#search = undefined;
    search.found(seen);
  }

  connected(peripheral: Peripheral): void {
    const goal = this.#goal;
    this.#note("connected");
    if (goal === undefined) {
      peripheral.disconnect();
      return;
    }
    const { clock } = this.#options;
    let link: ServiceLink | undefined;
    const listener = goal.use(() => link);
    link = new ServiceLink(peripheral, goal.wanted, { clock, habits: this.habits }, listener);
    this.#link = link;
    goal.client?.attach(link);
  }

  connectFailed(): void {
    this.#note("connectFailed");
    this.#tryAgain();
  }

  #begin(goal: {
    readonly address: Uint8Array;
    readonly service: number;
    readonly use: Goal["use"];
    readonly client?: ProxyClient;
  }): void {
    if (this.#goal !== undefined) throw new RangeError("the phone is connected, or about to be");
    const { services = [goal.service], retries = 0 } = this.habits;
    const { use, client } = goal;
    this.#goal = { address: goal.address.slice(), wanted: services, use, client, retries };
    this.#connect();
  }

  #connect(): void {
    if (this.#goal !== undefined) this.#options.central.connect(this.#goal.address);
  }

  #tryAgain(): void {
    if (this.#goal === undefined) return;
    if (this.#goal.retries === 0) {
      this.#goal = undefined;
      this.#note("gaveUp");
      return;
    }
    this.#goal.retries -= 1;
    this.#retry.start(this.habits.retryMs ?? 200);
  }

  /** Tells the phone, too, what becomes of its link. */
  #used(listener: ServiceLinkListener): ServiceLinkListener {
    let isOpen = false;
    return {
      opened: () => {
        isOpen = true;
        listener.opened();
      },
      received: (type, message) => listener.received(type, message),
      sent: () => listener.sent(),
      fault: (fault) => {
        this.#note(`fault ${fault}`);
        listener.fault(fault);
      },
      servicesChanged: () => listener.servicesChanged(),
      closed: () => {
        this.#link = undefined;
        this.#note("disconnected");
        if (isOpen || this.#goal?.retries === 0) this.#goal = undefined;
        else this.#tryAgain();
        if (this.#goal === undefined) listener.closed();
      },
    };
  }

  #provisioner(
    link: () => ServiceLink | undefined,
    options: ProvisioningOptions,
    listener: ProvisioningListener,
  ): ServiceLinkListener {
    const { clock, random } = this.#options;
    let provisioner: Provisioner | undefined;
    const client = new PbGattClient(link, this.habits, {
      opened: () => {
        // Not before: its timer must not run while the phone connects.
        provisioner = new Provisioner(client, { clock, random, curve: this.#curve }, options, listener);
        provisioner.opened();
      },
      received: (pdu) => provisioner?.received(pdu),
      sent: () => provisioner?.sent(),
      closed: (reason) => {
        if (provisioner !== undefined) provisioner.closed(reason);
        else listener.failed({ step: "idle", fault: "linkClosed", closeReason: LinkCloseReason.Fail });
      },
      ignored: (type) => this.#note(`ignored ${type}`),
    });
    return this.#used(client);
  }

  #note(what: PhoneEvent): void {
    this.events.push({ atMs: this.#options.clock.now(), what });
  }
}
