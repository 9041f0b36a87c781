/**
 * The platform's inputs as the node has them: what it throws at them goes to the guard, and no further. Timers are not
 * among them, as there are many: their clock hands it on itself.
 */

import type {
  AdvertisingAddress,
  Button,
  ConnectableAdvertisement,
  GattListener,
  GattServer,
  GattService,
  Radio,
  RadioListener,
} from "../../modules/platform.js";
import type { Guard } from "./guard.js";

/** A radio whose listener is guarded. */
export class GuardedRadio implements Radio {
  readonly #radio: Radio;
  readonly #guard: Guard;

  constructor(radio: Radio, guard: Guard) {
    this.#radio = radio;
    this.#guard = guard;
  }

  open(listener: RadioListener): void {
    this.#radio.open(new GuardedRadioListener(listener, this.#guard));
  }

  setScanning(on: boolean): void {
    this.#radio.setScanning(on);
  }

  transmit(data: Uint8Array, address: AdvertisingAddress): void {
    this.#radio.transmit(data, address);
  }

  setConnectable(advertisement: ConnectableAdvertisement | undefined): void {
    this.#radio.setConnectable(advertisement);
  }

  renewAddress(): void {
    this.#radio.renewAddress();
  }
}

class GuardedRadioListener implements RadioListener {
  readonly #listener: RadioListener;
  readonly #guard: Guard;

  constructor(listener: RadioListener, guard: Guard) {
    this.#listener = listener;
    this.#guard = guard;
  }

  received(data: Uint8Array, rssi: number): void {
    try {
      this.#listener.received(data, rssi);
    } catch (error) {
      this.#guard.input("radio", error);
    }
  }

  transmitted(): void {
    try {
      this.#listener.transmitted();
    } catch (error) {
      this.#guard.input("radio", error);
    }
  }
}

/** A GATT server whose listeners are guarded. */
export class GuardedGattServer implements GattServer {
  readonly maxConnections: number;
  readonly swapsLive: boolean;
  readonly #server: GattServer;
  readonly #guard: Guard;

  constructor(server: GattServer, guard: Guard) {
    this.maxConnections = server.maxConnections;
    this.swapsLive = server.swapsLive;
    this.#server = server;
    this.#guard = guard;
  }

  serve(service: GattService | undefined, listener: GattListener): void {
    this.#server.serve(service, new GuardedGattListener(listener, this.#guard));
  }

  notify(connection: number, value: Uint8Array): boolean {
    return this.#server.notify(connection, value);
  }

  notificationSize(connection: number): number {
    return this.#server.notificationSize(connection);
  }

  disconnect(connection: number): void {
    this.#server.disconnect(connection);
  }
}

class GuardedGattListener implements GattListener {
  readonly #listener: GattListener;
  readonly #guard: Guard;

  constructor(listener: GattListener, guard: Guard) {
    this.#listener = listener;
    this.#guard = guard;
  }

  connected(connection: number): void {
    try {
      this.#listener.connected(connection);
    } catch (error) {
      this.#guard.input("gatt", error);
    }
  }

  disconnected(connection: number): void {
    try {
      this.#listener.disconnected(connection);
    } catch (error) {
      this.#guard.input("gatt", error);
    }
  }

  subscribed(connection: number, on: boolean): void {
    try {
      this.#listener.subscribed(connection, on);
    } catch (error) {
      this.#guard.input("gatt", error);
    }
  }

  written(connection: number, value: Uint8Array): void {
    try {
      this.#listener.written(connection, value);
    } catch (error) {
      this.#guard.input("gatt", error);
    }
  }

  ready(connection: number): void {
    try {
      this.#listener.ready(connection);
    } catch (error) {
      this.#guard.input("gatt", error);
    }
  }

  idle(connection: number): void {
    try {
      this.#listener.idle(connection);
    } catch (error) {
      this.#guard.input("gatt", error);
    }
  }
}

/** A button whose listener is guarded. */
export class GuardedButton implements Button {
  readonly #button: Button;
  readonly #guard: Guard;

  constructor(button: Button, guard: Guard) {
    this.#button = button;
    this.#guard = guard;
  }

  listen(changed: (down: boolean) => void): void {
    this.#button.listen((down) => {
      try {
        changed(down);
      } catch (error) {
        this.#guard.input("button", error);
      }
    });
  }
}
