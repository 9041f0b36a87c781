/**
 * Provisions a running simulator with bluetooth-meshd, in a network of its own that is forgotten at the end:
 *
 *     npx tsx tests/interop/provision.ts [--ether PATH] [--speedup N]
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultEtherPath } from "../../host/simulator/ether-path.js";
import { uuidGroups } from "../../host/simulator/uuid.js";
import { Provisioner } from "./bluez/provisioner.js";

const { values } = parseArgs({ options: { ether: { type: "string" }, speedup: { type: "string" } } });
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
    console.log(`provisioned it as ${unicastAddress.toString(16).padStart(4, "0")}`);
  } finally {
    await provisioner.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
