/** The access layer of one node on a clock and a storage of the test's own; the transport below is played by the test. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { Access } from "../../modules/access/access.js";
import type {
  Element,
  MessageContext,
  MessageFormat,
  Model,
  ModelAccess,
} from "../../modules/access/model.js";
import type { ModelEntry } from "../../modules/access/model-entry.js";
import type { PublicationState } from "../../modules/access/publication.js";
import { NodeStates } from "../../modules/network/node-states.js";
import type { Random } from "../../modules/platform.js";
import { Records } from "../../modules/records.js";
import { AppKey } from "../../modules/transport/app-key.js";
import { Labels } from "../../modules/transport/labels.js";
import type { AccessIncoming, AccessListener, AccessOutgoing } from "../../modules/transport/upper.js";
import { FakeClock } from "./fake-clock.js";
import { MemoryStorage, PowerCut } from "./memory-storage.js";
import { hex } from "./provisionee-bench.js";
import { RecordingTrace } from "./recording-trace.js";
import { readStored } from "./stored-record.js";

/** The primary element's address. */
export const FIRST = 0x1201;

/** Two Label UUIDs, and their virtual addresses. MshPRT 8.1.6 and computed. */
export const LABEL = hex("0073e7e4d8b9440faf8415df4c56c0e1");
export const LABEL_ADDRESS = 0xb529;
export const OTHER_LABEL = hex("f4a002c7fb1e4ca0a469a021de0db875");
export const OTHER_LABEL_ADDRESS = 0x9736;

/** An access message that was sent, with when and how. */
export interface SentMessage extends AccessOutgoing {
  readonly atMs: number;
  readonly accessPdu: Uint8Array;
}

/** What stands for the transport. */
export class UpperStandIn {
  readonly sent: SentMessage[] = [];
  readonly #clock: FakeClock;
  #listener: AccessListener | undefined;
  hasRoom = true;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  attach(listener: AccessListener): void {
    this.#listener = listener;
  }

  send(accessPdu: Uint8Array, how: AccessOutgoing): boolean {
    if (this.hasRoom) this.sent.push({ ...how, atMs: this.#clock.now(), accessPdu: accessPdu.slice() });
    return this.hasRoom;
  }

  /** A message has come. false: nobody wants it. */
  hear(accessPdu: Uint8Array, from: Partial<AccessIncoming> = {}): boolean {
    const incoming = {
      src: 0x0005,
      dst: FIRST,
      label: undefined,
      ttl: 4,
      netKeyIndex: 0,
      appKeyIndex: 0,
      rssi: -50,
      ...from,
    };
    if (this.#listener?.wants(accessPdu, incoming) !== true) return false;
    this.#listener.received(accessPdu, incoming);
    return true;
  }

  /** What was sent with this tag has left. */
  finish(tag: number): void {
    this.#listener?.sent(tag, "sent");
  }
}

/** AppKeys by index, without values; those of even index belong to NetKey 0, the others to NetKey 1. */
export class AppKeysStandIn {
  readonly #keys = new Map<number, AppKey>();

  constructor(indexes: readonly number[]) {
    for (const index of indexes) this.add(index);
  }

  add(index: number): void {
    this.#keys.set(index, new AppKey(index, index % 2, []));
  }

  remove(index: number): void {
    this.#keys.delete(index);
  }

  get(index: number): AppKey | undefined {
    return this.#keys.get(index);
  }
}

/** A message as a model has heard it. */
export interface HeardMessage {
  readonly opcode: number;
  readonly parameters: Uint8Array;
  readonly context: MessageContext;
}

/** A model that writes down what it hears, and publishes what the test says. */
export class RecordingModel implements Model {
  readonly companyId: number | undefined;
  readonly modelId: number;
  readonly security: "application" | "device";
  readonly messages: readonly MessageFormat[];
  readonly heard: HeardMessage[] = [];
  periodDivisor = 0;
  access: ModelAccess | undefined;
  resets = 0;
  periods = 0;
  /** What a period's end publishes; undefined: nothing. */
  periodic: { readonly opcode: number; readonly parameters: Uint8Array } | undefined;
  onReceive: (message: HeardMessage) => void = () => {};

  constructor(
    modelId: number,
    messages: readonly MessageFormat[],
    { companyId, security = "application" }: { companyId?: number; security?: "application" | "device" } = {},
  ) {
    this.companyId = companyId;
    this.modelId = modelId;
    this.messages = messages;
    this.security = security;
  }

  attach(access: ModelAccess): void {
    this.access = access;
  }

  receive(opcode: number, parameters: Uint8Array, context: MessageContext): void {
    const message = { opcode, parameters: parameters.slice(), context: { ...context } };
    this.heard.push(message);
    this.onReceive(message);
  }

  publishNow(): void {
    this.periods++;
    if (this.periodic !== undefined) this.access?.publish(this.periodic.opcode, this.periodic.parameters);
  }

  reset(): void {
    this.resets++;
  }
}

/** One boot of a node on a network. */
export class AccessBench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly storage: MemoryStorage;
  readonly upper: UpperStandIn;
  readonly appKeys: AppKeysStandIn;
  readonly labels: Labels;
  readonly states: NodeStates;
  readonly access: Access;

  constructor(
    models: readonly (readonly Model[])[],
    {
      storage = new MemoryStorage(),
      appKeys = [0, 1],
      random = alwaysLow,
      labels = 4,
    }: {
      storage?: MemoryStorage;
      appKeys?: readonly number[];
      random?: Random;
      labels?: number;
    } = {},
  ) {
    const { clock, trace } = this;
    this.storage = storage;
    const records = new Records(storage, trace);
    this.upper = new UpperStandIn(clock);
    this.appKeys = new AppKeysStandIn(appKeys);
    this.labels = new Labels({ records, crypto: createNobleCrypto(clock), capacity: labels });
    const features = { relay: true, proxy: true, friend: true, lowPower: false };
    this.states = new NodeStates(records, features, () => {});
    const elements: readonly Element[] = models.map((own) => ({ location: 0, models: own }));
    this.access = new Access({
      clock,
      random,
      trace,
      records,
      upper: this.upper,
      appKeys: this.appKeys,
      labels: this.labels,
      states: this.states,
      elements,
      addresses: { first: FIRST, count: elements.length },
    });
    this.labels.load();
    this.access.start();
  }

  /** The entry of a model. Throws when there is none. */
  entry(model: Model, element = 0): ModelEntry {
    const entry = this.access.find(FIRST + element, model.companyId, model.modelId);
    if (typeof entry === "string") throw new Error(entry);
    return entry;
  }
}

/** Each delay is its shortest. */
export const alwaysLow: Random = Object.freeze({
  fill: (target: Uint8Array) => {
    target.fill(0);
  },
});

/** A publication without period or retransmissions, to be changed. */
export function publication(changes: Partial<PublicationState> = {}): PublicationState {
  return {
    address: 0xc001,
    label: undefined,
    appKeyIndex: 0,
    credentialFlag: false,
    ttl: 0xff,
    period: 0,
    retransmit: 0,
    ...changes,
  };
}

/** All that is stored, in the order of the keys. */
export function dump(storage: MemoryStorage): readonly (readonly [string, Uint8Array | undefined])[] {
  return [...storage.keys()].sort().map((key) => [key, readStored(storage, key)]);
}

/**
 * Run `act` over and over, each time with the power failing at a later write, which is found done or not done; then
 * `after` looks at what is left. Returns how many cuts there were.
 */
export function cutEverywhere(
  prepare: () => AccessBench,
  act: (bench: AccessBench) => void,
  after: (storage: MemoryStorage) => void,
): number {
  let cuts = 0;
  for (const left of ["old", "new"] as const) {
    for (let change = 1; ; change++) {
      const bench = prepare();
      bench.storage.cutPowerAt(change, left);
      if (!isCut(() => act(bench))) break;
      cuts++;
      after(bench.storage);
    }
  }
  return cuts;
}

function isCut(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof PowerCut) return true;
    throw error;
  }
}
