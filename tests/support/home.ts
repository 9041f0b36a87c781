/**
 * A small home for conversations on a network: nodes that have joined it, and a peer at address 0001 that configures
 * and uses them. The peer shares no protocol code with the nodes.
 */

import type { Faults } from "../../host/simulator/medium.js";
import { ask } from "../../host/simulator/phone/mesh/ask.js";
import { ConfigClient } from "../../host/simulator/phone/mesh/config-client.js";
import { appKeyAdd, type ModelId, modelAppBind } from "../../host/simulator/phone/mesh/config-messages.js";
import type { ConfigStatus } from "../../host/simulator/phone/mesh/config-status.js";
import {
  decodeOnOffStatus,
  GENERIC_ON_OFF_CLIENT,
  GENERIC_ON_OFF_SERVER,
  type OnOffStatus,
  onOffGet,
  onOffSet,
} from "../../host/simulator/phone/mesh/generic-on-off.js";
import { MeshPeer } from "../../host/simulator/phone/mesh/mesh-peer.js";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat } from "../../modules/bytes.js";
import { GenericOnOffClient } from "../../modules/models/generic-on-off-client.js";
import { GenericOnOffServer } from "../../modules/models/generic-on-off-server.js";
import { MemoryStorage } from "./memory-storage.js";
import { hex } from "./provisionee-bench.js";
import { type NodeOptions, type NodeUnderTest, PROVISIONING_DATA, World } from "./world.js";

export const NET_KEY = PROVISIONING_DATA.netKey;
export const APP_KEY = hex("63964771734fbd76e3b40519d1d94a48");
/** The index under which the home's one AppKey is known. */
export const APP_KEY_INDEX = 0x456;
const DEVICE_KEY = hex("9d6dd0e96eb25dc19a40ed9914f8f03f");
export const CLIENT_ADDRESS = 0x0001;

/** What a home is like at the beginning. */
export interface HomeOptions {
  readonly seed?: number;
  readonly faults?: Omit<Faults, "random">;
  readonly netKeyIndex?: number;
  readonly ivIndex?: number;
  /** How often the client sends each network PDU; once unless given. */
  readonly transmissions?: number;
  /** The key refresh and IV update flags of provisioning. */
  readonly flags?: number;
}

/** A node of the home, its lamp, and its configuration client. */
export interface Member {
  readonly name: string;
  readonly address: number;
  readonly node: NodeUnderTest;
  readonly onOff: GenericOnOffServer;
  readonly remote: GenericOnOffClient;
  /** What the lamp showed, from the first change on. */
  readonly lights: boolean[];
  readonly config: ConfigClient;
}

/** How a member is made. */
export interface MemberOptions extends NodeOptions {
  readonly address?: number;
  readonly deviceKey?: Uint8Array;
}

/** One network, one clock, one air. */
export class Home {
  readonly world: World;
  readonly peer: MeshPeer;
  readonly netKeyIndex: number;
  readonly #options: HomeOptions;
  #tid = 0;

  constructor(options: HomeOptions = {}) {
    const { seed = 1, faults, netKeyIndex = 0, ivIndex = 0x12345678, flags = 0 } = options;
    this.#options = { ...options, ivIndex, flags };
    this.netKeyIndex = netKeyIndex;
    this.world = new World(seed, faults);
    this.peer = this.addPeer("client", CLIENT_ADDRESS);
  }

  /** Another peer on the same network. */
  addPeer(name: string, address: number): MeshPeer {
    const { clock, medium } = this.world;
    const radio = new SimulatedRadio({ medium, name, clock, random: new SeededRandom(97) });
    const { ivIndex = 0, flags = 0, transmissions = 1 } = this.#options;
    const peer = new MeshPeer({ radio, clock, address, transmissions });
    peer.addNetwork({ netKey: NET_KEY, netKeyIndex: this.netKeyIndex, ivIndex });
    peer.setIvIndex(ivIndex, (flags & 0x02) !== 0);
    peer.addAppKey(this.netKeyIndex, APP_KEY_INDEX, APP_KEY);
    return peer;
  }

  pass(ms: number): void {
    this.world.clock.advance(ms);
  }

  /** A lamp that has joined the network, as a release without a network layer has left its storage. */
  add(name: string, options: MemberOptions = {}): Member {
    const { address = 0x0b0c, deviceKey = DEVICE_KEY, storage = new MemoryStorage() } = options;
    if (storage.keys().length === 0) storage.write("node", this.#provisioned(address, deviceKey));
    return this.start(name, { ...options, address, deviceKey, storage });
  }

  /** Switch on a node with its storage as it is. */
  start(name: string, options: MemberOptions): Member {
    const { address = 0x0b0c, deviceKey = DEVICE_KEY } = options;
    const lights: boolean[] = [];
    const onOff = new GenericOnOffServer((isOn) => lights.push(isOn));
    const remote = new GenericOnOffClient();
    const elements = options.elements ?? [{ location: 0x0100, models: [onOff, remote] }];
    const node = this.world.addNode({ ...options, name, elements });
    for (const peer of [this.peer]) peer.addDevice(address, deviceKey);
    const config = new ConfigClient(this.peer, address, (ms) => this.pass(ms));
    return { name, address, node, onOff, remote, lights, config };
  }

  /** Off and on again: the same storage, another life. */
  restart(member: Member, options: MemberOptions = {}): Member {
    this.world.switchOff(member.node);
    return this.start(member.name, { address: member.address, storage: member.node.storage, ...options });
  }

  /** Give it the AppKey, and bind its OnOff models to it. */
  equip(member: Member, models: readonly ModelId[] = [GENERIC_ON_OFF_SERVER, GENERIC_ON_OFF_CLIENT]): void {
    this.mustSucceed(member.config.ask(appKeyAdd(this.netKeyIndex, APP_KEY_INDEX, APP_KEY)));
    for (const model of models) {
      this.mustSucceed(member.config.ask(modelAppBind(member.address, APP_KEY_INDEX, model)));
    }
  }

  /** Throws Error for a status other than Success. */
  mustSucceed(status: ConfigStatus): void {
    if ("status" in status && status.status !== 0) throw new Error(`status ${status.status}`);
  }

  /** Generic OnOff Set, acknowledged; undefined: no answer. dst: a member's address, a group, a virtual address. */
  switch(dst: number, isOn: boolean, timeoutMs?: number): OnOffStatus | undefined {
    return this.#request(dst, onOffSet(isOn ? 1 : 0, this.#tid++ & 0xff), timeoutMs);
  }

  /** Generic OnOff Get; undefined: no answer. */
  look(dst: number, timeoutMs?: number): OnOffStatus | undefined {
    return this.#request(dst, onOffGet(), timeoutMs);
  }

  #request(dst: number, message: Uint8Array, timeoutMs?: number): OnOffStatus | undefined {
    const answer = ask(
      this.peer,
      { dst, key: { app: APP_KEY_INDEX }, message },
      (ms) => this.pass(ms),
      timeoutMs,
    );
    return answer && decodeOnOffStatus(answer.message);
  }

  /** The record of version 1. */
  #provisioned(address: number, deviceKey: Uint8Array): Uint8Array {
    const { ivIndex = 0, flags = 0 } = this.#options;
    const numbers = new DataView(new ArrayBuffer(9));
    numbers.setUint16(0, this.netKeyIndex);
    numbers.setUint8(2, flags);
    numbers.setUint32(3, ivIndex);
    numbers.setUint16(7, address);
    return concat(new Uint8Array([1]), NET_KEY, new Uint8Array(numbers.buffer), deviceKey);
  }
}
