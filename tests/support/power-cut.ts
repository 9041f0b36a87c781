import { type MemoryStorage, PowerCut } from "./memory-storage.js";

/**
 * Run `body` until the power fails at the `change`-th write or erasure. false: there were fewer, and it ran to its
 * end. left: what the storage keeps of that change.
 */
export function runUntilCut(
  storage: MemoryStorage,
  change: number,
  left: "old" | "new",
  body: () => void,
): boolean {
  const last = storage.changes + change;
  storage.cutPowerAt(change, left);
  try {
    body();
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return true;
  }
  if (storage.changes >= last) throw new Error("a power cut was survived");
  return false;
}

/** What the storage can be left with at every change that a script makes, one after the other until there is none. */
export function forEveryCut(body: (change: number, left: "old" | "new") => boolean): number {
  let change = 1;
  while (body(change, "old") && body(change, "new")) change++;
  return change - 1;
}
