/**
 * Tries a device that this program does not start: it is the ether at a path, to which the device comes. bluetooth-meshd
 * provisions the device, configures it, switches its lamp and resets it; with --restart, a command is run in between that
 * ends the device and starts it again, and it must still be a node:
 *
 *     npx tsx tests/interop/try-device.ts --ether PATH [--uuid UUID] [--restart COMMAND] [--speedup N]
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { uuidGroups } from "../../host/simulator/uuid.js";
import { Air } from "./bluez/air.js";
import { GENERIC_ON_OFF_SERVER } from "./bluez/on-off-client.js";
import { Provisioner } from "./bluez/provisioner.js";

const { values } = parseArgs({
  options: {
    ether: { type: "string" },
    uuid: { type: "string" },
    restart: { type: "string" },
    speedup: { type: "string" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "fl-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.once("SIGINT", () => process.exit(130));

try {
  await tryDevice(values.ether ?? usage(), values.uuid?.replaceAll("-", "").toLowerCase());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function usage(): never {
  throw new Error("--ether PATH: where the device will come to");
}

async function tryDevice(path: string, wanted: string | undefined): Promise<void> {
  const air = new Air();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await air.listen("provisioner", join(folder, "p.sock"));
  await air.listen("device", path);
  try {
    const options = { folder, air: join(folder, "p.sock"), speedup: Number(values.speedup ?? 10) };
    const provisioner = await Provisioner.start(options);
    try {
      const isWanted = ({ uuid }: { readonly uuid: Buffer }): boolean =>
        wanted === undefined || uuid.toString("hex") === wanted;
      const { uuid } = await provisioner.discover(isWanted);
      console.log(`heard the device ${uuidGroups(uuid.toString("hex"))}`);
      const { unicastAddress } = await provisioner.provision(uuid);
      console.log(`provisioned it as ${unicastAddress.toString(16).padStart(4, "0")}`);
      await useNode(provisioner, unicastAddress);
      await provisioner.discover(isWanted);
      console.log("heard it again, as a new device");
    } finally {
      await provisioner.stop();
    }
  } finally {
    await air.close();
  }
}

/** Everything that is done with a new lamp, until it is reset. */
async function useNode(provisioner: Provisioner, address: number): Promise<void> {
  const node = provisioner.node(address);
  const { elements } = await node.composition();
  console.log(`it has ${elements.length} element, ${elements.flatMap(({ models }) => models).length} models`);
  await provisioner.bindOwn();
  const statuses = [
    await node.keys.addAppKey(0),
    await node.models.bind({ element: address, model: GENERIC_ON_OFF_SERVER }),
  ];
  console.log(`gave it an AppKey and bound its lamp to it: status ${statuses.join(", ")}`);
  await switchLamp(provisioner, address);
  if (values.restart !== undefined) {
    execFileSync("sh", ["-c", values.restart], { stdio: "inherit" });
    console.log("restarted it");
    await switchLamp(provisioner, address);
  }
  await node.reset();
  console.log("reset it");
}

async function switchLamp(provisioner: Provisioner, address: number): Promise<void> {
  for (const isOn of [true, false, true]) {
    const { present } = await provisioner.onOff.set(address, isOn);
    console.log(`switched its lamp ${present === 1 ? "on" : "off"}`);
  }
}
