/** Records as they stand in a storage, with the check sum of CRC-16/CCITT behind them: computed here anew. */

import { ascii, concat } from "../../modules/bytes.js";
import type { Storage } from "../../modules/platform.js";

/** What a storage holds for a record under `key`. */
export function withCheckSum(key: string, record: Uint8Array): Uint8Array {
  let remainder = 0xffff;
  for (const value of concat(ascii(key), record)) {
    for (let bit = 7; bit >= 0; bit--) {
      const feedback = ((remainder >> 15) ^ (value >> bit)) & 1;
      remainder = ((remainder << 1) & 0xffff) ^ (feedback === 1 ? 0x1021 : 0);
    }
  }
  return concat(record, new Uint8Array([remainder >> 8, remainder & 0xff]));
}

/** A record without its check sum; undefined: there is none. Throws Error where the sum is wrong. */
export function readStored(storage: Storage, key: string): Uint8Array | undefined {
  const stored = storage.read(key);
  if (stored === undefined) return undefined;
  const record = stored.slice(0, -2);
  if (withCheckSum(key, record).join() !== stored.join()) throw new Error(`${key}: a wrong check sum`);
  return record;
}

/** Put a record into a storage, as the node would have written it. */
export function writeStored(storage: Storage, key: string, record: Uint8Array): void {
  storage.write(key, withCheckSum(key, record));
}
