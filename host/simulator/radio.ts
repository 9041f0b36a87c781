/** A radio in the simulated air, as a board's would be: one transmission at a time, a static random address. */

import { MAX_ADVERTISING_DATA } from "../../modules/bearer/ad.js";
import type {
  AdvertisingAddress,
  Clock,
  ConnectableAdvertisement,
  Radio,
  RadioListener,
  Random,
  Timer,
} from "../../modules/platform.js";
import { AddressType, drawAddress, PrivateAddresses } from "../device-address.js";
import type { Frame, Medium, Port } from "./medium.js";

/** Someone who watches the traffic of one radio. Octets are borrowed. */
export interface RadioObserver {
  /** An advertising event begins. */
  sent(data: Uint8Array, address: AdvertisingAddress, kind: Frame["kind"]): void;
  /** A non-connectable frame has been heard, and is about to be handed to the node. rssi: dBm. */
  received(data: Uint8Array, rssi: number): void;
}

/** What a simulated radio is made of. */
export interface SimulatedRadioOptions {
  readonly medium: Medium;
  /** Its name in the medium. */
  readonly name: string;
  readonly clock: Clock;
  /** For addresses. */
  readonly random: Random;
  /** The static random address kept from an earlier run, 6 octets, most significant first; else one is drawn. */
  readonly identity?: Uint8Array | undefined;
  /** Called with each identity address that is drawn, so that it can be kept over restarts. */
  readonly keepIdentity?: (identity: Uint8Array) => void;
  readonly observer?: RadioObserver;
}

interface Connectable {
  readonly kind: AdvertisingAddress;
  readonly intervalMs: number;
  readonly data: Uint8Array;
  readonly scanResponse: Uint8Array | undefined;
  address: Uint8Array;
}

/** `Radio` on a medium. Misuse throws: RangeError for lengths, Error for calls out of turn. */
export class SimulatedRadio implements Radio {
  /** This radio's access to the air, for a GATT server or client on the same device. */
  readonly port: Port;
  readonly #random: Random;
  readonly #privateAddresses: PrivateAddresses;
  readonly #keepIdentity: ((identity: Uint8Array) => void) | undefined;
  readonly #observer: RadioObserver | undefined;
  readonly #interval: Timer;
  #listener: RadioListener | undefined;
  #identity: Uint8Array;
  #scanning = false;
  #transmitting = false;
  #connectable: Connectable | undefined;
  /** A connectable event has fallen due while a transmission ran. */
  #overdue = false;

  constructor(options: SimulatedRadioOptions) {
    this.#random = options.random;
    this.#privateAddresses = new PrivateAddresses(options.random);
    this.#keepIdentity = options.keepIdentity;
    this.#observer = options.observer;
    this.#interval = options.clock.createTimer(() => this.#intervalOver());
    this.port = options.medium.join(options.name, {
      heard: (frame, rssi) => this.#heard(frame, rssi),
      sent: (kind) => this.#sent(kind),
    });
    this.#identity = (options.identity && new Uint8Array(options.identity)) ?? this.#drawIdentity();
  }

  /** The static random address, 6 octets, most significant first; a copy. */
  get identity(): Uint8Array {
    return this.#identity.slice();
  }

  open(listener: RadioListener): void {
    if (this.#listener !== undefined) throw new Error("the radio is open already");
    this.#listener = listener;
  }

  setScanning(on: boolean): void {
    this.#checkOpen();
    this.#scanning = on;
  }

  transmit(data: Uint8Array, address: AdvertisingAddress): void {
    this.#checkOpen();
    if (this.#transmitting) throw new Error("transmit before transmitted");
    checkLength(data);
    this.#transmitting = true;
    this.#observer?.sent(data, address, "nonConnectable");
    this.port.send({ kind: "nonConnectable", address: this.#addressFor(address), data });
  }

  setConnectable(advertisement: ConnectableAdvertisement | undefined): void {
    this.#checkOpen();
    this.#endConnectable();
    if (advertisement === undefined) return;
    const { data, scanResponse, intervalMs, address: kind } = advertisement;
    checkLength(data);
    if (scanResponse !== undefined) checkLength(scanResponse);
    const address = kind === "identity" ? this.identity : this.#privateAddresses.of(data).slice();
    this.#connectable = {
      kind,
      intervalMs,
      data: data.slice(),
      scanResponse: scanResponse?.slice(),
      address,
    };
    this.port.setConnectable(address);
    this.#interval.start(0);
  }

  renewAddress(): void {
    this.#identity = this.#drawIdentity();
    if (this.#connectable?.kind !== "identity" || this.port.connectable === undefined) return;
    this.#connectable.address = this.identity;
    this.port.setConnectable(this.#identity);
  }

  /** Switch the radio off for good: it leaves the air. */
  close(): void {
    this.#endConnectable();
    this.#scanning = false;
    this.port.leave();
  }

  #endConnectable(): void {
    this.#interval.stop();
    this.#connectable = undefined;
    this.#overdue = false;
    this.port.setConnectable(undefined);
  }

  #intervalOver(): void {
    if (this.#transmitting) this.#overdue = true;
    else this.#sendConnectable();
  }

  #sendConnectable(): void {
    const now = this.#connectable;
    this.#overdue = false;
    if (now === undefined) return;
    if (this.port.connectable === undefined) {
      // Somebody has connected.
      this.#endConnectable();
      return;
    }
    const { address, data, scanResponse } = now;
    this.#observer?.sent(data, now.kind, "connectable");
    this.port.send({ kind: "connectable", address, data, scanResponse });
    this.#interval.start(now.intervalMs);
  }

  #sent(kind: Frame["kind"]): void {
    if (kind !== "nonConnectable") return;
    this.#transmitting = false;
    // Before the listener, which may begin its next transmission at once, again and again.
    if (this.#overdue) this.#sendConnectable();
    this.#listener?.transmitted();
  }

  #heard(frame: Frame, rssi: number): void {
    // MshPRT 5.2.1, 3.3.1: mesh AD types in connectable advertisements are ignored.
    if (!this.#scanning || frame.kind !== "nonConnectable") return;
    this.#observer?.received(frame.data, rssi);
    this.#listener?.received(frame.data, rssi);
  }

  #checkOpen(): void {
    if (this.#listener === undefined) throw new Error("the radio is not open");
  }

  #addressFor(kind: AdvertisingAddress): Uint8Array {
    return kind === "identity" ? this.identity : drawAddress(this.#random, AddressType.NonResolvable);
  }

  #drawIdentity(): Uint8Array {
    const identity = drawAddress(this.#random, AddressType.Static);
    this.#keepIdentity?.(identity.slice());
    return identity;
  }
}

function checkLength(data: Uint8Array): void {
  if (data.length > MAX_ADVERTISING_DATA) throw new RangeError("more than 31 octets of advertising data");
}
