import type { FlashStorage } from "../../host/flash/flash-storage.js";
import type { Scene } from "./flash-cuts.js";
import { FlashModel } from "./flash-model.js";

const secret = new Uint8Array(16).fill(0x5a);

/** What a storage does, and of how many steps that is at least. */
export type FlashScene = readonly [what: string, scene: Scene, least: number];

/** Of each kind one. */
export const flashScenes: readonly FlashScene[] = [
  [
    "a first write",
    { before: () => {}, change: (storage) => storage.write("node", octets(1)) },
    // An erasure, the header, its mark, the record, its mark.
    1 + 6 + 1 + 4 + 1,
  ],
  [
    "a first write over foreign contents",
    {
      flash: (seed) => {
        const flash = new FlashModel(4, 256, seed);
        flash.fill((offset) => (offset * 31) & 0xff);
        return flash;
      },
      before: () => {},
      change: (storage) => storage.write("node", octets(1)),
    },
    13,
  ],
  [
    "a new record",
    {
      before: (storage) => storage.write("iv", octets(1)),
      change: (storage) => storage.write("key", secret),
    },
    8,
  ],
  [
    "a record of ones",
    {
      before: (storage) => storage.write("key", octets(1)),
      change: (storage) => storage.write("key", new Uint8Array(12).fill(0xff)),
    },
    7,
  ],
  [
    "an overwritten record",
    {
      before: (storage) =>
        storage.write(
          "key",
          secret.map((value) => value ^ 0xff),
        ),
      change: (storage) => storage.write("key", secret),
    },
    8,
  ],
  [
    "an erasure",
    {
      before: (storage) => {
        storage.write("iv", octets(1));
        storage.write("key", secret);
      },
      change: (storage) => storage.erase("key"),
    },
    4,
  ],
  [
    "a page's turn",
    {
      before: (storage) => fillPages(storage, 1),
      change: (storage) => storage.write("key", secret),
    },
    1 + 6 + 1 + 8,
  ],
  [
    "a page's turn that takes over what counts of the oldest",
    {
      before: (storage) => fillPages(storage, 3),
      change: (storage) => storage.write("key", secret),
    },
    // The label is copied.
    1 + 6 + 7 + 1 + 8,
  ],
  [
    "an erasure on a full flash",
    {
      before: (storage) => {
        storage.write("s", octets(0));
        for (let i = 0; storage.write(`key.${i}`, new Uint8Array(40).fill(i)); i++);
        for (let i = 1; blankIn(storage) >= 20; i++) storage.write("s", octets(i));
      },
      change: (storage) => storage.erase("key.1"),
    },
    1 + 6 + 1 + 5,
  ],
];

/** A label, and so much else that the next record makes a page take its turn. */
function fillPages(storage: FlashStorage, pages: number): void {
  storage.write("label", secret);
  const count = () => storage.view().pages.filter(({ state }) => state !== "free").length;
  for (let i = 0; count() < pages || blankIn(storage) >= 32; i++) storage.write("seq", octets(i));
}

function blankIn(storage: FlashStorage): number {
  return storage.view().pages.find(({ state }) => state === "active")?.blank ?? 0;
}

function octets(...values: readonly number[]): Uint8Array {
  return new Uint8Array(values);
}
