/**
 * Where the record of each key stands: four octets a key, as a board has no room for a Map of strings. Of the key itself it
 * knows sixteen bits; the rest is read from the flash when those fit.
 */

const GROWTH = 32;

export class KeyIndex {
  #hashes = new Uint16Array(GROWTH);
  #places = new Uint16Array(GROWTH);
  #size = 0;

  /** How many keys there are; their slots are 0 to size - 1. */
  get size(): number {
    return this.#size;
  }

  /** Where the record of a slot stands, in words from the start of the flash. */
  placeOf(slot: number): number {
    const place = slot < this.#size ? this.#places[slot] : undefined;
    if (place === undefined) throw new RangeError("not a slot");
    return place;
  }

  /** The slot of a key; undefined: it is not there. keyAt: the key of the record that stands there. */
  find(key: string, keyAt: (place: number) => string | undefined): number | undefined {
    const hash = hashOf(key);
    for (let slot = 0; slot < this.#size; slot++) {
      if (this.#hashes[slot] === hash && keyAt(this.placeOf(slot)) === key) return slot;
    }
    return undefined;
  }

  /** A key that is not there yet. */
  add(key: string, place: number): void {
    if (this.#size === this.#places.length) this.#grow();
    this.#hashes[this.#size] = hashOf(key);
    this.#places[this.#size] = place;
    this.#size++;
  }

  move(slot: number, place: number): void {
    this.#places[slot] = place;
  }

  /** The last slot takes the place of this one. */
  remove(slot: number): void {
    this.#size--;
    this.#hashes.copyWithin(slot, this.#size, this.#size + 1);
    this.#places.copyWithin(slot, this.#size, this.#size + 1);
  }

  #grow(): void {
    const hashes = new Uint16Array(this.#size + GROWTH);
    const places = new Uint16Array(this.#size + GROWTH);
    hashes.set(this.#hashes);
    places.set(this.#places);
    this.#hashes = hashes;
    this.#places = places;
  }
}

function hashOf(key: string): number {
  let hash = key.length;
  for (let i = 0; i < key.length; i++) hash = (hash * 31 + key.charCodeAt(i)) & 0xffff;
  return hash;
}
