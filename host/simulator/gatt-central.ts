/** The phone's adapter in the simulated air: it scans, connects, and speaks the client's part of the protocol. */

import {
  type AttMessage,
  AttOpcode,
  DEFAULT_MTU,
  decodeAtt,
  encodeAtt,
  LARGEST_MTU,
  VALUE_HEADER,
} from "./att.js";
import type { Frame, Medium, Port } from "./medium.js";
import type { Connection, ConnectionListener } from "./medium-connection.js";
import type { Central, CentralListener, Peripheral, PeripheralListener } from "./phone/gatt/central.js";

/** `Central` on a medium, under a name of its own. Misuse throws RangeError. */
export class SimulatedCentral implements Central, ConnectionListener {
  readonly port: Port;
  readonly #peripherals = new Map<Connection, SimulatedPeripheral>();
  #listener: CentralListener | undefined;
  #scanning = false;
  #connecting = false;

  constructor(medium: Medium, name: string) {
    this.port = medium.join(name, { heard: (frame, rssi) => this.#heard(frame, rssi), sent: () => {} });
    this.port.serve(this);
  }

  open(listener: CentralListener): void {
    if (this.#listener !== undefined) throw new RangeError("the adapter is open already");
    this.#listener = listener;
  }

  setScanning(on: boolean): void {
    this.#scanning = on;
  }

  connect(address: Uint8Array): void {
    if (this.#connecting) throw new RangeError("an attempt to connect is under way");
    this.#connecting = true;
    this.port.connect(address);
  }

  /** Switch it off: every connection is lost. */
  close(): void {
    this.#scanning = false;
    this.port.leave();
  }

  connected(connection: Connection): void {
    this.#connecting = false;
    const peripheral = new SimulatedPeripheral(connection);
    this.#peripherals.set(connection, peripheral);
    this.#listener?.connected(peripheral);
  }

  connectFailed(address: Uint8Array): void {
    this.#connecting = false;
    this.#listener?.connectFailed(address);
  }

  received(connection: Connection, message: Uint8Array): void {
    this.#peripherals.get(connection)?.received(message);
  }

  sent(connection: Connection): void {
    this.#peripherals.get(connection)?.sent();
  }

  disconnected(connection: Connection): void {
    const peripheral = this.#peripherals.get(connection);
    this.#peripherals.delete(connection);
    peripheral?.disconnected();
  }

  #heard(frame: Frame, rssi: number): void {
    if (!this.#scanning || frame.kind !== "connectable") return;
    const { address, data, scanResponse } = frame;
    this.#listener?.advertised({ address, data, scanResponse, rssi });
  }
}

class SimulatedPeripheral implements Peripheral {
  readonly #connection: Connection;
  #listener: PeripheralListener | undefined;
  #mtu = DEFAULT_MTU;
  #wantedMtu = DEFAULT_MTU;
  #refused = false;
  /** The request whose answer has not come. */
  #asked: number | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get open(): boolean {
    return this.#connection.open;
  }

  get mtu(): number {
    return this.#mtu;
  }

  listen(listener: PeripheralListener): void {
    this.#listener = listener;
  }

  exchangeMtu(mtu: number): void {
    if (mtu < DEFAULT_MTU || mtu > LARGEST_MTU) throw new RangeError("no ATT_MTU");
    this.#wantedMtu = mtu;
    this.#ask({ kind: "mtuRequest", mtu });
  }

  discover(): void {
    this.#ask({ kind: "discover" });
  }

  subscribe(service: number, value: number): void {
    this.#ask({ kind: "configure", service, value });
  }

  write(service: number, value: Uint8Array): boolean {
    if (value.length > this.#mtu - VALUE_HEADER) throw new RangeError("longer than a write may be");
    const isTaken = this.#connection.send(encodeAtt({ kind: "command", service, value }));
    if (!isTaken) this.#refused = this.#connection.open;
    return isTaken;
  }

  setTaking(on: boolean): void {
    this.#connection.setTaking(on);
  }

  disconnect(): void {
    this.#connection.close();
  }

  received(message: Uint8Array): void {
    const decoded = decodeAtt(message);
    if (decoded !== undefined) this.#take(decoded);
  }

  sent(): void {
    if (this.#refused) {
      this.#refused = false;
      this.#listener?.ready();
    }
    if (this.#connection.queued === 0) this.#listener?.idle();
  }

  disconnected(): void {
    this.#listener?.disconnected();
  }

  #take(message: AttMessage): void {
    switch (message.kind) {
      case "mtuResponse":
        this.#asked = undefined;
        this.#mtu = Math.max(DEFAULT_MTU, Math.min(message.mtu, this.#wantedMtu));
        this.#listener?.mtuChanged(this.#mtu);
        return;
      case "services":
        this.#asked = undefined;
        this.#listener?.discovered(message.services);
        return;
      case "configured":
        this.#asked = undefined;
        this.#listener?.configured(undefined);
        return;
      case "error":
        this.#failed(message.request, message.code);
        return;
      case "notification":
        this.#listener?.notified(message.service, message.value);
        return;
      case "servicesChanged":
        this.#listener?.servicesChanged();
        return;
      default:
    }
  }

  #failed(request: number, code: number): void {
    this.#asked = undefined;
    if (request === AttOpcode.configure) this.#listener?.configured(code);
    else if (request === AttOpcode.mtuRequest) this.#listener?.mtuChanged(this.#mtu);
  }

  #ask(message: AttMessage): void {
    if (this.#asked !== undefined) throw new RangeError("a request before the answer to the last one");
    if (!this.#connection.open) return;
    this.#asked = AttOpcode[message.kind];
    if (!this.#connection.send(encodeAtt(message))) throw new RangeError("no room for a request");
  }
}
