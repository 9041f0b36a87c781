/** A lamp with a GATT server, and a phone that runs one of the apps: a conversation on one clock. */

import { SimulatedCentral } from "../../host/simulator/gatt-central.js";
import type { SimulatedGattServerOptions } from "../../host/simulator/gatt-server.js";
import { GattPhone, type PhoneHabits, type Seen } from "../../host/simulator/phone/gatt/gatt-phone.js";
import { ProxyClient } from "../../host/simulator/phone/gatt/proxy-client.js";
import type { ServiceLinkListener } from "../../host/simulator/phone/gatt/service-link.js";
import { ask } from "../../host/simulator/phone/mesh/ask.js";
import { ConfigClient } from "../../host/simulator/phone/mesh/config-client.js";
import { appKeyAdd, modelAppBind } from "../../host/simulator/phone/mesh/config-messages.js";
import type { ConfigStatus } from "../../host/simulator/phone/mesh/config-status.js";
import {
  decodeOnOffStatus,
  GENERIC_ON_OFF_SERVER,
  type OnOffStatus,
  onOffSet,
} from "../../host/simulator/phone/mesh/generic-on-off.js";
import { type NetKeyMaterial, netKeyMaterial } from "../../host/simulator/phone/mesh/keys.js";
import type {
  ProvisioningFailure,
  ProvisioningListener,
  ProvisioningOptions,
  ProvisioningResult,
} from "../../host/simulator/phone/provisioning.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { GenericOnOffServer } from "../../modules/models/generic-on-off-server.js";
import { MemoryStorage } from "./memory-storage.js";
import type { PhoneApp } from "./phone-apps.js";
import { hex } from "./provisionee-bench.js";
import { DEVICE_UUID, type NodeOptions, type NodeUnderTest, PROVISIONING_DATA, World } from "./world.js";

/** The phone's own address, and the AppKey that it gives to its nodes. */
export const PHONE_ADDRESS = 0x0001;
export const APP_KEY = hex("63964771734fbd76e3b40519d1d94a48");
export const APP_KEY_INDEX = 0x0123;
/** The node's address. */
export const NODE_ADDRESS = PROVISIONING_DATA.unicastAddress;

/** Uses a link, and does nothing with it. */
export const SILENT: ServiceLinkListener = Object.freeze({
  opened: () => {},
  received: () => {},
  sent: () => {},
  fault: () => {},
  servicesChanged: () => {},
  closed: () => {},
});

/** A Provisioning PDU that passed the phone. */
export interface Passed {
  readonly atMs: number;
  readonly direction: "sent" | "received";
  readonly pdu: Uint8Array;
}

/** How a scene differs from the usual one. */
export interface SceneOptions extends NodeOptions {
  readonly habits?: PhoneHabits;
  readonly server?: Omit<SimulatedGattServerOptions, "port" | "clock">;
}

/** One device, one phone. */
export class PhoneScene {
  readonly world = new World();
  readonly app: PhoneApp;
  readonly node: NodeUnderTest;
  readonly central: SimulatedCentral;
  readonly phone: GattPhone;
  readonly client: ProxyClient;
  readonly config: ConfigClient;
  /** What the lamp showed, from the first change on. */
  readonly lights: boolean[] = [];
  readonly passed: Passed[] = [];
  results: ProvisioningResult[] = [];
  failures: ProvisioningFailure[] = [];
  readonly netKey: NetKeyMaterial = netKeyMaterial(PROVISIONING_DATA.netKey);
  #tid = 0;

  constructor(app: PhoneApp, options: SceneOptions = {}) {
    const { habits, server = {}, ...nodeOptions } = options;
    const { clock, medium } = this.world;
    this.app = app;
    const onOff = new GenericOnOffServer((isOn) => this.lights.push(isOn));
    this.node = this.world.addNode({
      storage: new MemoryStorage(),
      features: { proxy: true },
      elements: [{ location: 0x0100, models: [onOff] }],
      gatt: server,
      ...nodeOptions,
    });
    this.central = new SimulatedCentral(medium, "phone");
    const random = new SeededRandom(7);
    this.phone = new GattPhone({
      central: this.central,
      clock,
      random,
      habits: { ...app.habits, ...habits },
    });
    this.client = new ProxyClient({ ...app.client, clock, address: PHONE_ADDRESS });
    const { netKey, netKeyIndex, ivIndex } = PROVISIONING_DATA;
    this.client.peer.addNetwork({ netKey, netKeyIndex, ivIndex });
    this.client.peer.addAppKey(netKeyIndex, APP_KEY_INDEX, APP_KEY);
    this.config = new ConfigClient(this.client.peer, NODE_ADDRESS, (ms) => this.pass(ms));
  }

  get nowMs(): number {
    return this.world.clock.now();
  }

  pass(ms: number): void {
    this.world.clock.advance(ms);
  }

  /** Let time pass until it is so; answers how long that took. Throws Error when it takes longer than `timeoutMs`. */
  until(isSo: () => boolean, timeoutMs: number, what = "what was waited for"): number {
    const beganMs = this.nowMs;
    while (!isSo()) {
      if (this.nowMs - beganMs >= timeoutMs) throw new Error(`${what} did not come within ${timeoutMs} ms`);
      this.pass(5);
    }
    return this.nowMs - beganMs;
  }

  /** The next advertisement of the unprovisioned device that the phone hears from now on. */
  findDevice(timeoutMs = 5000): Seen {
    return this.#find(() => this.phone.device(DEVICE_UUID), timeoutMs, "the unprovisioned device");
  }

  /** The next Node Identity of the node. */
  findNode(timeoutMs = 20_000): Seen {
    return this.#find(() => this.phone.proxy(this.netKey, NODE_ADDRESS), timeoutMs, "the node");
  }

  /** The next Network ID of the subnet. */
  findNetwork(timeoutMs = 20_000): Seen {
    return this.#find(() => this.phone.proxy(this.netKey), timeoutMs, "the network");
  }

  /** Whether the unprovisioned device, or the node, is heard within the next so many milliseconds. */
  hears(what: "device" | "node" | "network", withinMs: number): boolean {
    this.phone.seen.length = 0;
    this.pass(withinMs);
    if (what === "device") return this.phone.device(DEVICE_UUID) !== undefined;
    return this.phone.proxy(this.netKey, what === "node" ? NODE_ADDRESS : undefined) !== undefined;
  }

  /** Begin to provision the device as the app does, at the address where it was found. */
  begin(over: Partial<ProvisioningOptions> = {}, address = this.findDevice().address): void {
    this.phone.provision(address, this.options(over), this.listener());
  }

  /** Provision the device from the first advertisement on; throws Error when that fails. */
  provision(over: Partial<ProvisioningOptions> = {}): ProvisioningResult {
    this.begin(over);
    const [result] = this.#outcome();
    if (result === undefined) throw new Error(`not provisioned: ${JSON.stringify(this.failures)}`);
    this.client.peer.addDevice(NODE_ADDRESS, result.deviceKey);
    return result;
  }

  /** Try to provision the device; answers how it failed. Throws Error when it does not. */
  fail(over: Partial<ProvisioningOptions> = {}): ProvisioningFailure {
    this.begin(over);
    this.#outcome();
    const failure = this.failures.at(-1);
    if (failure === undefined) throw new Error("provisioned");
    return failure;
  }

  /** Let time pass until the provisioning is over. */
  finish(timeoutMs = 200_000): void {
    const over = this.results.length + this.failures.length;
    this.until(() => this.results.length + this.failures.length > over, timeoutMs, "the end");
  }

  options(over: Partial<ProvisioningOptions> = {}): ProvisioningOptions {
    return {
      data: PROVISIONING_DATA,
      authentication: { method: "none" },
      observe: (direction, pdu) => this.passed.push({ atMs: this.nowMs, direction, pdu: pdu.slice() }),
      ...this.app.provisioning,
      ...over,
    };
  }

  listener(): ProvisioningListener {
    return {
      finished: (result) => this.results.push(result),
      failed: (failure) => this.failures.push(failure),
    };
  }

  /** The PDUs of one direction, by their types. */
  types(direction: Passed["direction"]): readonly number[] {
    return this.passed.filter((one) => one.direction === direction).map(({ pdu }) => pdu[0] ?? -1);
  }

  /** When the latest PDU of this direction and type passed. */
  timeOf(direction: Passed["direction"], type: number): number {
    const found = this.passed.findLast((one) => one.direction === direction && one.pdu[0] === type);
    if (found === undefined) throw new Error(`no PDU of type ${type} was ${direction}`);
    return found.atMs;
  }

  /** Connect as a proxy client; answers how long it took until the link was open. */
  join(address: Uint8Array, timeoutMs = 5000): number {
    this.phone.join(address, this.client);
    return this.until(() => this.client.isOpen, timeoutMs, "the proxy");
  }

  /** End the connection, and wait for it. */
  leave(): void {
    this.phone.disconnect();
    this.until(() => this.phone.link === undefined, 1000, "the end of the connection");
  }

  /** Provision, leave, find again by Node Identity, and join. */
  arrive(over: Partial<ProvisioningOptions> = {}): this {
    this.provision(over);
    this.join(this.findNode().address);
    return this;
  }

  /** Ask, and answer how long the node took. */
  ask(message: Uint8Array): { readonly status: ConfigStatus; readonly tookMs: number } {
    const beganMs = this.nowMs;
    const status = this.config.ask(message);
    return { status, tookMs: this.nowMs - beganMs };
  }

  /** Give the node the AppKey, and bind its lamp to it. */
  equip(): void {
    for (const message of [
      appKeyAdd(PROVISIONING_DATA.netKeyIndex, APP_KEY_INDEX, APP_KEY),
      modelAppBind(NODE_ADDRESS, APP_KEY_INDEX, GENERIC_ON_OFF_SERVER),
    ]) {
      const { status } = this.ask(message);
      if (!("status" in status) || status.status !== 0) throw new Error(JSON.stringify(status));
    }
  }

  /** Generic OnOff Set, acknowledged; undefined: no answer. */
  switch(isOn: boolean, dst: number = NODE_ADDRESS): OnOffStatus | undefined {
    const message = onOffSet(isOn ? 1 : 0, this.#tid++ & 0xff);
    const { peer } = this.client;
    const answer = ask(peer, { dst, key: { app: APP_KEY_INDEX }, message }, (ms) => this.pass(ms));
    return answer && decodeOnOffStatus(answer.message);
  }

  #outcome(): readonly ProvisioningResult[] {
    const before = this.results.length;
    this.finish();
    return this.results.slice(before);
  }

  #find(search: () => Seen | undefined, timeoutMs: number, what: string): Seen {
    this.phone.seen.length = 0;
    this.until(() => search() !== undefined, timeoutMs, what);
    const found = search();
    if (found === undefined) throw new Error(what);
    return found;
  }
}

/** A copy of octets with another one at `at`: what an app gets wrong, or the way damages. */
export function changed(octets: Uint8Array, at: number, value: number): Uint8Array {
  const copy = octets.slice();
  copy[at] = value;
  return copy;
}
