/** One running device between bluetooth-meshd, which speaks PB-ADV, and a phone, which speaks PB-GATT. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { nodeReset } from "../../../host/simulator/phone/mesh/config-messages.js";
import { Air, type Transmission } from "../bluez/air.js";
import type { Agent } from "../bluez/mesh-objects.js";
import { firstAddress, Provisioner } from "../bluez/provisioner.js";
import { readDisplay } from "../person.js";
import type { SimulatorProcess } from "../simulator.js";
import { Bridge } from "./bridge.js";
import {
  dataFor,
  findDevice,
  firstNode,
  type GattScene,
  joinNode,
  nextNote,
  patience,
  setGattScene,
} from "./scene.js";

/** How long something is watched that must not happen. */
const WATCH_MS = 2000;

interface BothAirs extends GattScene {
  /** What goes over the bridge: the daemon's side of the air. */
  readonly air: Air;
  readonly daemon: Provisioner;
}

/** The daemon's air and the controllers', with a bridge between. */
async function setBothAirs(t: TestContext, agent: Agent): Promise<BothAirs> {
  const scene = await setGattScene(t);
  const { bench, tap } = scene;
  const air = new Air();
  bench.later(() => air.close());
  await air.listen("provisioner", bench.path("p.sock"));
  await air.listen("device", bench.path("b.sock"));
  const bridge = await Bridge.start({ ether: bench.path("b.sock"), controllers: tap.path });
  bench.later(() => bridge.stop());
  const options = { folder: bench.path("p"), air: bench.path("p.sock"), speedup: 20 };
  const daemon = await Provisioner.start(options, agent);
  bench.later(() => daemon.stop());
  return { ...scene, air, daemon };
}

/** Somebody reads the number off the display, but not before `released`. */
interface SlowReader {
  readonly released: Promise<void>;
  release(): void;
  read(device: SimulatorProcess): Promise<number>;
}

function slowReader(): SlowReader {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const read = async (device: SimulatorProcess) => {
    const text = await readDisplay(device);
    await released;
    return Number(text);
  };
  return { released, release, read };
}

/** PB-ADV's Link ACK: bearer control opcode 1. MshPRT 5.3.1.4. */
function isLinkAck({ from, ad }: Transmission): boolean {
  return from === "device" && ad[1] === 0x29 && ad[7] === 0x07;
}

function isBeacon({ from, ad }: Transmission): boolean {
  return from === "device" && ad[1] === 0x2b && ad[2] === 0x00;
}

test("the daemon is first, the phone is refused, and has its turn after a reset", patience, async (t) => {
  const reader = slowReader();
  let device: SimulatorProcess | undefined;
  const number = () => (device === undefined ? Promise.reject(new Error("no device")) : reader.read(device));
  const { air, daemon, startDevice, startPhone } = await setBothAirs(t, {
    capabilities: ["out-numeric"],
    number,
  });
  const phone = await startPhone({ mtu: 247 });
  const started = await startDevice("d", "--output", "number");
  device = started;
  const { address } = await findDevice(phone, started);

  const added = daemon.provision(started.uuid);
  await started.noted("waitConfirmation", 20_000);
  ok(air.sent.seen.some(isLinkAck));
  deepEqual(await phone.lookAround(), [], "it is not to be seen while it is being provisioned");
  const options = { data: dataFor(firstNode), authentication: { method: "none" } } as const;
  await rejects(phone.provision(address, options), /came to nothing/);
  reader.release();
  equal((await added).unicastAddress, firstAddress);
  equal(await started.noted("provisioned"), firstAddress);

  await daemon.node(firstAddress).reset();
  const again = await findDevice(phone, started);
  const provisioned = nextNote(started, "provisioned");
  const shown = started.events.next("a number", 20_000, (event) =>
    event.event === "display" && event.text !== "" ? event.text : undefined,
  );
  const authentication = {
    method: "output",
    ask: (_: unknown, answer: (value: number) => void) => {
      shown.then((text) => answer(Number(text)));
    },
  } as const;
  await phone.provision(again.address, { data: dataFor(firstNode), authentication });
  equal(await provisioned, firstNode);
});

test("the phone is first, the daemon is refused, and has its turn after a reset", patience, async (t) => {
  const reader = slowReader();
  const { air, daemon, startDevice, startPhone } = await setBothAirs(t, { capabilities: [] });
  const phone = await startPhone({ mtu: 23 });
  const device = await startDevice("d", "--output", "number");
  const { address } = await findDevice(phone, device);
  await air.sent.first("a beacon: it offers both bearers", 5000, (sent) => isBeacon(sent) || undefined);

  const authentication = {
    method: "output",
    ask: (_: unknown, answer: (value: number) => void) => {
      reader.read(device).then(answer);
    },
  } as const;
  const provisioned = phone.provision(address, { data: dataFor(firstNode), authentication });
  await device.noted("waitConfirmation", 20_000);
  const added = daemon.provision(device.uuid);
  await air.sent.none("the device beacons or answers", WATCH_MS, (sent) => isBeacon(sent) || isLinkAck(sent));
  reader.release();
  const { deviceKey } = await provisioned;
  equal(await device.noted("provisioned"), firstNode);
  await air.sent.none("the node answers", WATCH_MS, isLinkAck);

  phone.client.peer.addDevice(firstNode, deviceKey);
  await joinNode(phone, firstNode);
  const again = nextNote(device, "provisioned");
  equal((await phone.configure(firstNode, nodeReset())).name, "nodeReset");
  // It is asked for still, and can be had now.
  equal((await added).unicastAddress, firstAddress);
  equal(await again, firstAddress);
});
