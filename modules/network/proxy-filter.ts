/** The filter of one client: which destinations it wants to hear of. MshPRT 6.4, 6.7. */

import type { GattFilter } from "../bearer/gatt-bearer.js";
import { Address } from "./address.js";

/** accept: those on the list pass; reject: all others do. MshPRT 6.6.1, table 6.7. */
export const FilterType = Object.freeze({ Accept: 0x00, Reject: 0x01 } as const);
export type FilterType = (typeof FilterType)[keyof typeof FilterType];

/** A list of so many addresses at most; first an accept list, and empty. */
export class ProxyFilter implements GattFilter {
  readonly #addresses: Uint16Array;
  #type: FilterType = FilterType.Accept;
  #size = 0;

  /** capacity: addresses, 1 or more. */
  constructor(capacity: number) {
    this.#addresses = new Uint16Array(capacity);
  }

  get type(): FilterType {
    return this.#type;
  }

  /** How many addresses are on the list. */
  get size(): number {
    return this.#size;
  }

  /** Of that type from now on, and empty. */
  setType(type: FilterType): void {
    this.#type = type;
    this.#size = 0;
  }

  /** What is there already, and the unassigned address, is left out; so is what there is no room for. */
  add(address: number): void {
    if (address === Address.Unassigned || this.#indexOf(address) >= 0) return;
    if (this.#size === this.#addresses.length) return;
    this.#addresses[this.#size] = address;
    this.#size++;
  }

  remove(address: number): void {
    const index = this.#indexOf(address);
    if (index < 0) return;
    this.#size--;
    this.#addresses[index] = this.#addresses[this.#size] ?? 0;
  }

  passes(dst: number): boolean {
    return this.#indexOf(dst) >= 0 === (this.#type === FilterType.Accept);
  }

  /** Whoever speaks wants to be answered. */
  heard(src: number): void {
    if (this.#type === FilterType.Accept) this.add(src);
    else this.remove(src);
  }

  #indexOf(address: number): number {
    for (let i = 0; i < this.#size; i++) if (this.#addresses[i] === address) return i;
    return -1;
  }
}
