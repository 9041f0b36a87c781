/**
 * Provisions a running simulator with bluetooth-meshd, switches its lamp on and off, and gives it back as new, since
 * the network is forgotten at the end; with --leave it stays a node:
 *
 *     npx tsx tests/interop/provision.ts [--ether PATH] [--speedup N] [--leave]
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { defaultEtherPath } from "../../host/simulator/ether-path.js";
import { uuidGroups } from "../../host/simulator/uuid.js";
import { GENERIC_ON_OFF_SERVER } from "./bluez/on-off-client.js";
import { Provisioner } from "./bluez/provisioner.js";

const { values } = parseArgs({
  options: { ether: { type: "string" }, speedup: { type: "string" }, leave: { type: "boolean" } },
});
const folder = mkdtempSync(join(tmpdir(), "fl-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.once("SIGINT", () => process.exit(130));

try {
  const provisioner = await Provisioner.start({
    folder,
    air: values.ether ?? defaultEtherPath(),
    speedup: Number(values.speedup ?? 1),
  });
  try {
    const { uuid } = await provisioner.discover();
    console.log(`heard the device ${uuidGroups(uuid.toString("hex"))}`);
    const { unicastAddress } = await provisioner.provision(uuid);
    console.log(`provisioned it as ${hex(unicastAddress)}`);
    await use(provisioner, unicastAddress);
  } finally {
    await provisioner.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Everything that a phone does with a new lamp. */
async function use(provisioner: Provisioner, address: number): Promise<void> {
  const node = provisioner.node(address);
  const { companyId, elements } = await node.composition();
  const models = elements.flatMap((element) => element.models.map(hex)).join(", ");
  console.log(`company ${hex(companyId)}, models ${models}`);
  await provisioner.bindOwn();
  const statuses = [
    await node.keys.addAppKey(0),
    await node.models.bind({ element: address, model: GENERIC_ON_OFF_SERVER }),
  ];
  console.log(`gave it an AppKey and bound its lamp to it: status ${statuses.join(", ")}`);
  for (const isOn of [true, false, true]) {
    const { present } = await provisioner.onOff.set(address, isOn);
    console.log(`switched its lamp ${present === 1 ? "on" : "off"}`);
    await setTimeout(1000);
  }
  if (values.leave) return;
  await node.reset();
  console.log("reset it: it is new again");
}

function hex(value: number): string {
  return value.toString(16).padStart(4, "0");
}
