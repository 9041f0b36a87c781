/** Our own phone with noble as its adapter: the calls of one, made of those of the other. */

import { setTimeout } from "node:timers/promises";
import type {
  Advertisement,
  CentralListener,
  PeripheralListener,
  Central as PhoneCentral,
  Peripheral as PhonePeripheral,
  RemoteService,
} from "../../../host/simulator/phone/gatt/central.js";
import { concat } from "../../../modules/bytes.js";
import type { Central } from "./central.js";
import type { CentralLink } from "./central-link.js";
import type { AdvertisementSeen } from "./central-talk.js";
import { le16 } from "./h4.js";

/** The mesh services, each with Data In and Data Out. MshPRT 7. */
const MESH_SERVICES: readonly RemoteService[] = [
  { service: 0x1827, dataIn: 0x2adb, dataOut: 0x2adc },
  { service: 0x1828, dataIn: 0x2add, dataOut: 0x2ade },
];
const GENERIC_ATTRIBUTE = 0x1801;
const SERVICE_CHANGED = 0x2a05;

/** Writes that have not been handed to noble's controller yet. */
const QUEUE = 8;
/** As phones do: so often, with this pause, before a connection counts as failed. */
const ATTEMPTS = 4;
const PAUSE_MS = 200;

/** mtu: what noble asks for at once when it connects; it cannot be told to later. */
export interface NobleRadioOptions {
  readonly central: Central;
  readonly mtu: number;
}

/** The adapter of one phone. What goes wrong in noble without an answer of its own ends the connection. */
export class NobleRadio implements PhoneCentral {
  readonly #central: Central;
  readonly #mtu: number;
  #listener: CentralListener | undefined;
  /** By address: the data of the last advertisement that had any. */
  readonly #data = new Map<string, Uint8Array>();
  /** Settled when noble has nothing to do. */
  #turn = Promise.resolve();
  #isScanning = false;
  #isConnecting = false;

  constructor({ central, mtu }: NobleRadioOptions) {
    this.#central = central;
    this.#mtu = mtu;
  }

  open(listener: CentralListener): void {
    this.#listener = listener;
    this.#central.seen.watch((seen) => {
      if (this.#isScanning && seen.connectable) listener.advertised(this.#advertisement(seen));
    });
  }

  setScanning(on: boolean): void {
    this.#isScanning = on;
    this.#inTurn(() => (on ? this.#central.scan() : this.#central.stopScanning()));
  }

  /** Begin the scan anew, so that everybody is reported once more. */
  scanAnew(): void {
    this.#inTurn(async () => {
      if (!this.#isScanning) return;
      await this.#central.stopScanning();
      await this.#central.scan();
    });
  }

  connect(address: Uint8Array): void {
    if (this.#isConnecting) throw new RangeError("an attempt to connect is under way");
    this.#isConnecting = true;
    const wanted = address.slice();
    this.#inTurn(async () => {
      const link = await this.#tryToConnect(Buffer.from(wanted).toString("hex").replace(/..\B/g, "$&:"));
      // noble ends a scan when it connects; a phone goes on.
      if (this.#isScanning) await this.#central.scan();
      this.#isConnecting = false;
      if (link === undefined) this.#listener?.connectFailed(wanted);
      else this.#listener?.connected(new NoblePeripheral(link));
    });
  }

  /** noble forgets what it was about to do when it is asked for the next thing too early. */
  #inTurn(act: () => Promise<void>): void {
    this.#turn = this.#turn.then(act).catch(() => {});
  }

  /** A scan response is reported by itself; a phone sees it with what it answers. */
  #advertisement(seen: AdvertisementSeen): Advertisement {
    const { address, name, rssi } = seen;
    const data =
      seen.serviceData.length > 0 ? structuresOf(seen) : (this.#data.get(address) ?? new Uint8Array());
    this.#data.set(address, data);
    return {
      address: Buffer.from(address.replaceAll(":", ""), "hex"),
      data,
      scanResponse: name === undefined ? undefined : adStructure(0x09, Buffer.from(name)),
      rssi,
    };
  }

  /** undefined: it was not possible. */
  async #tryToConnect(address: string): Promise<CentralLink | undefined> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        return await this.#central.connect(address, this.#mtu);
      } catch {
        await setTimeout(PAUSE_MS);
      }
    }
    return undefined;
  }
}

class NoblePeripheral implements PhonePeripheral {
  readonly #link: CentralLink;
  #listener: PeripheralListener | undefined;
  #writing = 0;
  #wasRefused = false;

  constructor(link: CentralLink) {
    this.#link = link;
    link.notifications.watch(({ service, characteristic, value }) => {
      if (characteristic === SERVICE_CHANGED) this.#listener?.servicesChanged();
      else this.#listener?.notified(service, value);
    });
    link.ends.watch(() => this.#listener?.disconnected());
  }

  get open(): boolean {
    return this.#link.ends.seen.length === 0;
  }

  get mtu(): number {
    return this.#link.mtu;
  }

  listen(listener: PeripheralListener): void {
    this.#listener = listener;
  }

  /** Done already: noble has. */
  exchangeMtu(_mtu: number): void {
    setImmediate(() => this.#listener?.mtuChanged(this.#link.mtu));
  }

  discover(): void {
    this.#discover().then(
      (services) => this.#listener?.discovered(services),
      () => this.disconnect(),
    );
  }

  subscribe(service: number, value: number): void {
    const found = MESH_SERVICES.find((each) => each.service === service);
    if (found === undefined || value > 1) throw new RangeError("noble cannot write that");
    const { dataOut } = found;
    const done =
      value === 1 ? this.#link.subscribe(service, dataOut) : this.#link.unsubscribe(service, dataOut);
    done.then(
      () => this.#listener?.configured(undefined),
      () => this.disconnect(),
    );
  }

  write(service: number, value: Uint8Array): boolean {
    const found = MESH_SERVICES.find((each) => each.service === service);
    if (found === undefined || !this.open) return false;
    if (this.#writing === QUEUE) {
      this.#wasRefused = true;
      return false;
    }
    this.#writing++;
    this.#link.write(service, found.dataIn, value).then(
      () => this.#written(),
      () => this.disconnect(),
    );
    return true;
  }

  disconnect(): void {
    if (this.open) this.#link.disconnect().catch(() => {});
  }

  #written(): void {
    this.#writing--;
    if (this.#wasRefused) {
      this.#wasRefused = false;
      this.#listener?.ready();
    }
    if (this.#writing === 0) this.#listener?.idle();
  }

  async #discover(): Promise<readonly RemoteService[]> {
    const services = await this.#link.discover();
    const generic = services.find(({ service }) => service === GENERIC_ATTRIBUTE);
    if (generic?.characteristics.includes(SERVICE_CHANGED))
      await this.#link.subscribe(GENERIC_ATTRIBUTE, SERVICE_CHANGED);
    return MESH_SERVICES.filter(({ service, dataIn, dataOut }) => {
      const there = services.find((each) => each.service === service)?.characteristics ?? [];
      return there.includes(dataIn) && there.includes(dataOut);
    });
  }
}

/** noble takes AD structures apart; here they are again, as far as a mesh phone looks at them. */
function structuresOf({ services, serviceData }: AdvertisementSeen): Uint8Array {
  return concat(
    adStructure(0x03, Uint8Array.from(services.flatMap(le16))),
    ...serviceData.map(({ service, data }) =>
      adStructure(0x16, concat(Uint8Array.from(le16(service)), Buffer.from(data, "hex"))),
    ),
  );
}

function adStructure(type: number, data: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(data.length + 1, type), data);
}
