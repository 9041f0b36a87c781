/** What a storage holds of a network, read octet by octet: nothing here is the node's own code. */

import { toHex } from "../../modules/bytes.js";
import type { Storage } from "../../modules/platform.js";
import { readStored } from "./stored-record.js";

/** The records of a node that has just joined. */
export interface StoredNetwork {
  readonly netKey: Uint8Array;
  readonly netKeyIndex: number;
  readonly keyRefresh: boolean;
  readonly ivUpdate: boolean;
  readonly ivIndex: number;
  readonly unicastAddress: number;
  readonly deviceKey: Uint8Array;
}

/** undefined: one of its records is missing, or of another length. */
export function storedNetwork(storage: Storage): StoredNetwork | undefined {
  const name = storage.keys().find((key) => key.startsWith("net."));
  const net = readStored(storage, name ?? "net.");
  const iv = readStored(storage, "iv");
  const node = readStored(storage, "node");
  if (name === undefined || net?.length !== 34 || iv?.length !== 8 || node?.length !== 20) return undefined;
  if (readStored(storage, "seq")?.length !== 8) return undefined;
  const phase = net[1] ?? 0;
  return {
    // In phase 2 there is the new key only.
    netKey: phase === 2 ? net.slice(18) : net.slice(2, 18),
    netKeyIndex: Number.parseInt(name.slice(4), 16),
    keyRefresh: phase === 2,
    ivUpdate: ((iv[5] ?? 0) & 1) !== 0,
    ivIndex: Number.parseInt(toHex(iv.subarray(1, 5)), 16),
    unicastAddress: Number.parseInt(toHex(node.subarray(1, 3)), 16),
    deviceKey: node.slice(4),
  };
}
