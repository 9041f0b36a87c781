/** The Proxy Server: filters, beacons, and both directions between GATT and the air. MshPRT 6.5 to 6.7, 3.4.6.3. */

import type { Bearer } from "../../../modules/bearer/bearer.js";
import { toHex } from "../../../modules/bytes.js";
import { FeatureState } from "../../../modules/network/node-states.js";
import type { Suite } from "../../support/harness.js";
import { NET_KEY } from "../../support/network-bench.js";
import { hex } from "../../support/provisionee-bench.js";
import { CLIENT, ELEMENTS, IV_INDEX, OTHER_KEY, ProxyBench } from "../../support/proxy-bench.js";

const GROUP = 0xc123;
const TRANSPORT = "0011223344556677";

/** A proxy whose phone has joined. */
function joined(options: ConstructorParameters<typeof ProxyBench>[0] = {}): ProxyBench {
  const bench = new ProxyBench(options).start();
  bench.join();
  return bench;
}

const service: Suite = ({ test, equal }) => {
  test("a node shows the Mesh Proxy Service with its characteristics [MPXS/BV-02, MPXS/BV-03, MPXS/BV-06]", () => {
    const { gatt } = new ProxyBench().start();
    equal(gatt.service, { service: 0x1828, dataIn: 0x2add, dataOut: 0x2ade });
  });

  test("a client is told of no beacon before it subscribes, and then at once [MPXS/BV-04, PROX/BV-11]", () => {
    const bench = new ProxyBench().start();
    bench.gatt.connect(1, 69);
    bench.clock.advance(10_000);
    equal(bench.told(), []);
    bench.gatt.subscribe();
    equal(bench.told(), ["beacon 003ecaff672f67337012345678"]);
  });

  test("each subnet has a beacon, and one more when the node joins one", () => {
    const bench = new ProxyBench().start();
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    bench.gatt.join(1, 69);
    equal(bench.told().length, 2);
    bench.layer.netKeys.add(2, new Uint8Array(16).fill(3));
    equal(bench.told().length, 1);
    bench.layer.netKeys.delete(2, 0);
    equal(bench.told(), []);
  });

  test("the Secure Network Beacon state does not keep them from clients", () => {
    const bench = new ProxyBench().start();
    bench.layer.states.change({ secureNetworkBeacon: false });
    bench.gatt.join(1, 69);
    equal(bench.told().length, 1);
  });

  test("a beacon follows each change of the IV Index and of the flags, once [PROX/BV-12]", () => {
    const bench = joined();
    bench.layer.ivIndex.signal(true);
    equal(bench.told(), ["beacon 023ecaff672f67337012345679"]);
    bench.layer.ivIndex.signal(false);
    equal(bench.told(), ["beacon 003ecaff672f67337012345679"]);
    bench.layer.changed();
    equal(bench.told(), []);
    bench.layer.netKeys.update(0, hex(OTHER_KEY));
    equal(bench.told(), [], "phase 1 is told to nobody");
    bench.layer.netKeys.transition(0, 2);
    equal(bench.told()[0]?.slice(0, 9), "beacon 01");
    bench.layer.netKeys.transition(0, 3);
    equal(bench.told()[0]?.slice(0, 9), "beacon 00");
  });

  test("a slow client hears of the present state only, never of one that has passed", () => {
    const bench = new ProxyBench({ room: 1 }).start();
    bench.gatt.join(1, 23);
    bench.clock.advance(0);
    bench.layer.ivIndex.signal(true);
    bench.layer.ivIndex.signal(false);
    bench.clock.advance(0);
    const came: string[] = [];
    for (let i = 0; i < 6; i++) {
      came.push(...bench.gatt.take());
      bench.gatt.drain();
    }
    const beacons = came.filter((pdu) => pdu.startsWith("41")).map((pdu) => pdu.slice(4, 30));
    equal(beacons, ["003ecaff672f67337012345678", "003ecaff672f67337012345679"]);
  });

  test("a beacon of the client is obeyed as one from the air, and answered with ours [PROX/BV-14]", () => {
    const bench = joined();
    bench.clock.advance(96 * 3_600_000);
    // MshPRT 8.4.4: IV update in progress, 12345679.
    bench.gatt.write(["01" + "01023ecaff672f67337012345679c2af80ad072a135c"]);
    equal([bench.layer.ivIndex.current, bench.layer.ivIndex.updating], [IV_INDEX + 1, true]);
    equal(bench.told(), ["beacon 023ecaff672f67337012345679"]);
  });

  test("a client that tells of an older IV Index changes nothing, and is told nothing new [PROX/BV-13]", () => {
    const bench = joined();
    bench.layer.ivIndex.signal(true);
    bench.layer.ivIndex.signal(false);
    bench.told();
    bench.gatt.write(["01" + "01003ecaff672f673370123456788ea261582f364f6f"]);
    equal(bench.layer.ivIndex.current, IV_INDEX + 1);
    equal(bench.trace.reasons, ["staleIvIndex"]);
    equal(bench.told(), []);
  });

  test("each client has its own beacons and filter [MPXS/BV-08]", () => {
    const bench = joined();
    bench.gatt.join(2, 69);
    equal(bench.told(2).length, 1);
    equal(bench.told(1), []);
    bench.configure("01c123", 1);
    bench.configure("01c124", 2);
    equal([bench.told(1), bench.told(2)], [["status 80 12010000 03000001"], ["status 80 12010000 03000001"]]);
    bench.airSends({ dst: 0xc124, transportPdu: TRANSPORT });
    equal(bench.told(1), []);
    equal(bench.told(2), [`network 0100>c124 ttl 4 ${TRANSPORT}`]);
  });

  test("a connection that is gone leaves nothing behind", () => {
    const bench = new ProxyBench().start();
    const interfaces = new Set<Bearer>();
    const { network } = bench.layer;
    const [add, remove] = [network.add.bind(network), network.remove.bind(network)];
    network.add = (bearer) => {
      interfaces.add(bearer);
      add(bearer);
    };
    network.remove = (bearer) => {
      interfaces.delete(bearer);
      remove(bearer);
    };
    bench.join();
    equal(interfaces.size, 1);
    bench.configure("0001");
    bench.gatt.leave();
    equal(interfaces.size, 0);
    bench.join();
    bench.airSends({ dst: GROUP });
    equal(bench.told(), [], "an empty accept list again");
    bench.configure("01");
    equal(bench.told(), ["status 80 12010000 03000000"]);
  });
};

const configuration: Suite = ({ test, equal }) => {
  test("Set Filter Type, Add and Remove are answered with the true size [PROX/BV-01, PROX/BV-07, PROX/BV-09, PROX/BV-10]", () => {
    const bench = joined();
    for (const [request, status] of [
      ["0000", "03000000"],
      ["01c000c001c002", "03000003"],
      ["01c000c00300000005", "03000005"],
      ["02c000c009", "03000004"],
      ["01", "03000004"],
      ["0001", "03010000"],
      ["01c000", "03010001"],
      ["02c000", "03010000"],
      ["0000", "03000000"],
    ] as const) {
      bench.configure(request);
      equal(bench.told(), [`status 80 12010000 ${status}`], request);
    }
  });

  test("a filter has room for 32 addresses at least, and says when it is full", () => {
    const bench = joined({ filter: 32 });
    let address = 0xc000;
    const sizes: string[] = [];
    for (let i = 0; i < 8; i++) {
      let addresses = "";
      for (let n = 0; n < 5; n++, address++) addresses += address.toString(16);
      bench.configure(`01${addresses}`);
      sizes.push(bench.told()[0]?.slice(-4) ?? "");
    }
    equal(sizes, ["0005", "000a", "000f", "0014", "0019", "001e", "0020", "0020"]);
  });

  test("it is answered with the key that it came with", () => {
    const bench = joined();
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    bench.told();
    bench.configure("0000", 1, { netKey: OTHER_KEY });
    equal(bench.told(), ["status 80 12010000 03000000 by the other key"]);
    bench.configure("0000");
    equal(bench.told(), ["status 80 12010000 03000000"]);
  });

  test("answers have sequence numbers of their own, and what is replayed is not obeyed", () => {
    const bench = joined();
    const request = toHex(bench.configuration("0001"));
    const before = bench.layer.sequence.next;
    bench.gatt.write([`02${request}`]);
    equal(bench.told(), ["status 80 12010000 03010000"]);
    equal(bench.layer.sequence.next, before + 1);
    bench.configure("0000");
    bench.told();
    bench.gatt.write([`02${request}`]);
    bench.configure("0001", 1, { seq: 1 });
    equal(bench.told(), []);
    equal(bench.trace.reasons, ["replayed", "replayed"]);
    bench.configure("01", 1, { seq: 0x100 });
    equal(bench.told(), ["status 80 12010000 03000000"], "a gap is none of our business");
  });

  test("network PDUs and configuration messages share the sequence numbers of their source", () => {
    const bench = joined();
    bench.layer.replayList.accept(CLIENT, IV_INDEX, 0x50);
    bench.configure("01", 1, { seq: 0x50 });
    equal(bench.trace.reasons, ["replayed"]);
    bench.configure("01", 1, { seq: 0x51 });
    equal(bench.layer.replayList.check(CLIENT, IV_INDEX, 0x51), "replayed");
  });

  test("an opcode that is reserved is ignored [PROX/BI-02]", () => {
    const bench = joined();
    for (const request of ["06", "07aa", "ff", "0401", "0500"]) bench.configure(request);
    equal(bench.told(), []);
    equal(
      bench.trace.reasons,
      Array.from({ length: 5 }, () => "reservedOpcode"),
    );
    equal(bench.gatt.isConnected(), true);
  });

  test("what is malformed is ignored and not remembered", () => {
    const bench = joined();
    for (const [transportPdu, header, reason] of [
      ["0002", {}, "prohibitedValue"],
      ["00ff", {}, "prohibitedValue"],
      ["00", {}, "badLength"],
      ["000000", {}, "badLength"],
      ["01c0", {}, "badLength"],
      ["02c000c1", {}, "badLength"],
      ["03000000", {}, "unexpectedMessage"],
      ["0000", { ttl: 1 }, "prohibitedValue"],
      ["0000", { dst: 1 }, "badAddress"],
      ["0000", { src: 0 }, "badAddress"],
      ["0000", { src: 0xc000 }, "badAddress"],
      ["0000", { src: ELEMENTS.first + 1 }, "ownAddress"],
      ["0000000000", { ctl: false }, "prohibitedValue"],
      ["0000", { netKey: OTHER_KEY }, "unknownNid"],
    ] as const) {
      bench.trace.drops.length = 0;
      bench.configure(transportPdu, 1, { seq: 0x77, ...header });
      equal(bench.trace.reasons, [reason], transportPdu);
    }
    equal(bench.told(), []);
    bench.configure("0000", 1, { seq: 0x77 });
    equal(bench.told(), ["status 80 12010000 03000000"]);
  });

  test("whoever asks too much at once is answered as far as there is room", () => {
    const bench = new ProxyBench({ room: 0 }).start();
    bench.gatt.join(1, 69);
    for (let i = 0; i < 9; i++) bench.configure("01");
    equal(bench.trace.reasons, ["noRoom"]);
  });
};

const forwarding: Suite = ({ test, equal }) => {
  test("the accept list lets through what is on it, whole or in segments [PROX/BV-02, PROX/BV-03, PROX/BV-06]", () => {
    const bench = joined();
    bench.configure("01c123");
    bench.told();
    bench.airSends({ dst: GROUP, transportPdu: TRANSPORT });
    bench.airSends({ dst: 0xc124 });
    bench.airSends({ dst: CLIENT });
    equal(bench.told(), [`network 0100>c123 ttl 4 ${TRANSPORT}`]);
    equal(bench.heard.includes(`0100>c123 ${TRANSPORT}`), true, "the node itself hears it too");
  });

  test("the reject list keeps back what is on it [PROX/BV-08]", () => {
    const bench = joined();
    bench.configure("0001");
    bench.configure("01c123");
    bench.told();
    bench.airSends({ dst: GROUP });
    bench.airSends({ dst: 0xc124, transportPdu: TRANSPORT });
    equal(bench.told(), [`network 0100>c124 ttl 4 ${TRANSPORT}`]);
  });

  test("what a client sends goes on the air and to the other clients, not back [PROX/BV-04, PROX/BV-05, MPXS/BV-07]", () => {
    const bench = joined();
    bench.gatt.join(2, 69);
    for (const connection of [1, 2]) {
      bench.configure("0001", connection, { src: CLIENT + connection });
      bench.told(connection);
    }
    bench.clientSends({ dst: GROUP, transportPdu: TRANSPORT });
    equal(bench.told(1), []);
    equal(bench.told(2), [`network 0005>c123 ttl 4 ${TRANSPORT}`]);
    equal(bench.aired(), [`0005>c123 ttl 4 ${TRANSPORT}`]);
    equal(bench.heard, [`0005>c123 ${TRANSPORT}`]);
  });

  test("it leaves with the transmissions of Network Transmit, as it is no relaying", () => {
    const bench = joined();
    bench.layer.states.change({ networkTransmit: 0x04, relayRetransmit: 0x00 });
    bench.radio.sent.length = 0;
    bench.clientSends({ dst: GROUP });
    bench.clock.advance(500);
    equal(bench.radio.sent.filter((data) => data.slice(2, 4) === "2a").length, 5);
  });

  test("the source of a client's PDU comes onto its accept list: answers find their way", () => {
    const bench = joined();
    bench.airSends({ dst: CLIENT });
    equal(bench.told(), []);
    bench.clientSends({ dst: ELEMENTS.first });
    bench.airSends({ dst: CLIENT, transportPdu: TRANSPORT });
    equal(bench.told(), [`network 0100>0005 ttl 4 ${TRANSPORT}`]);
    bench.configure("01");
    equal(bench.told(), ["status 80 12010000 03000001"]);
  });

  test("what nobody can authenticate changes no filter", () => {
    const bench = joined();
    bench.gatt.write([
      `00${toHex(bench.neighbour.pdu({ src: CLIENT, ivIndex: 5 }))}`,
      "00",
      "0068".padEnd(40, "7"),
    ]);
    bench.configure("01");
    equal(bench.told(), ["status 80 12010000 03000000"]);
  });

  test("what is for one of our elements, or has used up its TTL, goes no further", () => {
    const bench = joined();
    bench.configure("0001");
    bench.told();
    bench.clientSends({ dst: ELEMENTS.first + 1 });
    for (const ttl of [0, 1, 2]) bench.clientSends({ dst: GROUP, ttl });
    for (const ttl of [0, 1, 2]) bench.airSends({ dst: GROUP, ttl });
    equal([bench.aired(), bench.told()], [[], []]);
    equal(bench.heard.length, 7);
    bench.clientSends({ dst: GROUP, ttl: 3 });
    equal(bench.aired()[0]?.slice(0, 15), "0005>c123 ttl 2");
  });

  test("a PDU that comes twice, by both ways, goes out once each", () => {
    const bench = joined();
    bench.configure("0001");
    bench.told();
    bench.clientSends({ dst: GROUP, seq: 0x99 });
    bench.clientSends({ dst: GROUP, seq: 0x99 });
    bench.airSends({ src: CLIENT, dst: GROUP, seq: 0x99, ttl: 4 });
    equal([bench.aired().length, bench.told().length, bench.heard.length], [1, 0, 1]);
  });

  test("with GATT Proxy off nothing goes between GATT and the air, but the node itself is reached [PROX/BV-15]", () => {
    const bench = joined();
    bench.configure("0001");
    bench.layer.states.change({ gattProxy: FeatureState.Disabled });
    bench.told();
    bench.clientSends({ dst: GROUP });
    bench.clientSends({ dst: ELEMENTS.first, transportPdu: TRANSPORT });
    bench.airSends({ dst: GROUP });
    equal([bench.aired(), bench.told()], [[], []]);
    equal(bench.heard.includes(`0005>1201 ${TRANSPORT}`), true);
    const { subnet } = bench;
    const how = { ctl: false, ttl: 5, seq: 0x700, src: ELEMENTS.first, dst: CLIENT, ivIndex: IV_INDEX };
    bench.layer.network.send(hex(TRANSPORT), { ...how, subnet, urgent: false, tag: 0 });
    equal(
      bench.told(),
      [`network 1201>0005 ttl 5 ${TRANSPORT}`],
      "and what it says itself reaches the client",
    );
  });

  test("relaying and the proxy do not hinder each other", () => {
    const bench = joined({ relay: true });
    bench.configure("0001");
    bench.told();
    bench.airSends({ dst: GROUP, transportPdu: TRANSPORT });
    equal(bench.told(), [`network 0100>c123 ttl 4 ${TRANSPORT}`]);
    equal(bench.aired(), [`0100>c123 ttl 4 ${TRANSPORT}`]);
    bench.airSends({ dst: GROUP, ttl: 2, transportPdu: TRANSPORT });
    equal(bench.told(), [], "the last hop is for relays only");
    equal(bench.aired(), [`0100>c123 ttl 1 ${TRANSPORT}`]);
  });

  test("a client of another subnet is heard with its own key", () => {
    const bench = joined();
    bench.layer.netKeys.add(1, hex(OTHER_KEY));
    bench.told();
    bench.configure("0001");
    bench.told();
    bench.airSends({ dst: GROUP, transportPdu: TRANSPORT });
    equal(bench.told(), [`network 0100>c123 ttl 4 ${TRANSPORT}`], `still by ${NET_KEY}`);
  });
};

const ending: Suite = ({ test, equal }) => {
  test("what is still to leave leaves before the end, which waits for 2 s at most", () => {
    const bench = new ProxyBench({ room: 1 }).start();
    bench.gatt.join(1, 69);
    bench.clock.advance(0);
    const ends: number[] = [];
    bench.proxy.drain(() => ends.push(bench.clock.now()));
    bench.clock.advance(100);
    equal(ends, []);
    bench.gatt.drain();
    bench.clock.advance(0);
    equal(ends, [100]);
    bench.configure("01");
    bench.clock.advance(0);
    bench.proxy.drain(() => ends.push(bench.clock.now()));
    bench.clock.advance(5_000);
    equal(ends, [100, 2_100]);
  });

  test("with nothing to wait for, the end comes in the next turn", () => {
    const bench = joined();
    const ends: number[] = [];
    bench.proxy.drain(() => ends.push(1));
    equal(ends, []);
    bench.clock.advance(0);
    equal(ends, [1]);
  });

  test("stopped, it closes every connection, advertises nothing, and obeys nobody", () => {
    const bench = joined();
    bench.gatt.join(2, 69);
    bench.layer.stop();
    equal(bench.radio.now, undefined);
    bench.clientSends({ dst: ELEMENTS.first });
    bench.clock.advance(100_000);
    equal([bench.gatt.isConnected(1), bench.gatt.isConnected(2), bench.heard], [false, false, []]);
    equal(bench.radio.now, undefined);
  });
};

export const suite: Suite = (harness) => {
  service(harness);
  configuration(harness);
  forwarding(harness);
  ending(harness);
};
