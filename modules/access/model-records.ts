/**
 * The records that the configuration of a model is kept in, one of each kind for a model of an element:
 *
 *   bindings       version 1, then 2 octets for each AppKey index, ascending
 *   subscriptions  version 1, then 2 octets for each address
 *   publication    version 1, address 2, AppKey index and, as the highest bit, the CredentialFlag 2, TTL 1, period 1,
 *                  retransmit 1
 *   model          version 1, then up to 40 octets that only the model understands
 *
 * An address stands for itself, unless it is virtual: then 0x8000 with the slot of its Label UUID stands for it. No
 * virtual address is ever stored itself, so a value from 8000 to bfff is always a slot. A list without members has no
 * record.
 */

import { getUint16BE, octet, setUint16BE } from "../bytes.js";
import { isGroup, isUnicast, isVirtual } from "../network/address.js";
import { hexDigits, RecordPrefix, type Records } from "../records.js";
import type { Model } from "./model.js";

/** AppKeys that one model can be bound to, and addresses that it can be subscribed to. */
export const LIST_CAPACITY = 20;

/** Octets of its own that a model can keep. */
export const MODEL_STATE_SIZE = 40;

const VERSION = 1;
const LIST_SIZE = 1 + 2 * LIST_CAPACITY;
const PUBLICATION_SIZE = 8;
const SLOT = 0x8000;
const CREDENTIAL_FLAG = 0x8000;
const MAX_KEY_INDEX = 0xfff;

/** What stands for the Label UUID of a slot. */
export function codeOfSlot(slot: number): number {
  return SLOT | slot;
}

/** The slot that a code stands for; undefined: the code is an address. */
export function slotOfCode(code: number): number | undefined {
  return isVirtual(code) ? code & ~SLOT : undefined;
}

/** A publication as it is stored; code: of its address. MshPRT 4.2.3. */
export interface PublicationRecord {
  readonly code: number;
  readonly appKeyIndex: number;
  readonly credentialFlag: boolean;
  readonly ttl: number;
  readonly period: number;
  readonly retransmit: number;
}

/** The records of one model of one element. */
export class ModelRecords {
  readonly #records: Records;
  readonly #suffix: string;

  /** elementIndex: 0 is the primary element. */
  constructor(records: Records, elementIndex: number, { companyId, modelId }: Model) {
    this.#records = records;
    const company = companyId === undefined ? "" : hexDigits(companyId, 4);
    this.#suffix = `${hexDigits(elementIndex, 2)}.${company}${hexDigits(modelId, 4)}`;
  }

  /** Whether a record that begins with this prefix is, or would be, one of these. */
  owns(prefix: string, key: string): boolean {
    return key === prefix + this.#suffix;
  }

  /** AppKey indexes, ascending. */
  readBindings(): readonly number[] {
    return this.#readList(RecordPrefix.Bindings, (index, before) => index > before && index <= MAX_KEY_INDEX);
  }

  /** false: not stored, and the old ones still stand. */
  writeBindings(appKeyIndexes: readonly number[]): boolean {
    return this.#writeList(RecordPrefix.Bindings, appKeyIndexes);
  }

  /** The codes of the addresses. */
  readSubscriptions(): readonly number[] {
    return this.#readList(RecordPrefix.Subscriptions, (code) => isGroup(code) || isVirtual(code));
  }

  /** false: not stored, and the old ones still stand. */
  writeSubscriptions(codes: readonly number[]): boolean {
    return this.#writeList(RecordPrefix.Subscriptions, codes);
  }

  /** undefined: there is none, or none that makes sense. */
  readPublication(): PublicationRecord | undefined {
    const record = this.#records.read(RecordPrefix.Publication + this.#suffix, VERSION, PUBLICATION_SIZE);
    if (record === undefined) return undefined;
    const code = getUint16BE(record, 1);
    const key = getUint16BE(record, 3);
    const appKeyIndex = key & ~CREDENTIAL_FLAG;
    const ttl = octet(record, 5);
    const isAddress = isUnicast(code) || isVirtual(code) || isGroup(code);
    if (!isAddress || appKeyIndex > MAX_KEY_INDEX || (ttl > 0x7f && ttl !== 0xff)) {
      this.#records.damaged(record);
      return undefined;
    }
    return {
      code,
      appKeyIndex,
      credentialFlag: (key & CREDENTIAL_FLAG) !== 0,
      ttl,
      period: octet(record, 6),
      retransmit: octet(record, 7),
    };
  }

  /** false: not stored, and the old one still stands. */
  writePublication(publication: PublicationRecord): boolean {
    const record = new Uint8Array(PUBLICATION_SIZE);
    record[0] = VERSION;
    setUint16BE(record, 1, publication.code);
    setUint16BE(record, 3, publication.appKeyIndex | (publication.credentialFlag ? CREDENTIAL_FLAG : 0));
    record[5] = publication.ttl;
    record[6] = publication.period;
    record[7] = publication.retransmit;
    return this.#records.write(RecordPrefix.Publication + this.#suffix, record);
  }

  /** Idempotent. */
  erasePublication(): void {
    this.#erase(RecordPrefix.Publication);
  }

  /** What the model has stored. */
  readState(): Uint8Array | undefined {
    return this.#records
      .read(RecordPrefix.Model + this.#suffix, VERSION, 1, 1 + MODEL_STATE_SIZE)
      ?.subarray(1);
  }

  /** false: not stored, and the old state still stands. Throws RangeError for more than 40 octets. */
  writeState(state: Uint8Array): boolean {
    if (state.length > MODEL_STATE_SIZE) throw new RangeError("a model keeps at most 40 octets");
    const record = new Uint8Array(1 + state.length);
    record[0] = VERSION;
    record.set(state, 1);
    return this.#records.write(RecordPrefix.Model + this.#suffix, record);
  }

  #readList(prefix: string, isMember: (value: number, before: number) => boolean): readonly number[] {
    const record = this.#records.read(prefix + this.#suffix, VERSION, 3, LIST_SIZE);
    if (record === undefined) return [];
    const values: number[] = [];
    for (let at = 1; at + 1 < record.length; at += 2) {
      const value = getUint16BE(record, at);
      if (isMember(value, values.at(-1) ?? -1) && !values.includes(value)) values.push(value);
    }
    if (2 * values.length + 1 === record.length) return values;
    this.#records.damaged(record);
    return [];
  }

  #writeList(prefix: string, values: readonly number[]): boolean {
    if (values.length === 0) {
      this.#erase(prefix);
      return true;
    }
    const record = new Uint8Array(1 + 2 * values.length);
    record[0] = VERSION;
    values.forEach((value, index) => {
      setUint16BE(record, 1 + 2 * index, value);
    });
    return this.#records.write(prefix + this.#suffix, record);
  }

  #erase(prefix: string): void {
    const key = prefix + this.#suffix;
    if (this.#records.has(key)) this.#records.erase(key);
  }
}
