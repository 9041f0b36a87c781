/** A model as the network has configured it: its keys, its subscriptions, its publication. MshPRT 4.2.3, 4.2.4, 4.2.7. */

import { equal } from "../bytes.js";
import type { Records } from "../records.js";
import type { AppKeys } from "../transport/app-keys.js";
import type { Labels } from "../transport/labels.js";
import type { MessageFormat, Model } from "./model.js";
import { codeOfSlot, LIST_CAPACITY, ModelRecords, slotOfCode } from "./model-records.js";
import type { PublicationState } from "./publication.js";

/** What became of a change; with all but "done", nothing has changed. */
export type ListResult = "done" | "full" | "storageFailed";

/** label: the Label UUID, 16 octets, where the address is virtual. */
export interface SubscriptionEntry {
  readonly address: number;
  readonly label: Uint8Array | undefined;
}

/** Where a model sits. elementIndex: 0 is the primary element. */
export interface ModelPlace {
  readonly elementIndex: number;
  readonly elementAddress: number;
}

/** What a model's entry works with. */
export interface ModelEntryOptions {
  readonly records: Records;
  readonly appKeys: Pick<AppKeys, "get">;
  readonly labels: Pick<Labels, "hold" | "at">;
  /** A label may have become unused. */
  readonly released: () => void;
  /** There is another publication, or none any more. */
  readonly publicationChanged: () => void;
}

/**
 * Keeps what it is told, in storage first. A Label UUID is stored before what refers to it, and swept when nothing
 * does; the bindings are the root of a publication: one whose key is not bound is swept at `load`. So a power cut at
 * any write leaves the old configuration or the new one.
 *
 * A model of device key security has no such configuration: what would change it throws RangeError.
 */
export class ModelEntry {
  readonly model: Model;
  readonly elementAddress: number;
  readonly #options: ModelEntryOptions;
  readonly #records: ModelRecords;
  readonly #isPrimary: boolean;
  #bindings: readonly number[] = [];
  #codes: readonly number[] = [];
  #subscriptions: readonly SubscriptionEntry[] = [];
  #publicationCode = 0;
  #publication: PublicationState | undefined;

  constructor(model: Model, place: ModelPlace, options: ModelEntryOptions) {
    this.model = model;
    this.elementAddress = place.elementAddress;
    this.#isPrimary = place.elementIndex === 0;
    this.#options = options;
    this.#records = new ModelRecords(options.records, place.elementIndex, model);
  }

  /** Of this model: also its own state. */
  get records(): ModelRecords {
    return this.#records;
  }

  get isPrimary(): boolean {
    return this.#isPrimary;
  }

  /** What has been configured, without what refers to keys or labels that do not exist any more. */
  load(): void {
    if (this.model.security === "device") return;
    this.#loadBindings();
    this.#loadSubscriptions();
    this.#loadPublication();
  }

  /** Ascending AppKey indexes. */
  get bindings(): readonly number[] {
    return this.#bindings;
  }

  /** Already bound: done. */
  bind(appKeyIndex: number): ListResult {
    this.#requireConfigurable();
    if (this.#bindings.includes(appKeyIndex)) return "done";
    if (this.#bindings.length === LIST_CAPACITY) return "full";
    const bindings = [...this.#bindings, appKeyIndex].sort((a, b) => a - b);
    if (!this.#records.writeBindings(bindings)) return "storageFailed";
    this.#bindings = bindings;
    return "done";
  }

  /** Switches a publication with that key off, too. Not bound: done. */
  unbind(appKeyIndex: number): ListResult {
    this.#requireConfigurable();
    if (!this.#bindings.includes(appKeyIndex)) return "done";
    const bindings = this.#bindings.filter((bound) => bound !== appKeyIndex);
    if (!this.#records.writeBindings(bindings)) return "storageFailed";
    this.#bindings = bindings;
    if (this.#publication?.appKeyIndex === appKeyIndex) this.#switchOff();
    return "done";
  }

  /** The AppKey is no more: unbind it, whatever the storage says. */
  forgetKey(appKeyIndex: number): void {
    if (!this.#bindings.includes(appKeyIndex)) return;
    if (this.unbind(appKeyIndex) === "done") return;
    this.#bindings = this.#bindings.filter((bound) => bound !== appKeyIndex);
    // A record that stood would bind the model, at the next start, to whatever key has that index by then. The room
    // that it leaves may be what the others need.
    this.#records.writeBindings([]);
    this.#records.writeBindings(this.#bindings);
    if (this.#publication?.appKeyIndex === appKeyIndex) this.#switchOff();
  }

  get subscriptions(): readonly SubscriptionEntry[] {
    return this.#subscriptions;
  }

  /** label: of a virtual address. Already subscribed: done. */
  subscribe(address: number, label: Uint8Array | undefined): ListResult {
    this.#requireConfigurable();
    if (this.isSubscribed(address, label)) return "done";
    if (this.#codes.length === LIST_CAPACITY) return "full";
    return this.#changeWith(address, label, (code) => this.#writeSubscriptions([...this.#codes, code]));
  }

  /** Not subscribed: done. */
  unsubscribe(address: number, label: Uint8Array | undefined): ListResult {
    this.#requireConfigurable();
    const index = this.#subscriptions.findIndex((entry) => isSame(entry, address, label));
    if (index < 0) return "done";
    return this.#released(this.#writeSubscriptions(this.#codes.filter((_, at) => at !== index)));
  }

  /** Subscribe to this address, and to no other any more. */
  overwrite(address: number, label: Uint8Array | undefined): ListResult {
    this.#requireConfigurable();
    return this.#changeWith(address, label, (code) => this.#writeSubscriptions([code]));
  }

  unsubscribeAll(): ListResult {
    this.#requireConfigurable();
    return this.#released(this.#writeSubscriptions([]));
  }

  /** undefined: it is off. */
  get publication(): PublicationState | undefined {
    return this.#publication;
  }

  /** undefined: publish nothing any more. Its key is bound: the caller has checked that. */
  publishTo(publication: PublicationState | undefined): ListResult {
    this.#requireConfigurable();
    if (publication === undefined) {
      this.#switchOff();
      return "done";
    }
    return this.#changeWith(publication.address, publication.label, (code) => {
      if (!this.#records.writePublication({ ...publication, code })) return "storageFailed";
      this.#publicationCode = code;
      this.#publication = { ...publication, ...this.#entryOf(code) };
      this.#options.publicationChanged();
      return "done";
    });
  }

  /** Whether this Label UUID is still needed. */
  usesLabel(slot: number): boolean {
    const code = codeOfSlot(slot);
    return this.#publicationCode === code || this.#codes.includes(code);
  }

  /** How the model takes messages with this opcode; undefined: not at all. */
  formatOf(opcode: number): MessageFormat | undefined {
    for (const format of this.model.messages) if (format.opcode === opcode) return format;
    return undefined;
  }

  /** appKeyIndex, undefined: the device key. */
  acceptsKey(appKeyIndex: number | undefined): boolean {
    if (this.model.security === "device") return appKeyIndex === undefined;
    return appKeyIndex !== undefined && this.#bindings.includes(appKeyIndex);
  }

  /** A label fits octet for octet, not by its address alone. */
  isSubscribed(address: number, label: Uint8Array | undefined): boolean {
    for (const entry of this.#subscriptions) if (isSame(entry, address, label)) return true;
    return false;
  }

  #loadBindings(): void {
    const stored = this.#records.readBindings();
    this.#bindings = stored.filter((index) => this.#options.appKeys.get(index) !== undefined);
    if (this.#bindings.length < stored.length) this.#records.writeBindings(this.#bindings);
  }

  #loadSubscriptions(): void {
    const stored = this.#records.readSubscriptions();
    this.#keepSubscriptions(stored.filter((code) => this.#entryOf(code) !== undefined));
    if (this.#codes.length < stored.length) this.#records.writeSubscriptions(this.#codes);
  }

  #loadPublication(): void {
    const stored = this.#records.readPublication();
    if (stored === undefined) return;
    const { code, ...rest } = stored;
    const address = this.#entryOf(code);
    if (address === undefined || !this.#bindings.includes(stored.appKeyIndex)) {
      this.#records.erasePublication();
      return;
    }
    this.#publicationCode = code;
    this.#publication = { ...rest, ...address };
  }

  /** Store the label, if there is one, and then what refers to it. */
  #changeWith(
    address: number,
    label: Uint8Array | undefined,
    change: (code: number) => ListResult,
  ): ListResult {
    if (label === undefined) return this.#released(change(address));
    const held = this.#options.labels.hold(label);
    if (held === "full" || held === "storageFailed") return held;
    return this.#released(change(codeOfSlot(held.slot)));
  }

  #released(result: ListResult): ListResult {
    this.#options.released();
    return result;
  }

  #writeSubscriptions(codes: readonly number[]): ListResult {
    if (!this.#records.writeSubscriptions(codes)) return "storageFailed";
    this.#keepSubscriptions(codes);
    return "done";
  }

  #keepSubscriptions(codes: readonly number[]): void {
    this.#codes = codes;
    this.#subscriptions = codes.map((code) => this.#entryOf(code)).filter((entry) => entry !== undefined);
  }

  #switchOff(): void {
    this.#records.erasePublication();
    this.#publicationCode = 0;
    this.#publication = undefined;
    this.#options.publicationChanged();
    this.#options.released();
  }

  /** undefined: the label is not there. */
  #entryOf(code: number): SubscriptionEntry | undefined {
    const slot = slotOfCode(code);
    if (slot === undefined) return { address: code, label: undefined };
    const label = this.#options.labels.at(slot);
    return label === undefined ? undefined : { address: label.address, label: label.uuid };
  }

  #requireConfigurable(): void {
    if (this.model.security === "device") {
      throw new RangeError("a model of device key security has no bindings, subscriptions or publication");
    }
  }
}

function isSame(entry: SubscriptionEntry, address: number, label: Uint8Array | undefined): boolean {
  if (entry.address !== address) return false;
  if (entry.label === undefined || label === undefined) return entry.label === label;
  return equal(entry.label, label);
}
