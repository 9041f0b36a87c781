/**
 * Legacy advertising of both kinds on a controller that does one at a time: single transmissions, and the connectable
 * advertisement, which is on the air whenever no transmission is.
 *
 *     idle ── transmit ──► starting ── enabled ──► in the air ── 20 ms ──► stopping ── disabled ──► transmitted
 *       └─ connectable ──► starting ── enabled ──► idle, connectable on; its turn lasts at least 20 ms
 *
 * However many transmissions there are, the connectable advertisement gets a turn in each of its intervals.
 */

import type {
  AdvertisingAddress,
  Clock,
  ConnectableAdvertisement,
  Timer,
} from "../../../modules/platform.js";
import {
  AdvertisingType,
  setAdvertisingData,
  setAdvertisingEnable,
  setAdvertisingParameters,
  setScanResponseData,
} from "./commands.js";
import type { Controller } from "./controller.js";
import { Status } from "./events.js";
import type { Scanning } from "./scanning.js";

/**
 * How long advertising of one kind stays on at least. A controller sends the first event within 10 ms, and with the
 * shortest interval of 20 ms hardly a second one.
 */
export const TURN_MS = 20;

/** From a refusal of connectable advertising to the next attempt. */
const RETRY_MS = 500;

/** The shortest and longest interval of connectable advertising. Core Specification, Vol 4, Part E, 7.8.5. */
const SHORTEST_INTERVAL_MS = 20;
const LONGEST_INTERVAL_MS = 10_240;

/** What advertising is made of. */
export interface AdvertisingOptions {
  readonly controller: Controller;
  readonly clock: Clock;
  readonly scanning: Scanning;
  readonly shortestIntervalMs: number;
  /** For a transmission: 6 octets, most significant first; private: another one each time. */
  readonly addressFor: (kind: AdvertisingAddress) => Uint8Array;
  /** For a connectable advertisement; private: the same for the same data. */
  readonly addressOf: (kind: AdvertisingAddress, data: Uint8Array) => Uint8Array;
  /** The one transmission is over. */
  readonly transmitted: () => void;
  /** The controller will not do it; status: why. */
  readonly refused: (kind: "transmission" | "connectable", status: number) => void;
}

interface Transmission {
  readonly data: Uint8Array;
  readonly address: AdvertisingAddress;
}

interface Connectable {
  readonly advertisement: ConnectableAdvertisement;
  readonly address: Uint8Array;
}

type State =
  | { readonly name: "idle" }
  /** Commands are on their way. */
  | { readonly name: "starting" | "stopping" }
  | { readonly name: "inTheAir" };

/** The sending half of an adapter. */
export class Advertising {
  readonly #options: AdvertisingOptions;
  readonly #timer: Timer;
  readonly #retry: Timer;
  #state: State = { name: "idle" };
  #waiting: Transmission | undefined;
  #connectable: Connectable | undefined;
  /** The connectable advertisement that the controller is sending. */
  #on: Connectable | undefined;
  /** Until when it must stay, and when it was last on the air. */
  #turnEndMs = 0;
  #lastOnMs = Number.NEGATIVE_INFINITY;
  /** The controller has refused it; for want of links nothing helps until one is gone, else it is tried again. */
  #refused: Connectable | undefined;

  constructor(options: AdvertisingOptions) {
    this.#options = options;
    this.#timer = options.clock.createTimer(() => this.#expired());
    this.#retry = options.clock.createTimer(() => this.disconnected());
  }

  /** One transmission; octets are copied. Not again before `transmitted`. */
  transmit(data: Uint8Array, address: AdvertisingAddress): void {
    this.#waiting = { data: new Uint8Array(data), address };
    this.#next();
  }

  /** From now on; undefined: none. */
  setConnectable(advertisement: ConnectableAdvertisement | undefined): void {
    if (advertisement === undefined) this.#connectable = undefined;
    else {
      const { intervalMs, address, data } = advertisement;
      this.#connectable = {
        advertisement: {
          ...copyOf(advertisement),
          intervalMs: Math.min(Math.max(intervalMs, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS),
        },
        address: this.#options.addressOf(address, data),
      };
      // A new one does not wait.
      this.#lastOnMs = Number.NEGATIVE_INFINITY;
    }
    this.#next();
  }

  /** There is another identity address. */
  renewed(): void {
    const advertisement = this.#connectable?.advertisement;
    if (advertisement?.address === "identity") this.setConnectable(advertisement);
  }

  /** Somebody has connected: the controller has ended the connectable advertisement, and so does this. */
  connected(): void {
    this.#on = undefined;
    this.#connectable = undefined;
    this.#next();
  }

  /** A connection is gone: what the controller had no room for, it may have now. */
  disconnected(): void {
    this.#refused = undefined;
    this.#next();
  }

  #next(): void {
    if (this.#state.name !== "idle") return;
    const nowMs = this.#options.clock.now();
    const connectable = this.#connectable === this.#refused ? undefined : this.#connectable;
    const isOn = this.#on !== undefined && this.#on === connectable;
    if (this.#waiting !== undefined && !this.#isTurnOfConnectable(connectable, nowMs)) {
      this.#startTransmission(this.#waiting);
    } else if (connectable !== undefined && !isOn) {
      this.#startConnectable(connectable);
    } else if (connectable === undefined && this.#on !== undefined) {
      this.#stop();
    } else if (this.#waiting !== undefined) {
      this.#timer.start(Math.max(0, this.#turnEndMs - nowMs));
    }
  }

  #isTurnOfConnectable(connectable: Connectable | undefined, nowMs: number): boolean {
    if (connectable === undefined) return false;
    if (this.#on === connectable) return nowMs < this.#turnEndMs;
    return nowMs - this.#lastOnMs >= connectable.advertisement.intervalMs;
  }

  #startTransmission({ data, address }: Transmission): void {
    const { controller, shortestIntervalMs, addressFor, refused } = this.#options;
    this.#begin(AdvertisingType.NonConnectable, shortestIntervalMs, addressFor(address));
    controller.send(setAdvertisingData(data));
    controller.send(setAdvertisingEnable(true), (status) => {
      this.#state = { name: "inTheAir" };
      if (status !== Status.Success) refused("transmission", status);
      // Even when it is refused, or its sender would send without a pause.
      this.#timer.start(TURN_MS);
    });
  }

  #startConnectable(connectable: Connectable): void {
    const { controller, clock, refused } = this.#options;
    const { data, scanResponse, intervalMs } = connectable.advertisement;
    this.#begin(AdvertisingType.Connectable, intervalMs, connectable.address);
    controller.send(setAdvertisingData(data));
    controller.send(setScanResponseData(scanResponse ?? new Uint8Array()));
    controller.send(setAdvertisingEnable(true), (status) => {
      this.#state = { name: "idle" };
      this.#turnEndMs = clock.now() + TURN_MS;
      if (status === Status.Success) this.#on = connectable;
      else {
        this.#refused = connectable;
        if (status !== Status.ConnectionLimit) this.#retry.start(RETRY_MS);
        refused("connectable", status);
      }
      this.#next();
    });
  }

  /** Everything off, then the parameters of the next. */
  #begin(type: number, intervalMs: number, address: Uint8Array): void {
    const { controller, scanning } = this.#options;
    this.#leaveConnectable();
    this.#state = { name: "starting" };
    scanning.setAddress(address);
    controller.send(setAdvertisingParameters(type, intervalMs));
  }

  #leaveConnectable(): void {
    if (this.#on === undefined) return;
    this.#on = undefined;
    this.#lastOnMs = this.#options.clock.now();
    this.#timer.stop();
    this.#options.controller.send(setAdvertisingEnable(false));
  }

  #stop(): void {
    this.#on = undefined;
    this.#state = { name: "stopping" };
    this.#options.controller.send(setAdvertisingEnable(false), () => {
      this.#state = { name: "idle" };
      this.#next();
    });
  }

  #expired(): void {
    if (this.#state.name !== "inTheAir") {
      this.#next();
      return;
    }
    this.#state = { name: "stopping" };
    this.#options.controller.send(setAdvertisingEnable(false), () => {
      this.#waiting = undefined;
      // First the listener, which may have the next: then the controller need not change over and back.
      this.#options.transmitted();
      this.#state = { name: "idle" };
      this.#next();
    });
  }
}

/** The same, with octets of its own. */
export function copyOf(advertisement: ConnectableAdvertisement): ConnectableAdvertisement {
  const { data, scanResponse } = advertisement;
  return {
    ...advertisement,
    data: new Uint8Array(data),
    scanResponse: scanResponse && new Uint8Array(scanResponse),
  };
}
