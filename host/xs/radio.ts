/** The board's radio and GATT server, above the turns in C. */

import { MAX_ADVERTISING_DATA } from "../../modules/bearer/ad.js";
import { getUint32BE, octet } from "../../modules/bytes.js";
import type {
  AdvertisingAddress,
  Clock,
  ConnectableAdvertisement,
  GattListener,
  GattServer,
  GattService,
  Radio,
  RadioListener,
  Timer,
} from "../../modules/platform.js";
import {
  Count,
  NEWS_HEADER,
  NEWS_SIZE,
  News,
  radioAddress,
  radioBegin,
  radioConnectable,
  radioCount,
  radioDisconnect,
  radioIsConnectable,
  radioLastFailure,
  radioLinks,
  radioNext,
  radioNotConnectable,
  radioNotificationSize,
  radioNotify,
  radioScan,
  radioServe,
  radioSwapsLive,
  radioTransmit,
  radioWaitMs,
} from "./radio/native.js";
import { OwnAddress, type OwnAddressOptions } from "./radio/own-address.js";

/** What is taken up in one turn; the rest in the next, so that timers are not starved. */
const NEWS_PER_TURN = 32;

/** From one line about what the radio could not do to the next: a stranger can cause some of it. */
const ACCOUNT_MS = 10_000;

const NOTHING = Object.freeze({ service: 0, dataIn: 0, dataOut: 0 } as const);

/** What a native radio is made of. */
export interface NativeRadioOptions extends OwnAddressOptions {
  readonly clock: Clock;
  /** Where a line about what it could not do goes; without it, to the SDK's trace. */
  readonly print?: (text: string) => void;
}

/**
 * `Radio` and `GattServer` of the chip, of which there is one. Misuse throws: RangeError for lengths, Error out of turn;
 * what comes from the air never does. A listener's exception leaves everything else for the next turn.
 */
export class NativeRadio implements Radio, GattServer {
  readonly maxConnections: number;
  readonly swapsLive: boolean;
  readonly #clock: Clock;
  readonly #print: (text: string) => void;
  readonly #timer: Timer;
  readonly #address: OwnAddress;
  readonly #news = new Uint8Array(NEWS_SIZE);
  readonly #data = this.#news.subarray(NEWS_HEADER);
  /** Its first octets, one view for each length that a report has had: a view for each report would be garbage. */
  readonly #views: (Uint8Array | undefined)[] = [];
  readonly #head = new Uint8Array(8);
  readonly #noOctets = new Uint8Array(0);
  /** Who hears of a link: after a change of services where links do not live on, still the listener of before. */
  readonly #links = new Map<number, GattListener>();
  #radioListener: RadioListener | undefined;
  #connectable: ConnectableAdvertisement | undefined;
  #service: GattService | undefined;
  #gattListener: GattListener | undefined;
  /** When the running timer expires. */
  #dueMs = 0;
  /** When what it could not do is looked at next, and how much that was the last time. */
  #accountMs = 0;
  #accounted = 0;

  /** Brings the stack up; what is asked for meanwhile begins then. */
  constructor(options: NativeRadioOptions) {
    this.#clock = options.clock;
    this.#print = options.print ?? ((text) => trace(text));
    this.#address = new OwnAddress(options);
    this.#timer = options.clock.createTimer(() => this.#drain());
    this.maxConnections = radioLinks();
    this.swapsLive = radioSwapsLive() === 1;
    radioBegin(() => this.#drain(), options.clock.now());
    this.#rest();
  }

  /** The address that stays, 6 octets, most significant first; a copy. The chip's own: once the stack is up. */
  get identity(): Uint8Array {
    const identity = this.#address.identity.slice();
    if (this.#address.isChips) radioAddress(identity);
    return identity;
  }

  /** Reports and clients' writes that were lost, as there was no room for them. A client's link has ended then. */
  get dropped(): number {
    return radioCount(Count.Reports) + radioCount(Count.Writes);
  }

  /** Times that the vendor's stack has failed and was brought up again. */
  get failures(): number {
    return radioCount(Count.Failures);
  }

  /** The vendor's code of the last of them. */
  get lastFailure(): number {
    return radioLastFailure();
  }

  /** Transmissions that did not go out. */
  get unsent(): number {
    return radioCount(Count.Transmissions);
  }

  open(listener: RadioListener): void {
    if (this.#radioListener !== undefined) throw new Error("the radio is open already");
    this.#radioListener = listener;
  }

  setScanning(on: boolean): void {
    this.#checkOpen();
    radioScan(on, this.#clock.now());
    this.#rest();
  }

  transmit(data: Uint8Array, address: AdvertisingAddress): void {
    this.#checkOpen();
    checkLength(data);
    if (radioTransmit(this.#address.addressFor(address), data, this.#clock.now()) === 0) {
      throw new Error("transmit before transmitted");
    }
    this.#rest();
  }

  setConnectable(advertisement: ConnectableAdvertisement | undefined): void {
    this.#checkOpen();
    if (advertisement === undefined) radioNotConnectable(this.#clock.now());
    else this.#putUp(advertisement);
    this.#rest();
  }

  renewAddress(): void {
    this.#address.renew();
    const now = this.#connectable;
    if (now?.address === "identity" && radioIsConnectable() === 1) this.setConnectable(now);
  }

  serve(service: GattService | undefined, listener: GattListener): void {
    const isOther = service?.service !== this.#service?.service;
    this.#service = service && { ...service };
    this.#gattListener = listener;
    // After a change of services, links that live on are told of anew, to this listener.
    if (!isOther) for (const link of this.#links.keys()) this.#links.set(link, listener);
    const { service: uuid, dataIn, dataOut } = service ?? NOTHING;
    radioServe(uuid, dataIn, dataOut, this.#clock.now());
    this.#rest();
  }

  notify(connection: number, value: Uint8Array): boolean {
    if (!this.#links.has(connection)) return false;
    if (value.length > radioNotificationSize(connection)) {
      throw new RangeError("longer than a notification may be");
    }
    const isQueued = radioNotify(connection, value, this.#clock.now()) === 1;
    if (!isQueued) this.#rest();
    return isQueued;
  }

  notificationSize(connection: number): number {
    return radioNotificationSize(connection);
  }

  disconnect(connection: number): void {
    radioDisconnect(connection, this.#clock.now());
  }

  #putUp(advertisement: ConnectableAdvertisement): void {
    const { data, scanResponse, intervalMs, address } = advertisement;
    checkLength(data);
    if (scanResponse !== undefined) checkLength(scanResponse);
    this.#connectable = { ...advertisement, data: data.slice(), scanResponse: scanResponse?.slice() };
    const interval = Math.min(Math.max(Math.round(intervalMs), 0), 0xffff);
    this.#head[0] = interval >> 8;
    this.#head[1] = interval & 0xff;
    this.#head.set(this.#address.addressOf(address, data), 2);
    radioConnectable(this.#head, data, scanResponse ?? this.#noOctets, this.#clock.now());
  }

  /** The one way in: woken by the radio, or by the timer. */
  #drain(): void {
    try {
      for (let count = 0; count < NEWS_PER_TURN; count++) {
        const type = radioNext(this.#news, this.#clock.now());
        if (type === 0) return;
        this.#tell(type);
      }
    } finally {
      this.#account();
      this.#rest();
    }
  }

  /** Nobody else tells of a host's faults. */
  #account(): void {
    const nowMs = this.#clock.now();
    if (nowMs < this.#accountMs) return;
    this.#accountMs = nowMs + ACCOUNT_MS;
    const { failures, dropped, unsent } = this;
    if (failures + dropped + unsent === this.#accounted) return;
    this.#accounted = failures + dropped + unsent;
    this.#print(
      `radio: failed ${failures} times, last with ${this.lastFailure}; lost ${dropped}; unsent ${unsent}\n`,
    );
  }

  /** See to it that the next turn comes in time. */
  #rest(): void {
    const nowMs = this.#clock.now();
    const waitMs = radioWaitMs(nowMs);
    // One that expires early finds nothing, which costs less than a new timer each time.
    if (this.#timer.running && this.#dueMs <= nowMs + waitMs) return;
    this.#dueMs = nowMs + waitMs;
    this.#timer.start(waitMs);
  }

  #tell(type: number): void {
    if (type === News.Transmitted) this.#radioListener?.transmitted();
    else if (type === News.Received) this.#received();
    else this.#tellOfLink(type, getUint32BE(this.#news, 4));
  }

  #received(): void {
    const length = octet(this.#news, 2);
    let view = this.#views[length];
    if (view === undefined) {
      view = this.#data.subarray(0, length);
      this.#views[length] = view;
    }
    this.#radioListener?.received(view, (octet(this.#news, 1) << 24) >> 24);
  }

  #tellOfLink(type: number, link: number): void {
    if (type === News.Connected && this.#gattListener !== undefined) {
      this.#links.set(link, this.#gattListener);
    }
    const listener = this.#links.get(link);
    if (type === News.Disconnected) this.#links.delete(link);
    if (type === News.Connected) listener?.connected(link);
    else if (type === News.Disconnected) listener?.disconnected(link);
    else if (type === News.Subscribed) listener?.subscribed(link, octet(this.#news, 0) === 1);
    else if (type === News.Written) listener?.written(link, this.#data.subarray(0, octet(this.#news, 2)));
    else if (type === News.Ready) listener?.ready(link);
    else if (type === News.Idle) listener?.idle(link);
  }

  #checkOpen(): void {
    if (this.#radioListener === undefined) throw new Error("the radio is not open");
  }
}

function checkLength(data: Uint8Array): void {
  if (data.length > MAX_ADVERTISING_DATA) throw new RangeError("more than 31 octets of advertising data");
}
