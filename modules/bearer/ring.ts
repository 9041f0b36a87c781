/** A queue of so many slots, which are made once and filled anew: what waits in it is never allocated. */
export class Ring<Slot> {
  readonly #slots: readonly Slot[];
  #first = 0;
  #count = 0;

  constructor(size: number, create: () => Slot) {
    this.#slots = Array.from({ length: size }, create);
  }

  get isFull(): boolean {
    return this.#count === this.#slots.length;
  }

  get isOnlyOne(): boolean {
    return this.#count === 1;
  }

  /** The slot that has waited longest; undefined: none waits. */
  get first(): Slot | undefined {
    return this.#count > 0 ? this.#slots[this.#first] : undefined;
  }

  /** The slot that was filled last; undefined: none waits. */
  get last(): Slot | undefined {
    return this.#count > 0 ? this.#slots[this.lastIndex] : undefined;
  }

  /** Where among all slots `first` is: 0 to their number less 1. */
  get firstIndex(): number {
    return this.#first;
  }

  /** Where among all slots `last` is. */
  get lastIndex(): number {
    return (this.#first + this.#count + this.#slots.length - 1) % this.#slots.length;
  }

  /** The slot to fill, which now waits behind all others; undefined: there is no room. */
  push(): Slot | undefined {
    if (this.isFull) return undefined;
    const slot = this.#slots[(this.#first + this.#count) % this.#slots.length];
    this.#count++;
    return slot;
  }

  /** The slot that has waited longest waits no more. */
  shift(): void {
    if (this.#count === 0) return;
    this.#first = (this.#first + 1) % this.#slots.length;
    this.#count--;
  }

  clear(): void {
    this.#count = 0;
  }
}
