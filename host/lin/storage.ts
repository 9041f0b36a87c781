import type { Storage } from "../../modules/platform.js";

const MAX_KEY = 15;
const MAX_VALUE = 48;

/** Records in memory only: nothing of them is left when the program ends, so each start is a new device's first. */
export class VolatileStorage implements Storage {
  readonly #records = new Map<string, Uint8Array>();

  read(key: string): Uint8Array | undefined {
    checkKey(key);
    return this.#records.get(key)?.slice();
  }

  write(key: string, value: Uint8Array): boolean {
    checkKey(key);
    if (value.length > MAX_VALUE) throw new RangeError(`a record has at most ${MAX_VALUE} octets`);
    this.#records.set(key, value.slice());
    return true;
  }

  erase(key: string): void {
    checkKey(key);
    this.#records.delete(key);
  }

  keys(): readonly string[] {
    return [...this.#records.keys()];
  }
}

function checkKey(key: string): void {
  let isAscii = key.length >= 1 && key.length <= MAX_KEY;
  for (let i = 0; i < key.length; i++) isAscii &&= key.charCodeAt(i) <= 0x7f;
  if (!isAscii) throw new RangeError(`a key has 1 to ${MAX_KEY} ASCII characters`);
}
