import { FlashStorage } from "../../host/flash/flash-storage.js";
import { toHex } from "../../modules/bytes.js";
import { type Cut, FlashModel } from "./flash-model.js";
import { PowerCut } from "./memory-storage.js";

/** What a storage holds: keys and values, as one text. */
export function contentOf(storage: FlashStorage): string {
  return [...storage.keys()]
    .sort()
    .map((key) => `${key}=${toHex(storage.read(key) ?? new Uint8Array())}`)
    .join(" ");
}

/** Run `body` until the power fails. false: it came to its end. */
export function failsIn(body: () => void): boolean {
  try {
    body();
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return true;
  }
  return false;
}

/** What is done to a storage, and to what. */
export interface Scene {
  readonly before: (storage: FlashStorage) => void;
  readonly change: (storage: FlashStorage) => void;
  readonly flash?: (seed: number) => FlashModel;
}

/** A power cut at each step of a change, in each of these ways; how many that were. */
export function cutEverywhere(
  scene: Scene,
  kinds: readonly Cut[],
  check: (flash: FlashModel, states: readonly string[]) => void,
): number {
  let cuts = 0;
  for (const kind of kinds) cuts += cutAtEachStep(scene, kind, check);
  return cuts;
}

function cutAtEachStep(
  { before, change, flash = (seed) => new FlashModel(4, 256, seed) }: Scene,
  kind: Cut,
  check: (flash: FlashModel, states: readonly string[]) => void,
): number {
  for (let step = 1; ; step++) {
    const model = flash(step);
    const storage = new FlashStorage(model);
    before(storage);
    const old = contentOf(storage);
    model.cutPowerAt(step, kind);
    const isCut = failsIn(() => change(storage));
    if (!isCut) return step - 1;
    model.restore();
    check(model, [old, afterwards({ before, change, flash }, step)]);
  }
}

/** The state when nothing is cut. */
function afterwards({ before, change, flash }: Required<Scene>, seed: number): string {
  const storage = new FlashStorage(flash(seed));
  before(storage);
  change(storage);
  return contentOf(storage);
}

/** What is found at later starts, and beside what is written then, where that is not `found`. */
export function checkStays(flash: FlashModel, found: string): string | undefined {
  const again = contentOf(new FlashStorage(flash));
  if (again !== found) return again;
  const storage = new FlashStorage(flash);
  if (!storage.write("z", new Uint8Array([0xab]))) return "nothing can be written";
  const expected = found === "" ? "z=ab" : `${found} z=ab`;
  for (const last of [contentOf(storage), contentOf(new FlashStorage(flash))])
    if (last !== expected) return last;
  return undefined;
}
