import type { Storage } from "../../modules/platform.js";

const MAX_KEY = 15;
const MAX_VALUE = 48;

/** The power is gone: whatever ran has ended here. The storage stays and serves the next start. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

type Trouble = "full" | "cutBefore" | "cutAfter";

/** A storage that outlives the node on it, and that fails on demand. */
export class MemoryStorage implements Storage {
  readonly #records = new Map<string, Uint8Array>();
  #trouble: { readonly kind: Trouble; changesUntil: number } | undefined;
  #changes = 0;

  /** How many writes and erasures there have been, the failed ones too. */
  get changes(): number {
    return this.#changes;
  }

  /** The `change`-th write from now on, 1 being the next, answers false; an erasure is done all the same. */
  failAt(change: number): void {
    this.#trouble = { kind: "full", changesUntil: change };
  }

  /** The power fails at the `change`-th write or erasure from now on, 1 being the next. left: what is found then. */
  cutPowerAt(change: number, left: "old" | "new"): void {
    this.#trouble = { kind: left === "old" ? "cutBefore" : "cutAfter", changesUntil: change };
  }

  read(key: string): Uint8Array | undefined {
    checkKey(key);
    return this.#records.get(key)?.slice();
  }

  write(key: string, value: Uint8Array): boolean {
    checkKey(key);
    if (value.length > MAX_VALUE) throw new RangeError(`a record has at most ${MAX_VALUE} octets`);
    return this.#change(() => this.#records.set(key, value.slice()));
  }

  erase(key: string): void {
    checkKey(key);
    if (!this.#change(() => this.#records.delete(key))) this.#records.delete(key);
  }

  keys(): readonly string[] {
    return [...this.#records.keys()];
  }

  /** Whether it was done. */
  #change(apply: () => void): boolean {
    const trouble = this.#takeTrouble();
    this.#changes++;
    if (trouble === "full") return false;
    if (trouble === "cutBefore") throw new PowerCut();
    apply();
    if (trouble === "cutAfter") throw new PowerCut();
    return true;
  }

  #takeTrouble(): Trouble | undefined {
    const trouble = this.#trouble;
    if (trouble === undefined) return undefined;
    trouble.changesUntil--;
    if (trouble.changesUntil > 0) return undefined;
    this.#trouble = undefined;
    return trouble.kind;
  }
}

function checkKey(key: string): void {
  let isAscii = key.length >= 1 && key.length <= MAX_KEY;
  for (let i = 0; i < key.length; i++) isAscii &&= key.charCodeAt(i) <= 0x7f;
  if (!isAscii) throw new RangeError(`a key has 1 to ${MAX_KEY} ASCII characters`);
}
