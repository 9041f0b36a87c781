import { toHex } from "../../../modules/bytes.js";
import type {
  AdvertisingAddress,
  ConnectableAdvertisement,
  GattListener,
  GattServer,
  GattService,
  Radio,
  RadioListener,
} from "../../../modules/platform.js";
import type { Facts } from "./messages.js";
import type { WorkerHost } from "./worker-host.js";

/** The simulator's radio, in the worker. */
export class WorkerRadio implements Radio {
  readonly #host: WorkerHost;
  #listener: RadioListener | undefined;

  constructor(host: WorkerHost) {
    this.#host = host;
  }

  /** undefined: the radio is not open yet. */
  get listener(): RadioListener | undefined {
    return this.#listener;
  }

  open(listener: RadioListener): void {
    this.#listener = listener;
    this.#host.tell("openRadio");
  }

  setScanning(on: boolean): void {
    this.#host.tell("setScanning", on);
  }

  transmit(data: Uint8Array, address: AdvertisingAddress): void {
    this.#host.tell("transmit", toHex(data), address);
  }

  setConnectable(advertisement: ConnectableAdvertisement | undefined): void {
    if (advertisement === undefined) {
      this.#host.tell("endConnectable");
      return;
    }
    const { data, scanResponse, intervalMs, address } = advertisement;
    this.#host.tell("setConnectable", {
      data: toHex(data),
      scanResponse: scanResponse && toHex(scanResponse),
      intervalMs,
      address,
    });
  }

  renewAddress(): void {
    this.#host.tell("renewAddress");
  }
}

/** The simulator's GATT server, in the worker. */
export class WorkerGattServer implements GattServer {
  readonly maxConnections: number;
  readonly swapsLive: boolean;
  readonly #host: WorkerHost;
  /** By number. What is on its way while another one is served still goes to whom it was meant for. */
  readonly #listeners: GattListener[] = [];

  constructor(host: WorkerHost, { maxConnections, swapsLive }: NonNullable<Facts["gattServer"]>) {
    this.maxConnections = maxConnections;
    this.swapsLive = swapsLive;
    this.#host = host;
  }

  /** Throws RangeError for a number that was never given. */
  listener(number: number): GattListener {
    const listener = this.#listeners[number];
    if (listener === undefined) throw new RangeError("no such listener");
    return listener;
  }

  serve(service: GattService | undefined, listener: GattListener): void {
    const known = this.#listeners.indexOf(listener);
    const number = known >= 0 ? known : this.#listeners.push(listener) - 1;
    this.#host.tell("serve", { service, listener: number });
  }

  notify(connection: number, value: Uint8Array): boolean {
    return this.#host.ask("notify", connection, toHex(value));
  }

  notificationSize(connection: number): number {
    return this.#host.ask("notificationSize", connection);
  }

  disconnect(connection: number): void {
    this.#host.tell("disconnect", connection);
  }
}
