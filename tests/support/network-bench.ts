/** A network layer between a bearer that writes down and a listener that writes down, on a network that is known. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import type { Bearer, BearerListener, Outgoing } from "../../modules/bearer/bearer.js";
import { fromHex, toHex } from "../../modules/bytes.js";
import { k2 } from "../../modules/crypto/toolbox.js";
import type { ElementAddresses } from "../../modules/network/address.js";
import { IvIndex } from "../../modules/network/iv-index.js";
import { NetKeys } from "../../modules/network/net-keys.js";
import {
  Network,
  type NetworkListener,
  type NetworkOutgoing,
  type NetworkPdu,
} from "../../modules/network/network.js";
import { NetworkCipher } from "../../modules/network/network-cipher.js";
import {
  dstOf,
  HEADER_SIZE,
  isControl,
  micSizeOf,
  type NetworkHeader,
  seqOf,
  srcOf,
  ttlOf,
  writeHeader,
} from "../../modules/network/network-pdu.js";
import { NodeStates } from "../../modules/network/node-states.js";
import type { Subnet } from "../../modules/network/subnet.js";
import type { BlockCipher, Crypto, Random, Trace } from "../../modules/platform.js";
import { Records } from "../../modules/records.js";
import { FakeClock } from "./fake-clock.js";
import { MemoryStorage } from "./memory-storage.js";
import { RecordingTrace } from "./recording-trace.js";

/** The NetKey of the specification's samples; its NID is 68. MshPRT 8.1. */
export const NET_KEY = "7dd7364cd842ad18c17c2b820c84c3d6";

/** What a PDU says, and with which key it was made. */
export interface Said extends NetworkHeader {
  readonly transportPdu: string;
  readonly ivIndex: number;
}

/** A PDU as a neighbour hears it. */
export interface OnAir {
  readonly said: Said;
  readonly how: Outgoing;
}

const ELEMENTS: ElementAddresses = Object.freeze({ first: 0x0005, count: 2 });

/** A message as a neighbour sends it, with TTL 1: the last hop. */
const MESSAGE: Said = Object.freeze({
  ctl: false,
  ttl: 1,
  seq: 1,
  src: 0x0001,
  dst: 0x0005,
  transportPdu: "0011223344556677",
  ivIndex: 0x12345678,
});

/** Who else is on the network: makes and reads its PDUs with code of ours that the samples have checked. */
export class Neighbour {
  readonly #cipher: NetworkCipher;

  constructor(crypto: Crypto, netKey: string) {
    this.#cipher = new NetworkCipher(crypto, k2(crypto, octets(netKey), new Uint8Array([0])));
  }

  /** A PDU as it goes on the air. */
  pdu(changes: Partial<Said> = {}): Uint8Array {
    const said = { ...MESSAGE, ...changes };
    const transportPdu = octets(said.transportPdu);
    const pdu = new Uint8Array(HEADER_SIZE + transportPdu.length + micSizeOf(said.ctl));
    writeHeader(pdu, said);
    pdu.set(transportPdu, HEADER_SIZE);
    this.#cipher.seal(pdu, said.ivIndex);
    return pdu;
  }

  /** What a PDU says; undefined: it is not of this network and IV Index. */
  read(pdu: Uint8Array, ivIndex: number): Said | undefined {
    const clear = new Uint8Array(pdu.length);
    this.#cipher.deobfuscate(pdu, ivIndex, clear);
    if ((pdu[0] ?? 0) !== (((ivIndex & 1) << 7) | this.#cipher.nid)) return undefined;
    if (!this.#cipher.open(pdu, ivIndex, clear)) return undefined;
    return {
      ctl: isControl(clear),
      ttl: ttlOf(clear),
      seq: seqOf(clear),
      src: srcOf(clear),
      dst: dstOf(clear),
      transportPdu: toHex(clear.slice(HEADER_SIZE, -micSizeOf(isControl(clear)))),
      ivIndex,
    };
  }
}

/** A bearer that keeps what it is given. */
export class PaperBearer implements Bearer {
  readonly pdus: { readonly pdu: Uint8Array; readonly how: Outgoing }[] = [];
  /** How many more it takes. */
  room = Number.POSITIVE_INFINITY;
  listener: BearerListener | undefined;

  attach(listener: BearerListener): void {
    this.listener = listener;
  }

  send(pdu: Uint8Array, how: Outgoing): boolean {
    if (this.room === 0) return false;
    this.room--;
    this.pdus.push({ pdu: pdu.slice(), how: { ...how } });
    return true;
  }

  stop(): void {}

  /** A PDU comes in. */
  hear(pdu: Uint8Array, rssi = -60): void {
    this.listener?.received(pdu, rssi, this);
  }
}

/** What a test may choose. */
export interface NetworkBenchOptions {
  readonly relay?: boolean;
  readonly messageCache?: number;
  readonly ivIndex?: number;
  readonly updating?: boolean;
  readonly trace?: Trace;
  readonly bearer?: PaperBearer;
  /** Besides the advertising bearer. */
  readonly otherBearer?: PaperBearer;
  readonly random?: Random;
  /** AES that costs what its maker wants. */
  readonly aes128?: (key: Uint8Array) => BlockCipher;
}

/** The layer and all around it. */
export class NetworkBench implements NetworkListener {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly crypto: Crypto;
  readonly bearer: PaperBearer;
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
  readonly states: NodeStates;
  readonly network: Network;
  readonly neighbour: Neighbour;
  /** What has come up. */
  readonly heard: (Said & { readonly netKeyIndex: number; readonly rssi: number })[] = [];
  readonly tags: number[] = [];
  readyCount = 0;
  whenReceived: (pdu: NetworkPdu) => void = () => {};
  whenReady: () => void = () => {};

  constructor(options: NetworkBenchOptions = {}) {
    const { clock } = this;
    const trace = options.trace ?? this.trace;
    const crypto = createNobleCrypto(clock);
    if (options.aes128 !== undefined) crypto.aes128 = options.aes128;
    this.crypto = crypto;
    this.bearer = options.bearer ?? new PaperBearer();
    this.neighbour = new Neighbour(crypto, NET_KEY);
    const records = new Records(new MemoryStorage(), trace);
    this.netKeys = new NetKeys({ records, crypto, trace, capacity: 4 });
    this.ivIndex = new IvIndex({ clock, records, trace });
    const features = { relay: options.relay ?? false, proxy: false, friend: false, lowPower: false };
    this.states = new NodeStates(records, features, () => {});
    this.netKeys.begin(0, octets(NET_KEY), false);
    this.ivIndex.begin(options.ivIndex ?? 0x12345678, options.updating ?? false);
    this.network = new Network({
      clock,
      random: options.random ?? new SeededRandom(1),
      trace,
      netKeys: this.netKeys,
      ivIndex: this.ivIndex,
      states: this.states,
      elements: ELEMENTS,
      bearers: options.otherBearer === undefined ? [this.bearer] : [this.bearer, options.otherBearer],
      messageCache: options.messageCache ?? 32,
    });
    this.network.attach(this);
  }

  /** The primary subnet. */
  get subnet(): Subnet {
    const [subnet] = this.netKeys.subnets;
    if (subnet === undefined) throw new Error("there is no subnet");
    return subnet;
  }

  /** A message of the neighbour comes in. */
  hear(changes: Partial<Said> = {}): void {
    this.bearer.hear(this.neighbour.pdu(changes));
  }

  send(transportPdu: string, how: Partial<NetworkOutgoing> = {}): boolean {
    return this.network.send(octets(transportPdu), {
      ctl: false,
      ttl: 5,
      seq: 0x000100,
      src: 0x0005,
      dst: 0x0001,
      ivIndex: this.ivIndex.sending,
      subnet: this.subnet,
      urgent: false,
      tag: 0,
      ...how,
    });
  }

  /** What has been sent since the last call, as the neighbour reads it. */
  takeSent(neighbour = this.neighbour, ivIndex = this.ivIndex.current): OnAir[] {
    return this.bearer.pdus.splice(0).map(({ pdu, how }) => {
      const said = neighbour.read(pdu, ivIndex);
      if (said === undefined) throw new Error("the neighbour cannot read it");
      return { said, how };
    });
  }

  received(pdu: NetworkPdu): void {
    const { ctl, ttl, seq, src, dst, ivIndex, rssi, transportPdu, subnet } = pdu;
    const { netKeyIndex } = subnet;
    this.heard.push({
      ctl,
      ttl,
      seq,
      src,
      dst,
      ivIndex,
      rssi,
      netKeyIndex,
      transportPdu: toHex(transportPdu),
    });
    this.whenReceived(pdu);
  }

  sent(tag: number): void {
    this.tags.push(tag);
  }

  ready(): void {
    this.readyCount++;
    this.whenReady();
  }
}

function octets(digits: string): Uint8Array {
  const value = fromHex(digits);
  if (value === undefined) throw new Error("not hexadecimal");
  return value;
}
