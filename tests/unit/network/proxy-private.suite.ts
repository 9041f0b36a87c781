/** The private proxy: identities that only members read, private beacons, solicitation. MshPRT 6.5, 6.9, 7.2.2.2, 4.2.44 to 4.2.47. */

import { concat, setUint16BE, setUint24BE, toHex } from "../../../modules/bytes.js";
import { k2 } from "../../../modules/crypto/toolbox.js";
import { NetworkCipher, NonceType } from "../../../modules/network/network-cipher.js";
import { FeatureState } from "../../../modules/network/node-states.js";
import type { Suite } from "../../support/harness.js";
import { NET_KEY } from "../../support/network-bench.js";
import { hex } from "../../support/provisionee-bench.js";
import { ELEMENTS, OTHER_KEY, ProxyBench } from "../../support/proxy-bench.js";

const BEACON = "beacon 003ecaff672f67337012345678";
const PRIVATE_BEACON = "private 0012345678";

/** A proxy that hides: GATT Proxy off. */
function hidden(values: Parameters<ProxyBench["layer"]["privateStates"]["change"]>[0] = {}): ProxyBench {
  const bench = new ProxyBench().start();
  bench.layer.states.change({ gattProxy: FeatureState.Disabled });
  bench.layer.privateStates.change(values);
  bench.clock.advance(0);
  return bench;
}

/** What is advertised: the type of the service data, the address, and whether the hash is that of the subnet. */
function shown(bench: ProxyBench, index = 0): string {
  const { now } = bench.radio;
  if (now?.data === undefined) return "nothing";
  const data = hex(now.data.slice(22));
  const type = data[0] ?? 0;
  const [hash, random] = [data.slice(1, 9), data.slice(9)];
  const key = bench.layer.netKeys.subnets[index]?.transmitKey;
  const block = new Uint8Array(16);
  if (key === undefined || type === 0) return `${type} ${now.address}`;
  block.set(type === 2 ? key.networkId : [0, 0, 0, 0, 0, type === 3 ? 3 : 0]);
  block.set(random, type === 2 ? 8 : 6);
  if (type !== 2) setUint16BE(block, 14, ELEMENTS.first);
  key.identityKey.encrypt(block, block);
  return `${type} ${now.address} ${toHex(hash) === toHex(block.slice(8)) ? "ours" : "of somebody else"}`;
}

/** A Solicitation PDU as its AD structures. */
function solicitation(
  bench: ProxyBench,
  { src = 0x0031, seq = 1, netKey = NET_KEY, type = 0, ctl = 0x80, size = 17 } = {},
): Uint8Array {
  const cipher = new NetworkCipher(bench.crypto, k2(bench.crypto, hex(netKey), new Uint8Array([0])));
  const pdu = new Uint8Array(size);
  pdu[1] = ctl;
  setUint24BE(pdu, 2, seq);
  setUint16BE(pdu, 5, src);
  cipher.seal(pdu, 0, NonceType.ProxySolicitation);
  return concat(hex("020106" + "03035918"), Uint8Array.of(pdu.length + 4, 0x16, 0x59, 0x18, type), pdu);
}

const solicit = (bench: ProxyBench, fields: Parameters<typeof solicitation>[1] = {}): void =>
  bench.radio.listener?.received(solicitation(bench, fields), -50);

const advertising: Suite = ({ test, equal }) => {
  test("with Private GATT Proxy on, the network is shown to members only, from changing addresses", () => {
    const bench = hidden({ privateGattProxy: true });
    equal(shown(bench), "2 private ours");
    const first = bench.radio.now?.data;
    bench.clock.advance(590_000);
    equal(bench.radio.now?.data, first);
    bench.clock.advance(20_000);
    equal(
      [shown(bench), bench.radio.now?.data === first],
      ["2 private ours", false],
      "a new Random after 10 min",
    );
  });

  test("several subnets are shown in turn, each with its own Random", () => {
    const bench = hidden({ privateGattProxy: true });
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    const seen = new Set<string>();
    for (let i = 0; i < 100; i++) {
      bench.clock.advance(100);
      seen.add(bench.radio.now?.data ?? "nothing");
    }
    equal(seen.size, 2);
  });

  test("Private Node Identity is shown for 60 s, to members only, from a changing address", () => {
    const bench = hidden();
    equal(shown(bench), "nothing");
    equal(bench.proxy.showPrivateIdentity(bench.subnet), true);
    equal(shown(bench), "3 private ours");
    const first = bench.radio.now?.data;
    bench.clock.advance(59_000);
    equal(bench.proxy.showPrivateIdentity(bench.subnet), true);
    equal([shown(bench), bench.radio.now?.data === first], ["3 private ours", false]);
    bench.clock.advance(60_000);
    equal(shown(bench), "nothing");
  });

  test("Node Identity excludes the private one, and ends it", () => {
    const bench = hidden();
    bench.proxy.showPrivateIdentity(bench.subnet);
    bench.proxy.showIdentity(bench.subnet);
    equal(bench.proxy.privateNodeIdentity.running, []);
    equal(shown(bench), "1 identity ours");
    equal(bench.proxy.showPrivateIdentity(bench.subnet), false);
  });

  test("GATT Proxy on makes Private GATT Proxy off", () => {
    const bench = hidden({ privateGattProxy: true });
    bench.layer.states.change({ gattProxy: FeatureState.Enabled });
    equal(bench.layer.privateStates.values.privateGattProxy, false);
    equal(shown(bench), "0 identity");
  });

  test("they are never on together, even where only one of them could be stored", () => {
    const bench = hidden({ privateGattProxy: true });
    bench.storage.failAt(2);
    bench.layer.states.change({ gattProxy: FeatureState.Enabled });
    equal(bench.layer.privateStates.values.privateGattProxy, false);
    const again = new ProxyBench({ storage: bench.storage });
    equal(again.layer.states.values.gattProxy, FeatureState.Enabled);
    equal(again.layer.privateStates.values.privateGattProxy, false);
  });

  test("the states last over a restart", () => {
    const bench = hidden({
      privateGattProxy: true,
      onDemandSeconds: 9,
      privateBeacon: true,
      randomUpdateSteps: 1,
    });
    const again = new ProxyBench({ storage: bench.storage }).start();
    equal(again.layer.privateStates.values, bench.layer.privateStates.values);
    equal(shown(again), "2 private ours");
  });
};

const privacy: Suite = ({ test, equal }) => {
  test("who connects to a private proxy gets private beacons, each with a new Random [PROX/BV-20]", () => {
    const bench = hidden({ privateGattProxy: true });
    bench.gatt.join(1, 69);
    equal(bench.told(), [PRIVATE_BEACON]);
    bench.layer.ivIndex.signal(true);
    equal(bench.told(), ["private 0212345679"]);
    bench.gatt.join(2, 69);
    equal(bench.told(2), ["private 0212345679"]);
  });

  test("the privacy of a connection is that of its beginning [PROX/BV-22]", () => {
    const bench = hidden({ privateGattProxy: true });
    bench.gatt.join(1, 69);
    bench.told();
    bench.layer.states.change({ gattProxy: FeatureState.Enabled });
    bench.gatt.join(2, 69);
    equal(bench.told(2), [BEACON]);
    bench.layer.ivIndex.signal(true);
    equal([bench.told(1)[0]?.slice(0, 7), bench.told(2)[0]?.slice(0, 6)], ["private", "beacon"]);
  });

  test("Node Identity makes a connection public, Private Node Identity private", () => {
    const open = hidden({ privateGattProxy: true });
    open.proxy.showIdentity(open.subnet);
    open.gatt.join(1, 69);
    equal(open.told(), [BEACON]);
    const secret = hidden();
    secret.proxy.showPrivateIdentity(secret.subnet);
    secret.gatt.join(1, 69);
    equal(secret.told(), [PRIVATE_BEACON]);
  });

  test("a private proxy sends on what a public one would", () => {
    const bench = hidden({ privateGattProxy: true });
    bench.join();
    bench.configure("0001");
    bench.told();
    bench.airSends({ dst: 0xc000, transportPdu: "0011223344556677" });
    equal(bench.told(), ["network 0100>c000 ttl 4 0011223344556677"]);
  });
};

const beacons: Suite = ({ test, equal, ok }) => {
  /** The private beacons that go on the air, with their Random fields. */
  const aired = (bench: ProxyBench, ms: number): string[] => {
    bench.radio.sent.length = 0;
    bench.clock.advance(ms);
    return bench.radio.sent.filter((data) => data.startsWith("1c2b02"));
  };

  test("private beacons go out while their state is on, about every 10 s", () => {
    const bench = hidden();
    equal(aired(bench, 60_000), []);
    bench.layer.privateStates.change({ privateBeacon: true });
    const sent = aired(bench, 100_000);
    ok(sent.length >= 9 && sent.length <= 11, `${sent.length}`);
    bench.layer.privateStates.change({ privateBeacon: false });
    equal(aired(bench, 60_000), []);
  });

  test("their Random is new when its time is over, and with everything new; with 0 steps each time", () => {
    const bench = hidden({ privateBeacon: true, randomUpdateSteps: 3 });
    equal(new Set(aired(bench, 29_000)).size, 1);
    ok(new Set(aired(bench, 100_000)).size >= 3);
    bench.layer.privateStates.change({ randomUpdateSteps: 0xff });
    const randomOf = (beacon: string | undefined): string | undefined => beacon?.slice(6, 32);
    const before = aired(bench, 30_000);
    bench.layer.ivIndex.signal(true);
    const after = aired(bench, 2_000);
    equal([before.length > 0, after.length], [true, 1]);
    equal(randomOf(before.at(-1)) === randomOf(after[0]), false, "what is new has a new Random");
    bench.layer.privateStates.change({ randomUpdateSteps: 0 });
    const each = aired(bench, 60_000);
    equal(new Set(each).size, each.length);
  });

  test("a private beacon is obeyed, from the air and from a client", () => {
    const other = new ProxyBench().start();
    other.layer.states.change({ gattProxy: FeatureState.Disabled });
    other.layer.privateStates.change({ privateGattProxy: true });
    other.layer.ivIndex.signal(true);
    other.gatt.join(1, 69);
    other.clock.advance(0);
    const [pdu] = other.gatt.take();
    for (const way of ["air", "client"]) {
      const bench = new ProxyBench().start();
      bench.join();
      bench.clock.advance(96 * 3_600_000);
      const beacon = hex((pdu ?? "").slice(2));
      if (way === "client") bench.gatt.write([pdu ?? ""]);
      else bench.radio.listener?.received(concat(hex("1c2b"), beacon), -50);
      equal([bench.layer.ivIndex.current, bench.layer.ivIndex.updating], [0x12345679, true], way);
    }
  });

  test("one that is repeated with the same Random counts each time: ours become rarer", () => {
    const bench = hidden({ privateBeacon: true });
    const beacon = hex(aired(hidden({ privateBeacon: true }), 5_000)[0] ?? "");
    bench.clock.advance(30_000);
    let sent = 0;
    for (let s = 0; s < 200; s++) {
      bench.radio.listener?.received(beacon, -50);
      sent += aired(bench, 1_000).length;
    }
    ok(sent <= 2, `${sent}`);
  });

  test("one that came too soon is obeyed when it comes again in time, unless its key has gone", () => {
    const other = hidden({ privateBeacon: true });
    other.layer.ivIndex.signal(true);
    const beacon = hex(aired(other, 5_000).at(-1) ?? "");
    for (const isMember of [true, false]) {
      const bench = hidden();
      bench.radio.listener?.received(beacon, -50);
      equal([bench.layer.ivIndex.updating, bench.trace.reasons], [false, ["ivUpdateTooSoon"]]);
      bench.layer.netKeys.add(1, hex(OTHER_KEY));
      if (!isMember) bench.layer.netKeys.delete(0, 1);
      bench.clock.advance(96 * 3_600_000);
      bench.radio.listener?.received(beacon, -50);
      equal(bench.layer.ivIndex.updating, isMember);
    }
  });

  test("a private beacon of somebody else, or one that is spoilt, is dropped", () => {
    const bench = new ProxyBench().start();
    bench.radio.listener?.received(hex(`1c2b02${"11".repeat(26)}`), -50);
    bench.radio.listener?.received(hex(`1b2b02${"11".repeat(25)}`), -50);
    equal(bench.trace.reasons, ["unknownNetworkId", "badLength"]);
  });
};

const onDemand: Suite = ({ test, equal }) => {
  test("a Solicitation PDU makes a hidden node show the subnet, for so many seconds [MPXS/BV-12]", () => {
    const bench = hidden({ onDemandSeconds: 10 });
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    equal(shown(bench), "nothing");
    solicit(bench, { netKey: OTHER_KEY });
    equal(shown(bench, 1), "2 private ours");
    bench.clock.advance(9_999);
    equal(shown(bench, 1), "2 private ours");
    bench.clock.advance(1);
    equal(shown(bench, 1), "nothing");
  });

  test("who asks for one subnet hides no other one, and each has its own time", () => {
    const bench = hidden({ onDemandSeconds: 10 });
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    const seen = (ms: number): number => {
      const all = new Set<string | undefined>();
      for (const end = bench.clock.now() + ms; bench.clock.now() < end; bench.clock.advance(100))
        all.add(bench.radio.now?.data);
      return all.size;
    };
    solicit(bench);
    bench.clock.advance(4_000);
    solicit(bench, { seq: 2, netKey: OTHER_KEY });
    equal([seen(6_000), seen(3_900), shown(bench, 1)], [2, 1, "2 private ours"]);
    bench.clock.advance(100);
    equal(shown(bench), "nothing");
  });

  test("who has come that way gets private beacons, and may come back as long after it has gone [MPXS/BV-13]", () => {
    const bench = hidden({ onDemandSeconds: 10 });
    solicit(bench);
    bench.gatt.join(1, 69);
    equal([shown(bench), bench.told()], ["nothing", [PRIVATE_BEACON]]);
    bench.clock.advance(60_000);
    bench.gatt.leave();
    equal(shown(bench), "2 private ours");
    bench.clock.advance(10_000);
    equal(shown(bench), "nothing");
  });

  test("it may come back also when another client has gone before it", () => {
    const bench = hidden({ onDemandSeconds: 10 });
    solicit(bench);
    bench.gatt.join(1, 69);
    bench.proxy.showPrivateIdentity(bench.subnet);
    bench.gatt.join(2, 69);
    bench.clock.advance(60_000);
    bench.gatt.leave(2);
    bench.clock.advance(10_000);
    equal(shown(bench), "nothing");
    bench.gatt.leave(1);
    equal(shown(bench), "2 private ours");
    bench.clock.advance(10_000);
    equal(shown(bench), "nothing");
  });

  test("one that is shown already, or has the state off, does not look at it", () => {
    for (const values of [{ privateGattProxy: true, onDemandSeconds: 10 }, {}]) {
      const bench = hidden(values);
      const before = bench.radio.now?.data;
      solicit(bench);
      solicit(bench);
      equal([bench.radio.now?.data, bench.trace.reasons], [before, []]);
    }
    const open = new ProxyBench().start();
    open.layer.privateStates.change({ onDemandSeconds: 10 });
    solicit(open);
    equal(shown(open), "0 identity");
  });

  test("when the state goes off, the node hides at once", () => {
    const bench = hidden({ onDemandSeconds: 10 });
    solicit(bench);
    bench.layer.privateStates.change({ onDemandSeconds: 0 });
    equal(shown(bench), "nothing");
  });

  test("what is replayed, forged or malformed changes nothing", () => {
    const bench = hidden({ onDemandSeconds: 1 });
    solicit(bench, { seq: 5 });
    bench.clock.advance(1_000);
    for (const [fields, reason] of [
      [{ seq: 5 }, "replayed"],
      [{ seq: 4 }, "replayed"],
      [{ seq: 6, src: 0 }, "badAddress"],
      [{ seq: 6, src: 0xc000 }, "badAddress"],
      [{ seq: 6, src: ELEMENTS.first }, "ownAddress"],
      [{ seq: 6, netKey: OTHER_KEY }, "unknownNid"],
      [{ seq: 6, ctl: 0x81 }, "prohibitedValue"],
      [{ seq: 6, size: 18 }, "badLength"],
    ] as const) {
      bench.trace.drops.length = 0;
      solicit(bench, fields);
      equal([bench.trace.reasons, shown(bench)], [[reason], "nothing"], JSON.stringify(fields));
    }
    solicit(bench, { seq: 6, type: 1 });
    const spoilt = solicitation(bench, { seq: 6 });
    spoilt[spoilt.length - 1] = (spoilt[spoilt.length - 1] ?? 0) ^ 1;
    bench.radio.listener?.received(spoilt, -50);
    equal([bench.trace.reasons.at(-1), shown(bench)], ["badMic", "nothing"]);
    solicit(bench, { seq: 6 });
    equal(shown(bench), "2 private ours");
  });

  test("what cannot be remembered is not obeyed", () => {
    const bench = hidden({ onDemandSeconds: 10 });
    bench.storage.failAt(1);
    solicit(bench);
    equal([bench.trace.reasons, shown(bench)], [["notRemembered"], "nothing"]);
    solicit(bench);
    equal(shown(bench), "2 private ours");
  });
};

export const suite: Suite = (harness) => {
  advertising(harness);
  privacy(harness);
  beacons(harness);
  onDemand(harness);
};
