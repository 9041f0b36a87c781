/** What a board keeps for itself in the node's storage, and who it says that it is. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import {
  countRestart,
  keepAddress,
  keptAddress,
  NodeStorage,
  readRestarts,
} from "../../host/xs/host-records.js";
import { deviceUuidOf } from "../../host/xs/identity.js";
import { toHex } from "../../modules/bytes.js";
import type { Settings } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { MemoryStorage } from "../support/memory-storage.js";
import { hex } from "../support/provisionee-bench.js";
import { World } from "../support/world.js";

const ADDRESS = hex("c0ffee123456");

function settingsOf(uuid: string | undefined): Settings {
  return { get: (name) => (name === "uuid" ? uuid : undefined) };
}

export const suite: Suite = ({ test, equal, throws }) => {
  test("the node does not see the host's records, and reads and writes its own", () => {
    const storage = new MemoryStorage();
    const node = new NodeStorage(storage);
    keepAddress(storage, ADDRESS);
    countRestart(storage, "timer: Error: late");
    equal(node.keys(), []);
    equal(node.write("seq", hex("0102")), true);
    equal([node.keys(), node.read("seq"), storage.read("seq")], [["seq"], hex("0102"), hex("0102")]);
    node.erase("seq");
    equal(storage.keys().toString(), "~address,~restarts");
  });

  test("a factory reset leaves them alone", () => {
    const storage = new MemoryStorage();
    keepAddress(storage, ADDRESS);
    countRestart(storage, "x");
    const world = new World();
    const phone = world.addPhone();
    const { node } = world.addNode({ storage: new HidingStorage(storage) });
    phone.provision();
    world.clock.advance(30_000);
    equal(node.state, "provisioned");
    node.reset();
    equal([keptAddress(storage), readRestarts(storage).count], [ADDRESS, 1]);
    equal(storage.keys().length, 2);
  });

  test("an address that was drawn is kept; what is no static random address counts as none", () => {
    const storage = new MemoryStorage();
    equal(keptAddress(storage), undefined);
    keepAddress(storage, ADDRESS);
    equal(keptAddress(storage), ADDRESS);
    for (const other of ["", "c0ffee1234", "c0ffee12345678", "80ffee123456", "00ffee123456"]) {
      storage.write("~address", hex(other));
      equal(keptAddress(storage), undefined, other);
    }
  });

  test("restarts are counted, with the reason of the last one", () => {
    const storage = new MemoryStorage();
    equal(readRestarts(storage), { count: 0, reason: "" });
    countRestart(storage, "radio: RangeError: not a level");
    countRestart(storage, `timer: Error: ${"long".repeat(20)}`);
    equal(readRestarts(storage), { count: 2, reason: `timer: Error: ${"long".repeat(20)}`.slice(0, 43) });
    countRestart(storage, "gatt: line\nfeed ä");
    equal(readRestarts(storage), { count: 3, reason: "gatt: line?feed ?" });
  });

  test("a damaged record of restarts counts as none, and the count does not wrap", () => {
    const storage = new MemoryStorage();
    for (const record of ["", "01000000", "0200000005"]) {
      storage.write("~restarts", hex(record));
      equal(readRestarts(storage), { count: 0, reason: "" }, record);
    }
    storage.write("~restarts", hex("01ffffffff"));
    countRestart(storage, "");
    equal(readRestarts(storage), { count: 0xffffffff, reason: "" });
  });

  test("the Device UUID follows from the chip's number, and tells nothing of it", () => {
    const crypto = createNobleCrypto(new FakeClock());
    const uuid = deviceUuidOf(settingsOf(undefined), crypto, hex("0011223344556677"));
    equal(toHex(uuid), toHex(deviceUuidOf(settingsOf(undefined), crypto, hex("0011223344556677"))));
    equal([uuid.length, (uuid[6] ?? 0) >> 4, (uuid[8] ?? 0) >> 6], [16, 4, 2], "version and variant");
    const other = deviceUuidOf(settingsOf(undefined), crypto, hex("0011223344556678"));
    equal(toHex(uuid) === toHex(other), false);
  });

  test("it never changes: labels with it are out in the world", () => {
    const crypto = createNobleCrypto(new FakeClock());
    equal(
      toHex(deviceUuidOf(settingsOf(undefined), crypto, hex("240ac4112233"))),
      "d8332344694449b1ac095f45c89f2fbe",
    );
  });

  test("the setting uuid goes first, if it is one", () => {
    const crypto = createNobleCrypto(new FakeClock());
    const text = "70cf7c9732a345b691494810d2e9cbf4";
    equal(toHex(deviceUuidOf(settingsOf(text), crypto, hex("00"))), text);
    throws(() => deviceUuidOf(settingsOf("70cf"), crypto, hex("00")));
    throws(() => deviceUuidOf(settingsOf(`${text.slice(1)}g`), crypto, hex("00")));
  });
};

/** A MemoryStorage behind NodeStorage, as the world wants one. */
class HidingStorage extends MemoryStorage {
  readonly #node: NodeStorage;

  constructor(storage: MemoryStorage) {
    super();
    this.#node = new NodeStorage(storage);
  }

  override read(key: string): Uint8Array | undefined {
    return this.#node.read(key);
  }

  override write(key: string, value: Uint8Array): boolean {
    return this.#node.write(key, value);
  }

  override erase(key: string): void {
    this.#node.erase(key);
  }

  override keys(): readonly string[] {
    return this.#node.keys();
  }
}
