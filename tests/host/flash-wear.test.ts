/** How long a flash lasts: what is computed, against erasures that are counted. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlashStorage } from "../../host/flash/flash-storage.js";
import { nvsEntriesOf, nvsPartitionFor, yearsOfLog, yearsOfNvs } from "../../host/flash/wear.js";
import { FlashModel } from "../support/flash-model.js";

const HOURS_A_YEAR = 24 * 365.25;

describe("Our own log", () => {
  for (const [pages, records, octets] of [
    [4, 0, 10],
    [4, 60, 10],
    [8, 60, 47],
    [8, 200, 10],
  ] as const) {
    test(`lasts on ${pages} pages with ${records} records at rest as long as computed, to a fiftieth`, () => {
      const flash = new FlashModel(pages, 4096);
      const storage = new FlashStorage(flash);
      for (let i = 0; i < records; i++) assert.ok(storage.write(`net.${i}`, new Uint8Array(36)));
      const { live } = storage.view();
      const value = new Uint8Array(octets);
      const write = (i: number) => {
        value.set([i, i >> 8, i >> 16]);
        assert.ok(storage.write("rpl.00", value));
      };
      const round = () => Math.min(...flash.erasures);
      let writes = 0;
      while (round() < 3) write(writes++);
      const [from, first] = [writes, round()];
      while (round() < first + 8) write(writes++);
      const record = storage.view().live - live;
      const perErasure = (writes - from) / (8 * pages);
      const counted = (perErasure * pages * 10_000) / HOURS_A_YEAR;
      const computed = yearsOfLog(flash, { endurance: 10_000, live, record, writesPerHour: 1 });
      assert.ok(Math.abs(computed / counted - 1) < 0.02, `computed ${computed}, counted ${counted}`);
    });
  }

  test("never lasts less than nothing", () => {
    const load = { endurance: 10_000, live: 1e6, record: 64, writesPerHour: 1 };
    assert.equal(yearsOfLog({ pages: 4, pageSize: 4096 }, load), 0);
  });
});

/** Pages of entries as NVS of ESP-IDF keeps them: appended to, and the page with the least that counts freed. */
class NvsModel {
  readonly erasures: number[];
  readonly #used: string[][] = [];
  readonly #blank: number[];
  readonly #free: number[];
  readonly #full: number[] = [];
  readonly #places = new Map<string, number>();
  #active: number;

  constructor(pages: number) {
    this.erasures = Array.from({ length: pages }, () => 0);
    this.#used = Array.from({ length: pages }, () => []);
    this.#blank = Array.from({ length: pages }, () => 126);
    this.#free = Array.from({ length: pages - 1 }, (_, page) => page + 1);
    this.#active = 0;
  }

  write(key: string, entries: number): void {
    if ((this.#blank[this.#active] ?? 0) < entries) this.#turn(entries);
    const old = this.#places.get(key);
    this.#put(key, entries);
    if (old !== undefined)
      this.#used[old] = (this.#used[old] ?? []).filter((name) => !name.startsWith(`${key}#`));
    if (old === this.#active) this.#put(key, entries, 0);
  }

  #put(key: string, entries: number, cost = entries): void {
    const used = this.#used[this.#active] ?? [];
    for (let i = 0; i < entries; i++) used.push(`${key}#${i}`);
    this.#used[this.#active] = used;
    this.#blank[this.#active] = (this.#blank[this.#active] ?? 0) - cost;
    this.#places.set(key, this.#active);
  }

  #turn(entries: number): void {
    for (let turns = 0; turns < 100 && (this.#blank[this.#active] ?? 0) < entries; turns++) {
      this.#full.push(this.#active);
      this.#active = this.#free.shift() ?? -1;
      if (this.#free.length === 0) this.#reclaim();
    }
  }

  #reclaim(): void {
    const least = Math.min(...this.#full.map((page) => this.#used[page]?.length ?? 0));
    const victim = this.#full.find((page) => this.#used[page]?.length === least) ?? -1;
    const kept = this.#used[victim] ?? [];
    this.#used[this.#active] = [...kept];
    this.#blank[this.#active] = 126 - kept.length;
    for (const name of kept) this.#places.set(name.slice(0, name.indexOf("#")), this.#active);
    this.#used[victim] = [];
    this.#blank[victim] = 126;
    this.erasures[victim] = (this.erasures[victim] ?? 0) + 1;
    this.#full.splice(this.#full.indexOf(victim), 1);
    this.#free.push(victim);
  }
}

describe("NVS of ESP-IDF", () => {
  for (const [pages, records] of [
    [4, 0],
    [6, 60],
    [16, 100],
  ] as const) {
    test(`lasts on ${pages} pages with ${records} records at rest as long as computed, or a little longer`, () => {
      const nvs = new NvsModel(pages);
      for (let i = 0; i < records; i++) nvs.write(`net.${i}`, nvsEntriesOf(38));
      let writes = 0;
      while (writes < 40_000) {
        nvs.write("rpl.00", nvsEntriesOf(47));
        writes++;
      }
      const counted = ((writes / Math.max(...nvs.erasures)) * 100_000) / HOURS_A_YEAR;
      const load = { endurance: 100_000, live: records * 4, record: 4, writesPerHour: 1 };
      const computed = yearsOfNvs(pages * 4096, load);
      assert.ok(computed <= counted * 1.02, `computed ${computed}, counted ${counted}`);
      assert.ok(computed > counted * 0.7, `computed ${computed}, counted ${counted}`);
    });
  }

  test("takes two entries for a blob, and one for each 32 octets", () => {
    assert.deepEqual([0, 1, 32, 33, 48].map(nvsEntriesOf), [2, 3, 3, 4, 4]);
  });

  test("wants a partition in which more than one page is left for what changes", () => {
    const load = { endurance: 100_000, live: 3 * 126, record: 4, writesPerHour: 1 };
    assert.equal(yearsOfNvs(4 * 4096, load), 0);
    assert.ok(yearsOfNvs(5 * 4096, load) > 0);
    assert.equal(nvsPartitionFor(0, load), 3 * 4096);
    assert.equal(nvsPartitionFor(1, load), 5 * 4096);
  });

  test("lasts ten years at one write a minute, with the largest node, in 64 kB", () => {
    const load = { endurance: 100_000, live: 150 * 4, record: 4, writesPerHour: 60 };
    const octets = nvsPartitionFor(10, load);
    assert.ok(octets <= 64 * 1024, `${octets}`);
    assert.ok(yearsOfNvs(octets, load) >= 10);
    assert.ok(yearsOfNvs(octets - 4096, load) < 10);
  });
});
