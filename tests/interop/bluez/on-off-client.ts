/** The provisioner's own Generic OnOff Client: it switches others, and hears what they publish. MMDL 3.2.1. */

import type { MeshApp } from "./mesh-app.js";
import type { MeshEvent } from "./mesh-event.js";
import { insistent, request } from "./request.js";

/** Model identifiers. */
export const GENERIC_ON_OFF_SERVER = 0x1000;
export const GENERIC_ON_OFF_CLIENT = 0x1001;

/** Octets of the opcodes. */
const GET = [0x82, 0x01] as const;
const SET = [0x82, 0x02] as const;
const SET_UNACKNOWLEDGED = [0x82, 0x03] as const;
const STATUS = 0x8204;

/** How a lamp is to change. transition: in the format of MMDL 3.1.3; delay: in steps of 5 ms. */
export interface Transition {
  readonly transition: number;
  readonly delay: number;
}

/** A state that was told. target, remaining: while it changes. destination: an address, or a label in hexadecimal. */
export interface OnOffStatus {
  readonly source: number;
  readonly destination: number | string | undefined;
  readonly present: number;
  readonly target: number | undefined;
  readonly remaining: number | undefined;
}

/** Sends under one AppKey, which must be bound to the model on the provisioner's own node. */
export class OnOffClient {
  readonly #app: MeshApp;
  readonly #appKey: number;
  #transaction = 0;

  constructor(app: MeshApp, appKey: number) {
    this.#app = app;
    this.#appKey = appKey;
  }

  /** Ask an element for its state. */
  get(address: number, effort = insistent): Promise<OnOffStatus> {
    return this.#request(address, GET, effort);
  }

  /** Switch an element, and give the state that it answers. */
  set(address: number, on: boolean, effort = insistent): Promise<OnOffStatus> {
    // Repetitions keep their transaction identifier.
    return this.#request(address, [...SET, ...this.#change(on)], effort);
  }

  /** Switch an element slowly. */
  fade(address: number, on: boolean, { transition, delay }: Transition): Promise<OnOffStatus> {
    return this.#request(address, [...SET, ...this.#change(on), transition, delay], insistent);
  }

  /** Switch whoever hears on a unicast or group address; nobody answers. */
  async tell(address: number, on: boolean): Promise<void> {
    await this.#app.send(address, this.#appKey, [...SET_UNACKNOWLEDGED, ...this.#change(on)]);
  }

  /** The same to wherever this model publishes, as the provisioner's own node is configured. */
  async publish(on: boolean): Promise<void> {
    await this.#app.publish(GENERIC_ON_OFF_CLIENT, [...SET_UNACKNOWLEDGED, ...this.#change(on)]);
  }

  /** The next state that an element tells to this destination. */
  told(source: number, destination: number | string, timeoutMs = 10_000): Promise<OnOffStatus> {
    return this.#app.events.next("a state that is told", timeoutMs, (event) =>
      event.name === "message" && event.destination === destination ? readStatus(event, source) : undefined,
    );
  }

  #request(address: number, message: readonly number[], effort: typeof insistent): Promise<OnOffStatus> {
    const send = () => this.#app.send(address, this.#appKey, message);
    const accept = (event: MeshEvent) => readStatus(event, address);
    return request(this.#app.events, { what: "Generic OnOff Status", send, accept }, effort);
  }

  #change(on: boolean): readonly number[] {
    this.#transaction = (this.#transaction + 1) & 0xff;
    return [on ? 1 : 0, this.#transaction];
  }
}

function readStatus(event: MeshEvent, source: number): OnOffStatus | undefined {
  if (event.name !== "message" || event.source !== source || event.data.readUInt16BE(0) !== STATUS)
    return undefined;
  const { data, destination } = event;
  return { source, destination, present: data.readUInt8(2), target: data[3], remaining: data[4] };
}
