/** The phone over GATT: its PDUs against the samples, and its link to a service that the test plays. MshPRT 6, 7, 8. */

import { SimulatedCentral } from "../../host/simulator/gatt-central.js";
import { SimulatedGattServer } from "../../host/simulator/gatt-server.js";
import { Medium } from "../../host/simulator/medium.js";
import { decodeMeshAdvertisement } from "../../host/simulator/phone/gatt/advertisement.js";
import { GattPhone } from "../../host/simulator/phone/gatt/gatt-phone.js";
import { ProxyClient } from "../../host/simulator/phone/gatt/proxy-client.js";
import {
  cutMessage,
  ProxyReassembler,
  ProxyType,
  proxyPdu,
  REASSEMBLY_MS,
} from "../../host/simulator/phone/gatt/proxy-pdu.js";
import type { LinkHabits } from "../../host/simulator/phone/gatt/service-link.js";
import { encodePrivateBeacon, openPrivateBeacon } from "../../host/simulator/phone/mesh/beacon.js";
import { isOfSubnet } from "../../host/simulator/phone/mesh/identity.js";
import { netKeyMaterial } from "../../host/simulator/phone/mesh/keys.js";
import { encodeSolicitation, encodeSolicitationPdu } from "../../host/simulator/phone/mesh/solicitation.js";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat, toHex } from "../../modules/bytes.js";
import type { GattListener } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Harness, Suite } from "../support/harness.js";
import { hex } from "../support/provisionee-bench.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import beacons from "../vectors/beacons.json" with { type: "json" };
import proxy from "../vectors/proxy.json" with { type: "json" };

interface Vector {
  readonly name: string;
  readonly type: string;
  readonly inputs: Fields;
  readonly outputs: Fields;
}

const proxyVectors: readonly Vector[] = proxy.vectors;
const beaconVectors: readonly Vector[] = beacons.vectors;

function numberOf(fields: Fields, name: string): number {
  return Number.parseInt(toHex(octetsOf(fields, name)), 16);
}

function vectorsOf(type: string, list: readonly Vector[]): readonly Vector[] {
  return list.filter((vector) => vector.type === type);
}

function listOf(fields: Fields, name: string): readonly unknown[] {
  const list = fields[name];
  return Array.isArray(list) ? list : [];
}

/** A phone, and a proxy service that the test serves by hand. */
class Bench {
  readonly clock = new FakeClock();
  readonly medium = new Medium(this.clock);
  readonly server: SimulatedGattServer;
  readonly radio: SimulatedRadio;
  readonly phone: GattPhone;
  readonly client: ProxyClient;
  readonly written: string[] = [];
  readonly opened: number[] = [];

  constructor(habits: LinkHabits = {}) {
    const { clock, medium } = this;
    this.radio = new SimulatedRadio({ medium, name: "device", clock, random: new SeededRandom(1) });
    this.radio.open({ received: () => {}, transmitted: () => {} });
    this.server = new SimulatedGattServer({ port: this.radio.port, clock });
    const central = new SimulatedCentral(medium, "phone");
    this.phone = new GattPhone({ central, clock, random: new SeededRandom(2), habits });
    this.client = new ProxyClient({ clock, address: 0x0001 });
    this.client.peer.addNetwork({
      netKeyIndex: 0,
      netKey: hex("d1aafb2a1a3c281cbdb0e960edfad852"),
      ivIndex: 0x12345678,
    });
    this.client.peer.setSequence(1);
    this.server.serve({ service: 0x1828, dataIn: 0x2add, dataOut: 0x2ade }, this.listener());
  }

  listener(): GattListener {
    return {
      connected: () => {},
      disconnected: () => {},
      subscribed: (id, on) => {
        if (on) this.opened.push(id);
      },
      written: (_, value) => this.written.push(`${this.clock.now()} ${toHex(value)}`),
      ready: () => {},
      idle: () => {},
    };
  }

  join(): this {
    this.advertise();
    this.phone.join(this.radio.identity, this.client);
    this.clock.advance(500);
    return this;
  }

  advertise(): void {
    const data = new Uint8Array([2, 1, 6]);
    this.radio.setConnectable({ data, scanResponse: undefined, intervalMs: 20, address: "identity" });
  }

  notify(value: Uint8Array): boolean {
    return this.server.notify(this.opened[0] ?? 0, value);
  }
}

const samples = ({ test, equal, ok }: Harness): void => {
  for (const { name, inputs, outputs } of vectorsOf("proxySar", proxyVectors)) {
    test(`cut and put together: ${name}`, () => {
      const [type, message] = [numberOf(inputs, "MessageType"), octetsOf(inputs, "Message")];
      const size = Number(inputs.maxProxyPduLength);
      const pdus = cutMessage(type, message, size);
      equal(pdus.map(toHex), listOf(outputs, "ProxyPDUs"));
      const heard: string[] = [];
      const reassembler = new ProxyReassembler(new FakeClock(), {
        message: (came, octets) => heard.push(`${came} ${toHex(octets)}`),
        fault: (fault) => heard.push(fault),
      });
      for (const pdu of pdus) reassembler.take(pdu, size);
      equal(heard, [`${type} ${toHex(message)}`]);
    });
  }

  for (const { name, inputs, outputs } of vectorsOf("proxyConfiguration", proxyVectors)) {
    test(`proxy configuration: ${name}`, () => {
      const clock = new FakeClock();
      const src = numberOf(inputs, "SRC");
      const { peer } = new ProxyClient({ clock, address: src, sequence: numberOf(inputs, "SEQ") });
      const ivIndex = numberOf(inputs, "IVIndex");
      peer.addNetwork({ netKeyIndex: 0, netKey: octetsOf(inputs, "NetKey"), ivIndex });
      const pdu = octetsOf(inputs, "TransportPDU");
      const message = peer.prepareConfiguration({ opcode: pdu[0] ?? 0, parameters: pdu.slice(1) });
      equal(message, octetsOf(outputs, "ProxyMessage"));
      const opened = peer.openConfiguration(message);
      equal([opened?.src, opened?.dst, opened?.ttl, opened?.ctl, opened?.transportPdu], [src, 0, 0, 1, pdu]);
      equal(proxyPdu(0, ProxyType.Configuration, message), octetsOf(outputs, "ProxyPDU"));
    });
  }

  test("what devices and nodes say of themselves, and whose it is", () => {
    const kinds: string[] = [];
    for (const { inputs, outputs } of beaconVectors.filter((vector) => "ADVData" in vector.outputs)) {
      const serviceData = octetsOf(outputs, "ADVData");
      const uuids = concat(hex("0303"), serviceData.subarray(2, 4));
      const advertisement = decodeMeshAdvertisement(concat(uuids, serviceData));
      kinds.push(advertisement?.kind ?? "nothing");
      if (advertisement?.kind === "unprovisioned") {
        equal(advertisement.deviceUuid, octetsOf(inputs, "DeviceUUID"));
        continue;
      }
      const key = netKeyMaterial(octetsOf(inputs, "NetKey"));
      const address = "Address" in inputs ? numberOf(inputs, "Address") : undefined;
      ok(advertisement !== undefined && isOfSubnet(advertisement, key, address));
      ok(
        advertisement !== undefined &&
          !isOfSubnet(advertisement, netKeyMaterial(new Uint8Array(16)), address),
      );
      ok(advertisement !== undefined && !isOfSubnet(advertisement, key, (address ?? 0) + 1));
    }
    equal(kinds, [
      "unprovisioned",
      "networkId",
      "nodeIdentity",
      "privateNetworkIdentity",
      "privateNodeIdentity",
    ]);
  });

  test("service data without the list of UUIDs, or of another length, are not found", () => {
    const [uuids, data] = ["03032818", `0c16281800${"11".repeat(8)}`];
    equal(decodeMeshAdvertisement(hex(`${uuids}${data}`))?.kind, "networkId");
    equal(decodeMeshAdvertisement(hex(data)), undefined);
    equal(decodeMeshAdvertisement(hex(`03032718${data}`)), undefined);
    equal(decodeMeshAdvertisement(hex(`${uuids}0b16281800${"11".repeat(7)}`)), undefined);
    equal(decodeMeshAdvertisement(hex(`${uuids}1416281804${"11".repeat(16)}`)), undefined);
    equal(decodeMeshAdvertisement(hex("ff")), undefined);
  });

  for (const { name, inputs, outputs } of vectorsOf("privateBeacon", beaconVectors)) {
    test(name, () => {
      const key = netKeyMaterial(octetsOf(inputs, "NetKey"));
      equal(key.privateBeaconKey, octetsOf(outputs, "PrivateBeaconKey"));
      const [flags, ivIndex] = [numberOf(outputs, "Flags"), numberOf(inputs, "IVIndex")];
      const payload = encodePrivateBeacon(key, flags, ivIndex, octetsOf(inputs, "Random"));
      ok(toHex(octetsOf(outputs, "ADStructure")).endsWith(toHex(payload)), toHex(payload));
      equal(openPrivateBeacon(payload, key), { flags, ivIndex });
      equal(openPrivateBeacon(payload, netKeyMaterial(new Uint8Array(16))), undefined);
    });
  }

  test("a solicitation", () => {
    const [vector] = vectorsOf("solicitationPdu", beaconVectors);
    if (vector === undefined) throw new Error("no sample");
    const key = netKeyMaterial(octetsOf(vector.inputs, "NetKey"));
    const [src, seq] = [numberOf(vector.inputs, "SRC"), numberOf(vector.inputs, "SEQ")];
    equal(encodeSolicitationPdu(key, src, seq), octetsOf(vector.outputs, "SolicitationPDU"));
    ok(encodeSolicitation(key, src, seq).length <= 31);
  });
};

const reassembling = ({ test, equal }: Harness): void => {
  /** What comes of these PDUs, each of at most 4 octets; the time that passes after the last one. */
  function hearing(pdus: readonly string[], waitMs = 0): readonly string[] {
    const clock = new FakeClock();
    const heard: string[] = [];
    const reassembler = new ProxyReassembler(clock, {
      message: (type, octets) => heard.push(`${type} ${toHex(octets)}`),
      fault: (fault) => heard.push(fault),
    });
    for (const pdu of pdus) reassembler.take(hex(pdu), 4);
    clock.advance(waitMs);
    return heard;
  }

  test("a device that gets its segments wrong is found out, and may begin anew [S-1]", () => {
    equal(hearing(["41000102", "81030405", "c106"]), ["1 00010203040506"]);
    equal(hearing(["41000102", "810304", "c105"]), ["shortSegment", "outOfOrder"]);
    equal(hearing(["410001"]), ["shortSegment"]);
    equal(hearing(["81000102"]), ["outOfOrder"]);
    equal(hearing(["c100"]), ["outOfOrder"]);
    equal(hearing(["41000102", "0105", "0106"]), ["outOfOrder", "1 06"]);
    equal(hearing(["41000102", "c305"]), ["outOfOrder"]);
    equal(hearing([""]), ["empty"]);
    equal(hearing(["41000102"], REASSEMBLY_MS), ["timeout"]);
    equal(hearing(["41000102", "c103"], REASSEMBLY_MS), ["1 00010203"]);
  });
};

const linking = ({ test, equal, ok, throws }: Harness): void => {
  test("a proxy client opens its link, configures the filter and hears", () => {
    const bench = new Bench().join();
    equal(bench.client.isOpen, true);
    bench.client.setFilterType(0);
    bench.clock.advance(100);
    equal(
      bench.written.map((line) => line.split(" ")[1]),
      ["0210386bd60efbbb8b8c2851" + "2e792d3711f4b526"],
    );
    const status = bench.client.peer.prepareConfiguration({
      opcode: 3,
      parameters: hex("000005"),
      src: 0x0002,
    });
    ok(bench.notify(proxyPdu(0, ProxyType.Configuration, status)));
    bench.clock.advance(100);
    equal(bench.client.statuses, [{ filterType: 0, listSize: 5, src: 2 }]);
  });

  test("long messages go in writes of the ATT_MTU, in bursts or one by one", () => {
    for (const [habits, pdus] of [
      [{ mtu: 23 }, 4],
      [{ mtu: undefined }, 4],
      [{ mtu: 69 }, 1],
      [{ mtu: 517 }, 1],
      [{ mtu: 517, writeSize: 20 }, 4],
      [{ mtu: 23, writePauseMs: 100 }, 4],
    ] as const) {
      const bench = new Bench(habits).join();
      bench.client.sendMessage(ProxyType.Provisioning, new Uint8Array(65));
      bench.clock.advance(1000);
      equal(bench.written.length, pdus, JSON.stringify(habits));
      const [first, second] = bench.written.map((line) => Number(line.split(" ")[0]));
      if ("writePauseMs" in habits) equal((second ?? 0) - (first ?? 0), 100);
    }
  });

  test("without a subscription, with a refused one, without the service: the phone says what it is", () => {
    const mute = new Bench({ subscription: undefined }).join();
    equal([mute.client.isOpen, mute.opened], [true, []]);
    const refused = new Bench({ subscription: 2 }).join();
    equal(
      refused.client.events.map(({ what }) => what),
      ["notSubscribed", "closed"],
    );
    const lost = new Bench();
    lost.server.serve(undefined, lost.listener());
    lost.join();
    equal(
      lost.client.events.map(({ what }) => what),
      ["noService", "closed"],
    );
    throws(() => new Bench().join().phone.join(new Uint8Array(6), mute.client), "one connection at a time");
  });

  test("what could not be sent waits for the next connection", () => {
    const bench = new Bench().join();
    bench.phone.disconnect();
    bench.clock.advance(100);
    bench.client.peer.sendBeacon();
    equal([bench.client.isOpen, bench.client.peer.waiting, bench.written], [false, 1, []]);
    bench.join();
    equal([bench.client.peer.waiting, bench.written.length], [0, 1]);
  });

  test("a phone tries so often to connect, and gives up", () => {
    const bench = new Bench();
    bench.phone.habits = { retries: 2, retryMs: 200 };
    bench.phone.join(bench.radio.identity, bench.client);
    bench.clock.advance(20_000);
    equal(
      bench.phone.events.map(({ atMs, what }) => `${atMs} ${what}`),
      ["5000 connectFailed", "10200 connectFailed", "15400 connectFailed", "15400 gaveUp"],
    );
    bench.join();
    equal(bench.client.isOpen, true);
  });
};

export const suite: Suite = (harness) => {
  samples(harness);
  reassembling(harness);
  linking(harness);
};
