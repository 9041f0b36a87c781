/** The Network PDUs that have been here, by what their relays leave as it is. MshPRT 3.4.6.5. */

/**
 * IV Index, SRC, SEQ and NetKey of the last PDUs that were authenticated; the oldest goes first. Every copy that a
 * relay sends is looked up here, before its NetMIC is computed: hence chains from a hash and not a search from end to
 * end. Everything is set aside once.
 */
export class MessageCache {
  /** By entry, from 1 on: NetKey index and SRC; 0: the entry is free. */
  readonly #origins: Uint32Array;
  /** By entry: SEQ, and the low octet of the IV Index. */
  readonly #numbers: Uint32Array;
  /** By entry: the next one of its chain; 0: none. */
  readonly #links: Uint16Array;
  /** By hash: the first entry of a chain; 0: none. */
  readonly #heads: Uint16Array;
  /** The entry that was written last. */
  #last = 0;

  /** capacity: entries, 2 to 65535. Throws RangeError. */
  constructor(capacity: number) {
    if (!(capacity >= 2 && capacity <= 0xffff))
      throw new RangeError("the message cache has 2 entries or more");
    this.#origins = new Uint32Array(capacity + 1);
    this.#numbers = new Uint32Array(capacity + 1);
    this.#links = new Uint16Array(capacity + 1);
    let chains = 2;
    while (chains < capacity) chains *= 2;
    this.#heads = new Uint16Array(chains);
  }

  has(ivIndex: number, src: number, seq: number, netKeyIndex: number): boolean {
    const origin = originOf(src, netKeyIndex);
    const number = numberOf(seq, ivIndex);
    let entry = this.#heads[this.#chainOf(origin, number)] ?? 0;
    while (entry > 0 && (this.#numbers[entry] !== number || this.#origins[entry] !== origin)) {
      entry = this.#links[entry] ?? 0;
    }
    return entry > 0;
  }

  /** Of an authenticated PDU that is not there yet. */
  add(ivIndex: number, src: number, seq: number, netKeyIndex: number): void {
    const entry = this.#last + 1 < this.#origins.length ? this.#last + 1 : 1;
    if (this.#origins[entry] !== 0) this.#unlink(entry);
    const origin = originOf(src, netKeyIndex);
    const number = numberOf(seq, ivIndex);
    const chain = this.#chainOf(origin, number);
    this.#origins[entry] = origin;
    this.#numbers[entry] = number;
    this.#links[entry] = this.#heads[chain] ?? 0;
    this.#heads[chain] = entry;
    this.#last = entry;
  }

  #chainOf(origin: number, number: number): number {
    return (origin ^ (number >>> 8)) & (this.#heads.length - 1);
  }

  #unlink(entry: number): void {
    const after = this.#links[entry] ?? 0;
    const chain = this.#chainOf(this.#origins[entry] ?? 0, this.#numbers[entry] ?? 0);
    let before = this.#heads[chain] ?? 0;
    if (before === entry) {
      this.#heads[chain] = after;
      return;
    }
    while (before > 0 && this.#links[before] !== entry) before = this.#links[before] ?? 0;
    this.#links[before] = after;
  }
}

function originOf(src: number, netKeyIndex: number): number {
  return ((netKeyIndex << 16) | src) >>> 0;
}

/** The low octet is enough: 255 IV Indexes later nothing of this is left. */
function numberOf(seq: number, ivIndex: number): number {
  return ((seq << 8) | (ivIndex & 0xff)) >>> 0;
}
