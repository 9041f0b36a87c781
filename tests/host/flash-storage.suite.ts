import { FlashStorage } from "../../host/flash/flash-storage.js";
import { capacityOf } from "../../host/flash/log.js";
import { contentOf } from "../support/flash-cuts.js";
import { FlashModel } from "../support/flash-model.js";
import type { Harness, Suite } from "../support/harness.js";
import { storageContract } from "./storage-contract.js";

/** The log on a flash, as long as the power stays. */
export const suite: Suite = (harness) => {
  storageContract(() => new FlashStorage(new FlashModel()))(harness);
  restarts(harness);
  pagesTakeTurns(harness);
  pageEnds(harness);
  fullFlash(harness);
  geometry(harness);
};

function restarts({ test, equal, ok }: Harness): void {
  test("a restart finds what was written, and says that the log is sound", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    equal(storage.found, "empty");
    ok(storage.write("node", octets(1, 2, 3)));
    ok(storage.write("seq", octets()));
    ok(storage.write("iv", octets(9)));
    ok(storage.write("node", octets(4)));
    storage.erase("iv");
    const again = new FlashStorage(flash);
    equal(again.found, "sound");
    equal(again.read("node"), octets(4));
    equal(again.read("seq"), octets());
    equal([...again.keys()].sort(), ["node", "seq"]);
  });

  test("values of every kind of bit come back, and none is taken for something else", () => {
    const flash = new FlashModel(4, 4096);
    const storage = new FlashStorage(flash);
    const values = [0x00, 0xff, 0x7f, 0x80, 0x55].map((fill, i) => new Uint8Array(44 + i).fill(fill));
    for (const [i, value] of values.entries()) ok(storage.write(`value.${i}`, value));
    const image = flash.octets.slice(24, 24 + 48);
    ok(storage.write("image", image), "a value that looks like records");
    const again = new FlashStorage(flash);
    for (const [i, value] of values.entries()) equal(again.read(`value.${i}`), value);
    equal(again.read("image"), image);
    equal(again.keys().length, 6);
  });

  test("an empty flash is not touched before the first write, neither by reading nor by erasing", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    storage.erase("node");
    equal(storage.read("node"), undefined);
    equal(flash.steps, 0);
  });

  test("a start writes two words, and looking writes nothing", () => {
    const flash = new FlashModel();
    ok(new FlashStorage(flash).write("node", octets(1)));
    const before = flash.steps;
    const storage = new FlashStorage(flash);
    equal(flash.steps, before + 2);
    storage.view();
    equal(contentOf(storage), "node=01");
    equal(flash.steps, before + 2);
    ok(storage.write("iv", octets(1)));
    equal(flash.steps, before + 2 + 4, "a record of three words, and its mark");
  });

  test("writing the same value again costs nothing", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    ok(storage.write("node", octets(1, 2)));
    const before = flash.steps;
    ok(storage.write("node", octets(1, 2)));
    equal(flash.steps, before);
    ok(storage.write("node", octets(1)));
    ok(flash.steps > before, "a shorter one is another one");
  });

  test("hundreds of keys are found again, those of the same sixteen bits too", () => {
    const flash = new FlashModel(8, 4096);
    const storage = new FlashStorage(flash);
    // "Aa" and "BB" are alike to a sum of products with 31.
    const keys = ["Aa", "BB"].flatMap((a) => ["Aa", "BB"].map((b) => `twin.${a}${b}`));
    for (let i = 0; i < 300; i++) keys.push(`key.${i}`);
    for (const [i, key] of keys.entries()) ok(storage.write(key, octets(i, i >> 8)));
    for (let i = 0; i < keys.length; i += 3) storage.erase(keys[i] ?? "");
    for (const found of [storage, new FlashStorage(flash)]) {
      for (const [i, key] of keys.entries()) {
        equal(found.read(key), i % 3 === 0 ? undefined : octets(i, i >> 8), key);
      }
    }
  });
}

function pagesTakeTurns({ test, equal, ok }: Harness): void {
  test("pages take turns: all wear alike, and what does not change is kept", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    ok(storage.write("label", octets(1, 2, 3)));
    for (let i = 0; i < 500; i++) ok(storage.write("seq", octets(i >> 8, i)));
    equal(flash.mostPrograms, 1);
    equal(contentOf(storage), "label=010203 seq=01f3");
    equal(contentOf(new FlashStorage(flash)), "label=010203 seq=01f3");
    ok(Math.min(...flash.erasures) > 10, `erased ${flash.erasures}`);
    ok(Math.max(...flash.erasures) - Math.min(...flash.erasures) <= 1, `erased ${flash.erasures}`);
    equal(flash.mostPrograms, 2, "a start programs the last mark again");
  });

  test("an erased key stays erased when its page goes round, and its place is used again", () => {
    const flash = new FlashModel();
    let storage = new FlashStorage(flash);
    ok(storage.write("node", new Uint8Array(48)));
    storage.erase("node");
    for (let i = 0; i < 200; i++) {
      ok(storage.write("seq", octets(i)));
      if (i % 7 === 0) storage = new FlashStorage(flash);
      equal(storage.keys(), ["seq"]);
    }
  });

  test("the view tells what is used, what is free, and how often each page was erased, also after a restart", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    equal(
      storage.view().pages.map(({ state }) => state),
      ["free", "free", "free", "free"],
    );
    for (let i = 0; i < 60; i++) ok(storage.write("seq", octets(i)));
    const view = storage.view();
    equal(view.found, "empty");
    equal(view.live, 12);
    equal(view.capacity, capacityOf(flash));
    equal(
      view.pages.map(({ erasures }) => erasures),
      flash.erasures,
    );
    equal(view.pages.map(({ state }) => state).sort(), ["active", "free", "full", "full"]);
    const active = view.pages.find(({ state }) => state === "active");
    equal(active?.live, 12);
    ok(storage.write("seq", octets(60)));
    const after = storage.view().pages.find(({ state }) => state === "active");
    equal((active?.blank ?? 0) - (after?.blank ?? 0), 16);
    equal(
      new FlashStorage(flash).view().pages.map(({ erasures }) => erasures),
      flash.erasures,
    );
    equal(new FlashStorage(flash).view().live, 12);
  });
}

function pageEnds({ test, equal, ok }: Harness): void {
  test("a page is filled to its last word", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    const blank = () => storage.view().pages.map((page) => page.blank);
    for (const left of [152, 76, 0]) {
      ok(storage.write("abcdefghijklmno", new Uint8Array(48).fill(left)));
      equal(blank(), [left, 0, 0, 0]);
    }
    equal(flash.erasures, [1, 0, 0, 0]);
    ok(storage.write("seq", octets(1)));
    equal(flash.erasures, [1, 1, 0, 0]);
    equal(blank(), [0, 212, 0, 0]);
    equal(
      new FlashStorage(flash).view().pages.map(({ blank: left, live }) => [live, left]),
      [
        [72, 0],
        [12, 132],
        [0, 0],
        [0, 0],
      ],
      "a start leaves eighty octets alone",
    );
  });

  test("how often a page was erased is lost with its header, and then taken from the others", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    for (let i = 0; i < 200; i++) ok(storage.write("seq", octets(i)));
    const page = storage.view().pages.findIndex(({ state }) => state === "free");
    for (const octet of [0xff, 0x00]) {
      flash.octets.fill(octet, page * 256, page * 256 + 256);
      const counts = new FlashStorage(flash).view().pages.map(({ erasures }) => erasures);
      equal(counts, flash.erasures);
    }
  });
}

function fullFlash({ test, equal, ok }: Harness): void {
  test("a full flash refuses what is new, keeps what it has, and takes again what an erasure has made room for", () => {
    const flash = new FlashModel();
    let storage = new FlashStorage(flash);
    let count = 0;
    while (storage.write(`key.${count}`, new Uint8Array(40).fill(count))) count++;
    equal(count, Math.floor(capacityOf(flash) / 56));
    for (let i = 0; i < 3; i++) ok(storage.write(`key.${i}`, new Uint8Array(48).fill(i)));
    equal(storage.view().live, storage.view().capacity);
    const before = contentOf(storage);
    const steps = flash.steps;
    equal(storage.write("more", new Uint8Array(40)), false);
    equal(storage.write("key.3", new Uint8Array(48)), false);
    equal(flash.steps, steps, "a refusal wears nothing");
    equal(contentOf(storage), before);
    storage = new FlashStorage(flash);
    equal(contentOf(storage), before);
    for (let i = 0; i < 100; i++)
      ok(storage.write("key.1", new Uint8Array(40).fill(i)), "the same size fits");
    ok(storage.write("key.0", new Uint8Array(20)), "a smaller one fits");
    storage.erase("key.1");
    ok(storage.write("more", new Uint8Array(40)));
  });

  test("a full flash of long records can be emptied: a factory reset is always possible", () => {
    const flash = new FlashModel(5, 512);
    const storage = new FlashStorage(flash);
    for (let i = 0; storage.write(`a.long.key.${i + 1000}`, new Uint8Array(48).fill(i)); i++);
    for (let i = 0; storage.write(`${i}`, octets(i)); i++);
    for (const key of storage.keys()) storage.erase(key);
    equal(storage.keys(), []);
    equal(storage.view().live, 0);
    equal(new FlashStorage(flash).keys(), []);
  });
}

function geometry({ test, ok, throws }: Harness): void {
  test("what is no flash for a log is a mistake", () => {
    for (const [pages, pageSize] of [
      [3, 4096],
      [4, 252],
      [4, 4100],
      [4, 258],
      [65, 4096],
    ] as const) {
      throws(() => new FlashStorage(new FlashModel(pages, pageSize)), `${pages} of ${pageSize}`);
    }
    ok(new FlashStorage(new FlashModel(64, 4096)).write("node", octets(1)));
  });
}

function octets(...values: readonly number[]): Uint8Array {
  return new Uint8Array(values);
}
