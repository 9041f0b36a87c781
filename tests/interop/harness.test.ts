/** The harness proves itself: two bluetooth-meshd on one air, one of them as the device, and nothing of ours. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createECDH } from "node:crypto";
import { type TestContext, test } from "node:test";
import { Air } from "./bluez/air.js";
import { Status } from "./bluez/config-message.js";
import type { Device } from "./bluez/device.js";
import type { Agent } from "./bluez/mesh-objects.js";
import { meshdPath } from "./bluez/meshd.js";
import { GENERIC_ON_OFF_SERVER } from "./bluez/on-off-client.js";
import { firstAddress, type Provisioner } from "./bluez/provisioner.js";
import { buildShim } from "./bluez/shim.js";
import { verifyLog } from "./captured-log.js";
import { nobody, startDaemons, deviceUuid as uuid } from "./two-daemons.js";

/** More than the slowest of them takes, by far. */
const patience = { timeout: 60_000 };

/** A provisioner and a device, who hear each other. */
async function pair(
  t: TestContext,
  agents: { readonly provisioner: Agent; readonly device: Agent },
  air = new Air(),
): Promise<{ readonly provisioner: Provisioner; readonly device: Device }> {
  const { provisioner, startDevice } = await startDaemons(t, agents.provisioner, air);
  return { provisioner, device: await startDevice("device", uuid, agents.device) };
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

    const added = await provisioner.provision(heard.uuid);
    equal(added.unicastAddress, firstAddress);
    equal(added.elementCount, 1);
    await device.provisioned;

    const node = provisioner.node(firstAddress);
    const server = { element: firstAddress, model: GENERIC_ON_OFF_SERVER };
    equal(await node.keys.addAppKey(0), Status.Success);
    equal(await node.models.bind(server), Status.Success);
    await provisioner.bindOwn();
    const served = device.serveOnOffSet();
    equal((await provisioner.onOff.set(firstAddress, true)).present, 1);
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
