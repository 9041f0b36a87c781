/** PB-GATT: the device's side. MshPRT 5.2.2, 7.1. */

import { LinkCloseReason } from "../../../modules/provisioning/bearer.js";
import { proxyPdus } from "../../support/gatt-double.js";
import type { Suite } from "../../support/harness.js";
import { PbGattBench, SAMPLE_DEVICE } from "../../support/pb-gatt-bench.js";
import { hex } from "../../support/provisionee-bench.js";
import { octetsOf } from "../../support/vectors.js";
import beacons from "../../vectors/beacons.json" with { type: "json" };
import proxy from "../../vectors/proxy.json" with { type: "json" };

const INVITE = "0005";
const CAPABILITIES = "010100030000000000000000";
const FLAGS_AND_UUID = "020106" + "03032718";

/** A provisioner's public key, in the four segments of the sample 8.8. */
const [SAMPLE] = proxy.vectors;
const PUBLIC_KEY = String(SAMPLE?.inputs.Message);
const PUBLIC_KEY_PDUS = SAMPLE?.outputs.ProxyPDUs ?? [];

const advertised: Suite = ({ test, equal }) => {
  test("the advertisement has flags, service and service data octet for octet, and stays below 32 [MPS/BV-01]", () => {
    const { radio } = new PbGattBench();
    const sample = beacons.vectors.find(({ type }) => type === "provisioningServiceData");
    const serviceData = octetsOf(sample?.outputs ?? {}, "ADVData");
    equal(hex(radio.now?.data ?? ""), hex(FLAGS_AND_UUID + serviceData.reduce(asHex, "")));
    equal((radio.now?.data?.length ?? 0) / 2 <= 31, true);
    equal(radio.now?.address, "identity", "so that a phone finds it again when it is a node");
  });

  test("the service and its characteristics are those of an unprovisioned device [MPS/BV-03, MPS/BV-04, MPS/BV-05]", () => {
    equal(new PbGattBench().gatt.service, { service: 0x1827, dataIn: 0x2adb, dataOut: 0x2adc });
  });

  test("the scan response has URI and name, the name as far as there is room", () => {
    const response = (uri: string | undefined, name: string): string | undefined =>
      new PbGattBench({}, { uri: uri === undefined ? undefined : hex(uri), name }).radio.now?.scanResponse;
    equal(response(undefined, "lamp"), "05096c616d70");
    equal(response("172f2f61", "lamp"), "0524172f2f61" + "05096c616d70");
    equal(response(`17${"61".repeat(25)}`, "lamp"), `1b2417${"61".repeat(25)}02086c`);
    equal(response(`17${"61".repeat(27)}`, "lamp"), `1d2417${"61".repeat(27)}`);
    equal(response(undefined, "Türe"), "0509543f7265", "what is not ASCII is a question mark");
    equal(response(undefined, ""), undefined);
  });

  test("it is advertised fast for a minute, then slowly, and fast again after each disconnection", () => {
    const { radio, clock, gatt } = new PbGattBench();
    equal((radio.now?.intervalMs ?? 0) <= 60, true);
    clock.advance(59_999);
    equal(radio.shown.length, 1);
    clock.advance(1);
    equal((radio.now?.intervalMs ?? 0) > 60, true);
    gatt.connect();
    equal(radio.now, undefined, "not while a client is there");
    gatt.leave();
    equal((radio.now?.intervalMs ?? 0) <= 60, true);
  });
};

const links: Suite = ({ test, equal, throws }) => {
  test("the link is open when the client has subscribed, and closes with the connection [MPS/BV-02, MPS/BV-07]", () => {
    const { gatt, heard, trace } = new PbGattBench();
    gatt.connect();
    equal(heard, []);
    gatt.subscribe();
    equal(heard, ["opened"]);
    gatt.leave();
    equal(heard, ["opened", "closed 2"]);
    equal(trace.eventsOf("pbGatt"), ["connected", "linkOpened", "disconnected"]);
  });

  test("whole PDUs go both ways at ATT_MTU 69, an answer a moment after its question [MPS/BV-09]", () => {
    const { gatt, heard, pbGatt, out } = linked(69);
    gatt.write([`03${INVITE}`]);
    equal(heard, ["opened", INVITE]);
    pbGatt.send(hex(CAPABILITIES));
    equal(out(20), []);
    equal(heard.at(-1), INVITE);
    equal(out(20), [`03${CAPABILITIES}`]);
    equal(heard.at(-1), "sent");
  });

  test("a Public Key goes both ways in the four segments of the sample at ATT_MTU 23 [MPS/BV-10]", () => {
    const { gatt, heard, pbGatt, out } = linked(23);
    gatt.write(PUBLIC_KEY_PDUS);
    equal(heard.at(-1), PUBLIC_KEY);
    pbGatt.send(hex(PUBLIC_KEY));
    equal(out(100), PUBLIC_KEY_PDUS);
  });

  test("Start and Public Key may be written back to back", () => {
    const { gatt, heard } = linked(23);
    gatt.write(["03020000000000", ...PUBLIC_KEY_PDUS]);
    equal(heard, ["opened", "020000000000", PUBLIC_KEY]);
  });

  test("a long computation delays no answer any further", () => {
    const { gatt, pbGatt, out } = linked();
    gatt.write([`03${INVITE}`]);
    out(5000);
    pbGatt.send(hex(CAPABILITIES));
    equal(out(0), [`03${CAPABILITIES}`]);
  });

  test("messages of other types are ignored, and the link stays [MPS/BI-01]", () => {
    const { gatt, heard, trace, clock } = linked();
    gatt.write(["00aabbcc", "01aa", "02aa", "4400", "03", `03${INVITE}`]);
    clock.advance(0);
    equal(heard, ["opened", INVITE]);
    equal(trace.reasons, ["reservedType", "reservedType", "reservedType", "reservedType", "badLength"]);
    equal(gatt.isConnected(), true);
  });

  test("a longer PDU than there is closes the link, and the device is told", () => {
    const { gatt, heard, clock } = linked();
    gatt.write(proxyPdus(3, "00".repeat(66)));
    equal(heard, ["opened"]);
    clock.advance(0);
    equal(heard, ["opened", "closed 2"]);
    equal(gatt.isConnected(), false);
  });

  test("a provisioner that says nothing for 60 s loses the link; one that has begun does not", () => {
    const silent = linked();
    silent.clock.advance(60_000);
    equal(silent.heard, ["opened", "closed 1"]);
    equal(silent.trace.eventsOf("pbGatt").slice(2), ["linkTimeout", "disconnected", "linkClosed"]);
    const talking = linked();
    talking.gatt.write([`03${INVITE}`]);
    talking.clock.advance(600_000);
    equal(talking.heard, ["opened", INVITE], "from now on the provisioning protocol has a timer");
  });

  test("a message without a PDU in it is no beginning", () => {
    const { gatt, clock, heard, trace } = linked();
    gatt.write(["03"]);
    equal(trace.reasons, ["badLength"]);
    clock.advance(60_000);
    equal([heard, gatt.isConnected()], [["opened", "closed 1"], false]);
  });

  test("what the provisioner had written before it heard of our Failed is left out", () => {
    const { gatt, heard, pbGatt, out } = linked();
    gatt.write(["0302ff", "43032c31"]);
    pbGatt.send(hex("0902"), true);
    equal(out(30), [], "a PDU is coming still");
    gatt.write(["c3a47b"]);
    equal(out(30), ["030902"]);
    equal(heard, ["opened", "02ff", "sent"]);
    gatt.write([`03${INVITE}`]);
    equal(heard.at(-1), INVITE);
  });

  test("a client that reads slowly gets all of it, in order", () => {
    const { gatt, heard, pbGatt, out } = linked(23, 1);
    pbGatt.send(hex(PUBLIC_KEY));
    out(1000);
    const came = [...PUBLIC_KEY_PDUS.slice(0, 1)];
    for (let i = 0; i < 3; i++) {
      equal(heard, ["opened"]);
      gatt.drain();
      came.push(...gatt.take());
    }
    equal(came, PUBLIC_KEY_PDUS);
    equal(heard, ["opened", "sent"]);
  });

  test("one PDU at a time, and none without a link", () => {
    const { pbGatt } = linked();
    pbGatt.send(hex("08"));
    throws(() => pbGatt.send(hex("08")));
    throws(() => new PbGattBench().pbGatt.send(hex("08")));
  });

  test("a new link has nothing of the one before: half a PDU, or half an answer", () => {
    const { gatt, heard, pbGatt, out, accept } = linked(23, 1);
    gatt.write(["4301"]);
    pbGatt.send(hex(PUBLIC_KEY));
    out(100);
    gatt.leave();
    accept();
    gatt.join();
    equal(out(1000), []);
    gatt.write([`03${INVITE}`]);
    equal(heard, ["opened", "closed 2", "opened", INVITE]);
  });
};

const closing: Suite = ({ test, equal }) => {
  test("closed by us, the connection ends, and the device learns why", () => {
    const { gatt, heard, pbGatt, clock } = linked();
    pbGatt.close(LinkCloseReason.Timeout);
    pbGatt.send(hex("08"));
    equal(heard, ["opened"], "not before a later turn");
    clock.advance(0);
    equal(heard, ["opened", "closed 1"]);
    equal(gatt.closed, [1]);
    equal(gatt.take(), []);
  });

  test("with Success the connection is left to the proxy, where services are swapped on it", () => {
    const { gatt, heard, pbGatt, clock } = linked();
    pbGatt.close(LinkCloseReason.Success);
    clock.advance(0);
    equal(heard, ["opened", "closed 0"]);
    equal(gatt.isConnected(), true);
    equal(pbGatt.patienceMs < 500, true, "there are phones that look for the proxy after 500 ms");
  });

  test("with Success it is closed where they are not, after more patience", () => {
    const bench = new PbGattBench({ swapsLive: false });
    bench.gatt.join();
    bench.pbGatt.close(LinkCloseReason.Success);
    bench.clock.advance(0);
    equal(bench.heard, ["opened", "closed 0"]);
    equal(bench.gatt.isConnected(), false);
    equal(bench.pbGatt.patienceMs >= 2_000, true);
  });

  test("refused, it is invisible, and whoever has connected but not subscribed is sent away", () => {
    const { gatt, heard, pbGatt, radio, clock, accept } = visible();
    gatt.connect();
    pbGatt.refuse();
    gatt.subscribe();
    clock.advance(0);
    equal([gatt.isConnected(), radio.now, heard.length], [false, undefined, 0]);
    gatt.join(2);
    clock.advance(0);
    equal([gatt.isConnected(2), heard.length], [false, 0]);
    accept();
    equal(radio.now === undefined, false);
    gatt.join(3);
    equal(heard, ["opened"]);
  });

  test("a client that is there ends the advertising, until the last one has gone", () => {
    const { gatt, radio } = visible();
    gatt.connect(1);
    gatt.connect(2);
    gatt.leave(1);
    equal(radio.now, undefined);
    gatt.leave(2);
    equal(radio.now === undefined, false);
  });

  test("of two that have connected, the first to subscribe has the link", () => {
    const { gatt, heard, clock } = visible();
    gatt.connect(1);
    gatt.connect(2);
    gatt.subscribe(2);
    clock.advance(0);
    equal([gatt.isConnected(1), gatt.isConnected(2)], [false, true]);
    gatt.write([`03${INVITE}`], 2);
    equal(heard, ["opened", INVITE]);
  });
};

export const suite: Suite = (harness) => {
  advertised(harness);
  links(harness);
  closing(harness);
};

function asHex(text: string, value: number): string {
  return text + value.toString(16).padStart(2, "0");
}

/** A bench whose parts can be taken apart. */
function visible() {
  return parts(new PbGattBench({}, SAMPLE_DEVICE));
}

/** The same, with a link. */
function linked(mtu = 23, room?: number) {
  const bench = new PbGattBench(room === undefined ? {} : { room });
  bench.gatt.join(1, mtu);
  return parts(bench);
}

function parts(bench: PbGattBench) {
  const { gatt, heard, pbGatt, radio, clock, trace } = bench;
  const accept = (): void => pbGatt.accept(bench);
  return { gatt, heard, pbGatt, radio, clock, trace, accept, out: bench.out.bind(bench) };
}
