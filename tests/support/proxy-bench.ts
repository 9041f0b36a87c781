/** The network layer of a proxy between an air and clients that a test plays. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { Advertiser } from "../../modules/bearer/advertiser.js";
import { concat, setUint16BE, setUint24BE, toHex } from "../../modules/bytes.js";
import { Ccm } from "../../modules/crypto/ccm.js";
import { k2 } from "../../modules/crypto/toolbox.js";
import type { NetworkPdu } from "../../modules/network/network.js";
import { NetworkCipher, NonceType } from "../../modules/network/network-cipher.js";
import { NetworkLayer } from "../../modules/network/network-layer.js";
import type { ProxyServer } from "../../modules/network/proxy-server.js";
import type { Subnet } from "../../modules/network/subnet.js";
import type { Platform } from "../../modules/platform.js";
import { Records } from "../../modules/records.js";
import { FakeClock } from "./fake-clock.js";
import { GattDouble, type GattDoubleOptions, RadioDouble } from "./gatt-double.js";
import { MemoryStorage } from "./memory-storage.js";
import { NET_KEY, Neighbour, type Said } from "./network-bench.js";
import { hex } from "./provisionee-bench.js";
import { RecordingTrace } from "./recording-trace.js";

/** A second subnet of the node. */
export const OTHER_KEY = "18eed9c2a56add85049ffc3c59ad0e12";
/** The node's IV Index at first. */
export const IV_INDEX = 0x12345678;
/** The node's elements. */
export const ELEMENTS = Object.freeze({ first: 0x1201, count: 2 });
/** The phone. */
export const CLIENT = 0x0005;

/** What a test may choose. */
export interface ProxyBenchOptions extends GattDoubleOptions {
  readonly relay?: boolean;
  readonly storage?: MemoryStorage;
  readonly filter?: number;
}

/** One proxy on subnet 0, started. */
export class ProxyBench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly gatt: GattDouble;
  readonly radio: RadioDouble;
  readonly storage: MemoryStorage;
  readonly layer: NetworkLayer;
  readonly crypto = createNobleCrypto(this.clock);
  readonly neighbour: Neighbour;
  /** What has come up, as `src>dst transportPdu`. */
  readonly heard: string[] = [];
  #seq = 0;

  constructor(options: ProxyBenchOptions = {}) {
    const { clock, trace, crypto } = this;
    this.gatt = new GattDouble(clock, options);
    this.radio = new RadioDouble(clock);
    this.storage = options.storage ?? new MemoryStorage();
    this.neighbour = new Neighbour(crypto, NET_KEY);
    const nothing = (): void => {};
    const platform: Platform = {
      ...{ clock, crypto, trace, radio: this.radio, storage: this.storage, gattServer: this.gatt },
      random: new SeededRandom(7),
      deviceUuid: new Uint8Array(16),
      settings: { get: () => undefined },
      board: {
        led: { dimmable: false, write: nothing },
        button: { listen: nothing },
        ...{
          buzzer: undefined,
          vibrator: undefined,
          rotary: undefined,
          keypad: undefined,
          display: undefined,
        },
      },
    };
    this.layer = new NetworkLayer({
      platform,
      records: new Records(this.storage, trace),
      advertiser: new Advertiser(this.radio, clock, trace),
      elements: ELEMENTS,
      features: { relay: options.relay ?? false, proxy: true, friend: false, lowPower: false },
      capacity: { netKeys: 4, replayList: 16, messageCache: 32, proxyFilter: options.filter ?? 64 },
      replayStoreDelayMs: 0,
      statesChanged: () => this.layer.changed(),
    });
    const { netKeys, ivIndex, sequence, network } = this.layer;
    if (!this.storage.keys().includes("iv")) {
      netKeys.begin(0, hex(NET_KEY), false);
      ivIndex.begin(IV_INDEX, false);
      sequence.begin(ivIndex.sending);
    }
    this.layer.load();
    const changed = (): void => this.layer.changed();
    netKeys.attach({ added: changed, phaseChanged: changed, deleted: changed });
    network.attach({ received: (pdu) => this.heard.push(lineOf(pdu)), sent: nothing, ready: nothing });
  }

  /** The service is shown, and what waits for the next turn has happened. */
  start(identify = false): this {
    this.layer.start(identify);
    this.clock.advance(0);
    return this;
  }

  get proxy(): ProxyServer {
    if (this.layer.proxy === undefined) throw new Error("it is no proxy");
    return this.layer.proxy;
  }

  get subnet(): Subnet {
    const [subnet] = this.layer.netKeys.subnets;
    if (subnet === undefined) throw new Error("there is no subnet");
    return subnet;
  }

  /** A phone connects, subscribes, and has heard its beacons. MTU 69, so that every message is one PDU. */
  join(connection = 1): void {
    this.gatt.join(connection, 69);
    this.clock.advance(0);
    this.gatt.take(connection);
  }

  /** A Network PDU of the phone, or of somebody behind it. */
  clientSends(changes: Partial<Said> = {}, connection = 1): void {
    const pdu = this.neighbour.pdu({
      src: CLIENT,
      dst: 0xc000,
      ttl: 5,
      ivIndex: this.#ivIndex,
      seq: this.nextSeq(),
      ...changes,
    });
    this.gatt.write([`00${toHex(pdu)}`], connection);
  }

  /** A Network PDU from the air. */
  airSends(changes: Partial<Said> = {}): void {
    const pdu = this.neighbour.pdu({
      src: 0x0100,
      ttl: 5,
      ivIndex: this.#ivIndex,
      seq: this.nextSeq(),
      ...changes,
    });
    this.radio.listener?.received(concat(Uint8Array.of(pdu.length + 1, 0x2a), pdu), -50);
  }

  /** A proxy configuration message of the phone. */
  configure(transportPdu: string, connection = 1, header: Partial<ConfigurationHeader> = {}): void {
    this.gatt.write([`02${toHex(this.configuration(transportPdu, header))}`], connection);
  }

  configuration(transportPdu: string, header: Partial<ConfigurationHeader> = {}): Uint8Array {
    const { src, dst, ttl, ctl, seq, netKey, ivIndex } = {
      ...{
        src: CLIENT,
        dst: 0,
        ttl: 0,
        ctl: true,
        seq: this.nextSeq(),
        netKey: NET_KEY,
        ivIndex: this.#ivIndex,
      },
      ...header,
    };
    const transport = hex(transportPdu);
    const pdu = new Uint8Array(9 + transport.length + (ctl ? 8 : 4));
    pdu[1] = (ctl ? 0x80 : 0) | ttl;
    setUint24BE(pdu, 2, seq);
    setUint16BE(pdu, 5, src);
    setUint16BE(pdu, 7, dst);
    pdu.set(transport, 9);
    this.#cipher(netKey).seal(pdu, ivIndex, NonceType.Proxy);
    return pdu;
  }

  /** What the phone is told since the last call: `beacon`, `status` or `network`, each with what it says. */
  told(connection = 1): string[] {
    this.clock.advance(0);
    return this.gatt.take(connection).map((pdu) => this.#read(pdu));
  }

  /** What has gone on the air as network PDUs within so many milliseconds, once for each PDU. */
  aired(ms = 200): string[] {
    this.radio.sent.length = 0;
    this.clock.advance(ms);
    const pdus = this.radio.sent.filter((data) => data.slice(2, 4) === "2a").map((data) => data.slice(4));
    return [...new Set(pdus)].map((pdu) => this.#network(pdu));
  }

  nextSeq(): number {
    this.#seq += 2;
    return this.#seq;
  }

  #read(pdu: string): string {
    const message = pdu.slice(2);
    switch (pdu.slice(0, 2)) {
      case "00":
        return `network ${this.#network(message)}`;
      case "01":
        return message.startsWith("01")
          ? `beacon ${message.slice(2, 28)}`
          : `private ${this.#private(message)}`;
      case "02":
        return `status ${this.#status(message)}`;
      default:
        return `? ${pdu}`;
    }
  }

  #network(pdu: string): string {
    const said = this.neighbour.read(hex(pdu), this.#ivIndex);
    if (said === undefined) return "unreadable";
    return `${hexOf(said.src)}>${hexOf(said.dst)} ttl ${said.ttl} ${said.transportPdu}`;
  }

  /** Random is left out. */
  #private(beacon: string): string {
    const data = hex(beacon.slice(28));
    const key = this.subnet.transmitKey.privateBeaconKey;
    return key instanceof Ccm && key.decrypt(hex(beacon.slice(2, 28)), data, 8)
      ? toHex(data.subarray(0, 5))
      : "?";
  }

  #status(message: string): string {
    for (const netKey of [NET_KEY, OTHER_KEY]) {
      const pdu = hex(message);
      const clear = new Uint8Array(pdu.length);
      const cipher = this.#cipher(netKey);
      cipher.deobfuscate(pdu, this.#ivIndex, clear);
      if (cipher.nid !== ((pdu[0] ?? 0) & 0x7f) || !cipher.open(pdu, this.#ivIndex, clear, NonceType.Proxy))
        continue;
      const header = `${toHex(clear.subarray(1, 2))} ${toHex(clear.subarray(5, 9))}`;
      const status = toHex(clear.subarray(9, clear.length - 8));
      return netKey === NET_KEY ? `${header} ${status}` : `${header} ${status} by the other key`;
    }
    return "unreadable";
  }

  #cipher(netKey: string): NetworkCipher {
    return new NetworkCipher(this.crypto, k2(this.crypto, hex(netKey), new Uint8Array([0])));
  }

  get #ivIndex(): number {
    return this.layer.ivIndex.sending;
  }
}

/** What the sender of a proxy configuration message chooses. */
export interface ConfigurationHeader {
  readonly src: number;
  readonly dst: number;
  readonly ttl: number;
  readonly ctl: boolean;
  readonly seq: number;
  readonly netKey: string;
  readonly ivIndex: number;
}

function lineOf({ src, dst, transportPdu }: NetworkPdu): string {
  return `${hexOf(src)}>${hexOf(dst)} ${toHex(transportPdu)}`;
}

function hexOf(value: number): string {
  return value.toString(16).padStart(4, "0");
}
