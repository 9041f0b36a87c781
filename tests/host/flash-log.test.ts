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

describe("Several power cuts in a row", () => {
  test("at a change and at the starts after it: what the first whole start shows, all later ones do", () => {
    const random = new SeededRandom(11);
    let cuts = 0;
    for (let seed = 0; seed < 600; seed++) {
      const flash = new FlashModel(4 + (seed % 2), seed % 3 === 0 ? 512 : 256, seed);
      const storage = new FlashStorage(flash);
      storage.write("label", new Uint8Array([7]));
      for (let i = random.below(60); i >= 0; i--) storage.write("seq", new Uint8Array([i]));
      flash.cutPowerAt(random.chance(50) ? 1 : 1 + random.below(30), anyCut(random));
      const isCut = failsIn(() => {
        if (seed % 5 === 0) storage.erase("seq");
        else storage.write("rpl", new Uint8Array(random.chance(50) ? 48 : 8).fill(seed));
      });
      flash.restore();
      for (let starts = isCut ? random.below(5) : 0; starts > 0; starts--) {
        flash.cutPowerAt(random.chance(50) ? 1 : 1 + random.below(3), anyCut(random));
        if (failsIn(() => new FlashStorage(flash))) cuts++;
        flash.restore();
      }
      checkSame(flash, random);
    }
    assert.ok(cuts > 300, `${cuts}`);
  });

  function anyCut(random: SeededRandom) {
    return random.chance(70) ? "unstable" : (CUTS[random.below(CUTS.length)] ?? "half");
  }

  function checkSame(flash: FlashModel, random: SeededRandom): void {
    let storage = new FlashStorage(flash);
    let expected = contentOf(storage);
    for (let round = 0; round < 4; round++) {
      if (random.chance(50)) {
        assert.ok(storage.write("z", new Uint8Array([round])));
        expected = contentOf(storage);
      }
      storage = new FlashStorage(flash);
      assert.equal(storage.found, "sound");
      assert.equal(contentOf(storage), expected);
    }
  }
});

describe("A factory reset", () => {
  const keys = ["node", "net.000", "app.000", "iv", "seq", "rpl.00"];

  function configured(seed: number): FlashModel {
    const flash = new FlashModel(4, 256, seed);
    const storage = new FlashStorage(flash);
    for (const [i, key] of keys.entries()) assert.ok(storage.write(key, new Uint8Array(20).fill(i)));
    // Old values on all pages, and the erasures of most keys take a page's turn.
    for (let i = 0; i < 23; i++) assert.ok(storage.write("seq", new Uint8Array(20).fill(i)));
    return flash;
  }

  function reset(flash: FlashModel): void {
    const storage = new FlashStorage(flash);
    for (const key of keys) storage.erase(key);
  }

  test("cut at any step comes to its end at the next start, and not one erased key is back", () => {
    for (const kind of CUTS) {
      let steps = 0;
      for (let isCut = true; isCut; ) {
        const flash = configured(++steps);
        flash.cutPowerAt(steps, kind);
        isCut = failsIn(() => reset(flash));
        flash.restore();
        const left = new FlashStorage(flash).keys();
        // The keys go one after the other, so those that are left are the last ones.
        const gone = keys.length - left.length;
        assert.deepEqual([...left].sort(), keys.slice(gone).sort(), `${kind} at ${steps}`);
        reset(flash);
        assert.deepEqual(new FlashStorage(flash).keys(), []);
      }
      assert.ok(steps > 40, `${steps}`);
    }
  });
});
