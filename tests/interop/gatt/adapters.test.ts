/** Our own HCI host on controllers that are none of ours: two adapters, by every way that leads to a controller. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { RealClock } from "../../../host/simulator/clock.js";
import { HciAir } from "../../../host/simulator/hci/hci-air.js";
import type { HciPlace } from "../../../host/simulator/hci/place.js";
import { SecureRandom } from "../../../host/simulator/random.js";
import { ascii, toHex } from "../../../modules/bytes.js";
import type { AdvertisingAddress, ConnectableAdvertisement } from "../../../modules/platform.js";
import { Bench } from "../bench.js";
import { startChild, stopChild } from "../child.js";
import { Happenings } from "../happenings.js";
import { startBtvirt } from "./btvirt.js";

const patience = { timeout: 60_000 };
const SOON_MS = 10_000;
const BAUD = 1_000_000;

const CONNECTABLE: ConnectableAdvertisement = {
  data: new Uint8Array([2, 1, 6, 3, 3, 0x27, 0x18]),
  scanResponse: new Uint8Array([5, 9, 0x6c, 0x61, 0x6d, 0x70]),
  intervalMs: 30,
  address: "identity",
};

/** An adapter that scans, and whose transmissions are waited for. */
class Station {
  readonly heard = new Happenings<string>();
  readonly air: HciAir;
  #transmitted: () => void = () => {};

  private constructor(place: HciPlace, clock: RealClock) {
    this.air = new HciAir(place, { clock, random: new SecureRandom(), name: ascii("lamp") }, () => {});
    this.air.radio.open({
      received: (data) => this.heard.add(toHex(data)),
      transmitted: () => this.#transmitted(),
    });
  }

  static async start(bench: Bench, place: HciPlace): Promise<Station> {
    const clock = new RealClock();
    const station = new Station(place, clock);
    bench.later(async () => {
      clock.close();
      await station.air.close();
    });
    await station.air.open();
    station.air.radio.setScanning(true);
    return station;
  }

  /** Done when it is over. */
  transmit(data: Uint8Array, address: AdvertisingAddress): Promise<void> {
    return new Promise((resolve) => {
      this.#transmitted = resolve;
      this.air.radio.transmit(data, address);
    });
  }

  /** Done when it has been heard. */
  hears(data: Uint8Array): Promise<unknown> {
    const hex = toHex(data);
    return this.heard.first(`hearing ${hex}`, SOON_MS, (one) => one === hex || undefined);
  }
}

/** A short beacon that says which number it is. */
function beacon(number: number): Uint8Array {
  return Uint8Array.of(4, 0x2b, 0, number, 0x55);
}

/** A place of this kind at which there is one of btvirt's controllers. */
async function placeOf(
  kind: "socket" | "serial" | "tcp",
  bench: Bench,
  controllers: string,
): Promise<HciPlace> {
  if (kind === "socket") return { kind: "path", path: controllers, baud: BAUD };
  if (kind === "serial") {
    const device = bench.path("tty");
    const line = startChild(["socat", `PTY,link=${device},raw,echo=0`, `UNIX-CONNECT:${controllers}`], {});
    bench.later(() => stopChild(line));
    for (const lateMs = performance.now() + SOON_MS; !existsSync(device); await setTimeout(10)) {
      ok(line.exitCode === null && performance.now() < lateMs, "socat makes a pseudo terminal");
    }
    return { kind: "path", path: device, baud: BAUD };
  }
  const server = createServer((socket) => {
    const controller = connect(controllers);
    for (const end of [socket, controller]) end.on("error", () => {});
    socket.pipe(controller).pipe(socket);
  });
  bench.later(() => {
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  ok(typeof address === "object" && address !== null);
  return { kind: "tcp", host: "127.0.0.1", port: address.port };
}

async function setUp(t: TestContext): Promise<{ readonly bench: Bench; readonly controllers: string }> {
  const bench = new Bench(t);
  const { controllers, stop } = await startBtvirt(bench.path("air"));
  bench.later(stop);
  return { bench, controllers };
}

for (const kind of ["socket", "serial", "tcp"] as const) {
  test(
    `two adapters hear each other while both are connectable, one of them by ${kind}`,
    patience,
    async (t) => {
      const { bench, controllers } = await setUp(t);
      const first = await Station.start(bench, await placeOf(kind, bench, controllers));
      const second = await Station.start(bench, await placeOf("socket", bench, controllers));
      for (const { air } of [first, second]) air.radio.setConnectable(CONNECTABLE);
      let number = 0;
      for (const address of ["identity", "private", "identity"] as const) {
        for (const [from, to] of [
          [first, second],
          [second, first],
        ] as const) {
          const data = beacon(number++);
          const heard = to.hears(data);
          await from.transmit(data, address);
          await heard;
        }
      }
      equal(first.air.gattServer.maxConnections, 4);
    },
  );
}

test("each transmission is one event on the air", patience, async (t) => {
  const { bench, controllers } = await setUp(t);
  const place = await placeOf("socket", bench, controllers);
  const [from, to] = [await Station.start(bench, place), await Station.start(bench, place)];
  const count = 20;
  const heard: string[] = [];
  const all = to.heard.first("all of them", SOON_MS, (one) => {
    heard.push(one);
    return heard.length === count || undefined;
  });
  for (let i = 0; i < count; i++) await from.transmit(beacon(i), i % 5 === 4 ? "private" : "identity");
  await all;
  deepEqual(
    heard,
    Array.from({ length: count }, (_, i) => toHex(beacon(i))),
  );
});
