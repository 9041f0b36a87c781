/** The IV Index: the update, the recovery, their hours, and what a restart knows of them. */

import { IvIndex } from "../../../modules/network/iv-index.js";
import { Records } from "../../../modules/records.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import { readStored, writeStored } from "../../support/stored-record.js";

const HOUR_MS = 3_600_000;

/** A node's IV Index on a storage that outlives it. */
class Bench {
  readonly clock = new FakeClock();
  readonly storage: MemoryStorage;
  readonly trace = new RecordingTrace();
  readonly ivIndex: IvIndex;
  /** The state at each call of the listener. */
  readonly changes: string[] = [];
  isPending = false;

  constructor(storage = new MemoryStorage()) {
    this.storage = storage;
    const records = new Records(storage, this.trace);
    this.ivIndex = new IvIndex({ clock: this.clock, records, trace: this.trace });
    this.ivIndex.attach({ ivIndexChanged: () => this.changes.push(this.picture) });
    this.ivIndex.holdWhile(() => this.isPending);
  }

  static begun(ivIndex: number, updating: boolean, hours = 0): Bench {
    const bench = new Bench();
    bench.ivIndex.begin(ivIndex, updating);
    bench.pass(hours);
    return bench;
  }

  restarted(): Bench {
    const bench = new Bench(this.storage);
    bench.ivIndex.load();
    return bench;
  }

  pass(hours: number): void {
    this.clock.advance(hours * HOUR_MS);
  }

  /** A beacon of the primary subnet, of which this node is a member. */
  hear(ivIndex: number, updating: boolean) {
    return this.ivIndex.observe(ivIndex, updating, true, true);
  }

  get picture(): string {
    const { current, updating, sending } = this.ivIndex;
    return `${updating ? "updating" : "normal"} ${current} sends ${sending}`;
  }
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("as provisioned: normal, or in progress and then sending with the one before [PROV/BV-11]", () => {
    equal(Bench.begun(5, false).picture, "normal 5 sends 5");
    equal(Bench.begun(5, true).picture, "updating 5 sends 4");
    equal(Bench.begun(0, true).picture, "normal 0 sends 0", "there is nothing before 0");
    equal(readStored(Bench.begun(5, false).storage, "iv"), hex("01000000050200c0"));
    equal(readStored(Bench.begun(0xfffefdfc, true).storage, "iv"), hex("01fffefdfc0100c0"));
    const bench = new Bench();
    bench.storage.failAt(1);
    ok(!bench.ivIndex.begin(5, false));
    equal(bench.picture, "normal 0 sends 0");
  });

  test("a received IVI bit stands for the current IV Index or the one before it, in both states", () => {
    for (const updating of [false, true]) {
      const { ivIndex } = Bench.begun(0x12345678, updating);
      equal([ivIndex.forIvi(0), ivIndex.forIvi(1)], [0x12345678, 0x12345677]);
      const odd = Bench.begun(0xffffffff, updating).ivIndex;
      equal([odd.forIvi(0), odd.forIvi(1)], [0xfffffffe, 0xffffffff]);
    }
    equal(Bench.begun(0, false).ivIndex.forIvi(1), 0xffffffff, "nobody has it");
  });

  test("after 96 h in Normal a beacon brings the update; its end comes 96 h later at the earliest [IVU/BV-01, IVU/BI-05]", () => {
    const bench = Bench.begun(5, false, 96);
    equal(bench.hear(6, true), undefined);
    equal(bench.changes, ["updating 6 sends 5"]);
    equal(bench.hear(6, true), undefined);
    equal(bench.hear(6, false), "ivUpdateTooSoon");
    bench.pass(95);
    equal(bench.hear(6, false), "ivUpdateTooSoon");
    equal(bench.picture, "updating 6 sends 5");
    bench.isPending = true;
    bench.pass(1);
    bench.isPending = false;
    equal(bench.hear(6, false), undefined);
    equal(bench.changes, ["updating 6 sends 5", "normal 6 sends 6"]);
    equal(
      bench.trace.notes.map(({ event, value }) => `${event} ${value}`),
      ["ivUpdateInProgress 5", "ivNormal 6"],
    );
  });

  test("before the 96 h are over the beacon of an update is ignored [IVU/BI-01]", () => {
    const bench = Bench.begun(5, false, 95);
    equal(bench.hear(6, true), "ivUpdateTooSoon");
    equal(bench.picture, "normal 5 sends 5");
    bench.pass(1);
    equal(bench.hear(6, true), undefined);
    equal(bench.picture, "updating 6 sends 5");
  });

  test("an update ends by itself after 96 h, before the 144 h that it may take at most", () => {
    const bench = Bench.begun(5, false, 96);
    bench.hear(6, true);
    bench.pass(95);
    equal(bench.picture, "updating 6 sends 5");
    bench.pass(1);
    equal(bench.picture, "normal 6 sends 6");
    const provisioned = Bench.begun(6, true, 96);
    equal(provisioned.changes, ["normal 6 sends 6"]);
  });

  test("a node that joined during an update need not wait for its end, but then for the next one", () => {
    const bench = Bench.begun(6, true);
    equal(bench.hear(6, false), undefined);
    equal(bench.picture, "normal 6 sends 6");
    equal(bench.hear(7, true), "ivUpdateTooSoon");
    const restarted = Bench.begun(6, true).restarted();
    equal(restarted.hear(6, false), undefined);
    equal(restarted.picture, "normal 6 sends 6");
  });

  test("the way back to Normal waits for segmented messages [IVU/BV-04]", () => {
    const bench = Bench.begun(6, true);
    bench.isPending = true;
    equal(bench.hear(6, false), undefined);
    bench.ivIndex.release();
    equal(bench.picture, "updating 6 sends 5");
    bench.isPending = false;
    bench.ivIndex.release();
    bench.ivIndex.release();
    equal(bench.changes, ["normal 6 sends 6"]);

    const patient = Bench.begun(6, true);
    patient.isPending = true;
    patient.pass(100);
    equal(patient.changes, []);
    patient.isPending = false;
    patient.ivIndex.release();
    equal(patient.changes, ["normal 6 sends 6"]);
  });

  test("what was held and has been overtaken does not happen any more; the way into an update is never held", () => {
    const bench = Bench.begun(6, true);
    bench.isPending = true;
    bench.hear(6, false);
    bench.isPending = false;
    bench.hear(9, false);
    bench.ivIndex.release();
    equal(bench.changes, ["normal 9 sends 9"]);
    bench.isPending = true;
    equal(bench.hear(10, true), undefined);
    equal(bench.picture, "updating 10 sends 9");
  });

  for (const [updating, seen, flag, after] of [
    [false, 6, false, "normal 6 sends 6"],
    [true, 6, false, "normal 6 sends 6"],
    [true, 6, true, "updating 6 sends 5"],
    [false, 7, false, "normal 7 sends 7"],
    [false, 7, true, "updating 7 sends 6"],
    [true, 7, false, "normal 7 sends 7"],
    [true, 7, true, "updating 7 sends 6"],
    [false, 47, false, "normal 47 sends 47"],
    [true, 47, true, "updating 47 sends 46"],
  ] as const) {
    const from = updating ? "in progress 5" : "Normal 5";
    test(`recovery from ${from} to ${seen}, update ${flag ? "in progress" : "over"} [IVU/BV-03]`, () => {
      const bench = Bench.begun(5, updating);
      equal(bench.hear(seen, flag), undefined);
      equal(bench.changes, [after]);
      equal(bench.trace.eventsOf("beacon"), ["ivRecovered"]);
      equal(bench.restarted().picture, after);
    });
  }

  test("an IV Index below ours, or more than 42 above, is ignored [IVU/BI-02, T-B9]", () => {
    for (const updating of [false, true]) {
      const bench = Bench.begun(100, updating, 96);
      equal(bench.picture, "normal 100 sends 100");
      for (const seen of [0, 99]) {
        equal(bench.hear(seen, false), "staleIvIndex");
        equal(bench.hear(seen, true), "staleIvIndex");
      }
      for (const seen of [143, 0xffffffff]) {
        equal(bench.hear(seen, false), "ivIndexTooHigh");
        equal(bench.hear(seen, true), "ivIndexTooHigh");
      }
      equal(bench.hear(100, true), "staleIvIndex", "the update that is over");
      equal(bench.hear(100, false), undefined);
    }
  });

  test("a second recovery comes 192 h after the first at the earliest [T-B9]", () => {
    const bench = Bench.begun(5, false);
    equal(bench.hear(47, false), undefined);
    bench.pass(191);
    equal(bench.hear(89, false), "ivUpdateTooSoon");
    equal(bench.hear(48, false), "ivUpdateTooSoon");
    bench.pass(1);
    equal(bench.hear(89, false), undefined);
    equal(bench.picture, "normal 89 sends 89");
    for (let seen = 90; seen < 200; seen++) {
      equal(bench.hear(seen, false), seen > 131 ? "ivIndexTooHigh" : "ivUpdateTooSoon");
    }
  });

  test("after a restart nobody knows how long the power was off: one recovery, and no second one [T-B9]", () => {
    const before = Bench.begun(5, false);
    equal(before.hear(47, false), undefined);
    const bench = before.restarted();
    equal(bench.hear(90, false), "ivIndexTooHigh");
    equal(bench.hear(89, false), undefined);
    equal(bench.picture, "normal 89 sends 89");
    bench.pass(191);
    equal(bench.hear(91, false), "ivUpdateTooSoon");
    bench.pass(1);
    equal(bench.hear(91, false), undefined);
  });

  test("a recovery that could not be stored does not count as one", () => {
    const before = Bench.begun(5, false);
    before.hear(47, false);
    const bench = before.restarted();
    bench.storage.failAt(1);
    equal(bench.hear(89, false), undefined);
    equal(bench.picture, "normal 47 sends 47");
    equal(bench.hear(89, false), undefined);
    equal(bench.picture, "normal 89 sends 89");
  });

  test("a lamp that has power for three hours a day is heard through one update after the other", () => {
    let lamp = Bench.begun(5, false);
    for (let ivIndex = 6; ivIndex < 16; ivIndex++) {
      for (const updating of [true, false]) {
        for (let day = 0; day < 5; day++) {
          lamp = lamp.restarted();
          lamp.hear(ivIndex, updating);
          lamp.pass(3);
          const { current, sending } = lamp.ivIndex;
          const networkSends = updating ? ivIndex - 1 : ivIndex;
          ok(
            sending === ivIndex || sending === ivIndex - 1,
            `it sends with ${sending}, they are at ${ivIndex}`,
          );
          ok(current === networkSends || current - 1 === networkSends, `it is at ${current}`);
        }
      }
    }
  });

  test("after a recovery the 96 h do not bind the next change, but the one after it", () => {
    const bench = Bench.begun(5, false);
    bench.hear(9, false);
    equal(bench.hear(10, true), undefined);
    equal(bench.hear(10, false), "ivUpdateTooSoon");
    equal(bench.changes, ["normal 9 sends 9", "updating 10 sends 9"]);
    const updating = Bench.begun(5, false);
    updating.hear(9, true);
    equal(updating.hear(9, false), undefined);
    equal(updating.hear(10, true), "ivUpdateTooSoon");
    equal(updating.changes, ["updating 9 sends 8", "normal 9 sends 9"]);
  });

  test("a recovery, too, waits for segmented messages where sequence numbers would begin anew", () => {
    const bench = Bench.begun(5, false);
    bench.isPending = true;
    equal(bench.hear(9, true), undefined);
    equal(bench.changes, []);
    bench.isPending = false;
    bench.ivIndex.release();
    equal(bench.changes, ["updating 9 sends 8"]);
    equal(bench.trace.eventsOf("beacon"), ["ivRecovered"]);
  });

  test("a member of the primary subnet does not listen to other subnets [IVU/BI-04, T-B9]", () => {
    const bench = Bench.begun(5, false, 96);
    equal(bench.ivIndex.observe(6, true, false, true), "notPrimary");
    equal(bench.ivIndex.observe(9, false, false, true), "notPrimary");
    equal(bench.ivIndex.observe(5, false, false, true), undefined);
    equal(bench.ivIndex.observe(4, false, false, true), "staleIvIndex");
    bench.hear(6, true);
    equal(bench.ivIndex.observe(6, false, false, true), "notPrimary");
    equal(bench.changes, ["updating 6 sends 5"]);
  });

  test("a node outside the primary subnet follows its own [IVU/BV-05]", () => {
    const bench = Bench.begun(5, false, 96);
    equal(bench.ivIndex.observe(6, true, false, false), undefined);
    equal(bench.ivIndex.observe(20, false, false, false), undefined);
    equal(bench.changes, ["updating 6 sends 5", "normal 20 sends 20"]);
  });

  test("the signals of the test mode change the state although 96 h have not passed [IVU/BV-02]", () => {
    const bench = Bench.begun(5, false);
    bench.ivIndex.signal(false);
    bench.ivIndex.signal(true);
    bench.ivIndex.signal(true);
    bench.isPending = true;
    bench.ivIndex.signal(false);
    equal(bench.changes, ["updating 6 sends 5"]);
    bench.isPending = false;
    bench.ivIndex.release();
    equal(bench.changes, ["updating 6 sends 5", "normal 6 sends 6"]);
    equal(bench.hear(7, true), undefined, "what a signal began is not bound either");
    equal(bench.hear(7, false), "ivUpdateTooSoon");
  });

  test("the node starts an update when its numbers run low, in a later turn and after 96 h", () => {
    const bench = Bench.begun(5, false, 95);
    bench.ivIndex.requestUpdate();
    bench.pass(1);
    equal(bench.changes, []);
    bench.ivIndex.requestUpdate();
    equal(bench.changes, []);
    bench.clock.advance(0);
    equal(bench.changes, ["updating 6 sends 5"]);
    bench.ivIndex.requestUpdate();
    bench.pass(96);
    equal(bench.changes, ["updating 6 sends 5", "normal 6 sends 6"]);
    bench.ivIndex.requestUpdate();
    bench.pass(95);
    equal(bench.changes.length, 2);
    bench.ivIndex.requestUpdate();
    bench.pass(1);
    equal(bench.changes.length, 2);
    bench.ivIndex.requestUpdate();
    bench.clock.advance(0);
    equal(bench.changes.at(-1), "updating 7 sends 6");
  });

  test("an update that it has started is to be told until another node tells it, over restarts too", () => {
    const bench = Bench.begun(5, false, 96);
    bench.ivIndex.requestUpdate();
    bench.clock.advance(0);
    equal([bench.picture, bench.ivIndex.isUntold], ["updating 6 sends 5", true]);
    const restarted = bench.restarted();
    ok(restarted.ivIndex.isUntold);
    equal(restarted.ivIndex.observe(6, true, false, true), undefined);
    ok(restarted.ivIndex.isUntold, "the primary subnet need not know");
    equal(restarted.hear(5, false), "staleIvIndex");
    ok(restarted.ivIndex.isUntold);
    restarted.storage.failAt(1);
    equal(restarted.hear(6, true), undefined);
    ok(restarted.ivIndex.isUntold, "that could not be stored");
    equal(restarted.hear(6, true), undefined);
    const { changes } = restarted.storage;
    equal(restarted.hear(6, true), undefined);
    equal([restarted.ivIndex.isUntold, restarted.storage.changes], [false, changes]);
    ok(!restarted.restarted().ivIndex.isUntold);
    equal(restarted.changes, []);
  });

  test("an update that is over, or that others have started, need not be told", () => {
    const bench = Bench.begun(5, false, 96);
    bench.hear(6, true);
    ok(!bench.ivIndex.isUntold);
    const own = Bench.begun(5, false);
    own.ivIndex.signal(true);
    ok(own.ivIndex.isUntold);
    own.ivIndex.signal(false);
    equal([own.picture, own.ivIndex.isUntold], ["normal 6 sends 6", false]);
    own.ivIndex.signal(true);
    own.pass(96);
    equal([own.picture, own.ivIndex.isUntold], ["normal 7 sends 7", false]);
  });

  test("it does not start one within 192 h of a recovery, nor beyond the last IV Index", () => {
    const bench = Bench.begun(5, false);
    bench.hear(9, false);
    bench.pass(191);
    bench.ivIndex.requestUpdate();
    bench.clock.advance(0);
    equal(bench.picture, "normal 9 sends 9");
    bench.pass(1);
    bench.ivIndex.requestUpdate();
    bench.clock.advance(0);
    equal(bench.picture, "updating 10 sends 9");
    const last = Bench.begun(0xffffffff, false, 200);
    last.ivIndex.requestUpdate();
    last.ivIndex.signal(true);
    last.clock.advance(0);
    equal(last.picture, "normal 4294967295 sends 4294967295");
  });

  test("hours are stored every four, and a restart goes on from there; without power none pass", () => {
    const bench = Bench.begun(5, false);
    const { storage } = bench;
    equal(storage.changes, 1);
    bench.pass(3);
    equal(storage.changes, 1);
    bench.pass(1);
    equal(readStored(storage, "iv"), hex("01000000050204c0"));
    bench.pass(90);
    const restarted = bench.restarted();
    restarted.pass(3);
    equal(restarted.hear(6, true), "ivUpdateTooSoon");
    restarted.pass(1);
    equal(restarted.hear(6, true), undefined);
    equal(readStored(storage, "iv"), hex("01000000060300c0"));
  });

  test("the storage is left alone when no more hours matter", () => {
    const bench = Bench.begun(5, false, 192);
    equal(readStored(bench.storage, "iv"), hex("010000000502c0c0"));
    const before = bench.storage.changes;
    bench.pass(10_000);
    equal(bench.storage.changes, before);
  });

  test("hours that could not be stored are stored an hour later", () => {
    const bench = Bench.begun(5, false, 3);
    bench.storage.failAt(1);
    bench.pass(1);
    equal(readStored(bench.storage, "iv"), hex("01000000050200c0"));
    bench.pass(1);
    equal(readStored(bench.storage, "iv"), hex("01000000050205c0"));
    equal(bench.trace.eventsOf("storage"), ["writeFailed"]);
  });

  test("a change that cannot be stored does not happen, and the next beacon may try again", () => {
    const bench = Bench.begun(5, false, 96);
    bench.storage.failAt(1);
    equal(bench.hear(6, true), undefined);
    equal(
      [bench.picture, bench.changes, bench.restarted().picture],
      ["normal 5 sends 5", [], "normal 5 sends 5"],
    );
    equal(bench.hear(6, true), undefined);
    equal(bench.picture, "updating 6 sends 5");
    bench.pass(95);
    bench.storage.failAt(1 + 1);
    bench.pass(1);
    equal(bench.picture, "updating 6 sends 5");
    bench.pass(1);
    equal(bench.picture, "normal 6 sends 6");
  });

  test("a record that makes no sense is not used", () => {
    const bench = new Bench();
    ok(!bench.ivIndex.load());
    equal(bench.trace.notes, []);
    const damaged = [
      "010000000502c0",
      "02000000050200c0",
      "01000000050400c0",
      "01000000050200c1",
      "010000000502c1c0",
      "01000000000100c0",
    ];
    for (const record of damaged) {
      writeStored(bench.storage, "iv", hex(record));
      ok(!bench.ivIndex.load(), record);
    }
    equal(bench.trace.eventsOf("storage").length, damaged.length);
    bench.pass(200);
    equal(readStored(bench.storage, "iv"), hex("01000000000100c0"), "nothing has been written over it");
  });

  test("after stop nothing changes by itself", () => {
    const bench = Bench.begun(6, true);
    bench.isPending = true;
    bench.hear(6, false);
    bench.ivIndex.requestUpdate();
    bench.ivIndex.stop();
    bench.isPending = false;
    bench.ivIndex.release();
    bench.pass(200);
    equal(bench.changes, []);
  });
};
