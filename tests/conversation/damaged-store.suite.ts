/**
 * What a node does with a store that is damaged or full: it throws nothing, says so, and is a whole node, a node
 * without what the record was about, or an unprovisioned device. Whatever is left, it can be reset and starts anew.
 */

import {
  appKeyAdd,
  defaultTtlGet,
  defaultTtlSet,
  heartbeatPublicationSet,
  modelAppBind,
  netKeyAdd,
  publicationSet,
  subscriptionAdd,
} from "../../host/simulator/phone/mesh/config-messages.js";
import { GENERIC_ON_OFF_SERVER as SERVER } from "../../host/simulator/phone/mesh/generic-on-off.js";
import { GenericOnOffServer } from "../../modules/models/generic-on-off-server.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, Home, type Member } from "../support/home.js";
import { MemoryStorage } from "../support/memory-storage.js";
import { VendorModel, VendorOpcode } from "../support/vendor-model.js";

const ADDRESS = 0x0b0c;
const VENDOR = { company: 0x05f1, model: 0x1234 } as const;
const LABEL = new Uint8Array(16).fill(0x5a);
const OTHER_INDEX = 0x111;
const OTHER_NET_KEY = new Uint8Array(16).fill(0x71);
const OTHER_APP_KEY = new Uint8Array(16).fill(0x72);
const LONGEST = 48;

/** What is left of a node: nothing; no voice; the other subnet; the configuration; all but a detail. */
type Left = "device" | "mute" | "otherSubnet" | "configuration" | "node";

/** What is left where a record is missing or cannot be read; of all others: the node. */
const LEFT: Readonly<Record<string, Left>> = Object.freeze({
  node: "device",
  iv: "device",
  seq: "mute",
  "net.000": "otherSubnet",
  "app.456": "configuration",
  "b.00.1000": "configuration",
});

/** Octets at the end of a record that are keys or a Label UUID: one is like the other. */
const ALIKE: Readonly<Record<string, number>> = Object.freeze({ node: 15, net: 31, app: 31, label: 15 });

/** Everything that a node can store, by key. */
function wholeStore(): {
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly clientSequence: number;
} {
  const home = new Home();
  const node = home.add("node", { elements: elements() });
  home.equip(node, [SERVER, VENDOR]);
  const publication = { address: LABEL, appKeyIndex: APP_KEY_INDEX, ttl: 5, period: 0, retransmit: 1 };
  for (const message of [
    subscriptionAdd(ADDRESS, SERVER, 0xc123),
    subscriptionAdd(ADDRESS, SERVER, LABEL),
    publicationSet(ADDRESS, VENDOR, publication),
    heartbeatPublicationSet({ destination: 0xc123, periodLog: 3, ttl: 3 }),
    defaultTtlSet(9),
    netKeyAdd(OTHER_INDEX, OTHER_NET_KEY),
    appKeyAdd(OTHER_INDEX, 0x222, OTHER_APP_KEY),
    modelAppBind(ADDRESS, 0x222, VENDOR),
  ])
    home.mustSucceed(node.config.ask(message));
  const name = new Uint8Array([VendorOpcode.NameSet >> 16, 0xf1, 0x05, 0x41, 0x42]);
  home.peer.send({ dst: ADDRESS, key: { app: APP_KEY_INDEX }, message: name });
  home.pass(6000);
  const records = new Map<string, Uint8Array>();
  for (const key of node.node.storage.keys()) {
    records.set(key, node.node.storage.read(key) ?? new Uint8Array(0));
  }
  return { records, clientSequence: home.peer.sequenceOf() };
}

function elements(): { location: number; models: (VendorModel | GenericOnOffServer)[] }[] {
  return [{ location: 0, models: [new GenericOnOffServer(() => {}), new VendorModel()] }];
}

/** A home whose client goes on where it stopped, and a node on those records. */
function startedOn(
  records: ReadonlyMap<string, Uint8Array>,
  clientSequence: number,
): { home: Home; node: Member } {
  const storage = new MemoryStorage();
  for (const [key, record] of records) storage.write(key, record);
  const home = new Home();
  home.peer.setSequence(clientSequence);
  home.peer.addNetwork({ netKey: OTHER_NET_KEY, netKeyIndex: OTHER_INDEX, ivIndex: 0x12345678 });
  const node = home.start("node", { storage, address: ADDRESS, elements: elements() });
  home.pass(10);
  return { home, node };
}

/** Ask it everything, and see what is left of it. */
function use(home: Home, node: Member): Left {
  if (node.node.node.state !== "provisioned") return "device";
  const timeoutMs = 300;
  const isConfigurable = node.config.tryToAsk(defaultTtlGet(), { timeoutMs }) !== undefined;
  const isUsable = home.look(ADDRESS, timeoutMs) !== undefined;
  if (isUsable && isConfigurable) return "node";
  if (isConfigurable) return "configuration";
  const onOther = node.config.tryToAsk(defaultTtlGet(), { timeoutMs, netKeyIndex: OTHER_INDEX });
  return onOther === undefined ? "mute" : "otherSubnet";
}

/** Whatever it is: what can be made of it is a device that has stored nothing. */
function isLikeNewAfterReset(home: Home, { node }: Member): boolean {
  node.node.reset();
  home.pass(10);
  return node.node.state === "unprovisioned" && node.storage.keys().length === 0;
}

/** A store that takes nothing any more. */
class FullStorage extends MemoryStorage {
  isFull = false;

  override write(key: string, value: Uint8Array): boolean {
    return !this.isFull && super.write(key, value);
  }
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("each record is missing, too short, too long or of another version: what it was about is gone [T-D1]", () => {
    const { records, clientSequence } = wholeStore();
    ok(records.size >= 15, "there is a record of each kind");
    for (const [key, record] of records) {
      const longer = new Uint8Array(record.length + 1 <= LONGEST ? record.length + 1 : 0);
      if (longer.length > 0) longer.set(record);
      const otherVersion = record.slice();
      otherVersion[0] = 0xff;
      const damages = [
        undefined,
        new Uint8Array(0),
        record.slice(0, 1),
        record.slice(0, -1),
        longer,
        otherVersion,
      ];
      for (const damage of damages) {
        // What only its model understands may have any length.
        if (key.startsWith("m.") && damage !== undefined && damage[0] === 1) continue;
        const damaged = new Map(records);
        if (damage === undefined) damaged.delete(key);
        else damaged.set(key, damage);
        const { home, node } = startedOn(damaged, clientSequence);
        const what = `${key}, ${damage === undefined ? "missing" : `${damage.length} octets`}`;
        equal(node.node.trace.eventsOf("storage").includes("damagedRecord"), damage !== undefined, what);
        equal(use(home, node), LEFT[key] ?? "node", what);
        ok(isLikeNewAfterReset(home, node), what);
      }
    }
  });

  test("each octet of each record is another one: nothing is thrown, and a reset helps [T-D1]", () => {
    const { records, clientSequence } = wholeStore();
    for (const [key, record] of records) {
      const alike = ALIKE[key.split(".")[0] ?? ""] ?? 0;
      for (let at = 0; at < record.length - alike; at++) {
        const flipped = record.slice();
        flipped[at] = (flipped[at] ?? 0) ^ 0xff;
        const { home, node } = startedOn(new Map(records).set(key, flipped), clientSequence);
        use(home, node);
        home.pass(6000);
        ok(isLikeNewAfterReset(home, node), `${key}, octet ${at}`);
      }
    }
  });

  test("records under names that mean nothing change nothing", () => {
    const { records, clientSequence } = wholeStore();
    for (const key of [
      "net.zzz",
      "net.FFF",
      "app.",
      "rpl.100",
      "rpl.zz",
      "label.ff",
      "b.zz",
      "p.00.1000x",
      "x",
    ]) {
      for (const record of [new Uint8Array(0), records.get("net.000"), records.get("rpl.00")]) {
        const { home, node } = startedOn(
          new Map(records).set(key, record ?? new Uint8Array(1)),
          clientSequence,
        );
        equal(use(home, node), "node", key);
        ok(isLikeNewAfterReset(home, node), key);
      }
    }
  });

  test("a full store: changes are refused, what is known is told, and no sequence number comes twice [T-B8]", () => {
    const storage = new FullStorage();
    const home = new Home();
    const lamp = home.add("lamp", { storage });
    home.equip(lamp);
    storage.isFull = true;
    for (const message of [
      appKeyAdd(0, 0x222, OTHER_APP_KEY),
      netKeyAdd(OTHER_INDEX, OTHER_NET_KEY),
      subscriptionAdd(ADDRESS, SERVER, 0xc123),
      heartbeatPublicationSet({ destination: 0xc123, ttl: 3 }),
    ]) {
      const status = lamp.config.ask(message);
      equal("status" in status && status.status, 0x09, "Storage Failure");
    }
    equal(lamp.config.ask(defaultTtlSet(0x22)), { name: "defaultTtl", ttl: 7 });

    let answers = 0;
    for (let i = 0; i < 400 && home.look(ADDRESS, 200) !== undefined; i++) answers++;
    ok(answers > 100 && answers < 256, "it speaks as long as it has numbers that are reserved");
    storage.isFull = false;
    ok(home.look(ADDRESS), "and as soon as there is room again");
    storage.isFull = true;
    const again = home.restart(lamp, { storage });
    equal(home.look(ADDRESS, 300), undefined, "after a restart none is reserved");
    storage.isFull = false;
    ok(home.look(ADDRESS));
    equal(home.peer.log.reusedSequenceNumbers(), []);
    ok(isLikeNewAfterReset(home, again));
  });

  test("a release that finds no room for its own records leaves the one of the release before alone [T-B8]", () => {
    for (let write = 1; write <= 4; write++) {
      const home = new Home();
      const storage = new MemoryStorage();
      // The first write is what that release has stored.
      storage.failAt(1 + write);
      const lamp = home.add("lamp", { storage });
      home.pass(10);
      equal(lamp.node.node.state, "unprovisioned");
      equal(storage.read("node")?.length, 42, "still that of the release before");
      const again = home.restart(lamp);
      home.pass(10);
      equal(use(home, again), "configuration", "the next start makes up for it");
      ok(isLikeNewAfterReset(home, again));
    }
  });

  test("whoever provisions a device that could not become a node has nothing of the old network in the new one", () => {
    const home = new Home();
    const storage = new MemoryStorage();
    storage.failAt(3);
    const lamp = home.add("lamp", { storage });
    const phone = home.world.addPhone();
    phone.provision();
    home.pass(20_000);
    equal(lamp.node.node.state, "provisioned");
    equal(
      storage.keys().filter((key) => key.startsWith("net.")),
      ["net.567"],
    );
  });
};
