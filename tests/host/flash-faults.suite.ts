import { crcOf } from "../../host/flash/crc32.js";
import { FlashStorage } from "../../host/flash/flash-storage.js";
import { setUint32BE } from "../../modules/bytes.js";
import { contentOf, failsIn } from "../support/flash-cuts.js";
import { FlashModel } from "../support/flash-model.js";
import type { Harness, Suite } from "../support/harness.js";

/** The log on a flash that holds other things, that refuses, or of which not all can be read. */
export const suite: Suite = (harness) => {
  halfSeenTurns(harness);
  halfSeenMarks(harness);
  otherContents(harness);
  refusals(harness);
};

function halfSeenTurns({ test, equal, ok }: Harness): void {
  /** A flash whose power was cut behind the first mark of a page, of which the next start may see nothing. */
  function cutBehindMark(): { flash: FlashModel; mark: number } {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    for (let i = 0; i === 0 || blankIn(storage) >= 64; i++) ok(storage.write("seq", octets(i)));
    // An erasure, the header, its mark; the record would not have fitted into the page before.
    flash.cutPowerAt(9, "before");
    ok(failsIn(() => storage.write("rpl.00", new Uint8Array(48))));
    flash.restore();
    return { flash, mark: 256 + 24 };
  }

  const states = (storage: FlashStorage) => storage.view().pages.map(({ state }) => state);

  test("a start that sees the mark of a new page goes on there, and so does every later one", () => {
    const { flash, mark } = cutBehindMark();
    const storage = new FlashStorage(flash);
    equal(states(storage), ["full", "active", "free", "free"]);
    equal(flash.erasures, [1, 1, 0, 0]);
    ok(flash.octets[mark] !== 0xff);
    ok(storage.write("iv", octets(1)));
    const again = new FlashStorage(flash);
    equal(again.found, "sound");
    equal(contentOf(again), contentOf(storage));
  });

  test("a mark that is there at one look and not at the next does not count", () => {
    const { flash, mark } = cutBehindMark();
    let looks = 0;
    const storage = new FlashStorage({
      pageSize: flash.pageSize,
      pages: flash.pages,
      program: (offset, words) => flash.program(offset, words),
      erase: (page) => flash.erase(page),
      read: (offset, target) => {
        flash.read(offset, target);
        if (offset === 256 && target.length === 256 && ++looks > 1) target.fill(0xff, mark - 256, mark - 252);
      },
    });
    equal(storage.found, "sound");
    equal(flash.erasures, [1, 2, 0, 0], "the page takes its turn again");
  });

  test("a start that does not see it takes the turn again, so that no later one sees what was there", () => {
    const { flash, mark } = cutBehindMark();
    flash.octets.fill(0xff, mark, mark + 4);
    const storage = new FlashStorage(flash);
    equal(states(storage), ["full", "active", "free", "free"]);
    equal(flash.erasures, [1, 2, 0, 0]);
    ok(storage.write("iv", octets(1)));
    ok(storage.write("rpl.00", new Uint8Array(48)));
    equal(contentOf(new FlashStorage(flash)), contentOf(storage));
  });
}

function halfSeenMarks({ test, equal, ok }: Harness): void {
  test("a mark that one start has seen and a later one does not takes nothing away, and is no damage", () => {
    const flash = new FlashModel();
    ok(new FlashStorage(flash).write("node", octets(1)));
    // The header, its mark, the record.
    const mark = 24 + 4 + 16;
    equal(contentOf(new FlashStorage(flash)), "node=01");
    for (const look of [0xff, 0x81]) {
      flash.octets.fill(look, mark, mark + 4);
      const storage = new FlashStorage(flash);
      equal(storage.found, "sound");
      equal(contentOf(storage), "node=01");
    }
  });

  test("a value without its mark does not count, and not when its mark shows later either", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    ok(storage.write("node", octets(1)));
    ok(storage.write("node", octets(2)));
    const mark = 24 + 4 + 20 + 16;
    const word = flash.octets.slice(mark, mark + 4);
    flash.octets.fill(0xff, mark, mark + 4);
    equal(contentOf(new FlashStorage(flash)), "node=01");
    flash.octets.set(word, mark);
    const again = new FlashStorage(flash);
    equal(again.found, "sound");
    equal(contentOf(again), "node=01");
  });
}

function otherContents({ test, equal, ok }: Harness): void {
  const foreign: readonly (readonly [string, (offset: number) => number])[] = [
    ["zeros", () => 0],
    ["another firmware", (offset) => (offset * 73 + (offset >> 5)) & 0xff],
    [
      "another store's pages",
      (offset) => [0x41, 0x31, 0x21, 0x81, 0x6e, 0x00, 0xff, 0xff][offset % 256] ?? 0xff,
    ],
    ["one octet", (offset) => (offset === 700 ? 0xfe : 0xff)],
  ];
  for (const [what, fill] of foreign) {
    test(`${what}: foreign, left alone until the first write, and then a new log`, () => {
      const flash = new FlashModel();
      flash.fill(fill);
      const before = flash.octets.slice();
      const storage = new FlashStorage(flash);
      equal(storage.found, "foreign");
      equal(storage.keys(), []);
      storage.erase("node");
      equal(flash.octets, before);
      for (let i = 0; i < 100; i++) ok(storage.write("seq", octets(i)));
      const again = new FlashStorage(flash);
      equal(again.found, "sound");
      equal(contentOf(again), "seq=63");
    });
  }

  test("a log of another layout version is foreign", () => {
    const flash = written();
    // The last octet of the magic number says 1; another version would bring its own check sum.
    for (const page of [0, 1, 2]) flash.octets[page * 256 + 3] = 2;
    equal(new FlashStorage(flash).found, "foreign");
  });

  test("a log of another layout version is foreign, although its check sums are right", () => {
    const flash = written();
    for (const page of [0, 1, 2]) {
      const header = flash.octets.subarray(page * 256, page * 256 + 24);
      header[3] = 2;
      setUint32BE(header, 20, crcOf(header, 0, 20));
    }
    equal(new FlashStorage(flash).found, "foreign");
  });

  for (const [what, offset] of [
    ["a header", 256 + 7],
    ["a count of erasures", 256 + 12],
    ["a record", 256 + 24 + 9],
    ["a mark", 256 + 24 + 4],
  ] as const) {
    test(`a log in which ${what} has lost a bit is damaged, empty, and older values come back never`, () => {
      const flash = written();
      flash.octets[offset] = (flash.octets[offset] ?? 0) ^ 0x04;
      const before = flash.octets.slice();
      const storage = new FlashStorage(flash);
      equal(storage.found, "damaged");
      equal(storage.keys(), []);
      equal(storage.view().live, 0);
      equal(flash.octets, before);
      ok(storage.write("iv", octets(1)));
      const again = new FlashStorage(flash);
      equal(again.found, "sound");
      equal(contentOf(again), "iv=01");
      equal(Math.max(...again.view().pages.map(({ erasures }) => erasures)), Math.max(...flash.erasures));
      for (let i = 0; i < 100; i++) ok(again.write("seq", octets(i)));
      equal(contentOf(new FlashStorage(flash)), "iv=01 seq=63");
    });
  }

  test("the log that follows a damaged one begins behind its newest page, where pages have been erased least", () => {
    const flash = written();
    flash.octets[256 + 24 + 9] = 0;
    const storage = new FlashStorage(flash);
    ok(storage.write("iv", octets(1)));
    equal(
      storage.view().pages.map(({ state }) => state),
      ["free", "free", "free", "active"],
    );
    equal(flash.erasures, [1, 1, 1, 1]);
  });

  /** Three pages in use. */
  function written(): FlashModel {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    for (let i = 0; i < 35; i++) ok(storage.write("seq", octets(i)));
    equal(
      storage.view().pages.map(({ state }) => state),
      ["full", "full", "active", "free"],
    );
    return flash;
  }
}

function refusals({ test, equal, ok, throws }: Harness): void {
  test("hardware that refuses, at whichever word: false, the old value stands, and the next write is taken", () => {
    for (let after = 0; after < 6; after++) {
      for (const count of [1, 2]) {
        const flash = new FlashModel();
        const storage = new FlashStorage(flash);
        ok(storage.write("node", octets(1)));
        flash.refuse(count, after);
        equal(storage.write("node", octets(2)), after === 5, `${after}`);
        flash.refuse(0);
        const expected = after === 5 ? "node=02" : "node=01";
        equal(contentOf(storage), expected);
        ok(storage.write("iv", octets(3)));
        equal(contentOf(storage), `iv=03 ${expected}`);
        equal(contentOf(new FlashStorage(flash)), `iv=03 ${expected}`);
      }
    }
  });

  test("a refused value that stands there all the same never counts, also when only the old one is written again", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    ok(storage.write("node", octets(1)));
    // The record and its mark are there, but the hardware says no, and refuses the mark that would undo it.
    flash.deny(2);
    equal(storage.write("node", octets(2)), false);
    ok(storage.write("node", octets(1)));
    equal(contentOf(new FlashStorage(flash)), "node=01");
  });

  test("hardware that refuses while a page takes its turn: false, the old value stands, and the next write is taken", () => {
    for (let after = 0; after < 20; after++) {
      const flash = new FlashModel();
      const storage = new FlashStorage(flash);
      ok(storage.write("label", octets(7)));
      let i = 0;
      while (blankIn(storage) >= 16 || i < 50) {
        ok(storage.write("seq", octets(i++)));
      }
      const last = i - 1;
      flash.refuse(1, after);
      const isTaken = storage.write("seq", octets(99));
      flash.refuse(0);
      equal(contentOf(storage), `label=07 seq=${isTaken ? "63" : hex(last)}`);
      ok(storage.write("iv", octets(3)));
      equal(contentOf(new FlashStorage(flash)), `iv=03 ${contentOf(storage).slice(6)}`);
      ok(after > 0 || !isTaken);
    }
  });

  test("a page that was refused, although all of it stands there, does not count beside the one taken instead", () => {
    const flash = new FlashModel();
    let storage = new FlashStorage(flash);
    ok(storage.write("node", octets(1)));
    // A record, the mark that undoes it, and the beginnings of the three free pages.
    flash.deny(5);
    equal(storage.write("node", octets(2)), false);
    equal(flash.erasures, [1, 1, 1, 1]);
    for (let i = 0; i < 100; i++) {
      ok(storage.write("seq", octets(i)));
      equal(contentOf(storage), `node=01 seq=${hex(i)}`);
      storage = new FlashStorage(flash);
      equal(storage.found, "sound");
      equal(contentOf(storage), `node=01 seq=${hex(i)}`);
    }
  });

  test("a page that takes over more than one call can program, refused anywhere: the old value, then the new", () => {
    for (let after = 0; after < 170; after += 9) {
      const flash = new FlashModel(4, 1024);
      const storage = new FlashStorage(flash);
      for (let i = 0; i < 10; i++) ok(storage.write(`net.${i}`, new Uint8Array(40).fill(i)));
      const turns = () => flash.erasures.reduce((sum, count) => sum + count, 0);
      for (let i = 0; turns() < 3 || blankIn(storage) >= 20; i++) ok(storage.write("seq", octets(i >> 8, i)));
      const before = contentOf(storage);
      flash.refuse(1, after);
      const isTaken = storage.write("seq", octets(9, 9));
      flash.refuse(0);
      equal(contentOf(storage), isTaken ? before.replace(/seq=.*/, "seq=0909") : before);
      ok(storage.write("seq", octets(7, 7)));
      equal(contentOf(new FlashStorage(flash)), before.replace(/seq=.*/, "seq=0707"));
      // An erasure, the header, ten records, the mark; the new record and its mark.
      equal(isTaken, after >= 1 + 6 + 10 * 14 + 1 + 5, `${after}`);
    }
  });

  test("a page that cannot be erased any more is passed over as long as there is another", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    flash.refuse(1);
    ok(storage.write("node", octets(1)));
    equal(flash.erasures, [0, 1, 0, 0]);
    equal(contentOf(new FlashStorage(flash)), "node=01");
  });

  test("words that do not keep what they are given are noticed", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    ok(storage.write("node", octets(1)));
    flash.forget(1);
    equal(storage.write("node", octets(2)), false);
    equal(contentOf(storage), "node=01");
    ok(storage.write("node", octets(3)));
    equal(contentOf(new FlashStorage(flash)), "node=03");
  });

  test("an erasure that the hardware refuses throws, and the record is still there", () => {
    const flash = new FlashModel();
    const storage = new FlashStorage(flash);
    ok(storage.write("node", octets(1)));
    flash.refuse(1);
    throws(() => storage.erase("node"));
    equal(storage.read("node"), octets(1));
    storage.erase("node");
    equal(new FlashStorage(flash).keys(), []);
  });

  test("a start at which the hardware refuses reads all the same, and makes up for it", () => {
    const flash = new FlashModel();
    ok(new FlashStorage(flash).write("node", octets(1)));
    // The last mark, and each free page, at the start and at the first write.
    flash.refuse(8);
    const storage = new FlashStorage(flash);
    equal(storage.read("node"), octets(1));
    equal(storage.write("node", octets(2)), false);
    equal(storage.read("node"), octets(1));
    ok(storage.write("node", octets(2)));
    equal(contentOf(new FlashStorage(flash)), "node=02");
  });
}

function blankIn(storage: FlashStorage): number {
  return storage.view().pages.find(({ state }) => state === "active")?.blank ?? 0;
}

function octets(...values: readonly number[]): Uint8Array {
  return new Uint8Array(values);
}

function hex(value: number): string {
  return (value < 16 ? "0" : "") + value.toString(16);
}
