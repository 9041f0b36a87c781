import type { Storage } from "../../modules/platform.js";
import type { Suite } from "../support/harness.js";

const LONGEST_KEY = "abcdefghijklmno";

/** What every `Storage` promises. create: an empty one at each call. */
export function storageContract(create: () => Storage): Suite {
  return (harness) => {
    records(harness, create);
    copies(harness, create);
    limits(harness, create);
  };
}

type Part = (harness: Parameters<Suite>[0], create: () => Storage) => void;

const records: Part = ({ test, equal, ok }, create) => {
  test("a new storage is empty", () => {
    const storage = create();
    equal(storage.keys(), []);
    equal(storage.read("node"), undefined);
  });

  test("what is written is read, and written again is replaced", () => {
    const storage = create();
    ok(storage.write("node", octets(1, 2, 3)));
    equal(storage.read("node"), octets(1, 2, 3));
    ok(storage.write("node", octets(4)));
    equal(storage.read("node"), octets(4));
    equal(storage.keys(), ["node"]);
  });

  test("an empty record is a record", () => {
    const storage = create();
    ok(storage.write("node", octets()));
    equal(storage.read("node"), octets());
    equal(storage.keys(), ["node"]);
  });

  test("an erased record is gone, and the others stay", () => {
    const storage = create();
    storage.write("node", octets(1));
    storage.write("seq", octets(2));
    storage.erase("node");
    equal(storage.read("node"), undefined);
    equal(storage.read("seq"), octets(2));
    equal(storage.keys(), ["seq"]);
  });

  test("erasing what is not there does nothing", () => {
    const storage = create();
    storage.write("seq", octets(2));
    storage.erase("node");
    equal(storage.keys(), ["seq"]);
  });

  test("keys tells every key, whatever its characters, and small and capital letters differ", () => {
    const storage = create();
    const keys = ["a", "A", "a.new", "..", "/", "%41", "a b", "\0", "~", LONGEST_KEY];
    for (const [index, key] of keys.entries()) ok(storage.write(key, octets(index)));
    equal([...storage.keys()].sort(), [...keys].sort());
    for (const [index, key] of keys.entries()) equal(storage.read(key), octets(index), key);
  });
};

const copies: Part = ({ test, equal }, create) => {
  test("the value is borrowed: changing it later changes no record", () => {
    const storage = create();
    const value = octets(1, 2, 3);
    storage.write("node", value);
    value.fill(9);
    equal(storage.read("node"), octets(1, 2, 3));
  });

  test("what is read belongs to the caller: changing it changes no record", () => {
    const storage = create();
    storage.write("node", octets(1, 2, 3));
    storage.read("node")?.fill(9);
    equal(storage.read("node"), octets(1, 2, 3));
  });

  test("a part of a larger buffer is written as that part", () => {
    const storage = create();
    storage.write("node", octets(1, 2, 3, 4).subarray(1, 3));
    equal(storage.read("node"), octets(2, 3));
  });
};

const limits: Part = ({ test, equal, ok, throws }, create) => {
  test("48 octets are taken, 49 are a mistake and leave the old value", () => {
    const storage = create();
    ok(storage.write("node", new Uint8Array(48).fill(7)));
    throws(() => storage.write("node", new Uint8Array(49)));
    equal(storage.read("node"), new Uint8Array(48).fill(7));
  });

  test("a key has 1 to 15 ASCII characters; all else is a mistake, wherever it is given", () => {
    const storage = create();
    ok(storage.write(LONGEST_KEY, octets(1)));
    for (const key of ["", `${LONGEST_KEY}p`, "schlüssel", "\u0080"]) {
      throws(() => storage.write(key, octets(1)), key);
      throws(() => storage.read(key), key);
      throws(() => storage.erase(key), key);
    }
    equal(storage.keys(), [LONGEST_KEY]);
  });
};

function octets(...values: readonly number[]): Uint8Array {
  return new Uint8Array(values);
}
