/** The log on a flash of which single bits turn by themselves: what is lost, and whether it is said. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlashStorage } from "../../host/flash/flash-storage.js";
import { contentOf } from "../support/flash-cuts.js";
import { FlashModel } from "../support/flash-model.js";

const EXPECTED = "label=07 seq=22";

/** Three of four pages are in use; the last change was `seq`. */
function written(): FlashModel {
  const flash = new FlashModel();
  const storage = new FlashStorage(flash);
  assert.ok(storage.write("label", new Uint8Array([7])));
  for (let i = 0; i < 35; i++) assert.ok(storage.write("seq", new Uint8Array([i])));
  assert.equal(contentOf(storage), EXPECTED);
  assert.equal(
    storage
      .view()
      .pages.map(({ state }) => state)
      .join(" "),
    "full full active free",
  );
  return flash;
}

/** Where the last mark stands. */
function lastMark(flash: FlashModel): number {
  const { pages } = new FlashStorage(written()).view();
  const blank = pages.find(({ state }) => state === "active")?.blank ?? 0;
  // A start has put one more mark behind that of the last change.
  return 3 * flash.pageSize - blank - 4 - 80;
}

function rotten(offset: number, bit: number): FlashModel {
  const flash = written();
  flash.rot(offset, bit);
  return flash;
}

/** What a start finds, and whether all can be written and found again after it. */
function tell(flash: FlashModel): string {
  const storage = new FlashStorage(flash);
  const content = contentOf(storage);
  // Where a bit of a blank word has turned, one write may be refused.
  const isTaken = storage.write("z", new Uint8Array([1])) || storage.write("z", new Uint8Array([1]));
  const again = new FlashStorage(flash);
  if (!isTaken || again.found !== "sound") return "nothing can be written";
  assert.equal(contentOf(again), content === "" ? "z=01" : `${content} z=01`);
  return `${storage.found}: ${content}`;
}

describe("A bit that turns by itself", () => {
  for (const [what, from, to] of [
    ["a header", 0, 24],
    ["the rest of a page", 24, 256],
  ] as const) {
    test(`in ${what}: all is still there, or it is damaged and empty; never an older value`, () => {
      const mark = lastMark(new FlashModel());
      const count = { whole: 0, damaged: 0 };
      for (let at = 0; at < 1024; at++) {
        const isElsewhere = at % 256 < from || at % 256 >= to;
        // Without its mark the last change is none: as after a power cut.
        if (isElsewhere || (at >= mark && at < mark + 4)) continue;
        const found = tell(rotten(at, at % 8));
        if (found === `sound: ${EXPECTED}`) count.whole++;
        else if (found === "damaged: ") count.damaged++;
        else assert.fail(`octet ${at}: ${found}`);
      }
      assert.ok(count.whole >= 24 && count.damaged >= 72, `${count.whole} ${count.damaged}`);
    });
  }

  test("in the mark of the last change: that change is undone, as no start can tell it from one that was cut", () => {
    const mark = lastMark(new FlashModel());
    for (let bit = 0; bit < 32; bit++)
      assert.equal(tell(rotten(mark + (bit >> 3), bit & 7)), "sound: label=07 seq=21");
  });

  test("in that mark, after another start: nothing is lost", () => {
    const mark = lastMark(new FlashModel());
    const flash = written();
    assert.equal(contentOf(new FlashStorage(flash)), EXPECTED);
    flash.rot(mark, 3);
    assert.equal(tell(flash), `sound: ${EXPECTED}`);
  });

  test("in a record, after the start: a turn does not leave it out as if it had never been there", () => {
    for (const [octet, bit] of [
      [28, 3],
      [31, 0],
      [34, 5],
    ] as const) {
      const flash = new FlashModel();
      const storage = new FlashStorage(flash);
      assert.ok(storage.write("label", new Uint8Array([7])));
      flash.rot(octet, bit);
      let writes = 0;
      while (writes < 100 && storage.write("seq", new Uint8Array([writes]))) writes++;
      assert.ok(writes > 20 && writes < 100, `${writes}`);
      assert.throws(() => storage.erase("seq"));
      assert.equal(new FlashStorage(flash).found, "damaged");
    }
  });
});
