/** What a proxy advertises: Network ID, Node Identity, and how long. MshPRT 7.2.2.2, 4.2.12, 4.2.13. */

import { FeatureState } from "../../../modules/network/node-states.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";
import { ELEMENTS, OTHER_KEY, ProxyBench } from "../../support/proxy-bench.js";

/** Flags, UUID list, and the beginning of the service data of 1828; type, and the length of what follows. */
const NETWORK_ID = "020106030328180c16281800";
const NODE_IDENTITY = "0201060303281814" + "16281801";

/** What is advertised, and for how many milliseconds of the next `ms`. */
function watch(bench: ProxyBench, ms: number): Map<string, number> {
  const times = new Map<string, number>();
  const end = bench.clock.now() + ms;
  while (bench.clock.now() < end) {
    const data = bench.radio.now?.data ?? "nothing";
    times.set(data, (times.get(data) ?? 0) + 10);
    bench.clock.advance(10);
  }
  return times;
}

const kinds = (times: ReadonlyMap<string, number>): string[] =>
  [...times.keys()].map((data) =>
    data.startsWith(NETWORK_ID)
      ? `network ${data.slice(24)}`
      : data.startsWith(NODE_IDENTITY)
        ? "node"
        : data,
  );

/** The type and what follows, as a scanner of the node's address would check it. MshPRT 7.2.2.2.3. */
function isNodeIdentity(bench: ProxyBench, data: string, index = 0): boolean {
  const identity = hex(data.slice(24));
  const [hash, random] = [identity.slice(0, 8), identity.slice(8)];
  const block = new Uint8Array(16);
  block.set(random, 6);
  block[14] = ELEMENTS.first >> 8;
  block[15] = ELEMENTS.first & 0xff;
  bench.layer.netKeys.subnets[index]?.transmitKey.identityKey.encrypt(block, block);
  return data.startsWith(NODE_IDENTITY) && hash.every((value, i) => value === block[8 + i]);
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("a proxy advertises its Network ID without end, fast for the first minute [MPXS/BV-01]", () => {
    const bench = new ProxyBench().start();
    equal(bench.radio.now?.data, `${NETWORK_ID}3ecaff672f673370`);
    equal([bench.radio.now?.address, (bench.radio.now?.intervalMs ?? 0) <= 60], ["identity", true]);
    bench.clock.advance(60_000);
    equal((bench.radio.now?.intervalMs ?? 0) > 60, true);
    bench.clock.advance(3_600_000);
    equal(bench.radio.now?.data, `${NETWORK_ID}3ecaff672f673370`);
  });

  test("several subnets are advertised in turn, each as long [CFG/GPXY/BV-02]", () => {
    const bench = new ProxyBench().start();
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    bench.layer.netKeys.add(2, new Uint8Array(16).fill(3));
    for (const ms of [3_000, 60_000]) {
      const times = watch(bench, ms);
      equal(kinds(times).length, 3);
      const shares = [...times.values()];
      ok(Math.max(...shares) - Math.min(...shares) <= 1_000, `${shares}`);
    }
    bench.layer.netKeys.delete(1, 0);
    equal(kinds(watch(bench, 6_000)).length, 2);
  });

  test("provisioned over PB-GATT, it says at once which node it is, for 60 s, then its network [MPXS/BV-09]", () => {
    const bench = new ProxyBench().start(true);
    const first = bench.radio.now?.data ?? "";
    ok(isNodeIdentity(bench, first));
    equal(kinds(watch(bench, 1_000)), ["node", "network 3ecaff672f673370"]);
    watch(bench, 58_900);
    ok(bench.proxy.nodeIdentity.isRunning(bench.subnet));
    bench.clock.advance(200);
    equal(bench.proxy.nodeIdentity.isRunning(bench.subnet), false);
    equal(kinds(watch(bench, 10_000)), ["network 3ecaff672f673370"]);
  });

  test("Node Identity has a new Random at each start, and the time begins anew", () => {
    const bench = new ProxyBench().start(true);
    const first = bench.radio.now?.data;
    bench.clock.advance(50_000);
    bench.proxy.showIdentity(bench.subnet);
    equal(bench.radio.now?.data === first, false);
    bench.clock.advance(59_999);
    ok(bench.proxy.nodeIdentity.isRunning(bench.subnet));
    bench.clock.advance(1);
    equal(bench.proxy.nodeIdentity.isRunning(bench.subnet), false);
  });

  test("on request it is advertised for the subnets that were asked for, each with its key [CFG/NID/BV-02]", () => {
    const bench = new ProxyBench().start();
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    const [one, other] = bench.layer.netKeys.subnets;
    if (one === undefined || other === undefined) throw new Error("there are two subnets");
    bench.proxy.showIdentity(other);
    ok(isNodeIdentity(bench, bench.radio.now?.data ?? "", 1));
    equal(kinds(watch(bench, 3_000)).filter((kind) => kind === "node").length, 1);
    bench.clock.advance(20_000);
    bench.proxy.showIdentity(one);
    equal(kinds(watch(bench, 3_000)).filter((kind) => kind === "node").length, 2);
    bench.clock.advance(40_000);
    equal(
      [bench.proxy.nodeIdentity.isRunning(one), bench.proxy.nodeIdentity.isRunning(other)],
      [true, false],
    );
    bench.proxy.nodeIdentity.stop(one);
    equal(kinds(watch(bench, 3_000)).includes("node"), false);
  });

  test("Node Identity ends with its NetKey [CFG/NID/BV-03]", () => {
    const bench = new ProxyBench().start();
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    bench.proxy.identify();
    equal(bench.proxy.nodeIdentity.running.length, 2);
    bench.layer.netKeys.delete(1, 0);
    equal(bench.proxy.nodeIdentity.running.length, 1);
  });

  test("a connection does not stop the time of Node Identity, and it is shown again after it", () => {
    const bench = new ProxyBench({ maxConnections: 1 }).start(true);
    bench.clock.advance(10_000);
    bench.gatt.join();
    equal(bench.radio.now, undefined);
    bench.clock.advance(20_000);
    bench.gatt.leave();
    ok(isNodeIdentity(bench, bench.radio.now?.data ?? ""), "at once");
    equal((bench.radio.now?.intervalMs ?? 0) <= 60, true);
    bench.gatt.join();
    bench.clock.advance(30_000);
    bench.gatt.leave();
    equal(kinds(watch(bench, 1_000)), ["network 3ecaff672f673370"]);
  });

  test("as long as another client may connect, it is advertised on", () => {
    const bench = new ProxyBench({ maxConnections: 2 }).start();
    const before = bench.radio.shown.length;
    bench.gatt.join(1);
    equal([bench.radio.now === undefined, bench.radio.shown.length > before], [false, true]);
    bench.gatt.join(2);
    equal(bench.radio.now, undefined);
    bench.gatt.leave(1);
    equal(bench.radio.now === undefined, false);
  });

  test("who was connected when the service came is left alone: only then is the node found by others", () => {
    const bench = new ProxyBench();
    bench.gatt.connect(1, 69);
    bench.start(true);
    bench.clock.advance(10_000);
    equal(bench.radio.shown, []);
    bench.gatt.subscribe();
    equal(bench.told().length, 1, "the phone that stays is served");
    bench.gatt.leave();
    ok(isNodeIdentity(bench, bench.radio.now?.data ?? ""));
  });

  test("with GATT Proxy off only Node Identity is advertised, while it lasts", () => {
    const bench = new ProxyBench().start();
    bench.layer.states.change({ gattProxy: FeatureState.Disabled });
    equal(bench.radio.now, undefined);
    bench.proxy.showIdentity(bench.subnet);
    equal(kinds(watch(bench, 2_000)), ["node"]);
    bench.gatt.join();
    equal(bench.gatt.isConnected(), true);
    bench.clock.advance(60_000);
    equal(bench.radio.now, undefined);
    bench.layer.states.change({ gattProxy: FeatureState.Enabled });
    equal(kinds(watch(bench, 2_000)), ["network 3ecaff672f673370"]);
  });

  test("from phase 2 of a key refresh on, it is advertised with the new key", () => {
    const bench = new ProxyBench().start(true);
    bench.layer.netKeys.update(0, hex(OTHER_KEY));
    equal(kinds(watch(bench, 1_000)), ["node", "network 3ecaff672f673370"]);
    bench.layer.netKeys.transition(0, 2);
    ok(isNodeIdentity(bench, bench.radio.now?.data ?? ""));
    equal(kinds(watch(bench, 1_000)).length, 2);
    equal(kinds(watch(bench, 1_000)).includes("network 3ecaff672f673370"), false);
  });

  test("a client that vanishes in any state is replaced within a second", () => {
    for (const steps of [0, 1, 2, 3]) {
      const bench = new ProxyBench({ maxConnections: 1 }).start();
      bench.gatt.connect(1, 69);
      if (steps > 0) bench.gatt.subscribe();
      if (steps > 1) bench.gatt.write(["4000"]);
      if (steps > 2) bench.configure("01");
      bench.gatt.leave();
      bench.clock.advance(1_000);
      equal(bench.radio.now === undefined, false);
      bench.join();
      bench.configure("01");
      equal(bench.told(), ["status 80 12010000 03000000"]);
    }
  });
};
