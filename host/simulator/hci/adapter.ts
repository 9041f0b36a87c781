/** A Bluetooth adapter as the node's radio and GATT server: everything above a stream of octets. */

import { MAX_ADVERTISING_DATA } from "../../../modules/bearer/ad.js";
import type {
  AdvertisingAddress,
  Clock,
  ConnectableAdvertisement,
  Radio,
  RadioListener,
} from "../../../modules/platform.js";
import type { RadioObserver } from "../radio.js";
import { Acl } from "./acl.js";
import { Advertising, copyOf } from "./advertising.js";
import type { ByteStream } from "./byte-stream.js";
import { disconnect, refuseLongTermKey } from "./commands.js";
import { Controller } from "./controller.js";
import { type Abilities, setUpController } from "./controller-setup.js";
import { type HciEvent, type Report, Status } from "./events.js";
import { HciGattServer } from "./gatt-server.js";
import { OwnAddress, type OwnAddressOptions } from "./own-address.js";
import { Scanning } from "./scanning.js";

/** What an adapter is made of. */
export interface AdapterOptions extends OwnAddressOptions {
  readonly clock: Clock;
  /** The Device Name that clients read, UTF-8. */
  readonly name: Uint8Array;
  readonly observer?: RadioObserver;
}

/** Who hears of an adapter as such. */
export interface AdapterListener {
  /** It is up: what was asked of it meanwhile begins. */
  ready(): void;
  /** Nothing works, or works any more; why: one line without the adapter's name. Called once. */
  failed(why: string): void;
  /** Something of it does not work; one line. */
  noted(what: string): void;
}

/** What has been asked of an adapter that is not up yet. */
interface Early {
  transmission: { readonly data: Uint8Array; readonly address: AdvertisingAddress } | undefined;
  connectable: ConnectableAdvertisement | undefined;
}

interface Parts {
  readonly controller: Controller;
  readonly scanning: Scanning;
  readonly advertising: Advertising;
  readonly acl: Acl;
}

/** `Radio` on a controller, beside its GATT server. Misuse throws: RangeError for lengths, Error out of turn. */
export class Adapter implements Radio {
  readonly gattServer: HciGattServer;
  readonly #options: AdapterOptions;
  readonly #address: OwnAddress;
  readonly #noted = new Set<string>();
  #host: AdapterListener | undefined;
  #controller: Controller | undefined;
  #parts: Parts | undefined;
  readonly #early: Early = { transmission: undefined, connectable: undefined };
  #listener: RadioListener | undefined;
  #scanning = false;
  #transmitting = false;

  constructor(options: AdapterOptions) {
    this.#options = options;
    this.#address = new OwnAddress(options);
    this.gattServer = new HciGattServer({
      clock: options.clock,
      name: options.name,
      disconnect: (handle) => this.#disconnect(handle),
    });
  }

  /** The static random address, 6 octets, most significant first; a copy. */
  get identity(): Uint8Array {
    return this.#address.identity;
  }

  /** Bring up the controller behind this stream; called once. */
  start(stream: ByteStream, host: AdapterListener): void {
    const controller = new Controller(stream, this.#options.clock);
    this.#controller = controller;
    this.#host = host;
    controller.open({
      event: (event) => this.#heard(event),
      acl: (packet) => this.#parts?.acl.received(packet),
      failed: (why) => host.failed(why),
    });
    const identity = this.identity;
    setUpController(controller, identity, (outcome) => {
      if (typeof outcome === "string") {
        this.close();
        host.failed(outcome);
        return;
      }
      const parts = this.#assemble(controller, outcome, identity);
      this.#parts = parts;
      this.gattServer.open(parts.acl, outcome.maxConnections);
      this.#begin(parts);
      host.ready();
    });
  }

  open(listener: RadioListener): void {
    if (this.#listener !== undefined) throw new Error("the radio is open already");
    this.#listener = listener;
  }

  setScanning(on: boolean): void {
    this.#checkOpen();
    this.#scanning = on;
    this.#parts?.scanning.set(on);
  }

  transmit(data: Uint8Array, address: AdvertisingAddress): void {
    this.#checkOpen();
    if (this.#transmitting) throw new Error("transmit before transmitted");
    checkLength(data);
    this.#transmitting = true;
    this.#options.observer?.sent(data, address, "nonConnectable");
    if (this.#parts !== undefined) this.#parts.advertising.transmit(data, address);
    else this.#early.transmission = { data: new Uint8Array(data), address };
  }

  setConnectable(advertisement: ConnectableAdvertisement | undefined): void {
    this.#checkOpen();
    if (advertisement !== undefined) {
      const { data, scanResponse, address } = advertisement;
      checkLength(data);
      if (scanResponse !== undefined) checkLength(scanResponse);
      this.#options.observer?.sent(data, address, "connectable");
    }
    if (this.#parts !== undefined) this.#parts.advertising.setConnectable(advertisement);
    else this.#early.connectable = advertisement && copyOf(advertisement);
  }

  renewAddress(): void {
    this.#address.renew();
    this.#parts?.advertising.renewed();
  }

  /** Switch it off for good: it leaves the air. */
  close(): void {
    this.#scanning = false;
    this.#controller?.close();
  }

  #checkOpen(): void {
    if (this.#listener === undefined) throw new Error("the radio is not open");
  }

  /** What has been asked for before. */
  #begin({ scanning, advertising }: Parts): void {
    const { transmission, connectable } = this.#early;
    scanning.set(this.#scanning);
    if (transmission !== undefined) advertising.transmit(transmission.data, transmission.address);
    if (connectable !== undefined) advertising.setConnectable(connectable);
  }

  #assemble(controller: Controller, abilities: Abilities, address: Uint8Array): Parts {
    const { clock } = this.#options;
    const scanning = new Scanning(controller, address);
    const acl = new Acl(controller, abilities, {
      frame: (handle, channel, payload) => this.gattServer.received(handle, channel, payload),
      progressed: (handle) => this.gattServer.progressed(handle),
      spoiled: (handle) => this.gattServer.spoiled(handle),
    });
    const advertising = new Advertising({
      controller,
      clock,
      scanning,
      shortestIntervalMs: abilities.shortestIntervalMs,
      addressFor: (kind) => this.#address.addressFor(kind),
      addressOf: (kind, data) => this.#address.addressOf(kind, data),
      transmitted: () => {
        this.#transmitting = false;
        this.#listener?.transmitted();
      },
      refused: (kind, status) => this.#refused(kind, status),
    });
    return { controller, scanning, advertising, acl };
  }

  #heard(event: HciEvent): void {
    const parts = this.#parts;
    if (parts === undefined) return;
    if (event.kind === "reports") {
      for (const report of event.reports) this.#report(parts, report);
    } else if (event.kind === "connected") {
      if (event.status === Status.Success && event.isPeripheral) this.#connected(parts, event.handle);
    } else if (event.kind === "disconnected") {
      if (event.status === Status.Success) this.#disconnected(parts, event.handle);
    } else if (event.kind === "completedPackets") {
      parts.acl.completed(event.completed);
    } else if (event.kind === "longTermKeyRequest") {
      parts.controller.send(refuseLongTermKey(event.handle));
    }
  }

  #connected({ advertising }: Parts, handle: number): void {
    advertising.connected();
    this.gattServer.connected(handle);
  }

  #disconnected({ advertising }: Parts, handle: number): void {
    this.gattServer.disconnected(handle);
    advertising.disconnected();
  }

  #disconnect(handle: number): void {
    const parts = this.#parts;
    parts?.controller.send(disconnect(handle), (status) => {
      // It has gone without a word, and nothing else will tell of it.
      if (status === Status.UnknownConnection) this.#disconnected(parts, handle);
    });
  }

  #report({ scanning }: Parts, report: Report): void {
    if (!this.#scanning || !scanning.isOfInterest(report)) return;
    this.#options.observer?.received(report.data, report.rssi);
    this.#listener?.received(report.data, report.rssi);
  }

  /** All parameters have been right: it has forgotten its address. Otherwise told once: a transmission is tried again and again. */
  #refused(kind: "transmission" | "connectable", status: number): void {
    if (status === Status.InvalidParameters) {
      this.#controller?.fail("it has reset itself and forgotten everything; start the simulator again");
      return;
    }
    // While it is full of links, a controller refuses the connectable kind rightly.
    const isBeacon = kind === "transmission";
    const what = `the adapter refuses ${isBeacon ? "to advertise" : "connectable advertising"}`;
    const line = `${what}: error 0x${status.toString(16).padStart(2, "0")}`;
    if (this.#noted.has(line)) return;
    this.#noted.add(line);
    this.#host?.noted(line);
  }
}

function checkLength(data: Uint8Array): void {
  if (data.length > MAX_ADVERTISING_DATA) throw new RangeError("more than 31 octets of advertising data");
}
