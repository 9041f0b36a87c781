/**
 * The client's way to a mesh service: exchange of the ATT_MTU, discovery, subscription, then messages both ways.
 *
 *   starting ── mtuChanged ──► discovering ── discovered ──► subscribing ── configured ──► open ──► closed
 *
 * Each step after a pause of its own; every habit of a phone that matters to a device can be chosen.
 */

import type { Clock, Timer } from "../../../../modules/platform.js";
import type { Peripheral, PeripheralListener, RemoteService } from "./central.js";
import { cutMessage, ProxyReassembler, type ReassemblyFault } from "./proxy-pdu.js";

/** How a phone goes about it; what is left out is the plain way. */
export interface LinkHabits {
  /** The ATT_MTU that it asks for; undefined: it does not ask. Default: 517. */
  readonly mtu?: number | undefined;
  /** Before each step. Default: 0. */
  readonly stepMs?: number;
  /** What it writes to the Client Characteristic Configuration; undefined: nothing. Default: 1. */
  readonly subscription?: number | undefined;
  /** Octets in a write, when it does not use all that the ATT_MTU allows. */
  readonly writeSize?: number;
  /** From one write to the next; 0, the default: as many at once as there is room for. */
  readonly writePauseMs?: number;
  /** From the last write of a message to the news that it has been sent. Default: 0, a later turn. */
  readonly callbackMs?: number;
}

/** Why a link is of no use. */
export type LinkFault = ReassemblyFault | "noService" | "notSubscribed";

/** Who uses a link. Octets are borrowed. */
export interface ServiceLinkListener {
  opened(): void;
  received(type: number, message: Uint8Array): void;
  /** The message given to `send` has been written. */
  sent(): void;
  /** Something is wrong with the device; the link is left as it is. */
  fault(fault: LinkFault): void;
  /** The device has other services now. */
  servicesChanged(): void;
  closed(): void;
}

type Step = "starting" | "discovering" | "subscribing" | "open" | "closed";

/** One connection's use of one service. */
export class ServiceLink implements PeripheralListener {
  /** The services that were found, in the order in which the device has them. */
  services: readonly RemoteService[] = [];
  readonly #peripheral: Peripheral;
  readonly #wanted: readonly number[];
  readonly #clock: Clock;
  readonly #habits: LinkHabits;
  readonly #reassembler: ProxyReassembler;
  readonly #pause: Timer;
  readonly #writePause: Timer;
  readonly #callback: Timer;
  readonly #waiting: Uint8Array[] = [];
  #listener: ServiceLinkListener;
  #step: Step = "starting";
  #service = 0;
  #sending = false;

  /** wanted: UUIDs of services; the first one that the device has is used. */
  constructor(
    peripheral: Peripheral,
    wanted: readonly number[],
    { clock, habits }: { readonly clock: Clock; readonly habits: LinkHabits },
    listener: ServiceLinkListener,
  ) {
    this.#peripheral = peripheral;
    this.#wanted = wanted;
    this.#clock = clock;
    this.#habits = habits;
    this.#listener = listener;
    this.#reassembler = new ProxyReassembler(clock, {
      message: (type, octets) => this.#listener.received(type, octets),
      fault: (fault) => this.#listener.fault(fault),
    });
    this.#pause = clock.createTimer(() => this.#next());
    this.#writePause = clock.createTimer(() => this.#pump());
    this.#callback = clock.createTimer(() => this.#written());
    peripheral.listen(this);
    this.#pause.start(habits.stepMs ?? 0);
  }

  get isOpen(): boolean {
    return this.#step === "open";
  }

  /** Part of a message has come. */
  get isReceiving(): boolean {
    return this.#reassembler.isOpen;
  }

  /** The UUID of the service in use; 0: none yet. */
  get service(): number {
    return this.#service;
  }

  get peripheral(): Peripheral {
    return this.#peripheral;
  }

  /** Octets of a proxy PDU. */
  get pduSize(): number {
    return Math.min(this.#habits.writeSize ?? Number.POSITIVE_INFINITY, this.#peripheral.mtu - 3);
  }

  /** Somebody else uses the link from now on. */
  listen(listener: ServiceLinkListener): void {
    this.#listener = listener;
  }

  /** Another service on the same connection: from the discovery on, without another exchange of the ATT_MTU. */
  switchTo(wanted: readonly number[], listener: ServiceLinkListener): ServiceLink {
    this.#stop();
    this.#step = "closed";
    const options = { clock: this.#clock, habits: { ...this.#habits, mtu: undefined } };
    return new ServiceLink(this.#peripheral, wanted, options, listener);
  }

  /** Send one message; the next one after `sent`. undefined: nothing, which also takes its time. Throws RangeError. */
  send(type: number, message: Uint8Array | undefined): void {
    if (this.#sending) throw new RangeError("the link cannot send now");
    this.#sending = true;
    if (message !== undefined) this.#waiting.push(...cutMessage(type, message, this.pduSize));
    if (!this.#writePause.running) this.#pump();
  }

  /** Write these octets as they are, now. false: no room. */
  write(value: Uint8Array, service = this.#service): boolean {
    return this.#peripheral.write(service, value);
  }

  close(): void {
    this.#peripheral.disconnect();
  }

  mtuChanged(): void {
    if (this.#step === "starting") this.#enter("discovering");
  }

  discovered(services: readonly RemoteService[]): void {
    if (this.#step !== "discovering") return;
    this.services = services;
    const found = this.#wanted.find((wanted) => services.some(({ service }) => service === wanted));
    if (found === undefined) {
      this.#listener.fault("noService");
      return;
    }
    this.#service = found;
    this.#enter("subscribing");
  }

  configured(error: number | undefined): void {
    if (this.#step !== "subscribing") return;
    if (error !== undefined) this.#listener.fault("notSubscribed");
    else this.#opened();
  }

  notified(service: number, value: Uint8Array): void {
    if (service === this.#service) this.#reassembler.take(value, this.#peripheral.mtu - 3);
  }

  servicesChanged(): void {
    this.#listener.servicesChanged();
  }

  ready(): void {
    if (!this.#writePause.running) this.#pump();
  }

  idle(): void {}

  disconnected(): void {
    this.#stop();
    this.#step = "closed";
    this.#listener.closed();
  }

  #enter(step: Step): void {
    this.#step = step;
    this.#pause.start(this.#habits.stepMs ?? 0);
  }

  #next(): void {
    if (!this.#peripheral.open) return;
    const { mtu = "mtu" in this.#habits ? undefined : 517, subscription } = this.#habits;
    const value = "subscription" in this.#habits ? subscription : 1;
    if (this.#step === "starting") {
      if (mtu === undefined) this.#enter("discovering");
      else this.#peripheral.exchangeMtu(mtu);
    } else if (this.#step === "discovering") {
      this.#peripheral.discover();
    } else if (this.#step === "subscribing") {
      if (value === undefined) this.#opened();
      else this.#peripheral.subscribe(this.#service, value);
    }
  }

  #opened(): void {
    this.#step = "open";
    this.#listener.opened();
  }

  #pump(): void {
    const pauseMs = this.#habits.writePauseMs ?? 0;
    for (let pdu = this.#waiting[0]; pdu !== undefined; pdu = this.#waiting[0]) {
      if (!this.#peripheral.write(this.#service, pdu)) return;
      this.#waiting.shift();
      if (pauseMs > 0 && this.#waiting.length > 0) {
        this.#writePause.start(pauseMs);
        return;
      }
    }
    if (this.#sending && !this.#callback.running) this.#callback.start(this.#habits.callbackMs ?? 0);
  }

  #written(): void {
    this.#sending = false;
    this.#listener.sent();
  }

  #stop(): void {
    this.#pause.stop();
    this.#writePause.stop();
    this.#callback.stop();
    this.#reassembler.clear();
    this.#waiting.length = 0;
    this.#sending = false;
  }
}
