/** The sequence numbers: reserved before they are used, and never used twice under one IV Index. */

import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { IvIndex } from "../../../modules/network/iv-index.js";
import { Sequence } from "../../../modules/network/sequence.js";
import { Records } from "../../../modules/records.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { forEveryCut, runUntilCut } from "../../support/power-cut.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import { readStored, writeStored } from "../../support/stored-record.js";

const HOUR_MS = 3_600_000;

class Bench {
  readonly storage: MemoryStorage;
  readonly trace = new RecordingTrace();
  readonly sequence: Sequence;
  lows = 0;

  constructor(storage = new MemoryStorage()) {
    this.storage = storage;
    this.sequence = new Sequence({
      records: new Records(storage, this.trace),
      trace: this.trace,
      low: () => this.lows++,
    });
  }

  static begun(ivIndex: number): Bench {
    const bench = new Bench();
    bench.sequence.begin(ivIndex);
    return bench;
  }

  static stored(record: string, ivIndex: number): Bench {
    const bench = new Bench();
    writeStored(bench.storage, "seq", hex(record));
    bench.sequence.load(ivIndex);
    return bench;
  }

  take(count: number): (number | undefined)[] {
    return Array.from({ length: count }, () => this.sequence.take());
  }
}

/** A node that sends, with its IV Index; every number that it uses goes into `used`. */
class Node {
  readonly clock = new FakeClock();
  readonly ivIndex: IvIndex;
  readonly #sequence: Sequence;
  readonly #used: string[];

  constructor(storage: MemoryStorage, used: string[]) {
    const trace = new RecordingTrace();
    const records = new Records(storage, trace);
    const ivIndex = new IvIndex({ clock: this.clock, records, trace });
    const sequence = new Sequence({ records, trace, low: () => ivIndex.requestUpdate() });
    ivIndex.attach({ ivIndexChanged: () => sequence.restart(ivIndex.sending) });
    this.ivIndex = ivIndex;
    this.#sequence = sequence;
    this.#used = used;
  }

  begin(): void {
    this.ivIndex.begin(5, false);
    this.#sequence.begin(this.ivIndex.sending);
  }

  load(): void {
    this.ivIndex.load();
    this.#sequence.load(this.ivIndex.sending);
  }

  send(count: number): void {
    for (let i = 0; i < count; i++) {
      const number = this.#sequence.take();
      if (number !== undefined) this.#used.push(`${this.ivIndex.sending} ${number}`);
    }
  }

  hear(ivIndex: number, updating: boolean): void {
    this.ivIndex.observe(ivIndex, updating, true, true);
  }
}

/** What happens to a node in some weeks: updates of both kinds, and recoveries of every kind. */
const LIFE: readonly ((node: Node) => void)[] = [
  (node) => node.send(300),
  (node) => node.clock.advance(96 * HOUR_MS),
  (node) => node.hear(6, true),
  (node) => node.send(3),
  (node) => node.clock.advance(96 * HOUR_MS),
  (node) => node.hear(6, false),
  (node) => node.send(260),
  (node) => node.ivIndex.signal(true),
  (node) => node.send(1),
  (node) => node.ivIndex.signal(false),
  (node) => node.send(1),
  (node) => node.hear(12, true),
  (node) => node.send(1),
  (node) => node.hear(12, false),
  (node) => node.send(2),
  (node) => node.clock.advance(192 * HOUR_MS),
  (node) => node.hear(13, true),
  (node) => node.send(2),
  (node) => node.hear(14, true),
  (node) => node.send(2),
  (node) => node.hear(14, false),
  (node) => node.send(257),
];

/** Live through all of it, starting again after every step; gives what has been used. */
function liveWithRestarts(): readonly string[] {
  const storage = new MemoryStorage();
  const used: string[] = [];
  new Node(storage, used).begin();
  for (const happen of LIFE) {
    const node = new Node(storage, used);
    node.load();
    happen(node);
  }
  return used;
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("numbers count up from 0, and each has been reserved in storage before it is used", () => {
    const bench = Bench.begun(5);
    equal(readStored(bench.storage, "seq"), hex("0100000005000000"));
    equal(bench.sequence.next, 0);
    equal(bench.take(2), [0, 1]);
    equal(readStored(bench.storage, "seq"), hex("0100000005000100"));
    equal(bench.storage.changes, 2);
    bench.take(254);
    equal(bench.storage.changes, 2);
    equal(bench.sequence.next, 256);
    equal(bench.take(1), [256]);
    equal(readStored(bench.storage, "seq"), hex("0100000005000200"));
    equal(bench.lows, 0);
  });

  test("after a restart they go on behind all that were reserved", () => {
    const bench = Bench.begun(5);
    bench.take(3);
    const restarted = new Bench(bench.storage);
    restarted.sequence.load(5);
    equal([restarted.sequence.next, restarted.take(1), restarted.sequence.ivIndex], [256, [256], 5]);
    equal(restarted.trace.notes, []);
  });

  test("they begin anew under a higher IV Index, and under no other", () => {
    const bench = Bench.begun(5);
    bench.take(3);
    bench.sequence.restart(5);
    bench.sequence.restart(4);
    equal(bench.take(1), [3]);
    bench.sequence.restart(6);
    equal(readStored(bench.storage, "seq"), hex("0100000006000000"));
    equal([bench.take(2), bench.sequence.ivIndex], [[0, 1], 6]);
  });

  test("a record of a lower IV Index is what a power cut left: the new one has not been used", () => {
    const bench = Bench.stored("0100000005123456", 6);
    equal(bench.take(2), [0, 1]);
    equal(readStored(bench.storage, "seq"), hex("0100000006000100"));
  });

  test("without a record, or with a damaged one, no number may be used until the IV Index rises", () => {
    const benches = ["0100000005", "0200000005000100", "0100000006000100"].map((record) =>
      Bench.stored(record, 5),
    );
    const missing = new Bench();
    missing.sequence.load(5);
    for (const bench of [...benches, missing]) {
      equal(bench.take(2), [undefined, undefined]);
      equal(bench.sequence.next, 0xffffff);
      equal(bench.trace.eventsOf("network"), ["sequenceExhausted"]);
      equal(bench.lows, 2, "an IV update is wanted");
      bench.sequence.restart(5);
      equal(bench.take(1), [undefined]);
      bench.sequence.restart(6);
      equal(bench.take(2), [0, 1]);
    }
    equal(benches[1]?.trace.eventsOf("storage"), ["damagedRecord"]);
    equal(missing.trace.eventsOf("storage"), []);
  });

  test("a reservation that fails gives no number; the next request tries again", () => {
    const bench = Bench.begun(5);
    bench.storage.failAt(1);
    equal(bench.take(2), [undefined, 0]);
    bench.take(255);
    bench.storage.failAt(1);
    equal(bench.take(2), [undefined, 256]);
    bench.storage.failAt(1);
    bench.sequence.restart(6);
    bench.storage.failAt(1);
    equal(bench.take(3), [undefined, 0, 1]);
    const failing = new Bench();
    failing.storage.failAt(1);
    ok(!failing.sequence.begin(5));
    equal(failing.take(1), [undefined]);
  });

  test("from 800000 on an IV update is wanted, with each block again", () => {
    const bench = Bench.stored("01000000057fff00", 5);
    bench.take(256);
    equal(bench.lows, 0);
    equal(bench.take(1), [0x800000]);
    equal(bench.lows, 1);
    bench.take(256);
    equal(bench.lows, 2);
    bench.sequence.restart(6);
    bench.take(300);
    equal(bench.lows, 2);
  });

  test("the last number but one is the last that is used", () => {
    const bench = Bench.stored("0100000005fffe80", 5);
    const numbers = bench.take(0x180);
    equal(numbers.at(0x17e), 0xfffffe);
    equal(numbers.at(0x17f), undefined);
    equal(bench.trace.eventsOf("network"), ["sequenceExhausted"]);
    const restarted = new Bench(bench.storage);
    restarted.sequence.load(5);
    equal(restarted.take(1), [undefined]);
    equal(restarted.trace.eventsOf("network"), ["sequenceExhausted"]);
  });

  test("no number comes twice under one IV Index, with a power cut at any write of a long life [T-B8]", () => {
    const cuts = forEveryCut((change, left) => {
      const storage = new MemoryStorage();
      const used: string[] = [];
      let node = new Node(storage, used);
      const steps = [(first: Node) => first.begin(), ...LIFE];
      let isCut = false;
      let changesLeft = change;
      for (const step of steps) {
        const before = storage.changes;
        if (isCut) {
          step(node);
        } else if (runUntilCut(storage, changesLeft, left, () => step(node))) {
          isCut = true;
          node = new Node(storage, used);
          node.load();
        }
        changesLeft -= storage.changes - before;
      }
      equal(new Set(used).size, used.length);
      ok(used.length > 500 || change === 1, `${used.length} numbers`);
      return isCut;
    });
    ok(cuts > 100, `${cuts} writes`);
  });

  test("no number comes twice under one IV Index, with a restart after every step of that life", () => {
    const used = liveWithRestarts();
    equal(new Set(used).size, used.length);
    ok(used.length > 800, `${used.length} numbers`);
  });

  test("no number comes twice under one IV Index, with writes that fail at random", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new SeededRandom(seed);
      const storage = new MemoryStorage();
      const used: string[] = [];
      const node = new Node(storage, used);
      node.begin();
      for (const step of LIFE) {
        storage.failAt(1 + random.below(3));
        step(node);
      }
      equal(new Set(used).size, used.length, `seed ${seed}`);
    }
  });
};
