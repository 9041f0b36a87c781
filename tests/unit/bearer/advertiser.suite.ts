/** Sharing the radio: turns, repetition, urgency, and who hears what. */

import { Advertiser } from "../../../modules/bearer/advertiser.js";
import type { AdvertisingSender } from "../../../modules/bearer/bearer.js";
import { toHex } from "../../../modules/bytes.js";
import type { AdvertisingAddress, Radio, RadioListener } from "../../../modules/platform.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";

const AIR_TIME_MS = 2;

class Bench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly log: { readonly atMs: number; readonly data: string; readonly address: AdvertisingAddress }[] = [];
  readonly advertiser: Advertiser;
  listener: RadioListener | undefined;
  scanning = false;

  constructor() {
    const event = this.clock.createTimer(() => this.listener?.transmitted());
    const radio: Radio = {
      open: (listener) => {
        this.listener = listener;
      },
      setScanning: (on) => {
        this.scanning = on;
      },
      transmit: (data, address) => {
        if (event.running) throw new Error("the radio is busy");
        this.log.push({ atMs: this.clock.now(), data: toHex(data), address });
        event.start(AIR_TIME_MS);
      },
      setConnectable: () => {},
      renewAddress: () => {},
    };
    this.advertiser = new Advertiser(radio, this.clock, this.trace);
  }

  get payloads(): string[] {
    return this.log.map(({ data }) => data.slice(4));
  }
}

/** A sender with a list of payloads. */
class Sender implements AdvertisingSender {
  readonly adType: number;
  readonly address: AdvertisingAddress;
  readonly urgent: boolean;
  readonly transmit: { count: number; intervalMs: number };
  readonly payloads: string[];
  readonly sentMs: number[] = [];

  constructor(payloads: string[], how: Partial<AdvertisingSender> = {}) {
    this.payloads = payloads;
    this.adType = how.adType ?? 0x2b;
    this.address = how.address ?? "identity";
    this.urgent = how.urgent ?? false;
    this.transmit = { ...(how.transmit ?? { count: 1, intervalMs: 0 }) };
  }

  next(payload: Uint8Array): number {
    const octets = hex(this.payloads.shift() ?? "");
    payload.set(octets);
    return octets.length;
  }

  sent(endedMs: number): void {
    this.sentMs.push(endedMs);
  }
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("it opens the radio and scans; a request is served in a later turn, as one AD structure", () => {
    const bench = new Bench();
    ok(bench.scanning);
    const sender = new Sender(["aabbcc"], { adType: 0x29, address: "private" });
    bench.advertiser.request(sender);
    bench.advertiser.request(sender);
    equal(bench.log, []);
    bench.clock.advance(100);
    equal(bench.log, [{ atMs: 0, data: "0429aabbcc", address: "private" }]);
    equal(sender.sentMs, [AIR_TIME_MS]);
  });

  test("a payload is repeated as often and as far apart as its sender wants, and `sent` comes once", () => {
    const bench = new Bench();
    const sender = new Sender(["01", "02"], { transmit: { count: 3, intervalMs: 20 } });
    bench.advertiser.request(sender);
    bench.clock.advance(1000);
    equal(bench.payloads, ["01", "01", "01", "02", "02", "02"]);
    equal(
      bench.log.map(({ atMs }) => atMs),
      [0, 22, 44, 46, 68, 90],
    );
    equal(sender.sentMs, [46, 92]);
  });

  test("senders take turns, and a burst of one does not hold up the other", () => {
    const bench = new Bench();
    bench.advertiser.request(new Sender(["a1", "a2"], { transmit: { count: 2, intervalMs: 20 } }));
    bench.advertiser.request(new Sender(["b1", "b2", "b3"]));
    bench.clock.advance(1000);
    equal(bench.payloads, ["a1", "b1", "b2", "b3", "a1", "a2", "a2"]);
  });

  test("an urgent sender waits for one event and no longer", () => {
    const bench = new Bench();
    bench.advertiser.request(new Sender(["a1", "a2", "a3"]));
    bench.advertiser.request(new Sender(["b1", "b2", "b3"]));
    bench.clock.advance(1);
    bench.advertiser.request(new Sender(["c1"], { urgent: true }));
    bench.clock.advance(1000);
    equal(bench.payloads, ["a1", "c1", "b1", "a2", "b2", "a3", "b3"]);
  });

  test("two urgent senders take turns among themselves", () => {
    const bench = new Bench();
    bench.advertiser.request(new Sender(["a1", "a2"], { urgent: true }));
    bench.advertiser.request(new Sender(["b1", "b2"], { urgent: true }));
    bench.clock.advance(1000);
    equal(bench.payloads, ["a1", "b1", "a2", "b2"]);
  });

  test("a sender that had nothing may ask again; the payload is drawn when the radio is free, not before", () => {
    const bench = new Bench();
    const sender = new Sender([]);
    bench.advertiser.request(sender);
    bench.clock.advance(10);
    equal(bench.log, []);
    bench.advertiser.request(new Sender(["00"]));
    bench.clock.advance(0);
    bench.advertiser.request(sender);
    sender.payloads.push("11");
    sender.payloads[0] = "22";
    bench.clock.advance(10);
    equal(bench.payloads, ["00", "22"]);
  });

  test("what is withdrawn is not repeated and not reported, and its sender may begin anew at once", () => {
    const bench = new Bench();
    const sender = new Sender(["01", "02"], { transmit: { count: 3, intervalMs: 20 } });
    bench.advertiser.request(sender);
    bench.clock.advance(1);
    bench.advertiser.withdraw(sender);
    bench.advertiser.request(sender);
    bench.clock.advance(1000);
    equal(bench.payloads, ["01", "02", "02", "02"]);
    equal(sender.sentMs.length, 1);
    bench.advertiser.withdraw(sender);
    bench.clock.advance(1000);
    equal(bench.payloads.length, 4);
  });

  test("what is withdrawn during its last event is not reported either", () => {
    const bench = new Bench();
    const sender = new Sender(["01"]);
    bench.advertiser.request(sender);
    bench.clock.advance(1);
    bench.advertiser.withdraw(sender);
    bench.clock.advance(1000);
    equal([bench.payloads, sender.sentMs], [["01"], []]);
  });

  for (const urgent of [false, true]) {
    const who = urgent ? "an urgent sender" : "a sender";
    test(`${who} that withdraws is forgotten, and the turns of the others go on where they were`, () => {
      const bench = new Bench();
      const sender = (name: string) =>
        new Sender(
          ["1", "2", "3", "4"].map((digit) => name + digit),
          { urgent },
        );
      const [a, b, c] = [sender("a"), sender("b"), sender("c")] as const;
      for (const each of [a, b, c]) bench.advertiser.request(each);
      bench.clock.advance(AIR_TIME_MS + 1);
      equal(bench.payloads, ["a1", "b1"]);
      bench.advertiser.withdraw(a);
      bench.clock.advance(AIR_TIME_MS);
      equal(bench.payloads, ["a1", "b1", "c1"]);
      bench.advertiser.withdraw(c);
      bench.advertiser.withdraw(c);
      bench.clock.advance(1000);
      equal(bench.payloads, ["a1", "b1", "c1", "b2", "b3", "b4"]);
    });
  }

  test("who withdraws while it is asked for a payload sends nothing, and the others do", () => {
    const bench = new Bench();
    const quitter = new Sender([]);
    quitter.next = (payload) => {
      bench.advertiser.withdraw(quitter);
      payload[0] = 0xaa;
      return 1;
    };
    bench.advertiser.request(quitter);
    bench.advertiser.request(new Sender(["bb"]));
    bench.clock.advance(1000);
    equal(bench.payloads, ["bb"]);
    equal(quitter.sentMs, []);
  });

  test("each AD structure goes to the receiver of its type; what follows a length of zero is padding", () => {
    const bench = new Bench();
    const heard: string[] = [];
    for (const adType of [0x29, 0x2b]) {
      bench.advertiser.receive(adType, {
        received: (payload, rssi) => heard.push(`${adType.toString(16)} ${toHex(payload)} ${rssi}`),
      });
    }
    bench.listener?.received(hex("020106" + "0329aabb" + "022bcc" + "0129" + "00" + "0329ffff"), -60);
    equal(heard, ["29 aabb -60", "2b cc -60", "29  -60"]);
    bench.advertiser.receive(0x29, undefined);
    bench.listener?.received(hex("0329aabb"), -60);
    equal(heard.length, 3);
    equal(bench.trace.drops, []);
  });

  test("an AD structure that reaches beyond the data is dropped, with all that follows it", () => {
    const bench = new Bench();
    const heard: string[] = [];
    bench.advertiser.receive(0x29, { received: (payload) => heard.push(toHex(payload)) });
    for (const data of ["0429aabb", "01", "ff29aa", "0229aa0429bb"]) bench.listener?.received(hex(data), -60);
    equal(heard, ["aa"]);
    equal(bench.trace.reasons, ["badAdLength", "badAdLength", "badAdLength", "badAdLength"]);
  });

  test("a payload of more than 29 octets is our own mistake", () => {
    const bench = new Bench();
    const sender = new Sender([]);
    sender.next = () => 30;
    bench.advertiser.request(sender);
    throws(() => bench.clock.advance(0));
  });
};
