/** The log on a flash under every power cut: at each step, in each way, in starts too, and at random in long runs. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlashStorage } from "../../host/flash/flash-storage.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { checkStays, contentOf, cutEverywhere, failsIn } from "../support/flash-cuts.js";
import { CUTS, FlashModel } from "../support/flash-model.js";
import { flashScenes } from "../support/flash-scenes.js";

const KEYS = ["node", "seq", "iv", "net.000", "app.000", "app.001", "rpl.00", "b.00.1000", "abcdefghijklmno"];

/** What the storage must hold, and, of one key that was being changed when the power failed, what else it may. */
class Expected {
  readonly #values = new Map<string, string>();

  set(key: string, value: Uint8Array | undefined): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, Buffer.from(value).toString("hex"));
  }

  content(): string {
    return [...this.#values.keys()]
      .sort()
      .map((key) => `${key}=${this.#values.get(key)}`)
      .join(" ");
  }
}

interface Run {
  readonly seed: number;
  readonly pages: number;
  readonly pageSize: number;
  readonly changes: number;
}

function runRandomly({ seed, pages, pageSize, changes }: Run): FlashModel {
  const random = new SeededRandom(seed);
  const flash = new FlashModel(pages, pageSize, seed);
  const expected = new Expected();
  let storage = new FlashStorage(flash);
  for (let change = 0; change < changes; change++) {
    const key = KEYS[random.below(KEYS.length)] ?? "";
    const value = random.chance(15) ? undefined : randomValue(random);
    const cut = CUTS[random.below(CUTS.length)] ?? "half";
    if (random.chance(30)) flash.cutPowerAt(1 + random.below(30), cut);
    let isTaken = true;
    const isCut = failsIn(() => {
      if (value === undefined) storage.erase(key);
      else isTaken = storage.write(key, value);
    });
    const old = expected.content();
    if (isTaken) expected.set(key, value);
    if (!isCut && random.chance(80)) continue;
    flash.restore();
    storage = restart(flash, random);
    if (isCut && contentOf(storage) === old) {
      // What it was before: the change is taken back.
      restore(expected, old);
    }
    assert.equal(contentOf(storage), expected.content(), `after change ${change} of seed ${seed}`);
    assert.notEqual(storage.found, "damaged");
  }
  return flash;
}

function restore(expected: Expected, content: string): void {
  for (const key of KEYS) expected.set(key, undefined);
  for (const record of content.split(" ").filter((text) => text !== "")) {
    const [key, value] = record.split("=");
    expected.set(key ?? "", Buffer.from(value ?? "", "hex"));
  }
}

/** Some starts are cut themselves. */
function restart(flash: FlashModel, random: SeededRandom): FlashStorage {
  while (random.chance(40)) {
    flash.cutPowerAt(1 + random.below(3), CUTS[random.below(CUTS.length)] ?? "half");
    failsIn(() => new FlashStorage(flash));
    flash.restore();
  }
  return new FlashStorage(flash);
}

function randomValue(random: SeededRandom): Uint8Array {
  const value = new Uint8Array(random.below(49));
  if (random.chance(10)) return value.fill(0xff);
  random.fill(value);
  return value;
}

describe("The log on a flash, with power cuts at random", () => {
  for (const [pages, pageSize, seeds] of [
    [4, 256, 30],
    [5, 512, 15],
    [4, 4096, 3],
  ] as const) {
    test(`${pages} pages of ${pageSize} octets`, () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const flash = runRandomly({ seed, pages, pageSize, changes: pageSize > 512 ? 600 : 400 });
        assert.ok(Math.min(...flash.erasures) > 0, "each page has been used");
      }
    });
  }
});

describe("A power cut at every step", () => {
  for (const [what, scene] of flashScenes) {
    test(`of ${what}: old or new, and it stays that`, () => {
      cutEverywhere(scene, CUTS, (flash, states) => {
        const found = contentOf(new FlashStorage(flash));
        assert.ok(states.includes(found), found);
        assert.equal(checkStays(flash, found), undefined);
      });
    });

    test(`of ${what}, and another at each step of the start after it`, () => {
      for (let step = 1; step <= 3; step++) {
        cutEverywhere(scene, CUTS, (flash, states) => {
          flash.cutPowerAt(step, CUTS[step % CUTS.length] ?? "half");
          failsIn(() => new FlashStorage(flash));
          flash.restore();
          const found = contentOf(new FlashStorage(flash));
          assert.ok(states.includes(found), found);
          assert.equal(checkStays(flash, found), undefined);
        });
      }
    });

    test(`of ${what}: what one start has shown, no cut at a later start changes`, () => {
      cutEverywhere(scene, CUTS, (flash) => {
        const found = contentOf(new FlashStorage(flash));
        for (const [i, kind] of CUTS.entries()) {
          flash.cutPowerAt(1 + (i % 2), kind);
          failsIn(() => new FlashStorage(flash));
          flash.restore();
        }
        assert.equal(checkStays(flash, found), undefined);
      });
    });
  }
});
