/**
 * What a phone needs of a Bluetooth adapter that scans and connects: the simulator's, or any other. Two rules, as for a
 * platform: a call going down never causes a call coming up before it returns, and octets are borrowed until then.
 */

/** A connectable advertisement. address: 6 octets, most significant first; data, scanResponse: AD structures. */
export interface Advertisement {
  readonly address: Uint8Array;
  readonly data: Uint8Array;
  /** undefined: there is none, or it has not been heard. */
  readonly scanResponse: Uint8Array | undefined;
  /** dBm. */
  readonly rssi: number;
}

/** A mesh service as a client finds it: the 16-bit UUIDs of the service and of its characteristics. */
export interface RemoteService {
  readonly service: number;
  readonly dataIn: number;
  readonly dataOut: number;
}

/** An adapter. */
export interface Central {
  /** Begin to work for `listener`; called once, before anything else. */
  open(listener: CentralListener): void;
  setScanning(on: boolean): void;
  /** Connect with the next advertisement of this address; one attempt at a time, else it throws RangeError. */
  connect(address: Uint8Array): void;
}

/** Who hears the adapter. */
export interface CentralListener {
  advertised(advertisement: Advertisement): void;
  connected(peripheral: Peripheral): void;
  /** Nobody took the connection in time. */
  connectFailed(address: Uint8Array): void;
}

/** A device that the adapter is connected to. Of `exchangeMtu`, `discover` and `subscribe`, one at a time. */
export interface Peripheral {
  /** false as soon as either side has closed the connection. */
  readonly open: boolean;
  /** ATT_MTU: 23 until it has been exchanged. */
  readonly mtu: number;
  /** Who hears of this connection from now on. */
  listen(listener: PeripheralListener): void;
  /** Once in a connection: `mtuChanged` follows. */
  exchangeMtu(mtu: number): void;
  /** Which mesh services are there now: `discovered` follows. */
  discover(): void;
  /** Write this value to the Client Characteristic Configuration of Data Out: `configured` follows. */
  subscribe(service: number, value: number): void;
  /** Without response, to Data In; at most ATT_MTU - 3 octets. false: no room, `ready` follows; or not connected. */
  write(service: number, value: Uint8Array): boolean;
  /** Take what comes, or let it wait at the other side: for slow clients. Not every adapter can. */
  setTaking?(on: boolean): void;
  disconnect(): void;
}

/** Who hears of one connection. */
export interface PeripheralListener {
  mtuChanged(mtu: number): void;
  discovered(services: readonly RemoteService[]): void;
  /** error: of the Attribute Protocol; undefined: done. */
  configured(error: number | undefined): void;
  notified(service: number, value: Uint8Array): void;
  /** The device's services are others now. */
  servicesChanged(): void;
  /** There is room for `write` again. */
  ready(): void;
  /** Everything written has arrived. */
  idle(): void;
  disconnected(): void;
}
