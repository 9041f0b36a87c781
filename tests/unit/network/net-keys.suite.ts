/** The NetKey List: adding, deleting, the phases of a key refresh, and what is left of each after a power cut. */

import { createNobleCrypto } from "../../../host/noble-crypto.js";
import { toHex } from "../../../modules/bytes.js";
import { NetKeys, type NetKeysListener } from "../../../modules/network/net-keys.js";
import type { Subnet } from "../../../modules/network/subnet.js";
import { Records } from "../../../modules/records.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { forEveryCut, runUntilCut } from "../../support/power-cut.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import { readStored, writeStored } from "../../support/stored-record.js";

const KEY = hex("7dd7364cd842ad18c17c2b820c84c3d6");
const NEW_KEY = hex("f7a2a44f8e8a8029064f173ddc1e2b00");
const THIRD_KEY = hex("3bbb6f1fbd53e157417f308ce7aec58f");
const ZEROS = "00000000000000000000000000000000";

/** A NetKey list on a storage that outlives it. */
class Bench implements NetKeysListener {
  readonly storage: MemoryStorage;
  readonly trace = new RecordingTrace();
  readonly crypto = createNobleCrypto(new FakeClock());
  readonly netKeys: NetKeys;
  readonly heard: string[] = [];

  constructor(storage = new MemoryStorage(), capacity = 3) {
    this.storage = storage;
    const records = new Records(storage, this.trace);
    this.netKeys = new NetKeys({ records, crypto: this.crypto, trace: this.trace, capacity });
    this.netKeys.attach(this);
  }

  /** With KEY at index 1. */
  static begun(): Bench {
    const bench = new Bench();
    bench.netKeys.begin(1, KEY, false);
    return bench;
  }

  restarted(): Bench {
    const bench = new Bench(this.storage);
    bench.netKeys.load();
    return bench;
  }

  get subnet(): Subnet {
    const subnet = this.netKeys.get(1);
    if (subnet === undefined) throw new Error("the subnet is gone");
    return subnet;
  }

  added(subnet: Subnet): void {
    this.heard.push(`added ${subnet.netKeyIndex} ${this.#stored(subnet)}`);
  }

  phaseChanged(subnet: Subnet): void {
    this.heard.push(`phase ${subnet.phase} of ${subnet.netKeyIndex} ${this.#stored(subnet)}`);
  }

  deleted(subnet: Subnet): void {
    this.heard.push(`deleted ${subnet.netKeyIndex} ${this.#stored(subnet)}`);
  }

  /** The phase in the record at this moment. */
  #stored(subnet: Subnet): string {
    const record = readStored(this.storage, `net.00${subnet.netKeyIndex}`);
    return record === undefined ? "erased" : `stored ${record[1]}`;
  }

  /** A beacon that the key of this value has authenticated. */
  beacon(netKey: Uint8Array, keyRefresh: boolean) {
    const key = this.subnet.receiveKeys.find((candidate) => candidate.isMadeOf(netKey));
    if (key === undefined) throw new Error("not a key of the subnet");
    return this.netKeys.beaconFlag(this.subnet, key, keyRefresh);
  }

  /** All that a person could ask about it. */
  get picture(): string {
    return this.netKeys.subnets.map(pictureOf).join("; ");
  }
}

const names = [
  ["old", KEY],
  ["new", NEW_KEY],
  ["third", THIRD_KEY],
] as const;

function pictureOf(subnet: Subnet): string {
  const nameOf = (key: Subnet["transmitKey"]) => names.find(([, value]) => key.isMadeOf(value))?.[0] ?? "?";
  const { netKeyIndex, phase, transmitKey, receiveKeys, beaconKeys } = subnet;
  return `${netKeyIndex} phase ${phase} sends ${nameOf(transmitKey)} hears ${receiveKeys.map(nameOf)} beacons ${beaconKeys.map(nameOf)}`;
}

const PHASE_0 = "1 phase 0 sends old hears old beacons old";
const PHASE_1 = "1 phase 1 sends old hears old,new beacons old,new";
const PHASE_2 = "1 phase 2 sends new hears old,new beacons new";
const REFRESHED = "1 phase 0 sends new hears new beacons new";

export const suite: Suite = ({ test, equal, ok }) => {
  test("a key has its NID, Network ID and beacon key; its record, octet for octet", () => {
    const bench = Bench.begun();
    equal(bench.picture, PHASE_0);
    equal(bench.subnet.transmitKey.cipher.nid, 0x68);
    equal(toHex(bench.subnet.transmitKey.networkId), "3ecaff672f673370");
    equal(readStored(bench.storage, "net.001"), hex(`0100${toHex(KEY)}${ZEROS}`));
    bench.netKeys.update(1, NEW_KEY);
    equal(readStored(bench.storage, "net.001"), hex(`0101${toHex(KEY)}${toHex(NEW_KEY)}`));
    bench.netKeys.transition(1, 2);
    equal(readStored(bench.storage, "net.001"), hex(`0102${toHex(KEY)}${toHex(NEW_KEY)}`));
    bench.netKeys.transition(1, 3);
    equal(readStored(bench.storage, "net.001"), hex(`0100${toHex(NEW_KEY)}${ZEROS}`));
  });

  test("keys are added, in the order of their indexes, until the list is full", () => {
    const bench = Bench.begun();
    equal(bench.netKeys.add(3, NEW_KEY), "done");
    equal(bench.netKeys.add(0, THIRD_KEY), "done");
    equal(
      bench.netKeys.subnets.map(({ netKeyIndex }) => netKeyIndex),
      [0, 1, 3],
    );
    equal(bench.netKeys.add(2, hex(ZEROS)), "full");
    equal(bench.netKeys.add(3, NEW_KEY), "done");
    equal(bench.netKeys.add(3, KEY), "alreadyStored");
    equal(bench.heard, ["added 3 stored 0", "added 0 stored 0"]);
    equal(
      bench.trace.notes.map(({ event, value }) => `${event} ${value}`),
      ["netKeyAdded 3", "netKeyAdded 0"],
    );
    equal(bench.restarted().picture, bench.picture);
  });

  test("a key is deleted, but neither the last one nor the one that secured the message", () => {
    const bench = Bench.begun();
    equal(bench.netKeys.delete(1, 2), "cannotRemove");
    bench.netKeys.add(2, NEW_KEY);
    equal(bench.netKeys.delete(1, 1), "cannotRemove");
    const { subnet } = bench;
    equal(bench.netKeys.delete(1, 2), "done");
    equal(bench.netKeys.delete(1, 2), "done");
    equal(bench.heard.slice(1), ["deleted 1 erased"]);
    ok(!subnet.transmitKey.isMadeOf(KEY), "the key is wiped");
    equal(bench.netKeys.get(1), undefined);
    equal(bench.trace.notes.at(-1), { layer: "network", event: "netKeyDeleted", value: 1 });
    equal(bench.restarted().picture, "2 phase 0 sends new hears new beacons new");
  });

  test("a key refresh by messages goes through its phases, over restarts too [KR/BV-01]", () => {
    let bench = Bench.begun();
    const { subnet } = bench;
    const old = subnet.transmitKey;
    equal(bench.netKeys.update(1, NEW_KEY), "done");
    equal(bench.picture, PHASE_1);
    equal(bench.netKeys.transition(1, 2), "done");
    equal(bench.picture, PHASE_2);
    equal(bench.netKeys.transition(1, 2), "done");
    equal(bench.netKeys.transition(1, 3), "done");
    equal(bench.picture, REFRESHED);
    equal(bench.netKeys.transition(1, 3), "done");
    equal(bench.heard, ["phase 1 of 1 stored 1", "phase 2 of 1 stored 2", "phase 0 of 1 stored 0"]);
    equal(bench.trace.eventsOf("network"), ["keyRefreshPhase1", "keyRefreshPhase2", "keyRefreshPhase0"]);
    ok(bench.subnet === subnet, "it is the same subnet all the time");
    ok(!old.isMadeOf(KEY), "the revoked key is wiped");

    bench = Bench.begun();
    for (const [step, picture] of [
      [() => bench.netKeys.update(1, NEW_KEY), PHASE_1],
      [() => bench.netKeys.transition(1, 2), PHASE_2],
      [() => bench.netKeys.transition(1, 3), REFRESHED],
    ] as const) {
      equal(step(), "done");
      bench = bench.restarted();
      equal(bench.picture, picture);
    }
  });

  test("a key refresh by beacons goes through its phases [KR/BV-02]", () => {
    const bench = Bench.begun();
    bench.netKeys.update(1, NEW_KEY);
    equal(bench.beacon(KEY, false), undefined);
    equal(bench.picture, PHASE_1);
    equal(bench.beacon(NEW_KEY, true), undefined);
    equal(bench.picture, PHASE_2);
    equal(bench.beacon(NEW_KEY, true), undefined);
    equal(bench.picture, PHASE_2);
    equal(bench.beacon(NEW_KEY, false), undefined);
    equal(bench.picture, REFRESHED);
    equal(bench.beacon(NEW_KEY, false), undefined);
    equal(bench.picture, REFRESHED);
    equal(bench.heard.length, 3);
  });

  test("phase 2 is left out when the old key is revoked in phase 1, by a beacon or a message [KR/BV-03]", () => {
    for (const revoke of [
      (bench: Bench) => bench.beacon(NEW_KEY, false),
      (bench: Bench) => bench.netKeys.transition(1, 3),
    ]) {
      const bench = Bench.begun();
      bench.netKeys.update(1, NEW_KEY);
      revoke(bench);
      equal(bench.picture, REFRESHED);
      equal(bench.heard, ["phase 1 of 1 stored 1", "phase 0 of 1 stored 0"]);
      equal(bench.restarted().picture, REFRESHED);
    }
  });

  test("a beacon with a key refresh flag that does not go with the phase is to be ignored", () => {
    const bench = Bench.begun();
    equal(bench.beacon(KEY, true), "wrongPhase");
    bench.netKeys.update(1, NEW_KEY);
    equal(bench.beacon(KEY, true), "wrongPhase");
    equal(bench.picture, PHASE_1);
    bench.netKeys.transition(1, 3);
    equal(bench.beacon(NEW_KEY, true), "wrongPhase");
    equal(bench.picture, REFRESHED);
  });

  test("a transition that is not listed for the phase is ignored [KR/BI-01]", () => {
    const bench = Bench.begun();
    equal(bench.netKeys.transition(1, 2), undefined);
    for (const transition of [0, 1, 4, 0xff]) equal(bench.netKeys.transition(1, transition), undefined);
    bench.netKeys.update(1, NEW_KEY);
    for (const transition of [0, 1, 4, 0xff]) equal(bench.netKeys.transition(1, transition), undefined);
    equal(bench.picture, PHASE_1);
    equal(bench.netKeys.transition(2, 2), "unknownNetKey");
    equal(bench.netKeys.transition(2, 1), undefined);
  });

  test("during a key refresh only the same new key again is welcome [KR/BI-02]", () => {
    const bench = Bench.begun();
    equal(bench.netKeys.update(2, NEW_KEY), "unknownNetKey");
    equal(bench.netKeys.update(1, KEY), "cannotUpdate");
    bench.netKeys.update(1, NEW_KEY);
    equal(bench.netKeys.update(1, NEW_KEY), "done");
    equal(bench.netKeys.update(1, THIRD_KEY), "cannotUpdate");
    equal(bench.netKeys.update(1, KEY), "cannotUpdate");
    equal(bench.netKeys.add(1, NEW_KEY), "alreadyStored");
    equal(bench.netKeys.add(1, KEY), "done");
    equal(bench.picture, PHASE_1);
    bench.netKeys.transition(1, 2);
    for (const key of [KEY, NEW_KEY, THIRD_KEY]) equal(bench.netKeys.update(1, key), "cannotUpdate");
    equal(bench.picture, PHASE_2);
    equal(bench.heard, ["phase 1 of 1 stored 1", "phase 2 of 1 stored 2"]);
  });

  test("a node that was provisioned in phase 2 has the new key alone, and ends that phase [PROV/BV-11]", () => {
    const bench = new Bench();
    ok(bench.netKeys.begin(1, NEW_KEY, true));
    const picture = "1 phase 2 sends new hears new beacons new";
    equal(bench.picture, picture);
    const restarted = bench.restarted();
    equal(restarted.picture, picture);
    equal(restarted.beacon(NEW_KEY, false), undefined);
    equal(restarted.picture, REFRESHED);
    equal(restarted.restarted().picture, REFRESHED);
  });

  test("what cannot be stored does not happen", () => {
    const failing = new Bench();
    failing.storage.failAt(1);
    ok(!failing.netKeys.begin(1, KEY, false));
    equal(failing.picture, "");

    const bench = Bench.begun();
    const fail = <Result>(step: () => Result): Result => {
      bench.storage.failAt(1);
      const before = bench.picture;
      const result = step();
      equal(bench.picture, before);
      equal(bench.restarted().picture, before);
      return result;
    };
    equal(
      fail(() => bench.netKeys.add(2, NEW_KEY)),
      "storageFailed",
    );
    equal(
      fail(() => bench.netKeys.update(1, NEW_KEY)),
      "storageFailed",
    );
    bench.netKeys.update(1, NEW_KEY);
    equal(
      fail(() => bench.netKeys.transition(1, 2)),
      "storageFailed",
    );
    equal(
      fail(() => bench.netKeys.transition(1, 3)),
      "storageFailed",
    );
    equal(
      fail(() => bench.beacon(NEW_KEY, true)),
      undefined,
    );
    equal(bench.beacon(NEW_KEY, true), undefined);
    equal(bench.picture, PHASE_2);
    equal(bench.heard, ["phase 1 of 1 stored 1", "phase 2 of 1 stored 2"]);
    equal(bench.trace.eventsOf("storage").length, 5);
  });

  test("a power cut at any write leaves the list as it was before it, or after it [T-B8]", () => {
    const script = [
      (bench: Bench) => bench.netKeys.begin(1, KEY, false),
      (bench: Bench) => bench.netKeys.add(2, THIRD_KEY),
      (bench: Bench) => bench.netKeys.update(1, NEW_KEY),
      (bench: Bench) => bench.netKeys.transition(1, 2),
      (bench: Bench) => bench.netKeys.transition(1, 3),
      (bench: Bench) => bench.netKeys.delete(2, 1),
    ];
    const whole = new Bench();
    const pictures = [whole.picture];
    for (const step of script) {
      step(whole);
      pictures.push(whole.picture);
    }
    const cuts = forEveryCut((change, left) => {
      const bench = new Bench();
      const isCut = runUntilCut(bench.storage, change, left, () => {
        for (const step of script) step(bench);
      });
      if (isCut) equal(bench.restarted().picture, pictures[left === "old" ? change - 1 : change]);
      return isCut;
    });
    equal(cuts, 6);
  });

  test("damaged records are left out and reported; without a usable one there is no network", () => {
    const good = hex(`0100${toHex(KEY)}${ZEROS}`);
    const damaged = [
      ["net.002", good.subarray(0, 33)],
      ["net.003", hex(`0200${toHex(KEY)}${ZEROS}`)],
      ["net.004", hex(`0103${toHex(KEY)}${ZEROS}`)],
      ["net.01", good],
      ["net.1000", good],
      ["net.xyz", good],
    ] as const;
    const bench = new Bench();
    ok(!bench.netKeys.load());
    for (const [key, record] of damaged) writeStored(bench.storage, key, record);
    ok(!bench.netKeys.load());
    equal(
      bench.trace.notes.map(({ event }) => event),
      damaged.map(() => "damagedRecord"),
    );
    writeStored(bench.storage, "net.001", good);
    ok(bench.netKeys.load());
    equal(bench.picture, PHASE_0);
  });

  test("no more than the capacity is loaded; at the end of the role all keys are wiped", () => {
    const bench = Bench.begun();
    bench.netKeys.add(2, NEW_KEY);
    const small = new Bench(bench.storage, 1);
    ok(small.netKeys.load());
    equal(small.picture, PHASE_0);
    const keys = bench.netKeys.subnets.map(({ transmitKey }) => transmitKey);
    bench.netKeys.stop();
    equal(
      keys.map((key) => key.isMadeOf(KEY) || key.isMadeOf(NEW_KEY)),
      [false, false],
    );
    equal(bench.netKeys.subnets, []);
    equal(bench.restarted().netKeys.subnets.length, 2);
  });
};
