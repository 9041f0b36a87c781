/** The power goes in each state of a provisioning: the device is new afterwards, or a node, and nothing in between. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Agent } from "./bluez/mesh-objects.js";
import { firstAddress } from "./bluez/provisioner.js";
import { checkKept, patience, type Scene, setScene } from "./scene.js";
import { readKeptRecord, type SimulatorProcess } from "./simulator.js";

const staticOob = Buffer.alloc(16, 0x5a);
const withValue: Agent = { capabilities: ["static-oob"], staticOob };

/**
 * The states of the provisionee in which it can wait; the others pass within one turn of the processor. withheld: the
 * type of the provisioner's PDU that would end the state, and is lost; undefined: nothing needs to be.
 */
const states: readonly {
  readonly state: string;
  readonly withheld: number | undefined;
  readonly agent: Agent;
}[] = [
  { state: "waitInvite", withheld: 0x00, agent: withValue },
  { state: "waitStart", withheld: 0x02, agent: withValue },
  { state: "waitPublicKey", withheld: 0x03, agent: withValue },
  { state: "waitInput", withheld: undefined, agent: { capabilities: ["in-numeric"] } },
  { state: "waitConfirmation", withheld: 0x05, agent: withValue },
  { state: "waitRandom", withheld: 0x06, agent: withValue },
  { state: "waitData", withheld: 0x07, agent: withValue },
  { state: "complete", withheld: undefined, agent: withValue },
];

for (const { state, withheld, agent } of states) {
  test(`the device is killed in ${state}, and comes back`, patience, async (t) => {
    let isWithholding = true;
    const drop = (from: string, _: string, ad: Buffer) =>
      isWithholding && from === "provisioner" && beginsPdu(ad, withheld);
    const scene = await setScene(t, { agent, drop });
    const options = ["--static-oob", staticOob.toString("hex")];
    const doomed = await scene.startDevice(...options);
    const { uuid } = await scene.provisioner.discover();
    // Its end is of no interest: nobody answers any more.
    scene.provisioner.provision(uuid).catch(() => {});
    await doomed.noted(state, 20_000);
    await doomed.kill();
    isWithholding = false;
    const { netKeys } = await scene.provisioner.exportKeys();
    // It goes on calling the lost link for a while, and a device that comes back would answer.
    await scene.provisioner.stop();

    const revived = await scene.startDevice(...options);
    const role = await firstRole(revived);
    equal(role, state === "complete" ? "provisioned" : "unprovisioned");
    if (role === "provisioned") {
      const { netKey, unicastAddress } = readKeptRecord(scene.state);
      deepEqual({ netKey, unicastAddress }, { netKey: netKeys.get(0), unicastAddress: firstAddress });
      ok(!revived.events.seen.some((event) => event.event === "note" && event.name === "beaconing"));
    } else {
      ok(!existsSync(join(scene.state, "records", "node")));
      await provisionAnew(scene, revived, uuid);
    }
  });
}

/** Whether this AD structure is the Transaction Start of a provisioning PDU of this type. MshPRT 5.3.1.1. */
function beginsPdu(ad: Buffer, type: number | undefined): boolean {
  return ad[1] === 0x29 && ((ad[7] ?? 1) & 0x03) === 0x00 && ad[11] === type;
}

/** The role that the device takes when it starts. */
function firstRole(device: SimulatorProcess): Promise<string> {
  return device.events.first("the device's role", 5000, (event) => {
    const isRole = event.event === "note" && (event.name === "unprovisioned" || event.name === "provisioned");
    return isRole ? event.name : undefined;
  });
}

/** By another provisioner, as the first one is gone. */
async function provisionAnew(scene: Scene, device: SimulatorProcess, uuid: Uint8Array): Promise<void> {
  await device.noted("beaconing");
  const provisioner = await scene.startProvisioner("q");
  const shown = provisioner.shown();
  const added = provisioner.provision(uuid);
  const asked = device
    .noted("waitInput", 20_000)
    .then(async () => device.act(`enter ${(await shown).value}`));
  asked.catch(() => {});
  equal((await added).unicastAddress, firstAddress);
  equal(await device.noted("provisioned"), firstAddress);
  await checkKept({ provisioner, state: scene.state }, firstAddress);
}
