/** The GATT side of the harness proves itself: virtual controllers, a central and a stand-in peripheral, no node. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Bench } from "../bench.js";
import { Air } from "../bluez/air.js";
import { Happenings } from "../happenings.js";
import { Bridge } from "./bridge.js";
import { type Btvirt, startBtvirt } from "./btvirt.js";
import { Central } from "./central.js";
import type { CentralLink } from "./central-link.js";
import { type AdvertisingReport, Controller } from "./h4.js";
import { capabilities, invite, Peripheral, type PeripheralEvent, peripheralUuid } from "./peripheral.js";
import { RealPhone, until } from "./real-phone.js";
import { Tap } from "./tap.js";

const PROVISIONING = 0x1827;
const DATA_IN = 0x2adb;
const DATA_OUT = 0x2adc;

const table = [{ service: PROVISIONING, characteristics: [DATA_IN, DATA_OUT] }];

/** More than the slowest of them takes, by far. */
const patience = { timeout: 60_000 };

interface Meeting {
  readonly air: Btvirt;
  /** Between the central and its controller. */
  readonly tap: Tap;
  readonly central: Central;
  readonly peripheral: Peripheral;
  readonly meet: (mtu: number) => Promise<CentralLink>;
}

/** A central and a peripheral on one air. mtu: the peripheral's own. */
async function setUp(t: TestContext, mtu: number): Promise<Meeting> {
  const bench = new Bench(t);
  const air = await startBtvirt(bench.path("air"));
  bench.later(() => air.stop());
  const tap = await Tap.open(bench.path("tap"), air.controllers);
  bench.later(() => tap.close());
  const peripheral = await Peripheral.start(air.controllers, mtu);
  bench.later(() => peripheral.stop());
  const central = await Central.start({ folder: bench.path("c"), controllers: tap.path });
  bench.later(() => central.stop());
  const meet = async (asked: number) => {
    const found = central.seen.next("the peripheral", 10_000, (each) => each);
    await central.scan(PROVISIONING);
    return central.connect((await found).address, asked);
  };
  return { air, tap, central, peripheral, meet };
}

const named = (name: PeripheralEvent["name"]) => (event: PeripheralEvent) => event.name === name || undefined;

test("a peripheral is found by its service, with its service data", patience, async (t) => {
  const { central } = await setUp(t, 247);
  const found = central.seen.next("the peripheral", 10_000, (each) => each);
  await central.scan(PROVISIONING);
  const { services, serviceData, connectable } = await found;
  deepEqual(services, [PROVISIONING]);
  deepEqual(serviceData, [{ service: PROVISIONING, data: `${peripheralUuid.toString("hex")}0000` }]);
  ok(connectable);
});

for (const { asked, answered, mtu } of [
  { asked: 23, answered: 517, mtu: 23 },
  { asked: 247, answered: 517, mtu: 247 },
  { asked: 517, answered: 69, mtu: 69 },
]) {
  test(
    `a central that asks for an MTU of ${asked} talks with a peripheral that has ${answered}`,
    patience,
    async (t) => {
      const { peripheral, meet } = await setUp(t, answered);
      const link = await meet(asked);
      equal(link.mtu, mtu);
      deepEqual(await link.discover(), table);
      await link.subscribe(PROVISIONING, DATA_OUT);
      deepEqual(
        peripheral.events.seen.filter(({ name }) => name === "mtu" || name === "subscribed"),
        [
          { name: "mtu", asked },
          { name: "subscribed", value: 1 },
        ],
      );

      const answer = link.notification(DATA_OUT);
      await link.write(PROVISIONING, DATA_IN, invite);
      deepEqual(await answer, capabilities);

      // The longest there is, in both directions, and several at once, in their order.
      const values = [1, 2, 3, 4, 5, 6].map((n) => Buffer.alloc(mtu - 3, 0x40 + n));
      const last = (value: Buffer) => (value.equals(values[5] ?? value) ? value : undefined);
      const written = peripheral.events.next("the last write", 10_000, (event) =>
        event.name === "written" ? last(event.value) : undefined,
      );
      await Promise.all(values.map((value) => link.write(PROVISIONING, DATA_IN, value)));
      await written;
      const writes = peripheral.events.seen.flatMap((event) =>
        event.name === "written" ? [event.value] : [],
      );
      deepEqual(writes, [invite, ...values]);
      const heard = link.notifications.next("the last notification", 10_000, ({ value }) => last(value));
      for (const value of values) peripheral.notify(value);
      await heard;
      deepEqual(
        link.notifications.seen.map(({ value }) => value),
        [capabilities, ...values],
      );
    },
  );
}

test("either side disconnects, and they meet again", patience, async (t) => {
  const { peripheral, meet } = await setUp(t, 247);
  const first = await meet(247);
  const noticed = peripheral.events.next("disconnected", 10_000, named("disconnected"));
  await first.disconnect();
  await noticed;
  const second = await meet(247);
  await peripheral.disconnect();
  equal(await second.ended(), 0x13, "Remote User Terminated Connection");
  deepEqual(await (await meet(23)).discover(), table);
});

test("a central vanishes, and another one takes its place", patience, async (t) => {
  const { air, tap, central, peripheral, meet } = await setUp(t, 247);
  await meet(247);
  const noticed = peripheral.events.next("disconnected", 10_000, named("disconnected"));
  await central.vanish();
  await noticed;
  deepEqual(
    tap.packets.seen.filter(({ from, packet }) => from === "host" && packet.readUInt16LE(1) === 0x0406),
    [],
    "it has not said goodbye",
  );
  const bench = new Bench(t);
  const other = await Central.start({ folder: bench.path("o"), controllers: air.controllers });
  bench.later(() => other.stop());
  const found = other.seen.next("the peripheral", 10_000, (each) => each);
  await other.scan(PROVISIONING);
  deepEqual(await (await other.connect((await found).address, 23)).discover(), table);
});

test("our own phone talks through the central", patience, async (t) => {
  const bench = new Bench(t);
  const air = await startBtvirt(bench.path("air"));
  bench.later(() => air.stop());
  const peripheral = await Peripheral.start(air.controllers, 69);
  bench.later(() => peripheral.stop());
  const { controllers } = air;
  const hand = await RealPhone.start(bench, { controllers, mtu: 247 });
  const seen = await hand.find("the device", ({ kind }) => kind === "unprovisioned");
  deepEqual(seen.mesh, {
    kind: "unprovisioned",
    deviceUuid: Uint8Array.from(peripheralUuid),
    oobInformation: 0,
  });

  const told: string[] = [];
  hand.phone.connect(seen.address, PROVISIONING, {
    opened: () => told.push("opened"),
    received: (type, message) => told.push(`received ${type} ${Buffer.from(message).toString("hex")}`),
    sent: () => told.push("sent"),
    fault: (fault) => told.push(fault),
    servicesChanged: () => told.push("services changed"),
    closed: () => told.push("closed"),
  });
  await until("opened", 10_000, () => told.includes("opened") || undefined);
  equal(hand.phone.link?.peripheral.mtu, 69);
  deepEqual(hand.phone.link?.services, [{ service: PROVISIONING, dataIn: DATA_IN, dataOut: DATA_OUT }]);
  hand.phone.link?.send(invite[0] ?? 0, invite.subarray(1));
  await until("two more", 10_000, () => told.length === 3 || undefined);
  deepEqual(told.toSorted(), ["opened", `received 3 ${capabilities.subarray(1).toString("hex")}`, "sent"]);

  // A message in segments, filled as far as the MTU allows.
  hand.phone.link?.send(3, Buffer.alloc(100, 0x55));
  const writes = () =>
    peripheral.events.seen.flatMap((event) => (event.name === "written" ? [event.value] : []));
  await until("three writes", 10_000, () => writes().length === 3 || undefined);
  deepEqual(
    writes().map((value) => value.length),
    [3, 66, 36],
  );
  await hand.disconnect();
  ok(told.includes("closed"));
});

test("a bridge carries what is advertised from one air to another", patience, async (t) => {
  const bench = new Bench(t);
  const air = await startBtvirt(bench.path("air"));
  bench.later(() => air.stop());
  const ether = new Air();
  bench.later(() => ether.close());
  await ether.listen("controllers", bench.path("ether"));
  const bridge = await Bridge.start({ ether: bench.path("ether"), controllers: air.controllers });
  bench.later(() => bridge.stop());
  const reports = new Happenings<AdvertisingReport>();
  const controller = await Controller.open(air.controllers, { reported: (report) => reports.add(report) });
  bench.later(() => controller.close());
  await controller.scan();
  await controller.setAdvertising(3);

  const ads = ["0429010203", "032a0405", "032bffff"].map((hex) => Buffer.from(hex, "hex"));
  const arrived = reports.next("the last one", 5000, ({ data }) => data.equals(ads[2] ?? data) || undefined);
  for (const ad of ads) ether.inject("daemon", ad);
  await arrived;
  deepEqual(
    reports.seen.map(({ type, data }) => ({ type, data })),
    ads.map((data) => ({ type: 3, data })),
  );

  // Two in one event, and one that is not the mesh's.
  const heard = () => ether.sent.seen.flatMap(({ from, ad }) => (from === "controllers" ? [ad] : []));
  const last = ether.sent.next("the last one", 5000, ({ ad }) => ad.equals(ads[2] ?? ad) || undefined);
  await controller.advertiseOnce(Buffer.concat([Buffer.from("020106", "hex"), ...ads]));
  await last;
  deepEqual(heard(), ads);
});

test("two airs do not hear each other", patience, async (t) => {
  const { central } = await setUp(t, 247);
  const bench = new Bench(t);
  const air = await startBtvirt(bench.path("b"));
  bench.later(() => air.stop());
  const heard: string[] = [];
  const witness = await Controller.open(air.controllers, { reported: ({ address }) => heard.push(address) });
  bench.later(() => witness.close());
  await witness.scan();
  const found = central.seen.next("the peripheral", 10_000, (each) => each);
  await central.scan(PROVISIONING);
  await found;
  const other = await Peripheral.start(air.controllers, 23);
  bench.later(() => other.stop());
  await central.scan(PROVISIONING);
  equal(new Set(central.seen.seen.map(({ address }) => address)).size, 1);
  equal(new Set(heard).size, 1);
});
