/** Bindings, subscriptions and publications: what they are, what is stored of them, and what a power cut leaves. */

import type { ListResult, ModelEntry } from "../../../modules/access/model-entry.js";
import { toHex } from "../../../modules/bytes.js";
import {
  AccessBench,
  cutEverywhere,
  dump,
  FIRST,
  LABEL,
  LABEL_ADDRESS,
  OTHER_LABEL,
  OTHER_LABEL_ADDRESS,
  publication,
  RecordingModel,
} from "../../support/access-bench.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { hex } from "../../support/provisionee-bench.js";
import { readStored, writeStored } from "../../support/stored-record.js";

const OPCODE = { opcode: 0xc105f1, minLength: 0, maxLength: 8 };

function model(): RecordingModel {
  return new RecordingModel(0x1234, [OPCODE], { companyId: 0x05f1 });
}

function bench(storage = new MemoryStorage(), appKeys: readonly number[] = [0, 1, 2, 0x123]): AccessBench {
  return new AccessBench([[new RecordingModel(0x1000, []), model()]], { storage, appKeys });
}

function entryOf(of: AccessBench): ModelEntry {
  return of.entry(model());
}

/** All that the network can see of a model's configuration, and all that is stored, as comparable text. */
function seen(of: AccessBench): string {
  const { bindings, subscriptions, publication: published } = entryOf(of);
  const lines = [`bindings ${bindings.join(" ")}`];
  for (const { address, label } of subscriptions) lines.push(`subscription ${address} ${textOf(label)}`);
  if (published !== undefined) {
    const { address, label, appKeyIndex, credentialFlag, ttl, period, retransmit } = published;
    const rest = [appKeyIndex, credentialFlag, ttl, period, retransmit].join(" ");
    lines.push(`publication ${address} ${textOf(label)} ${rest}`);
  }
  for (const [key, record] of dump(of.storage)) lines.push(`${key} ${textOf(record)}`);
  return lines.join("\n");
}

function textOf(octets: Uint8Array | undefined): string {
  return octets === undefined ? "-" : toHex(octets);
}

/** A configuration of every kind. */
function configure(of: AccessBench): void {
  const entry = entryOf(of);
  entry.bind(1);
  entry.bind(0);
  entry.subscribe(0xc001, undefined);
  entry.subscribe(LABEL_ADDRESS, LABEL);
  entry.publishTo(publication({ address: OTHER_LABEL_ADDRESS, label: OTHER_LABEL, appKeyIndex: 1 }));
}

/** Changes of a configured model; each is whole after a power cut, or has not been. */
const CHANGES: Readonly<Record<string, (entry: ModelEntry) => ListResult>> = {
  bind: (entry) => entry.bind(2),
  unbind: (entry) => entry.unbind(0),
  "unbind the key that is published with": (entry) => entry.unbind(1),
  "subscribe to a group": (entry) => entry.subscribe(0xc002, undefined),
  "subscribe to a label that is new": (entry) => entry.subscribe(0x8001, hex(`${"00".repeat(15)}01`)),
  "subscribe to a label that is known": (entry) => entry.subscribe(OTHER_LABEL_ADDRESS, OTHER_LABEL),
  "unsubscribe from a group": (entry) => entry.unsubscribe(0xc001, undefined),
  "unsubscribe from a label": (entry) => entry.unsubscribe(LABEL_ADDRESS, LABEL),
  "unsubscribe from all": (entry) => entry.unsubscribeAll(),
  "overwrite with a group": (entry) => entry.overwrite(0xc003, undefined),
  "overwrite with a label": (entry) => entry.overwrite(0x8001, hex(`${"00".repeat(15)}02`)),
  "publish to a group": (entry) => entry.publishTo(publication({ appKeyIndex: 0 })),
  "publish to a label": (entry) => entry.publishTo(publication({ address: LABEL_ADDRESS, label: LABEL })),
  "publish no more": (entry) => entry.publishTo(undefined),
};

/** A storage that can take nothing more for a while; to erase is always possible. */
class FillingStorage extends MemoryStorage {
  isFull = false;

  override write(key: string, value: Uint8Array): boolean {
    return !this.isFull && super.write(key, value);
  }
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("bindings are ascending, each once, and redundant changes succeed", () => {
    const entry = entryOf(bench());
    for (const index of [2, 0x123, 0, 2]) equal(entry.bind(index), "done");
    equal([...entry.bindings], [0, 2, 0x123]);
    equal(entry.unbind(2), "done");
    equal(entry.unbind(2), "done");
    equal(entry.unbind(7), "done");
    equal([...entry.bindings], [0, 0x123]);
  });

  test("subscriptions: groups and labels, each once, and redundant changes succeed", () => {
    const entry = entryOf(bench());
    const group = { address: 0xc001, label: undefined };
    const label = { address: LABEL_ADDRESS, label: LABEL };
    for (const { address, label: uuid } of [group, label, group, label]) {
      equal(entry.subscribe(address, uuid), "done");
    }
    equal([...entry.subscriptions], [group, label]);
    equal(entry.unsubscribe(0xc002, undefined), "done");
    equal(entry.unsubscribe(OTHER_LABEL_ADDRESS, OTHER_LABEL), "done");
    equal(entry.unsubscribe(LABEL_ADDRESS, OTHER_LABEL), "done", "the same address, another label");
    equal([...entry.subscriptions], [group, label]);
    equal(entry.overwrite(OTHER_LABEL_ADDRESS, OTHER_LABEL), "done");
    equal([...entry.subscriptions], [{ address: OTHER_LABEL_ADDRESS, label: OTHER_LABEL }]);
    equal(entry.unsubscribeAll(), "done");
    equal([...entry.subscriptions], []);
  });

  test("the records, octet for octet", () => {
    const node = bench();
    configure(node);
    entryOf(node).publishTo(
      publication({
        address: OTHER_LABEL_ADDRESS,
        label: OTHER_LABEL,
        appKeyIndex: 1,
        credentialFlag: true,
        ttl: 5,
        period: 0x41,
        retransmit: 0x0a,
      }),
    );
    equal(dump(node.storage), [
      ["b.00.05f11234", hex("0100000001")],
      ["label.00", hex("010073e7e4d8b9440faf8415df4c56c0e1")],
      ["label.01", hex("01f4a002c7fb1e4ca0a469a021de0db875")],
      ["p.00.05f11234", hex("018001800105410a")],
      ["s.00.05f11234", hex("01c0018000")],
    ]);
    const sig = node.entry(new RecordingModel(0x1000, []));
    sig.bind(0x123);
    equal(readStored(node.storage, "b.00.1000"), hex("010123"));
  });

  test("a restart finds it all as it was", () => {
    const node = bench();
    configure(node);
    const before = seen(node);
    equal(seen(bench(node.storage)), before);
  });

  test("an empty list has no record, and an unused label none either", () => {
    const node = bench();
    configure(node);
    const entry = entryOf(node);
    entry.unsubscribeAll();
    entry.unbind(0);
    entry.unbind(1);
    equal(entry.publication, undefined);
    equal(dump(node.storage), []);
  });

  test("a label lives as long as one model needs it", () => {
    const node = bench();
    const other = node.entry(new RecordingModel(0x1000, []));
    const entry = entryOf(node);
    entry.subscribe(LABEL_ADDRESS, LABEL);
    other.subscribe(LABEL_ADDRESS, LABEL);
    entry.unsubscribeAll();
    equal(node.storage.keys().includes("label.00"), true);
    other.overwrite(0xc001, undefined);
    equal(node.storage.keys().includes("label.00"), false);
  });

  test("full lists are full, and stay as they are", () => {
    const node = bench(
      undefined,
      Array.from({ length: 30 }, (_, index) => index),
    );
    const entry = entryOf(node);
    for (let i = 0; i < 20; i++) {
      equal(entry.bind(i), "done");
      equal(entry.subscribe(0xc100 + i, undefined), "done");
    }
    const before = seen(node);
    equal(entry.bind(20), "full");
    equal(entry.subscribe(0xc200, undefined), "full");
    equal(entry.subscribe(LABEL_ADDRESS, LABEL), "full");
    equal(entry.bind(3), "done", "it is there");
    equal(entry.subscribe(0xc103, undefined), "done");
    equal(seen(node), before);
    equal(
      seen(
        bench(
          node.storage,
          Array.from({ length: 30 }, (_, index) => index),
        ),
      ),
      before,
    );
  });

  test("more labels than there is room for are refused", () => {
    const node = bench();
    const entry = entryOf(node);
    for (let i = 0; i < 4; i++) equal(entry.subscribe(0x8000, hex(`${"00".repeat(15)}0${i}`)), "done");
    const before = seen(node);
    equal(entry.subscribe(0x8000, LABEL), "full");
    equal(entry.publishTo(publication({ address: 0x8000, label: LABEL })), "full");
    equal(seen(node), before);
  });

  for (const [name, change] of Object.entries(CHANGES)) {
    test(`the storage fails: ${name}`, () => {
      for (let write = 1; ; write++) {
        const node = bench();
        configure(node);
        const before = seen(node);
        node.storage.failAt(write);
        const result = change(entryOf(node));
        if (result === "done") {
          equal(seen(bench(node.storage)), seen(node), "what is done is stored");
          return;
        }
        equal(result, "storageFailed");
        equal(seen(node), before);
        ok(write < 5, "it ends");
      }
    });

    test(`the power fails: ${name} [T-B8]`, () => {
      const untouched = bench();
      configure(untouched);
      const before = seen(untouched);
      change(entryOf(untouched));
      const after = seen(untouched);
      const prepare = () => {
        const node = bench();
        configure(node);
        return node;
      };
      const cuts = cutEverywhere(
        prepare,
        (node) => change(entryOf(node)),
        (storage) => {
          const found = seen(bench(storage));
          ok(found === before || found === after, `neither old nor new: ${found}`);
        },
      );
      ok(cuts >= 2, `${cuts} cuts`);
    });
  }

  test("at the start, what refers to a key that is gone is swept", () => {
    const node = bench();
    configure(node);
    const restarted = bench(node.storage, [0]);
    equal([...entryOf(restarted).bindings], [0]);
    equal(entryOf(restarted).publication, undefined);
    equal(readStored(restarted.storage, "b.00.05f11234"), hex("010000"));
    equal(restarted.storage.keys().includes("p.00.05f11234"), false);
    equal(restarted.storage.keys().includes("label.01"), false, "the publication's label");
    equal(seen(bench(node.storage)), seen(restarted), "the key comes back: it is not bound");
  });

  test("at the start, what refers to a label that is gone is swept", () => {
    const node = bench();
    configure(node);
    node.storage.erase("label.00");
    node.storage.erase("label.01");
    const restarted = bench(node.storage);
    equal([...entryOf(restarted).subscriptions], [{ address: 0xc001, label: undefined }]);
    equal(entryOf(restarted).publication, undefined);
    equal(readStored(restarted.storage, "s.00.05f11234"), hex("01c001"));
    equal(restarted.storage.keys().includes("p.00.05f11234"), false);
  });

  test("at the start, records of models that there are no more are erased", () => {
    const storage = new MemoryStorage();
    for (const key of ["b.00.1002", "s.01.1000", "p.00.05f11235", "m.02.05f11234", "b.00.05f1123"]) {
      writeStored(storage, key, hex("010000"));
    }
    writeStored(storage, "m.00.05f11234", hex("0107"));
    writeStored(storage, "other", hex("01"));
    bench(storage);
    equal([...storage.keys()].sort(), ["m.00.05f11234", "other"]);
  });

  test("damaged records are not used, and are traced", () => {
    const damaged: readonly (readonly [key: string, octets: string])[] = [
      ["b.00.05f11234", "0200000001"],
      ["b.00.05f11234", "01"],
      ["b.00.05f11234", "01000000"],
      ["b.00.05f11234", "0100010000"],
      ["b.00.05f11234", "0100000000"],
      ["b.00.05f11234", "011000"],
      ["s.00.05f11234", "010001"],
      ["s.00.05f11234", "01c001c001"],
      ["s.00.05f11234", "01c00180"],
      ["p.00.05f11234", "01c0010000ff00"],
      ["p.00.05f11234", "0100000000ff0000"],
      ["p.00.05f11234", "01c0011000ff0000"],
      ["p.00.05f11234", "01c0010000800000"],
    ];
    for (const [key, octets] of damaged) {
      const storage = new MemoryStorage();
      writeStored(storage, "b.00.05f11234", hex("010000"));
      writeStored(storage, key, hex(octets));
      const node = bench(storage);
      const entry = entryOf(node);
      equal([...entry.subscriptions], [], octets);
      equal(entry.publication, undefined, octets);
      equal([...entry.bindings], key.startsWith("b") ? [] : [0], octets);
      equal(node.trace.eventsOf("storage"), ["damagedRecord"], octets);
      equal(entry.bind(1), "done");
    }
  });

  test("an AppKey that is deleted is unbound everywhere, and what is published with it ends [CFG/MP/BV-02]", () => {
    const node = bench();
    configure(node);
    node.entry(new RecordingModel(0x1000, [])).bind(1);
    node.appKeys.remove(1);
    node.access.appKeyDeleted(1);
    equal([...entryOf(node).bindings], [0]);
    equal([...node.entry(new RecordingModel(0x1000, [])).bindings], []);
    equal(entryOf(node).publication, undefined);
    const before = seen(node);
    node.appKeys.add(1);
    equal(seen(bench(node.storage)), before);
  });

  test("an AppKey that is deleted while the storage is full does not come back by its index", () => {
    for (const write of [1, 2]) {
      const node = bench();
      configure(node);
      node.storage.failAt(write);
      node.access.appKeyDeleted(1);
      equal([...entryOf(node).bindings], [0]);
      equal(entryOf(node).publication, undefined);
      const restarted = entryOf(bench(node.storage));
      equal([...restarted.bindings], [0]);
      equal(restarted.publication, undefined);
    }
  });

  test("an AppKey that is deleted while nothing can be written: rather no bindings than a wrong one", () => {
    const storage = new FillingStorage();
    const node = bench(storage);
    configure(node);
    storage.isFull = true;
    node.access.appKeyDeleted(1);
    equal([...entryOf(node).bindings], [0]);
    storage.isFull = false;
    equal([...entryOf(bench(storage)).bindings], []);
  });

  test("a model of device key security is configured by nobody", () => {
    const server = new RecordingModel(0, [], { security: "device" });
    const storage = new MemoryStorage();
    for (const key of ["b.00.0000", "s.00.0000", "p.00.0000"]) writeStored(storage, key, hex("010000"));
    const node = new AccessBench([[server]], { storage });
    equal([...storage.keys()], []);
    const entry = node.entry(server);
    throws(() => entry.bind(0));
    throws(() => entry.unbind(0));
    throws(() => entry.subscribe(0xc001, undefined));
    throws(() => entry.unsubscribe(0xc001, undefined));
    throws(() => entry.overwrite(0xc001, undefined));
    throws(() => entry.unsubscribeAll());
    throws(() => entry.publishTo(publication()));
    equal([...entry.bindings], []);
    equal(entry.elementAddress, FIRST);
  });
};
