/** The log on a flash whose hardware refuses at random, or says that it did, or does less than it says. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlashStorage } from "../../host/flash/flash-storage.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { contentOf } from "../support/flash-cuts.js";
import { FlashModel } from "../support/flash-model.js";

const KEYS = ["node", "seq", "iv", "net.000", "app.0", "rpl.00"];

type Fault = (flash: FlashModel, random: SeededRandom) => void;

const faults: readonly (readonly [string, Fault])[] = [
  ["refuses", (flash, random) => flash.refuse(1 + random.below(4), random.below(20))],
  ["has done what it refuses", (flash, random) => flash.deny(1 + random.below(6))],
  ["leaves a word out", (flash, random) => flash.forget(1 + random.below(3))],
];

/** One change. false: it was refused. */
function change(storage: FlashStorage, key: string, random: SeededRandom): boolean {
  if (!random.chance(15)) return storage.write(key, new Uint8Array(random.below(20)).fill(random.below(256)));
  try {
    storage.erase(key);
    return true;
  } catch {
    return false;
  }
}

function run(fault: Fault, seed: number): number {
  const random = new SeededRandom(seed);
  const flash = new FlashModel(4 + (seed % 3), seed % 2 === 0 ? 256 : 512, seed);
  let storage = new FlashStorage(flash);
  assert.ok(storage.write("label", new Uint8Array([7])));
  let refusals = 0;
  for (let i = 0; i < 100; i++) {
    if (random.chance(25)) fault(flash, random);
    const old = contentOf(storage);
    const isTaken = change(storage, KEYS[random.below(KEYS.length)] ?? "", random);
    if (!isTaken) {
      refusals++;
      assert.equal(contentOf(storage), old);
    }
    if (!random.chance(20)) continue;
    flash.refuse(0);
    flash.deny(0);
    flash.forget(0);
    const expected = contentOf(storage);
    storage = new FlashStorage(flash);
    assert.equal(storage.found, "sound", `seed ${seed}`);
    assert.equal(contentOf(storage), expected, `seed ${seed}`);
  }
  return refusals;
}

describe("Hardware that at times", () => {
  for (const [what, fault] of faults) {
    test(`${what}: what was refused is not there, what was taken is, also after a restart`, () => {
      let refusals = 0;
      for (let seed = 1; seed <= 30; seed++) refusals += run(fault, seed);
      assert.ok(refusals > 100, `${refusals}`);
    });
  }
});
