/** The transport layers of a node between a network that writes down and an access layer that writes down. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { fromHex, setUint32BE, toHex } from "../../modules/bytes.js";
import { virtualAddress } from "../../modules/crypto/toolbox.js";
import type { ElementAddresses } from "../../modules/network/address.js";
import { IvIndex } from "../../modules/network/iv-index.js";
import { NetKeys } from "../../modules/network/net-keys.js";
import type { NetworkListener, NetworkOutgoing, NetworkPdu } from "../../modules/network/network.js";
import { NodeStates } from "../../modules/network/node-states.js";
import { ReplayList } from "../../modules/network/replay-list.js";
import { Sequence } from "../../modules/network/sequence.js";
import type { Crypto } from "../../modules/platform.js";
import { Records } from "../../modules/records.js";
import { AppKeys } from "../../modules/transport/app-keys.js";
import { Labels } from "../../modules/transport/labels.js";
import type { SarStates } from "../../modules/transport/sar-states.js";
import {
  type AccessIncoming,
  type AccessListener,
  type AccessOutgoing,
  UpperTransport,
} from "../../modules/transport/upper.js";
import { FakeClock } from "./fake-clock.js";
import { MemoryStorage } from "./memory-storage.js";
import { RecordingTrace } from "./recording-trace.js";

/** The NetKey of index 000. */
export const NET_KEY = "7dd7364cd842ad18c17c2b820c84c3d6";
/** The AppKey of index 000, bound to it. */
export const APP_KEY = "63964771734fbd76e3b40519d1d94a48";
export const DEVICE_KEY = "9d6dd0e96eb25dc19a40ed9914f8f03f";
/** One PDU and its repetitions take so long to leave. */
const AIR_MS = 10;

/** The octets of hexadecimal digits; throws where they are none. */
export function octets(hexDigits: string): Uint8Array {
  const found = fromHex(hexDigits);
  if (found === undefined) throw new Error(`not hexadecimal: ${hexDigits}`);
  return found;
}

/** So many octets, all different from their neighbours. */
export function text(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + 1) & 0xff);
}

/** A PDU that has gone to the network. */
export interface SentPdu extends NetworkOutgoing {
  /** The Lower Transport PDU. */
  readonly pdu: string;
  readonly atMs: number;
}

/** A network layer that keeps what it is to send, and says after a while that it has left. */
export class RecordingNetwork {
  readonly sent: SentPdu[] = [];
  /** So many PDUs more are taken. */
  room = Number.POSITIVE_INFINITY;
  /** Hears every PDU when it is taken. */
  onSend: (pdu: SentPdu) => void = () => {};
  readonly #clock: FakeClock;
  #listener: NetworkListener | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Who works above. */
  get listener(): NetworkListener {
    if (this.#listener === undefined) throw new Error("nobody is attached");
    return this.#listener;
  }

  attach(listener: NetworkListener): void {
    this.#listener = listener;
  }

  send(transportPdu: Uint8Array, how: NetworkOutgoing): boolean {
    if (this.room === 0) return false;
    this.room--;
    const sent = { ...how, pdu: toHex(transportPdu), atMs: this.#clock.now() };
    this.sent.push(sent);
    if (how.tag !== 0) this.#clock.createTimer(() => this.#listener?.sent(how.tag)).start(AIR_MS);
    this.onSend(sent);
    return true;
  }

  /** What has been sent since this was asked last. */
  take(): readonly SentPdu[] {
    return this.sent.splice(0);
  }

  /** The Lower Transport PDUs alone. */
  takePdus(): readonly string[] {
    return this.take().map(({ pdu }) => pdu);
  }
}

/** An access message that has arrived. */
export interface ArrivedMessage extends AccessIncoming {
  readonly pdu: string;
}

/** An access layer that wants everything, unless a test says otherwise. */
export class RecordingAccess implements AccessListener {
  readonly arrived: ArrivedMessage[] = [];
  readonly results: string[] = [];
  isWilling = true;
  hears: (group: number) => boolean = () => true;

  wants(): boolean {
    return this.isWilling;
  }

  received(accessPdu: Uint8Array, from: AccessIncoming): void {
    this.arrived.push({ ...from, pdu: toHex(accessPdu) });
  }

  sent(tag: number, result: string): void {
    this.results.push(`${tag} ${result}`);
  }

  /** The messages alone, of those that have not been asked for before. */
  take(): readonly string[] {
    return this.arrived.splice(0).map(({ pdu }) => pdu);
  }
}

/** What a test may choose. */
export interface TransportOptions {
  readonly clock?: FakeClock;
  readonly storage?: MemoryStorage;
  readonly elements?: ElementAddresses;
  readonly ivIndex?: number;
  readonly deviceKey?: string;
  readonly sar?: SarStates;
  /** The sequence numbers, instead of those that are counted. */
  readonly sequence?: { take(): number | undefined };
  readonly replayListSize?: number;
}

/** A node's transport layers, with one NetKey and one AppKey, at 0001 unless a test says otherwise. */
export class TransportBench {
  readonly clock: FakeClock;
  readonly storage: MemoryStorage;
  readonly trace = new RecordingTrace();
  readonly records: Records;
  readonly crypto;
  readonly netKeys: NetKeys;
  readonly appKeys: AppKeys;
  readonly labels: Labels;
  readonly ivIndex: IvIndex;
  readonly sequence: Sequence;
  readonly replayList: ReplayList;
  readonly states: NodeStates;
  readonly elements: ElementAddresses;
  readonly network: RecordingNetwork;
  readonly access = new RecordingAccess();
  readonly upper: UpperTransport;

  constructor(options: TransportOptions = {}) {
    const { clock = new FakeClock(), storage = new MemoryStorage(), ivIndex = 0x12345678 } = options;
    const { elements = { first: 0x0001, count: 2 } } = options;
    const { trace } = this;
    const crypto = createNobleCrypto(clock);
    const records = new Records(storage, trace);
    this.clock = clock;
    this.storage = storage;
    this.crypto = crypto;
    this.records = records;
    this.elements = elements;
    this.netKeys = new NetKeys({ records, crypto, trace, capacity: 4 });
    this.netKeys.begin(0, octets(NET_KEY), false);
    this.appKeys = new AppKeys({ records, crypto, trace, capacity: 4, netKeys: this.netKeys });
    this.appKeys.add(0, 0, octets(APP_KEY));
    this.labels = new Labels({ records, crypto, capacity: 4 });
    this.ivIndex = new IvIndex({ clock, records, trace });
    this.ivIndex.begin(ivIndex, false);
    this.sequence = new Sequence({ records, trace, low: () => {} });
    this.sequence.begin(ivIndex);
    this.ivIndex.attach({ ivIndexChanged: () => this.sequence.restart(this.ivIndex.sending) });
    const capacity = options.replayListSize ?? 32;
    this.replayList = new ReplayList({ clock, records, trace, capacity, storeDelayMs: 0 });
    this.replayList.load(ivIndex);
    this.states = new NodeStates(
      records,
      { relay: true, proxy: false, friend: false, lowPower: false },
      () => {},
    );
    this.network = new RecordingNetwork(clock);
    const { netKeys, appKeys, labels, replayList, states, network } = this;
    this.upper = new UpperTransport({
      clock,
      trace,
      crypto,
      network,
      netKeys,
      appKeys,
      labels,
      deviceKey: octets(options.deviceKey ?? DEVICE_KEY),
      sequence: options.sequence ?? this.sequence,
      ivIndex: this.ivIndex,
      replayList,
      states,
      elements,
      ...(options.sar === undefined ? {} : { sar: options.sar }),
    });
    this.upper.attach(this.access);
  }

  /** Send a message to 0011, with the AppKey, unless a test says otherwise. */
  send(accessPdu: Uint8Array, how: Partial<AccessOutgoing> = {}): boolean {
    return this.upper.send(accessPdu, {
      src: this.elements.first,
      dst: 0x0011,
      label: undefined,
      ttl: 5,
      netKeyIndex: 0,
      appKeyIndex: 0,
      micSize: 4,
      segmented: false,
      tag: 0,
      ...how,
    });
  }

  /** A PDU from 0011 to this node's first element, unless a test says otherwise. */
  hear(pdu: string, how: Partial<Omit<NetworkPdu, "transportPdu">> = {}): void {
    const subnet = this.netKeys.get(0);
    if (subnet === undefined) throw new Error("there is no NetKey 000");
    this.network.listener.received({
      ctl: false,
      ttl: 5,
      seq: 1,
      src: 0x0011,
      dst: this.elements.first,
      ivIndex: this.ivIndex.sending,
      subnet,
      rssi: -50,
      transportPdu: octets(pdu),
      ...how,
    });
  }

  /** Hear what another bench has sent. */
  hearSent({ pdu, ctl, ttl, seq, src, dst, ivIndex, subnet }: SentPdu, hops = 0): void {
    const own = this.netKeys.get(subnet.netKeyIndex);
    if (own === undefined) return;
    this.hear(pdu, { ctl, ttl: ttl - hops, seq, src, dst, ivIndex, subnet: own });
  }

  /** The reasons of all drops since this was asked last. */
  takeReasons(): readonly string[] {
    return this.trace.drops.splice(0).map(({ reason }) => reason);
  }
}

/** What happens to PDUs on their way. */
export interface Weather {
  readonly seed: number;
  readonly lossPercent: number;
  readonly doublePercent: number;
  /** At most so late: later ones overtake it. */
  readonly delayMs: number;
}

/** Let two nodes hear each other. */
export function connect(a: TransportBench, b: TransportBench, weather: Weather): void {
  const random = new SeededRandom(weather.seed);
  const carry = (to: TransportBench, pdu: SentPdu): void => {
    const deliver = a.clock.createTimer(() => to.hearSent(pdu));
    deliver.start(1 + random.below(weather.delayMs + 1));
  };
  const listen = (from: TransportBench, to: TransportBench): void => {
    from.network.onSend = (pdu) => {
      if (random.chance(weather.lossPercent)) return;
      carry(to, pdu);
      if (random.chance(weather.doublePercent)) carry(to, pdu);
    };
  };
  listen(a, b);
  listen(b, a);
}

/** Two labels with the same virtual address. */
export function collidingLabels(crypto: Crypto): readonly [Uint8Array, Uint8Array] {
  const seen = new Map<number, Uint8Array>();
  for (let counter = 0; ; counter++) {
    const uuid = new Uint8Array(16);
    setUint32BE(uuid, 0, counter);
    const address = virtualAddress(crypto, uuid);
    const earlier = seen.get(address);
    if (earlier !== undefined) return [earlier, uuid];
    seen.set(address, uuid);
  }
}
