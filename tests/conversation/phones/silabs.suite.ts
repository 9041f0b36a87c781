/** The app of Silicon Labs, as its interoperability report measures it: how soon it sees the device, what then hangs. */

import { type MeshAdvertisement, structuresOf } from "../../../host/simulator/phone/gatt/advertisement.js";
import { compositionDataGet } from "../../../host/simulator/phone/mesh/config-messages.js";
import { toHex } from "../../../modules/bytes.js";
import type { Harness, Suite } from "../../support/harness.js";
import { SILABS } from "../../support/phone-apps.js";
import { PhoneScene, SILENT } from "../../support/phone-scene.js";
import { DEVICE_UUID } from "../../support/world.js";

/** What the phone may be made to wait, in a scan of low latency; with both bearers in turn. */
const SEEN_MS = 1500;
const SEEN_IN_TURN_MS = 2500;

/** The AD structures of some octets, by type, as digits. */
function structures(octets: Uint8Array | undefined): Readonly<Record<number, string>> {
  const found: Record<number, string> = {};
  for (const [type, payload] of structuresOf(octets ?? new Uint8Array())) found[type] = toHex(payload);
  return found;
}

const seeing = ({ test, equal, ok }: Harness): void => {
  test("sees the device in time: flags, UUIDs and service data in the advertisement, the name on request [P-3, P-4]", () => {
    const scene = new PhoneScene(SILABS, { settings: { name: "Lamp 7" } });
    const found = scene.findDevice(SEEN_MS);
    equal(structures(found.data), { 1: "06", 3: "2718", 22: `2718${toHex(DEVICE_UUID)}0000` });
    equal(
      structures(found.scanResponse)[9],
      toHex(new Uint8Array([..."Lamp 7"].map((c) => c.charCodeAt(0)))),
    );
    scene.pass(5000);
    const times = scene.phone.seen.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, i) => atMs - (times[i] ?? 0));
    ok(Math.max(...gaps) <= 70, `${Math.max(...gaps)} ms between two`);
    ok(
      scene.node.sent.some(({ data }) => data[1] === 0x2b),
      "in turn with the beacon of PB-ADV",
    );
  });

  test("sees it in time at any moment of the first minute, and after each connection [P-4]", () => {
    const scene = new PhoneScene(SILABS);
    for (let i = 0; i < 12; i++) {
      scene.pass(4500);
      ok(scene.hears("device", 100), `at ${scene.nowMs} ms`);
    }
    scene.pass(120_000);
    ok(scene.hears("device", SEEN_IN_TURN_MS), "later, too");
    scene.phone.connect(scene.findDevice().address, 0x1827, SILENT);
    scene.pass(500);
    equal(scene.hears("device", 2000), false, "one connection is all that it takes");
    scene.leave();
    ok(scene.hears("device", 100), "fast again");
    scene.pass(30_000);
    ok(scene.hears("device", 100), "for a while");
  });

  test("sees the node as soon as the connection has ended, for a minute by identity, then by network [P-4, P-15]", () => {
    const scene = new PhoneScene(SILABS);
    scene.provision();
    ok(scene.hears("node", 300), "within 300 ms");
    const kinds = (): readonly (MeshAdvertisement["kind"] | undefined)[] => [
      ...new Set(scene.phone.seen.map(({ mesh }) => mesh?.kind)),
    ];
    equal(kinds().includes("unprovisioned"), false);
    equal(
      kinds().some((kind) => kind?.startsWith("private")),
      false,
    );
    scene.pass(55_000);
    ok(scene.hears("node", 2000), "57 s later");
    scene.pass(10_000);
    equal(scene.hears("node", 5000), false);
    equal(scene.hears("network", SEEN_IN_TURN_MS), true);
  });
};

const hanging = ({ test, equal, ok }: Harness): void => {
  test("hangs before its subscription, or at it, and comes back: the device is there each time [P-12]", () => {
    const scene = new PhoneScene(SILABS);
    for (const habits of [{ stepMs: 30_000 }, { subscription: undefined }, { subscription: 2 }]) {
      scene.phone.habits = { ...SILABS.habits, retries: 0, ...habits };
      scene.phone.connect(scene.findDevice(1000).address, 0x1827, SILENT);
      scene.pass(2000);
      scene.leave();
    }
    scene.phone.habits = SILABS.habits;
    scene.provision();
    equal(scene.results.length, 1);
  });

  test("connects and stays silent: after a minute the device is free for another one [P-12]", () => {
    for (const habits of [{ subscription: undefined }, {}]) {
      const scene = new PhoneScene(SILABS, { habits });
      scene.phone.connect(scene.findDevice().address, 0x1827, SILENT);
      scene.pass(55_000);
      ok(scene.phone.link !== undefined, "patience");
      scene.until(() => scene.phone.link === undefined, 10_000, "the end of the connection");
      ok(scene.hears("device", 1000));
    }
  });

  test("the whole way at its own pace [P-17, P-20]", () => {
    const scene = new PhoneScene(SILABS).arrive();
    ok(scene.ask(compositionDataGet(0)).tookMs <= 500);
    scene.equip();
    equal(scene.switch(true), { present: 1 });
    equal(scene.switch(false), { present: 0 });
  });
};

export const suite: Suite = (harness) => {
  seeing(harness);
  hanging(harness);
};
