/** The Label UUIDs, and the virtual addresses that they share. */

import { createNobleCrypto } from "../../../host/noble-crypto.js";
import { Records } from "../../../modules/records.js";
import { type Label, Labels } from "../../../modules/transport/labels.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage, PowerCut } from "../../support/memory-storage.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import { readStored, writeStored } from "../../support/stored-record.js";
import { collidingLabels, octets } from "../../support/transport-bench.js";

const crypto = createNobleCrypto(new FakeClock());
/** MshPRT 8.3.22 and 8.3.23. */
const LABEL = octets("0073e7e4d8b9440faf8415df4c56c0e1");
const OTHER = octets("f4a002c7fb1e4ca0a469a021de0db875");

function labelsOn(storage: MemoryStorage, trace = new RecordingTrace()): Labels {
  const labels = new Labels({ records: new Records(storage, trace), crypto, capacity: 2 });
  labels.load();
  return labels;
}

function held(labels: Labels, uuid: Uint8Array): Label {
  const label = labels.hold(uuid);
  if (typeof label === "string") throw new Error(label);
  return label;
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("a label has its slot and its address, after a restart too", () => {
    const storage = new MemoryStorage();
    const labels = labelsOn(storage);
    equal(held(labels, LABEL), { slot: 0, uuid: LABEL, address: 0xb529 });
    equal(held(labels, OTHER), { slot: 1, uuid: OTHER, address: 0x9736 });
    equal(readStored(storage, "label.01"), octets("01f4a002c7fb1e4ca0a469a021de0db875"));
    const found = labelsOn(storage);
    equal(found.at(0), { slot: 0, uuid: LABEL, address: 0xb529 });
    equal(found.at(1)?.address, 0x9736);
    equal(found.at(2), undefined);
    equal(found.matching(0x9736), [{ slot: 1, uuid: OTHER, address: 0x9736 }]);
    equal(found.matching(0x8000), []);
  });

  test("the same label is held once, and is not the caller's octets", () => {
    const storage = new MemoryStorage();
    const labels = labelsOn(storage);
    const uuid = LABEL.slice();
    const label = held(labels, uuid);
    uuid.fill(0);
    equal(held(labels, LABEL), label);
    equal(storage.changes, 1);
    throws(() => labels.hold(new Uint8Array(15)));
  });

  test("two labels with the same virtual address are both found", () => {
    const [first, second] = collidingLabels(crypto);
    const labels = labelsOn(new MemoryStorage());
    const { address } = held(labels, first);
    equal(held(labels, second).address, address);
    equal(
      labels.matching(address).map(({ uuid }) => uuid),
      [first, second],
    );
  });

  test("full, and what could not be stored", () => {
    const storage = new MemoryStorage();
    const labels = labelsOn(storage);
    storage.failAt(1);
    equal(labels.hold(LABEL), "storageFailed");
    equal(labels.at(0), undefined);
    held(labels, LABEL);
    held(labels, OTHER);
    equal(labels.hold(new Uint8Array(16)), "full");
    equal(held(labels, OTHER).slot, 1);
  });

  test("what is not used is swept, and its slot is free", () => {
    const storage = new MemoryStorage();
    const labels = labelsOn(storage);
    held(labels, LABEL);
    held(labels, OTHER);
    labels.sweep((slot) => slot === 1);
    equal(storage.keys(), ["label.01"]);
    equal(labels.at(0), undefined);
    equal(held(labels, new Uint8Array(16)).slot, 0);
  });

  test("a damaged record is not used", () => {
    const storage = new MemoryStorage();
    const trace = new RecordingTrace();
    writeStored(storage, "label.00", octets("0173e7"));
    writeStored(storage, "label.01", octets(`02${"00".repeat(16)}`));
    const labels = labelsOn(storage, trace);
    equal([labels.at(0), labels.at(1)], [undefined, undefined]);
    equal(trace.eventsOf("storage"), ["damagedRecord", "damagedRecord"]);
    equal(held(labels, LABEL).slot, 0);
  });

  test("a power cut leaves a label or none [T-B8]", () => {
    for (const left of ["old", "new"] as const) {
      const storage = new MemoryStorage();
      const labels = labelsOn(storage);
      storage.cutPowerAt(1, left);
      let isCut = false;
      try {
        labels.hold(LABEL);
      } catch (error) {
        isCut = error instanceof PowerCut;
      }
      ok(isCut);
      equal(labelsOn(storage).at(0)?.uuid, left === "new" ? LABEL : undefined);
    }
  });
};
