/** The harness proves itself: two bluetooth-meshd on one air, one of them as the device, and nothing of ours. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createECDH } from "node:crypto";
import { type TestContext, test } from "node:test";
import { Bench } from "./bench.js";
import { Air } from "./bluez/air.js";
import { Device, GENERIC_ON_OFF_SERVER } from "./bluez/device.js";
import type { Agent } from "./bluez/mesh-app.js";
import { meshdPath } from "./bluez/meshd.js";
import { firstAddress, Provisioner, SUCCESS } from "./bluez/provisioner.js";
import { buildShim } from "./bluez/shim.js";
import { verifyLog } from "./captured-log.js";

const uuid = Buffer.from("70cf7c9732a345b691494810d2e9cbf4", "hex");
/** More than the slowest of them takes, by far. */
const patience = { timeout: 60_000 };
const nobody: Agent = { capabilities: [] };

/** A provisioner and a device, 20 times faster than they would be, who hear each other. */
async function pair(
  t: TestContext,
  agents: { readonly provisioner: Agent; readonly device: Agent },
  air = new Air(),
): Promise<{ readonly provisioner: Provisioner; readonly device: Device }> {
  const bench = new Bench(t);
  bench.later(() => air.close());
  await air.listen("provisioner", bench.path("p.sock"));
  await air.listen("device", bench.path("d.sock"));
  const options = (name: string) => ({
    folder: bench.path(name),
    air: bench.path(`${name}.sock`),
    speedup: 20,
  });
  const device = await Device.start(options("d"), uuid, agents.device);
  bench.later(() => device.stop());
  const provisioner = await Provisioner.start(options("p"), agents.provisioner);
  bench.later(() => provisioner.stop());
  return { provisioner, device };
}

test(
  "the daemon provisions another one without OOB, configures it and switches it on",
  patience,
  async (t) => {
    const { provisioner, device } = await pair(t, { provisioner: nobody, device: nobody });
    const heard = await provisioner.discover();
    deepEqual(heard.uuid, uuid);
    equal(heard.oobInformation, 0);
    equal(heard.uriHash, undefined);

    const node = await provisioner.provision(heard.uuid);
    equal(node.unicastAddress, firstAddress);
    equal(node.elementCount, 1);
    await device.provisioned;

    const composition = await provisioner.compositionData(firstAddress);
    equal(composition.companyId, 0x05f1);
    ok(composition.models.includes(GENERIC_ON_OFF_SERVER));
    equal(await provisioner.addAppKey(firstAddress), SUCCESS);
    equal(await provisioner.bind(firstAddress, GENERIC_ON_OFF_SERVER), SUCCESS);
    await provisioner.bindOwn();
    const served = device.serveOnOffSet();
    equal(await provisioner.setOnOff(firstAddress, true), 1);
    equal(await served, 1);

    const keys = await provisioner.exportKeys();
    deepEqual([...keys.netKeys.keys()], [0]);
    deepEqual([...keys.deviceKeys.keys()], [0x0001, firstAddress]);
  },
);

test("the daemon provisions another one with a static OOB value", patience, async (t) => {
  const agent = {
    capabilities: ["static-oob"],
    staticOob: Buffer.from("00112233445566778899aabbccddeeff", "hex"),
  };
  const { provisioner, device } = await pair(t, { provisioner: agent, device: agent });
  equal((await provisioner.provision(uuid)).unicastAddress, firstAddress);
  await device.provisioned;
});

test("a wrong static OOB value fails", patience, async (t) => {
  const { provisioner } = await pair(t, {
    provisioner: { capabilities: ["static-oob"], staticOob: Buffer.alloc(16, 1) },
    device: { capabilities: ["static-oob"], staticOob: Buffer.alloc(16, 2) },
  });
  // What the daemon makes of any Provisioning Failed, whatever the error code.
  await rejects(provisioner.provision(uuid), /AddNode failed: bad-pdu/);
});

test("the daemon provisions another one whose public key it knows out of band", patience, async (t) => {
  const ecdh = createECDH("prime256v1");
  const publicKey = ecdh.generateKeys().subarray(1);
  const privateKey = Buffer.from(ecdh.getPrivateKey("hex").padStart(64, "0"), "hex");
  const air = new Air();
  // The provisioner's second transaction. Given the key any earlier, the daemon may never send it.
  const startAcknowledged = () =>
    air.sent.first("the acknowledgment of Start", 20_000, ({ from, ad }) => {
      return (from === "device" && ad[1] === 0x29 && ad[6] === 0x01 && ad[7] === 0x01) || undefined;
    });
  const knowing = async () => {
    await startAcknowledged();
    return publicKey;
  };
  const agents = {
    provisioner: { capabilities: ["public-oob"], publicKey: knowing },
    device: { capabilities: ["public-oob"], privateKey },
  };
  const { provisioner, device } = await pair(t, agents, air);
  equal((await provisioner.provision(uuid)).unicastAddress, firstAddress);
  await device.provisioned;
});

test("the shim stands in for every crypto function that the daemon takes from libell", () => {
  const symbols = (...args: readonly string[]) =>
    execFileSync("nm", ["--dynamic", "--format=just-symbols", ...args], { encoding: "utf8" })
      .split("\n")
      .map((line) => line.split("@")[0] ?? "")
      .filter((name) => /^l_(cipher|aead_cipher|checksum)_/.test(name));
  const imported = symbols("--undefined-only", meshdPath);
  ok(imported.includes("l_aead_cipher_encrypt"));
  deepEqual(imported, symbols("--defined-only", buildShim()));
});

const logs = [
  { name: "no-oob", verified: { method: 0, publicKeyOob: false, unicastAddress: 0x0100, networkPdus: 12 } },
  {
    name: "static-oob",
    verified: { method: 1, publicKeyOob: false, unicastAddress: 0x0100, networkPdus: 12 },
  },
  {
    name: "public-oob",
    verified: { method: 0, publicKeyOob: true, unicastAddress: 0x0100, networkPdus: 12 },
  },
];
for (const { name, verified } of logs) {
  test(`the captured provisioning ${name} holds together`, () => {
    deepEqual(verifyLog(new URL(`fixtures/pb-adv-${name}.jsonl`, import.meta.url)), verified);
  });
}
