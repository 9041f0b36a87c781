/** Network PDUs through the advertiser: order, repetitions side by side, urgency, refusals. */

import { AdvBearer } from "../../../modules/bearer/adv-bearer.js";
import { Advertiser } from "../../../modules/bearer/advertiser.js";
import type { BearerListener, Outgoing } from "../../../modules/bearer/bearer.js";
import { toHex } from "../../../modules/bytes.js";
import type { AdvertisingAddress, Radio, RadioListener } from "../../../modules/platform.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";

const AIR_TIME_MS = 2;

class Bench implements BearerListener {
  readonly clock = new FakeClock();
  readonly log: { readonly atMs: number; readonly data: string; readonly address: AdvertisingAddress }[] = [];
  readonly heard: string[] = [];
  readonly tags: number[] = [];
  readonly bearer: AdvBearer;
  readonly advertiser: Advertiser;
  radio: RadioListener | undefined;
  readyCount = 0;
  whenReady: () => void = () => {};

  constructor() {
    const event = this.clock.createTimer(() => this.radio?.transmitted());
    const radio: Radio = {
      open: (listener) => {
        this.radio = listener;
      },
      setScanning: () => {},
      transmit: (data, address) => {
        this.log.push({ atMs: this.clock.now(), data: toHex(data), address });
        event.start(AIR_TIME_MS);
      },
      setConnectable: () => {},
      renewAddress: () => {},
    };
    this.advertiser = new Advertiser(radio, this.clock, new RecordingTrace());
    this.bearer = new AdvBearer(this.advertiser);
    this.bearer.attach(this);
  }

  /** In order, without length and AD type. */
  get pdus(): string[] {
    return this.log.map(({ data }) => data.slice(4));
  }

  send(pdu: string, how: Partial<Outgoing> = {}): boolean {
    return this.bearer.send(hex(pdu), {
      dst: 1,
      transmit: { count: 1, intervalMs: 0 },
      urgent: false,
      tag: 0,
      ...how,
    });
  }

  received(pdu: Uint8Array, rssi: number): void {
    this.heard.push(`${toHex(pdu)} ${rssi}`);
  }

  sent(tag: number): void {
    this.tags.push(tag);
  }

  ready(): void {
    this.readyCount++;
    this.whenReady();
  }
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("a PDU goes out in a later turn as one AD structure of type 2a, from a private address", () => {
    const bench = new Bench();
    ok(bench.send("aabbcc", { tag: 5 }));
    equal(bench.log, []);
    bench.clock.advance(100);
    equal(bench.log, [{ atMs: 0, data: "042aaabbcc", address: "private" }]);
    equal(bench.tags, [5]);
  });

  test("PDUs leave in their order, and the repetitions of one do not hold up the next", () => {
    const bench = new Bench();
    const transmit = { count: 3, intervalMs: 20 };
    for (const pdu of ["01", "02", "03"]) bench.send(pdu, { transmit });
    bench.clock.advance(1000);
    equal(bench.pdus, ["01", "02", "03", "01", "02", "03", "01", "02", "03"]);
    equal(
      bench.log.map(({ atMs }) => atMs),
      [0, 2, 4, 22, 24, 26, 44, 46, 48],
    );
  });

  test("more PDUs than are repeated side by side: each is sent as often as it wants, the first ones in order", () => {
    const bench = new Bench();
    const pdus = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "0a"];
    for (const pdu of pdus) bench.send(pdu, { transmit: { count: 2, intervalMs: 10 } });
    bench.clock.advance(1000);
    equal([...new Set(bench.pdus)], pdus);
    for (const pdu of pdus) equal(bench.pdus.filter((each) => each === pdu).length, 2);
  });

  test("an urgent PDU overtakes all that wait", () => {
    const bench = new Bench();
    for (const pdu of ["01", "02", "03", "04", "05", "06"]) bench.send(pdu);
    bench.clock.advance(1);
    bench.send("ff", { urgent: true });
    bench.clock.advance(100);
    equal(bench.pdus, ["01", "ff", "02", "03", "04", "05", "06"]);
  });

  test("`sent` comes with the tag when the last repetition is over, and not for tag 0", () => {
    const bench = new Bench();
    bench.send("01", { tag: 7, transmit: { count: 2, intervalMs: 10 } });
    bench.send("02", { tag: 0 });
    bench.send("03", { tag: 9 });
    bench.clock.advance(8);
    equal(bench.tags, [9]);
    bench.clock.advance(100);
    equal(bench.tags, [9, 7]);
  });

  test("full, it refuses; there is room again: it says so, once; urgent PDUs have room of their own [T-D2]", () => {
    const bench = new Bench();
    let accepted = 0;
    while (accepted < 1000 && bench.send("01")) accepted++;
    equal(accepted, 32);
    equal(bench.send("02"), false);
    ok(bench.send("03", { urgent: true }));
    equal(bench.readyCount, 0);
    const refilled: boolean[] = [];
    bench.whenReady = () => refilled.push(bench.send("04"));
    bench.clock.advance(1000);
    equal([bench.readyCount, refilled], [1, [true]]);
    equal(bench.pdus.filter((pdu) => pdu === "01").length, 32);
    equal(bench.pdus.at(-1), "04");
  });

  test("the PDU is copied: what is done to it afterwards does not show", () => {
    const bench = new Bench();
    const pdu = hex("0102");
    const how = { dst: 1, transmit: { count: 2, intervalMs: 10 }, urgent: false, tag: 0 };
    bench.bearer.send(pdu, how);
    pdu.fill(0xff);
    bench.clock.advance(100);
    equal(bench.pdus, ["0102", "0102"]);
  });

  test("what comes with AD type 2a is heard, with its strength; nothing else is", () => {
    const bench = new Bench();
    bench.radio?.received(hex("032aaabb" + "032bccdd"), -70);
    equal(bench.heard, ["aabb -70"]);
  });

  test("stopped, it neither sends nor hears nor tells; a new one begins afresh on the same radio", () => {
    const bench = new Bench();
    for (const pdu of ["01", "02", "03"]) bench.send(pdu, { tag: 1, transmit: { count: 5, intervalMs: 10 } });
    bench.clock.advance(1);
    bench.bearer.stop();
    bench.radio?.received(hex("032aaabb"), -70);
    bench.clock.advance(1000);
    equal([bench.pdus, bench.heard, bench.tags], [["01"], [], []]);
    const next = new AdvBearer(bench.advertiser);
    next.attach(bench);
    next.send(hex("04"), { dst: 1, transmit: { count: 1, intervalMs: 0 }, urgent: false, tag: 2 });
    bench.clock.advance(1000);
    equal([bench.pdus, bench.tags], [["01", "04"], [2]]);
  });

  test("a PDU that fits no advertisement is our own mistake", () => {
    const bench = new Bench();
    throws(() => bench.send("00".repeat(30)));
    ok(bench.send("00".repeat(29)));
  });
};
