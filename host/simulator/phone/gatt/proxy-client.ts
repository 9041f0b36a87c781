/** A proxy client: the mesh through one node, for a peer that has no radio of its own. MshPRT 6. */

import { getUint16BE, octet, setUint16BE } from "../../../../modules/bytes.js";
import { MeshPeer } from "../mesh/mesh-peer.js";
import { type Heard, PayloadType, type PeerBearer, type Sending } from "../mesh/peer-bearer.js";
import type { MeshPeerOptions, Route } from "../mesh/peer-types.js";
import { ProxyType } from "./proxy-pdu.js";
import type { LinkFault, ServiceLink, ServiceLinkListener } from "./service-link.js";

/** Opcodes of proxy configuration messages. MshPRT 6.6. */
export const ProxyOpcode = Object.freeze({
  SetFilterType: 0,
  AddAddresses: 1,
  RemoveAddresses: 2,
  FilterStatus: 3,
});

/** FilterType. MshPRT 6.6.1. */
export const FilterType = Object.freeze({ Accept: 0, Reject: 1 });

/** What a node says of its filter. MshPRT 6.6.4. */
export interface FilterStatus {
  readonly filterType: number;
  readonly listSize: number;
  /** The node. */
  readonly src: number;
}

/** What a proxy client is made of, beside its peer's options. */
export type ProxyClientOptions = Omit<
  MeshPeerOptions,
  "radio" | "bearer" | "transmissions" | "intervalMs"
> & {
  /** How far a proxy configuration message moves the sequence number on; default: 1. */
  readonly configurationStep?: number;
};

/** What came, other than network PDUs and beacons for the peer. */
export interface ProxyEvent {
  readonly atMs: number;
  readonly what: "opened" | "closed" | "servicesChanged" | LinkFault;
}

interface Waiting {
  readonly type: number;
  readonly message: Uint8Array;
  readonly sent: (() => void) | undefined;
}

/** Outlives its connections: what waits, and the peer's sequence numbers, go on with the next one. */
export class ProxyClient implements ServiceLinkListener {
  /** Speaks through the proxy, and writes down what comes. */
  readonly peer: MeshPeer;
  /** Every Filter Status, in order. */
  readonly statuses: FilterStatus[] = [];
  readonly events: ProxyEvent[] = [];
  /** What really goes out instead of a message; undefined: nothing. For attacks, and for what is lost. */
  tamper: (type: number, message: Uint8Array) => Uint8Array | undefined = (_, message) => message;
  readonly #options: ProxyClientOptions;
  readonly #waiting: Waiting[] = [];
  #heard: Heard = () => {};
  #link: ServiceLink | undefined;
  #underWay: Waiting | undefined;

  constructor(options: ProxyClientOptions) {
    this.#options = options;
    this.peer = new MeshPeer({ ...options, bearer: this.#bearer() });
  }

  /** Through this link from now on; the link must have this client as its listener. */
  attach(link: ServiceLink): void {
    this.#link = link;
  }

  get isOpen(): boolean {
    return this.#link?.isOpen ?? false;
  }

  get link(): ServiceLink | undefined {
    return this.#link;
  }

  /** End the connection. */
  disconnect(): void {
    this.#link?.close();
  }

  /** Set Filter Type; also empties the list. MshPRT 6.6.1. */
  setFilterType(filterType: number, route?: Partial<Route>): void {
    this.#configure(ProxyOpcode.SetFilterType, new Uint8Array([filterType]), route);
  }

  /** Add Addresses To Filter. MshPRT 6.6.2. */
  addAddresses(addresses: readonly number[], route?: Partial<Route>): void {
    this.#configure(ProxyOpcode.AddAddresses, addressList(addresses), route);
  }

  /** Remove Addresses From Filter. MshPRT 6.6.3. */
  removeAddresses(addresses: readonly number[], route?: Partial<Route>): void {
    this.#configure(ProxyOpcode.RemoveAddresses, addressList(addresses), route);
  }

  /** Any proxy configuration message, legal or not. */
  configure(opcode: number, parameters: Uint8Array, route?: Partial<Route>): void {
    this.#configure(opcode, parameters, route);
  }

  /** Any message of the proxy protocol, as it is. type: see `ProxyType`. */
  sendMessage(type: number, message: Uint8Array): void {
    this.#push({ type, message: message.slice(), sent: undefined });
  }

  opened(): void {
    this.#note("opened");
    this.#pump();
  }

  received(type: number, message: Uint8Array): void {
    if (type === ProxyType.Network) this.#heard(PayloadType.Message, message.slice());
    else if (type === ProxyType.Beacon) this.#heard(PayloadType.Beacon, message.slice());
    else if (type === ProxyType.Configuration) this.#receivedConfiguration(message);
  }

  sent(): void {
    const done = this.#underWay;
    this.#underWay = undefined;
    done?.sent?.();
    this.#pump();
  }

  fault(fault: LinkFault): void {
    this.#note(fault);
    this.#link?.close();
  }

  servicesChanged(): void {
    this.#note("servicesChanged");
  }

  closed(): void {
    this.#note("closed");
    this.#link = undefined;
    if (this.#underWay !== undefined) this.#waiting.unshift(this.#underWay);
    this.#underWay = undefined;
  }

  #receivedConfiguration(message: Uint8Array): void {
    const opened = this.peer.openConfiguration(message);
    const pdu = opened?.transportPdu;
    if (opened === undefined || pdu?.length !== 4 || octet(pdu, 0) !== ProxyOpcode.FilterStatus) return;
    this.statuses.push({ filterType: octet(pdu, 1), listSize: getUint16BE(pdu, 2), src: opened.src });
  }

  #configure(opcode: number, parameters: Uint8Array, route: Partial<Route> = {}): void {
    const message = this.peer.prepareConfiguration({ ...route, opcode, parameters });
    const step = this.#options.configurationStep ?? 1;
    this.peer.setSequence(this.peer.sequenceOf() + step - 1);
    this.#push({ type: ProxyType.Configuration, message, sent: undefined });
  }

  #push(message: Waiting): void {
    this.#waiting.push(message);
    this.#pump();
  }

  #pump(): void {
    const link = this.#link;
    if (link === undefined || !link.isOpen || this.#underWay !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#underWay = next;
    // Nothing at all is sent as quickly as anything else.
    link.send(next.type, this.tamper(next.type, next.message));
  }

  #note(what: ProxyEvent["what"]): void {
    this.events.push({ atMs: this.#options.clock.now(), what });
  }

  #bearer(): PeerBearer {
    const waiting = this.#waiting;
    const underWay = (): number => (this.#underWay === undefined ? 0 : 1);
    return {
      open: (heard) => {
        this.#heard = heard;
      },
      send: (adType, payload, { sent }: Sending = {}) => {
        const type = adType === PayloadType.Beacon ? ProxyType.Beacon : ProxyType.Network;
        this.#push({ type, message: payload.slice(), sent });
      },
      get length() {
        return waiting.length + underWay();
      },
      clear: () => {
        this.#waiting.length = 0;
      },
    };
  }
}

function addressList(addresses: readonly number[]): Uint8Array {
  const octets = new Uint8Array(2 * addresses.length);
  for (const [at, address] of addresses.entries()) setUint16BE(octets, 2 * at, address);
  return octets;
}
