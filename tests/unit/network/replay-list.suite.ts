/** The replay protection list: what is newer, what is forgotten, when it is stored, and what a power cut leaves of it. */

import { ReplayList } from "../../../modules/network/replay-list.js";
import { Records } from "../../../modules/records.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { forEveryCut, runUntilCut } from "../../support/power-cut.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import { readStored, writeStored } from "../../support/stored-record.js";

const DELAY_MS = 5000;

class Bench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly storage: MemoryStorage;
  readonly list: ReplayList;

  constructor({ storage = new MemoryStorage(), capacity = 20, storeDelayMs = 0, ivIndex = 5 } = {}) {
    this.storage = storage;
    this.list = new ReplayList({
      clock: this.clock,
      records: new Records(storage, this.trace),
      trace: this.trace,
      capacity,
      storeDelayMs,
    });
    this.list.load(ivIndex);
  }

  /** Process a PDU, if that is allowed. */
  process(src: number, ivIndex: number, seq: number): string {
    const refused = this.list.check(src, ivIndex, seq);
    if (refused !== undefined) return refused;
    return this.list.accept(src, ivIndex, seq) ? "processed" : "notRemembered";
  }
}

const EMPTY_ENTRIES = (count: number) => "0000000000".repeat(count);

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("only a newer sequence number of a source is processed [TNPT/BV-13]", () => {
    const bench = new Bench();
    equal(bench.process(0x1201, 5, 7), "processed");
    for (const seq of [7, 6, 0]) equal(bench.process(0x1201, 5, seq), "replayed");
    equal(bench.process(0x1201, 5, 8), "processed");
    equal(bench.process(0x1202, 5, 0), "processed");
    equal(bench.process(0x1202, 5, 0), "replayed");
    equal(bench.process(0x1201, 5, 0xffffff), "processed");
    equal(bench.process(0x1201, 5, 0xfffffe), "replayed");
  });

  test("segmented messages are over that began by what was stored, or by one that was closed [T-B8]", () => {
    const bench = new Bench();
    bench.process(0x1201, 5, 7);
    equal(bench.list.isOver(0x1201, 5, 0), false, "since the start everything is known");
    bench.list.close(0x1201, 5, 3);
    bench.list.close(0x1201, 5, 2);
    equal(
      [3, 4].map((seq) => bench.list.isOver(0x1201, 5, seq)),
      [true, false],
    );
    bench.list.close(0x1202, 5, 3);
    equal(bench.list.isOver(0x1202, 5, 3), false, "of a source that is not known nothing was processed");

    const { list } = new Bench({ storage: bench.storage });
    equal(
      [7, 8].map((seq) => list.isOver(0x1201, 5, seq)),
      [true, false],
    );
    equal(list.isOver(0x1201, 4, 0xffffff), true);
    list.ivIndexChanged(6);
    equal(
      [7, 8].map((seq) => list.isOver(0x1201, 5, seq)),
      [true, false],
    );
    equal(list.isOver(0x1201, 6, 0), false);
    list.ivIndexChanged(7);
    list.accept(0x1203, 7, 9);
    equal(list.isOver(0x1203, 6, 0), false, "the place is another source's now");
  });

  test("asking changes nothing", () => {
    const bench = new Bench({ capacity: 1 });
    for (let i = 0; i < 2; i++) equal(bench.list.check(1, 5, 7), undefined);
    equal(bench.list.check(2, 5, 7), undefined);
    equal(bench.storage.changes, 0);
  });

  test("the IV Index comes first: a PDU of the one before is older, one of any other IV Index never passes", () => {
    const bench = new Bench();
    equal(bench.process(1, 4, 100), "processed");
    equal(bench.process(1, 4, 100), "replayed");
    equal(bench.process(1, 5, 0), "processed");
    equal(bench.process(1, 4, 101), "replayed");
    for (const ivIndex of [0, 3, 6, 0xffffffff]) equal(bench.process(1, ivIndex, 500), "replayed");
    ok(!bench.list.accept(1, 3, 500));
    equal(new Bench({ ivIndex: 0 }).process(1, 0xffffffff, 1), "replayed");
  });

  test("what has become newer meanwhile stays so", () => {
    const bench = new Bench();
    ok(bench.list.accept(1, 5, 9));
    ok(bench.list.accept(1, 5, 8));
    equal(bench.process(1, 5, 9), "replayed");
  });

  test("the record, octet for octet", () => {
    const bench = new Bench({ ivIndex: 0x12345678 });
    bench.process(0x1201, 0x12345678, 0x0a0b0c);
    bench.process(0x7fff, 0x12345677, 0xffffff);
    equal(
      readStored(bench.storage, "rpl.00"),
      hex(`0112345678${"24020a0b0c"}${"ffffffffff"}${EMPTY_ENTRIES(6)}`),
    );
    for (let src = 1; src <= 7; src++) bench.process(src, 0x12345678, src);
    equal(readStored(bench.storage, "rpl.01"), hex(`0112345678${"000e000007"}${EMPTY_ENTRIES(7)}`));
  });

  test("after a restart everything is as it was", () => {
    const bench = new Bench();
    for (let src = 1; src <= 20; src++) bench.process(src, src % 2 === 0 ? 5 : 4, src);
    const restarted = new Bench({ storage: bench.storage });
    for (let src = 1; src <= 20; src++) {
      const ivIndex = src % 2 === 0 ? 5 : 4;
      equal(restarted.process(src, ivIndex, src), "replayed");
      equal(restarted.process(src, ivIndex, src + 1), "processed");
    }
    equal(restarted.process(21, 5, 1), "replayListFull");
  });

  test("a list that is full takes no new source, and loses none [T-B10]", () => {
    const bench = new Bench({ capacity: 3 });
    for (const src of [1, 2, 3]) equal(bench.process(src, 5, 10), "processed");
    for (let src = 4; src < 2000; src++) equal(bench.process(src, 5, 10), "replayListFull");
    ok(!bench.list.accept(4, 5, 10));
    for (const src of [1, 2, 3])
      equal([bench.process(src, 5, 10), bench.process(src, 5, 11)], ["replayed", "processed"]);
    equal(bench.process(4, 5, 12), "replayListFull");
  });

  test("with a higher IV Index those of the current one are kept, and older ones make room [T-B10]", () => {
    const bench = new Bench({ capacity: 2 });
    bench.process(1, 4, 10);
    bench.process(2, 5, 10);
    bench.list.ivIndexChanged(5);
    equal(bench.process(3, 5, 1), "replayListFull");
    bench.list.ivIndexChanged(6);
    equal(bench.process(2, 5, 10), "replayed");
    equal(bench.process(3, 6, 1), "processed");
    equal(bench.process(1, 6, 1), "replayListFull");
    equal(bench.process(2, 6, 0), "processed");
    bench.list.ivIndexChanged(8);
    equal(bench.process(1, 8, 0), "processed");
    equal(bench.process(4, 7, 0), "processed");
  });

  test("a restart at a higher IV Index forgets as much, and no more", () => {
    const bench = new Bench();
    bench.process(1, 4, 10);
    bench.process(2, 5, 10);
    const restarted = new Bench({ storage: bench.storage, ivIndex: 6, capacity: 2 });
    equal(restarted.process(2, 5, 10), "replayed");
    equal(restarted.process(2, 5, 11), "processed");
    equal(restarted.process(1, 5, 1), "processed");
    equal(restarted.process(3, 5, 1), "replayListFull");
    const later = new Bench({ storage: bench.storage, ivIndex: 7, capacity: 2 });
    for (const src of [8, 9]) equal(later.process(src, 6, 0), "processed");
  });

  test("without a delay a power cut at any write lets no processed PDU be processed again [T-B8]", () => {
    const pdus = Array.from({ length: 30 }, (_, i) => ({
      src: 1 + (i % 11),
      ivIndex: i < 12 ? 4 : 5,
      seq: i,
    }));
    const cuts = forEveryCut((change, left) => {
      const bench = new Bench();
      const processed: (typeof pdus)[number][] = [];
      const isCut = runUntilCut(bench.storage, change, left, () => {
        for (const pdu of pdus) {
          equal(bench.process(pdu.src, pdu.ivIndex, pdu.seq), "processed");
          processed.push(pdu);
        }
      });
      const restarted = new Bench({ storage: bench.storage });
      for (const { src, ivIndex, seq } of processed) equal(restarted.process(src, ivIndex, seq), "replayed");
      return isCut;
    });
    equal(cuts, pdus.length);
  });

  test("with a delay the first unsaved entry starts it, and one write stores what has come together", () => {
    const bench = new Bench({ storeDelayMs: DELAY_MS });
    bench.process(1, 5, 1);
    bench.clock.advance(DELAY_MS - 1);
    for (let src = 2; src <= 9; src++) bench.process(src, 5, 1);
    bench.process(1, 5, 2);
    equal(bench.storage.changes, 0);
    bench.clock.advance(1);
    equal(bench.storage.changes, 2);
    const restarted = new Bench({ storage: bench.storage });
    for (let src = 2; src <= 9; src++) equal(restarted.process(src, 5, 1), "replayed");
    equal(restarted.process(1, 5, 2), "replayed");
    bench.clock.advance(100 * DELAY_MS);
    equal(bench.storage.changes, 2);
  });

  test("with a delay a power cut opens exactly that window", () => {
    const bench = new Bench({ storeDelayMs: DELAY_MS });
    bench.process(1, 5, 1);
    bench.clock.advance(DELAY_MS);
    bench.process(1, 5, 2);
    const restarted = new Bench({ storage: bench.storage });
    equal(restarted.process(1, 5, 1), "replayed");
    equal(restarted.process(1, 5, 2), "processed");
  });

  test("what cannot be stored at once must not be processed, and is not remembered", () => {
    const bench = new Bench({ capacity: 2 });
    bench.process(1, 5, 1);
    bench.storage.failAt(1);
    equal(bench.process(1, 5, 2), "notRemembered");
    bench.storage.failAt(1);
    equal(bench.process(2, 5, 2), "notRemembered");
    equal(bench.trace.eventsOf("storage"), ["writeFailed", "writeFailed"]);
    equal(bench.process(1, 5, 2), "processed");
    equal(bench.process(3, 5, 2), "processed");
  });

  test("what cannot be stored after the delay is tried again after another", () => {
    const bench = new Bench({ storeDelayMs: DELAY_MS });
    for (let src = 1; src <= 9; src++) bench.process(src, 5, 1);
    bench.storage.failAt(1);
    bench.clock.advance(DELAY_MS);
    equal(bench.storage.keys(), ["rpl.01"]);
    bench.clock.advance(DELAY_MS);
    equal(bench.storage.keys(), ["rpl.01", "rpl.00"]);
    equal(bench.storage.changes, 3);
  });

  test("a damaged record is reported; the others still protect", () => {
    const bench = new Bench();
    for (let src = 1; src <= 17; src++) bench.process(src, 5, 1);
    writeStored(bench.storage, "rpl.00", new Uint8Array(44));
    writeStored(bench.storage, "rpl.03", hex(`0100000006${EMPTY_ENTRIES(8)}`));
    writeStored(bench.storage, "rpl.zz", hex(`0100000005${EMPTY_ENTRIES(8)}`));
    const restarted = new Bench({ storage: bench.storage });
    equal(restarted.trace.eventsOf("storage"), ["damagedRecord", "damagedRecord", "damagedRecord"]);
    for (let src = 9; src <= 17; src++) equal(restarted.process(src, 5, 1), "replayed");
    equal(restarted.process(1, 5, 1), "processed");
  });

  test("a list that has become shorter takes over what fits, and stores it in its new place at once", () => {
    const bench = new Bench({ capacity: 20 });
    for (let src = 1; src <= 20; src++) bench.process(src, src <= 10 ? 4 : 5, 1);
    const shorter = new Bench({ storage: bench.storage, capacity: 10, ivIndex: 6 });
    for (let src = 11; src <= 20; src++) equal(shorter.process(src, 5, 1), "replayed");
    equal(shorter.process(1, 5, 1), "replayListFull");
    bench.storage.erase("rpl.02");
    const again = new Bench({ storage: bench.storage, capacity: 10, ivIndex: 6 });
    for (let src = 11; src <= 20; src++) equal(again.process(src, 5, 1), "replayed");
  });

  test("after stop nothing is stored; capacities that no records can hold are our own mistake", () => {
    const bench = new Bench({ storeDelayMs: DELAY_MS });
    bench.process(1, 5, 1);
    bench.list.stop();
    bench.clock.advance(10 * DELAY_MS);
    equal(bench.storage.changes, 0);
    throws(() => new Bench({ capacity: 0 }));
    throws(() => new Bench({ capacity: 2049 }));
    const largest = new Bench({ capacity: 2048 });
    for (let src = 1; src <= 2048; src++) largest.list.accept(src, 5, 1);
    equal(largest.storage.keys().length, 256);
    equal(largest.process(2049, 5, 1), "replayListFull");
  });
};
