/** The Label UUIDs behind this node's virtual addresses. MshPRT 3.4.2.3. */

import { equal } from "../bytes.js";
import { virtualAddress } from "../crypto/toolbox.js";
import type { Crypto } from "../platform.js";
import { hexDigits, RecordPrefix, type Records } from "../records.js";

const VERSION = 1;
const UUID_SIZE = 16;
const SIZE = 1 + UUID_SIZE;

/** One of them. */
export interface Label {
  /** Its place, by which other records refer to it. */
  readonly slot: number;
  /** 16 octets; not to be written. */
  readonly uuid: Uint8Array;
  readonly address: number;
}

/** What the labels need. capacity: at most 256. */
export interface LabelsOptions {
  readonly records: Records;
  readonly crypto: Crypto;
  readonly capacity: number;
}

/**
 * Subscriptions and publications share them. A label is stored before whatever refers to it, and erased after: one that
 * nothing refers to is what a power cut has left, or what is not needed any more, and `sweep` takes it away.
 *
 * Record label.hh, by slot: version 1, Label UUID 16.
 */
export class Labels {
  readonly #records: Records;
  readonly #crypto: Crypto;
  readonly #slots: (Label | undefined)[];

  constructor({ records, crypto, capacity }: LabelsOptions) {
    this.#records = records;
    this.#crypto = crypto;
    this.#slots = new Array<Label | undefined>(capacity).fill(undefined);
  }

  /** What has been stored. */
  load(): void {
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const record = this.#records.read(keyOf(slot), VERSION, SIZE);
      if (record !== undefined) this.#put(slot, record.subarray(1));
    }
  }

  /** Find the label, or store it. uuid: 16 octets. */
  hold(uuid: Uint8Array): Label | "full" | "storageFailed" {
    if (uuid.length !== UUID_SIZE) throw new RangeError("a Label UUID has 16 octets");
    const known = this.#slots.find((label) => label !== undefined && equal(label.uuid, uuid));
    if (known !== undefined) return known;
    const slot = this.#slots.indexOf(undefined);
    if (slot < 0) return "full";
    const record = new Uint8Array(SIZE);
    record[0] = VERSION;
    record.set(uuid, 1);
    if (!this.#records.write(keyOf(slot), record)) return "storageFailed";
    return this.#put(slot, uuid);
  }

  /** undefined: the slot is empty. */
  at(slot: number): Label | undefined {
    return this.#slots[slot];
  }

  /** All that stand behind a virtual address: several may. */
  matching(address: number): readonly Label[] {
    const found: Label[] = [];
    for (const label of this.#slots) if (label?.address === address) found.push(label);
    return found;
  }

  /** Erase those that are not used: after each change of what refers to them, and after `load`. */
  sweep(isUsed: (slot: number) => boolean): void {
    for (const label of this.#slots) {
      if (label === undefined || isUsed(label.slot)) continue;
      this.#records.erase(keyOf(label.slot));
      this.#slots[label.slot] = undefined;
    }
  }

  #put(slot: number, uuid: Uint8Array): Label {
    const label = { slot, uuid: uuid.slice(), address: virtualAddress(this.#crypto, uuid) };
    this.#slots[slot] = label;
    return label;
  }
}

function keyOf(slot: number): string {
  return RecordPrefix.Label + hexDigits(slot, 2);
}
