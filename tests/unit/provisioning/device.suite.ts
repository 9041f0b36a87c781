/** The unprovisioned device on both bearers: one link at a time, and visible again after it. MshPRT 5.2, 5.4.2. */

import { createNobleCrypto } from "../../../host/noble-crypto.js";
import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { Advertiser } from "../../../modules/bearer/advertiser.js";
import { concat } from "../../../modules/bytes.js";
import type { Platform } from "../../../modules/platform.js";
import { UnprovisionedDevice } from "../../../modules/provisioning/device.js";
import { FakeClock } from "../../support/fake-clock.js";
import { GattDouble, type GattDoubleOptions, proxyPdus, RadioDouble } from "../../support/gatt-double.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { LINK_ACK, LINK_OPEN, UUID } from "../../support/pb-adv-bench.js";
import { Person } from "../../support/person.js";
import { hex, OPEN_POLICY } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";

/** Invite, attention for 5 s, and what the device answers: one element, both algorithms, no OOB. */
const INVITE = "0005";
const CAPABILITIES = "010100030000000000000000";

/** A device that starts again whenever a link is gone. */
class Bench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly radio = new RadioDouble(this.clock);
  readonly gatt: GattDouble;
  readonly device: UnprovisionedDevice;
  readonly attention: number[] = [];
  /** `opened`, and `closed` with the bearer. */
  readonly diary: string[] = [];

  constructor(options: GattDoubleOptions = {}) {
    const { clock, trace, radio } = this;
    this.gatt = new GattDouble(clock, options);
    const nothing = (): void => {};
    const platform: Platform = {
      ...{ clock, trace, radio, gattServer: this.gatt, storage: new MemoryStorage() },
      crypto: createNobleCrypto(clock),
      random: new SeededRandom(5),
      deviceUuid: hex(UUID),
      settings: { get: (name) => (name === "name" ? "lamp" : undefined) },
      board: {
        led: { dimmable: false, write: nothing },
        button: { listen: nothing },
        ...{
          buzzer: undefined,
          vibrator: undefined,
          rotary: undefined,
          keypad: undefined,
          display: undefined,
        },
      },
    };
    const advertiser = new Advertiser(radio, clock, trace);
    const product = { policy: OPEN_POLICY, numberOfElements: 1, user: new Person() };
    this.device = new UnprovisionedDevice(platform, advertiser, product, {
      attention: (seconds) => this.attention.push(seconds),
      linkOpened: () => this.diary.push("opened"),
      linkClosed: (overGatt) => {
        this.diary.push(overGatt ? "closed PB-GATT" : "closed PB-ADV");
        this.device.start();
      },
      store: () => true,
    });
    this.device.start();
    clock.advance(100);
  }

  /** A PB-ADV PDU from the air. */
  hear(pdu: string): void {
    const payload = hex(pdu);
    this.radio.listener?.received(concat(Uint8Array.of(payload.length + 1, 0x29), payload), -50);
  }

  /** The AD types that go on the air within so many milliseconds. */
  aired(ms: number): string[] {
    this.radio.sent.length = 0;
    this.clock.advance(ms);
    return [...new Set(this.radio.sent.map((data) => data.slice(2, 4)))];
  }

  get isConnectable(): boolean {
    return this.radio.now !== undefined;
  }
}

export const suite: Suite = ({ test, equal }) => {
  test("both bearers are offered, the connectable advertisement in turns with the beacon", () => {
    const bench = new Bench();
    equal(bench.gatt.service?.service, 0x1827);
    equal(bench.radio.now?.data, `02010603032718151627187${UUID.slice(1)}0000`);
    equal(bench.radio.now?.scanResponse, "05096c616d70");
    equal(bench.aired(2_000), ["2b"]);
  });

  test("a link over PB-GATT silences the beacon, and PB-ADV does not answer", () => {
    const bench = new Bench();
    bench.gatt.join();
    equal(bench.diary, ["opened"]);
    bench.hear(LINK_OPEN);
    equal(bench.aired(5_000), []);
    equal(bench.isConnectable, false);
    bench.gatt.write([`03${INVITE}`]);
    bench.clock.advance(100);
    equal(bench.gatt.take(), [`03${CAPABILITIES}`]);
    equal(bench.attention, [5]);
  });

  test("a link over PB-ADV hides PB-GATT, and sends away who has connected but not subscribed", () => {
    const bench = new Bench();
    bench.gatt.connect();
    bench.radio.sent.length = 0;
    bench.hear(LINK_OPEN);
    bench.clock.advance(100);
    equal(bench.radio.sent, [`${"07"}29${LINK_ACK}`]);
    equal([bench.diary, bench.gatt.isConnected(), bench.isConnectable], [["opened"], false, false]);
    bench.gatt.join(2);
    bench.clock.advance(100);
    equal([bench.diary, bench.gatt.isConnected(2)], [["opened"], false]);
  });

  test("when the link is gone, by either bearer, both are offered again within a second, fast", () => {
    const bench = new Bench();
    bench.gatt.join();
    bench.gatt.write([`03${INVITE}`]);
    bench.gatt.leave();
    equal(bench.aired(1_000), ["2b"]);
    equal([bench.isConnectable, (bench.radio.now?.intervalMs ?? 0) <= 60], [true, true]);
    bench.hear(LINK_OPEN);
    bench.clock.advance(100);
    bench.hear(`${LINK_OPEN.slice(0, 8)}000b02`);
    equal(bench.aired(1_000), ["2b"]);
    equal(bench.isConnectable, true);
    bench.gatt.join(2);
    equal(bench.diary, ["opened", "closed PB-GATT", "opened", "closed PB-ADV", "opened"]);
  });

  test("a client that is gone in the middle of a PDU leaves the next one a clean link", () => {
    const bench = new Bench();
    for (const pdus of [[], ["4300"], [`03${INVITE}`], [`03${INVITE}`, "0302000000"], ["c300"]]) {
      bench.gatt.join();
      bench.gatt.write(pdus);
      bench.clock.advance(20);
      bench.gatt.leave();
      bench.clock.advance(1_000);
      equal(bench.isConnectable, true);
      bench.gatt.join(2);
      bench.gatt.write([`03${INVITE}`], 2);
      bench.clock.advance(100);
      equal(bench.gatt.take(2), [`03${CAPABILITIES}`]);
      bench.gatt.leave(2);
      bench.clock.advance(1_000);
    }
  });

  test("after our Failed, the Public Key that was on its way is passed over; what comes later is unexpected", () => {
    const bench = new Bench();
    bench.gatt.join();
    bench.gatt.write([`03${INVITE}`]);
    bench.clock.advance(100);
    bench.gatt.take();
    bench.gatt.write(["03020900000000", ...proxyPdus(3, `03${"11".repeat(64)}`)]);
    bench.clock.advance(1_000);
    equal(bench.gatt.take(), ["030902"]);
    equal(bench.gatt.isConnected(), true, "the provisioner closes the link");
    bench.gatt.write([`03${INVITE}`]);
    bench.clock.advance(100);
    equal(bench.gatt.take(), ["030903"]);
  });

  test("attention ends when the client goes [PROV/BI-01]", () => {
    const bench = new Bench();
    bench.gatt.join();
    bench.gatt.write([`03${INVITE}`]);
    bench.gatt.leave();
    bench.clock.advance(0);
    equal(bench.attention, [5, 0]);
  });
};
