/**
 * Provisioning over PB-GATT and configuration through the proxy, measured: node --import tsx tests/bench/gatt.ts [RUNS]
 * What is measured, and how, stands in BENCHMARKS.md.
 */

import {
  appKeyAdd,
  compositionDataGet,
  defaultTtlGet,
} from "../../host/simulator/phone/mesh/config-messages.js";
import type { RealPhone } from "../interop/gatt/real-phone.js";
import {
  appKey,
  appKeyIndex,
  dataFor,
  findDevice,
  firstNode,
  type GattScene,
  joinNode,
  netKeyIndex,
  nextNote,
  setGattScene,
} from "../interop/gatt/scene.js";
import type { TappedPacket } from "../interop/gatt/tap.js";
import { type GattTimes, readExchange, readProvisioning } from "./gatt-log.js";
import { median } from "./link-log.js";
import { type Measured, MeteredDevice } from "./metered-device.js";

/** What is asked. */
const QUESTIONS = [
  { name: "Composition Data Get", message: compositionDataGet(0) },
  { name: "Default TTL Get", message: defaultTtlGet() },
  { name: "AppKey Add", message: appKeyAdd(netKeyIndex, appKeyIndex, appKey) },
] as const;
/** How often in each run. */
const TIMES = 5;

const runs = Number(process.argv[2] ?? 10);
const undo: (() => Promise<void>)[] = [];
const ending = {
  after: (next: () => Promise<void>) => {
    undo.push(next);
  },
};
const columns = ["all: median", "min", "max", "ours: median", "min", "max", "busy: median", "min", "max"];

try {
  const scene = await setGattScene(ending);
  const replies = new Map<string, Measured[]>();
  console.log(`From the connection to Complete over PB-GATT, No OOB, ${runs} runs each, ms:`);
  console.log(row("ATT_MTU", ...columns));
  for (const mtu of [23, 247]) console.log(row(`${mtu}`, ...cells(await measure(scene, mtu, replies))));
  console.log(`\nReplies of the Configuration Server through the proxy, ${TIMES * runs} of each, ms:`);
  console.log(row("ATT_MTU, request", ...columns));
  for (const [name, measured] of replies) console.log(row(name, ...cells(measured)));
} finally {
  for (const each of undo.reverse()) await each();
}

/** One phone provisions a new device in each run, and then configures it. */
async function measure(
  scene: GattScene,
  mtu: number,
  replies: Map<string, Measured[]>,
): Promise<readonly Measured[]> {
  const phone = await scene.startPhone({ mtu, name: `phone${mtu}` });
  const provisionings: Measured[] = [];
  for (let run = 0; run < runs; run++) {
    const device = await MeteredDevice.start(scene, `d${mtu}-${run}`);
    const node = firstNode + 0x10 * run;
    provisionings.push(await provision(scene, phone, device, node));
    await joinNode(phone, node);
    for (const { name, message } of QUESTIONS) {
      const key = `${mtu}, ${name}`;
      const measured = replies.get(key) ?? [];
      replies.set(key, measured);
      for (let i = 0; i < TIMES; i++) {
        const ask = () => phone.configure(node, message);
        measured.push(await device.measure(scene, readExchange, ask));
      }
    }
    await phone.disconnect();
    await device.process.stop();
  }
  await phone.central.stop();
  return provisionings;
}

async function provision(
  scene: GattScene,
  phone: RealPhone,
  device: MeteredDevice,
  node: number,
): Promise<Measured> {
  const { address } = await findDevice(phone, device.process);
  const provisioned = nextNote(device.process, "provisioned");
  const read = (log: readonly TappedPacket[]): GattTimes => {
    const times = readProvisioning(log);
    if (times === undefined) throw new Error("the tap has seen no Complete");
    return times;
  };
  return device.measure(scene, read, async () => {
    const authentication = { method: "none" } as const;
    const { deviceKey } = await phone.provision(address, { data: dataFor(node), authentication });
    phone.client.peer.addDevice(node, deviceKey);
    await provisioned;
  });
}

function cells(all: readonly Measured[]): readonly string[] {
  const lists = [
    all.map((each) => each.totalMs),
    all.map((each) => each.oursMs),
    all.map((each) => each.busyMs),
  ];
  return lists.flatMap((list) =>
    [median(list), Math.min(...list), Math.max(...list)].map((value) => value.toFixed(1)),
  );
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
