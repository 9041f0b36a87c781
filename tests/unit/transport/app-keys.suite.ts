/** The AppKey List, and what a power cut leaves of it. */

import { createNobleCrypto } from "../../../host/noble-crypto.js";
import { NetKeys } from "../../../modules/network/net-keys.js";
import { Records } from "../../../modules/records.js";
import type { AppKey } from "../../../modules/transport/app-key.js";
import { AppKeys } from "../../../modules/transport/app-keys.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage, PowerCut } from "../../support/memory-storage.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import { readStored, writeStored } from "../../support/stored-record.js";
import { APP_KEY, NET_KEY, octets } from "../../support/transport-bench.js";

const KEY = octets(APP_KEY);
const NEW_KEY = octets("000102030405060708090a0b0c0d0e0f");
const OTHER_KEY = octets("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
const NEW_NET_KEY = octets("0953fa93e7caac9638f58820220a398e");

/** The lists of a node that has just started on this storage. */
class Lists {
  readonly trace = new RecordingTrace();
  readonly netKeys: NetKeys;
  readonly appKeys: AppKeys;
  readonly deleted: number[] = [];

  constructor(storage: MemoryStorage, capacity = 3) {
    const { trace } = this;
    const records = new Records(storage, trace);
    const crypto = createNobleCrypto(new FakeClock());
    this.netKeys = new NetKeys({ records, crypto, trace, capacity: 3 });
    this.appKeys = new AppKeys({ records, crypto, trace, capacity, netKeys: this.netKeys });
    this.netKeys.attach({
      added: () => {},
      phaseChanged: (subnet) => this.appKeys.netKeyPhaseChanged(subnet),
      deleted: ({ netKeyIndex }) => this.appKeys.netKeyDeleted(netKeyIndex),
    });
    this.appKeys.attach({ deleted: (appKeyIndex) => this.deleted.push(appKeyIndex) });
    if (this.netKeys.load()) this.appKeys.load();
  }

  get(appKeyIndex: number): AppKey {
    const key = this.appKeys.get(appKeyIndex);
    if (key === undefined) throw new Error("there is no such AppKey");
    return key;
  }

  get indexes(): readonly number[] {
    return this.appKeys.all.map(({ appKeyIndex }) => appKeyIndex);
  }

  /** Which of the known values it sends with, and which it receives with. */
  valuesOf(appKeyIndex: number): string {
    const key = this.get(appKeyIndex);
    const nameOf = (
      { is }: { is(value: Uint8Array): boolean },
      self: AppKey["receiveKeys"][number],
    ): string => (is.call(self, KEY) ? "old" : is.call(self, NEW_KEY) ? "new" : "other");
    const phase = this.netKeys.get(key.netKeyIndex)?.phase ?? 0;
    const sending = key.transmitKey(phase);
    return `${nameOf(sending, sending)}: ${key.receiveKeys.map((one) => nameOf(one, one)).join(" ")}`;
  }
}

/** NetKeys 000 and 001, AppKey 005 on the first, 003 on the second. */
function start(): { storage: MemoryStorage; lists: Lists } {
  const storage = new MemoryStorage();
  const lists = new Lists(storage);
  lists.netKeys.begin(0, octets(NET_KEY), false);
  lists.netKeys.add(1, OTHER_KEY);
  lists.appKeys.add(0, 5, KEY);
  lists.appKeys.add(1, 3, OTHER_KEY);
  return { storage, lists };
}

/** Cut the power at each write of a procedure in turn; `check` sees what a restart finds. */
function cutEverywhere(
  prepare: () => { storage: MemoryStorage; lists: Lists },
  procedure: (lists: Lists) => void,
  check: (found: Lists, storage: MemoryStorage) => void,
): number {
  let cuts = 0;
  for (const left of ["old", "new"] as const) {
    for (let write = 1; ; write++) {
      const { storage, lists } = prepare();
      storage.cutPowerAt(write, left);
      let isCut = false;
      try {
        procedure(lists);
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        isCut = true;
      }
      if (!isCut) break;
      cuts++;
      check(new Lists(storage), storage);
    }
  }
  return cuts;
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("the list is in order, and is the same after a restart", () => {
    const { storage, lists } = start();
    equal(lists.appKeys.add(0, 2, NEW_KEY), "done");
    for (const found of [lists, new Lists(storage)]) {
      equal(found.indexes, [2, 3, 5]);
      equal(found.appKeys.of(0), [2, 5]);
      equal(found.appKeys.of(1), [3]);
      equal(found.appKeys.of(2), []);
      equal(found.get(5).netKeyIndex, 0);
      equal(found.valuesOf(5), "old: old");
      equal(found.get(5).receiveKeys[0]?.aid, 0x26);
    }
  });

  test("the record, octet for octet", () => {
    const { storage, lists } = start();
    equal(readStored(storage, "app.005"), octets(`01000000${APP_KEY}${"00".repeat(16)}`));
    lists.netKeys.update(0, NEW_NET_KEY);
    lists.appKeys.update(0, 5, NEW_KEY);
    equal(readStored(storage, "app.005"), octets(`01000001${APP_KEY}000102030405060708090a0b0c0d0e0f`));
  });

  test("what an addition is answered", () => {
    const { storage, lists } = start();
    const { appKeys } = lists;
    const changes = storage.changes;
    equal(appKeys.add(0, 5, KEY), "done", "the same once more");
    equal(appKeys.add(0, 5, NEW_KEY), "alreadyStored", "another value");
    equal(appKeys.add(1, 5, NEW_KEY), "alreadyStored", "another value for another NetKey");
    equal(appKeys.add(1, 5, KEY), "unknownNetKey", "the same value for another NetKey");
    equal(appKeys.add(9, 5, KEY), "unknownNetKey", "the same value for an unknown NetKey");
    equal(appKeys.add(9, 6, KEY), "unknownNetKey");
    equal(storage.changes, changes);
    equal(appKeys.add(0, 6, KEY), "done");
    equal(appKeys.add(0, 7, KEY), "full");
    equal(appKeys.add(0, 5, KEY), "done", "full, but the same once more");
    equal(lists.indexes, [3, 5, 6]);
  });

  test("an update is for phase 1, and its new value may still be replaced", () => {
    const { lists } = start();
    const { appKeys, netKeys } = lists;
    equal(appKeys.update(0, 5, NEW_KEY), "cannotUpdate", "phase 0");
    netKeys.update(0, NEW_NET_KEY);
    equal(appKeys.update(0, 6, NEW_KEY), "unknownAppKey");
    equal(appKeys.update(9, 5, NEW_KEY), "unknownNetKey");
    equal(appKeys.update(1, 5, NEW_KEY), "wrongPair", "another NetKey, whatever its phase");
    equal(appKeys.update(0, 3, NEW_KEY), "wrongPair");
    equal(appKeys.update(0, 5, KEY), "cannotUpdate", "its present value");
    equal(appKeys.update(0, 5, OTHER_KEY), "done");
    equal(lists.valuesOf(5), "old: old other");
    equal(appKeys.update(0, 5, NEW_KEY), "done", "a better one");
    equal(appKeys.update(0, 5, NEW_KEY), "done", "the same once more");
    equal(lists.valuesOf(5), "old: old new");
    netKeys.transition(0, 2);
    equal(appKeys.update(0, 5, NEW_KEY), "cannotUpdate", "phase 2");
  });

  test("a key refresh: what is sent with and received with in each phase", () => {
    const { storage, lists } = start();
    lists.appKeys.add(0, 2, OTHER_KEY);
    lists.netKeys.update(0, NEW_NET_KEY);
    lists.appKeys.update(0, 5, NEW_KEY);
    equal(lists.valuesOf(5), "old: old new");
    equal(new Lists(storage).valuesOf(5), "old: old new");
    lists.netKeys.transition(0, 2);
    equal(lists.valuesOf(5), "new: old new");
    equal(new Lists(storage).valuesOf(5), "new: old new");
    lists.netKeys.transition(0, 3);
    equal(lists.valuesOf(5), "new: new");
    equal(new Lists(storage).valuesOf(5), "new: new");
    equal(lists.valuesOf(2), "other: other", "not updated: it stays");
    equal(
      readStored(storage, "app.005"),
      octets(`01000000000102030405060708090a0b0c0d0e0f${"00".repeat(16)}`),
    );
  });

  test("what a deletion is answered, and who hears of it", () => {
    const { storage, lists } = start();
    equal(lists.appKeys.delete(9, 5), "unknownNetKey");
    equal(lists.appKeys.delete(1, 5), "wrongPair");
    equal(lists.appKeys.delete(0, 6), "done", "an unknown one");
    equal(lists.deleted, []);
    equal(lists.appKeys.delete(0, 5), "done");
    equal(lists.deleted, [5]);
    equal(lists.indexes, [3]);
    equal(readStored(storage, "app.005"), undefined);
    equal(lists.netKeys.delete(1, 0), "done");
    equal(lists.deleted, [5, 3], "with their NetKey");
    equal(new Lists(storage).indexes, []);
  });

  test("a full storage changes nothing", () => {
    const { storage, lists } = start();
    storage.failAt(1);
    equal(lists.appKeys.add(0, 6, NEW_KEY), "storageFailed");
    equal(lists.appKeys.get(6), undefined);
    lists.netKeys.update(0, NEW_NET_KEY);
    storage.failAt(1);
    equal(lists.appKeys.update(0, 5, NEW_KEY), "storageFailed");
    equal(lists.valuesOf(5), "old: old");
    equal(lists.trace.eventsOf("storage"), ["writeFailed", "writeFailed"]);
  });

  test("the end of a refresh that could not be stored is made up for: at the next start, or with the next refresh", () => {
    const { storage, lists } = start();
    lists.netKeys.update(0, NEW_NET_KEY);
    lists.appKeys.update(0, 5, NEW_KEY);
    // NetKeys writes first.
    storage.failAt(2);
    lists.netKeys.transition(0, 3);
    equal(lists.valuesOf(5), "new: new");
    equal(readStored(storage, "app.005")?.[3], 1);
    lists.netKeys.update(0, OTHER_KEY);
    equal(readStored(storage, "app.005")?.[3], 0);
    equal(new Lists(storage).valuesOf(5), "new: new");
  });

  test("damaged records are not used, and stay; orphans and what there is no room for go", () => {
    const { storage } = start();
    writeStored(storage, "app.007", octets(`02000000${APP_KEY}${"00".repeat(16)}`));
    writeStored(storage, "app.008", octets(`01100000${APP_KEY}${"00".repeat(16)}`));
    writeStored(storage, "app.009", octets(`01000002${APP_KEY}${"00".repeat(16)}`));
    writeStored(storage, "app.00a", octets("0100"));
    writeStored(storage, "app.00b", octets(`01000900${APP_KEY}${"00".repeat(16)}`));
    writeStored(storage, "app.xyz", octets(`01000000${APP_KEY}${"00".repeat(16)}`));
    const found = new Lists(storage, 1);
    equal(found.indexes, [3]);
    equal(
      storage.keys().filter((key) => key.startsWith("app.")),
      ["app.003", "app.007", "app.008", "app.009", "app.00a", "app.xyz"],
    );
    equal(
      found.trace.eventsOf("storage"),
      ["app.005", "app.007", "app.008", "app.009", "app.00a"].map(() => "damagedRecord"),
    );
  });

  test("a power cut at each write leaves the old list or the new one [T-B8]", () => {
    const begun = (): ReturnType<typeof start> => {
      const started = start();
      started.lists.netKeys.update(0, NEW_NET_KEY);
      return started;
    };
    const refreshed = (): ReturnType<typeof start> => {
      const started = begun();
      started.lists.appKeys.update(0, 5, NEW_KEY);
      return started;
    };
    equal(
      cutEverywhere(
        start,
        ({ appKeys }) => appKeys.add(0, 6, NEW_KEY),
        (found) => ok([2, 3].includes(found.indexes.length)),
      ),
      2,
    );
    equal(
      cutEverywhere(
        begun,
        ({ appKeys }) => appKeys.update(0, 5, NEW_KEY),
        (found) => ok(["old: old", "old: old new"].includes(found.valuesOf(5))),
      ),
      2,
    );
    equal(
      cutEverywhere(
        refreshed,
        ({ netKeys }) => netKeys.transition(0, 3),
        (found) => {
          const isOver = found.netKeys.get(0)?.phase === 0;
          equal(found.valuesOf(5), isOver ? "new: new" : "old: old new");
        },
      ),
      4,
    );
    equal(
      cutEverywhere(
        start,
        ({ appKeys }) => appKeys.delete(0, 5),
        (found) => ok([1, 2].includes(found.indexes.length)),
      ),
      2,
    );
    equal(
      cutEverywhere(
        start,
        ({ netKeys }) => netKeys.delete(1, 0),
        (found, storage) => {
          const isThere = found.netKeys.get(1) !== undefined;
          equal(found.indexes, isThere ? [3, 5] : [5]);
          equal(readStored(storage, "app.003") !== undefined, isThere);
        },
      ),
      4,
    );
  });

  test("stopped, the list is empty; the storage is not", () => {
    const { storage, lists } = start();
    const key = lists.get(5);
    lists.appKeys.stop();
    equal(lists.indexes, []);
    equal(key.receiveKeys, []);
    equal(new Lists(storage).indexes, [3, 5]);
  });
};
