/** A phone finds our simulator on virtual controllers, provisions it over PB-GATT, and uses it as its proxy. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { ProvisioningOptions } from "../../../host/simulator/phone/provisioning.js";
import { Algorithm } from "../../../host/simulator/phone/security.js";
import { readDisplay } from "../person.js";
import { readKeptRecord, type SimulatorProcess } from "../simulator.js";
import {
  dataFor,
  findDevice,
  findNode,
  firstNode,
  netKey,
  PROVISIONING,
  patience,
  provisionOver,
  setGattScene,
} from "./scene.js";

const staticValue = "00112233445566778899aabbccddeeff";

interface Way {
  readonly name: string;
  /** The device's command line. */
  readonly options: readonly string[];
  readonly phone: (device: SimulatorProcess) => Partial<ProvisioningOptions>;
}

const ways: readonly Way[] = [
  {
    name: "without OOB",
    options: [],
    phone: () => ({ algorithm: Algorithm.Cmac, authentication: { method: "none" } }),
  },
  {
    name: "with a static value",
    options: ["--static-oob", staticValue],
    phone: () => ({
      algorithm: Algorithm.Cmac,
      authentication: { method: "static", value: Buffer.from(staticValue, "hex") },
    }),
  },
  {
    name: "with a number that it shows",
    options: ["--output", "number"],
    phone: (device) => ({
      algorithm: Algorithm.Cmac,
      authentication: {
        method: "output",
        ask: (_, answer) => {
          readDisplay(device).then((text) => answer(Number(text)));
        },
      },
    }),
  },
  {
    name: "with enhanced authentication and a static value",
    options: ["--algorithms", "hmac", "--static-oob", `${staticValue}${staticValue}`],
    phone: () => ({
      algorithm: Algorithm.Hmac,
      authentication: { method: "static", value: Buffer.from(`${staticValue}${staticValue}`, "hex") },
    }),
  },
];

for (const mtu of [23, 247]) {
  for (const { name, options, phone: how } of ways) {
    test(`a device is provisioned ${name}, at an MTU of ${mtu}`, patience, async (t) => {
      const { bench, startDevice, startPhone } = await setGattScene(t);
      const phone = await startPhone({ mtu });
      const device = await startDevice("d", ...options);
      const seen = await findDevice(phone, device);
      const result = await phone.provision(seen.address, {
        data: dataFor(firstNode),
        authentication: { method: "none" },
        ...how(device),
      });
      equal(await device.noted("provisioned"), firstNode);
      const kept = readKeptRecord(bench.path("d"));
      deepEqual(kept.deviceKey, Buffer.from(result.deviceKey));
      deepEqual(kept.netKey, netKey);
      equal(kept.unicastAddress, firstNode);
      deepEqual((await findNode(phone, firstNode)).address, seen.address, "the same address");
      ok(!device.events.seen.some(({ event }) => event === "failed" || event === "error"));
    });
  }
}

test("what a phone sees of a device: its UUID, what is known of it, and its name", patience, async (t) => {
  const { startDevice, startPhone } = await setGattScene(t);
  const phone = await startPhone({ mtu: 247 });
  const device = await startDevice("d", "--oob-info", "0x0802", "--name", "desk lamp");
  const { mesh } = await findDevice(phone, device);
  deepEqual(mesh, {
    kind: "unprovisioned",
    deviceUuid: Uint8Array.from(device.uuid),
    oobInformation: 0x0802,
  });
  const { scanResponse } = await phone.find("its name", (_, seen) => seen.scanResponse !== undefined);
  equal(Buffer.from(scanResponse ?? []).toString("latin1"), "\x0a\x09desk lamp");
});

test("a device advertises one service, and a node the other", patience, async (t) => {
  const { startDevice, startPhone } = await setGattScene(t);
  const phone = await startPhone({ mtu: 247 });
  const device = await startDevice("d");
  const around = async () => [...new Set((await phone.lookAround()).map(({ kind }) => kind))].sort();
  await findDevice(phone, device);
  deepEqual(await around(), ["unprovisioned"]);
  await provisionOver(phone, device, firstNode);
  await findNode(phone, firstNode);
  deepEqual(await around(), ["networkId", "nodeIdentity"]);
});

test("a wrong static value fails, and the right one succeeds on another connection", patience, async (t) => {
  const { startDevice, startPhone } = await setGattScene(t);
  const phone = await startPhone({ mtu: 247 });
  const device = await startDevice("d", "--static-oob", staticValue);
  const { address } = await findDevice(phone, device);
  const withValue = (hex: string): ProvisioningOptions => ({
    data: dataFor(firstNode),
    authentication: { method: "static", value: Buffer.from(hex, "hex") },
  });
  await rejects(phone.provision(address, withValue("ff".repeat(16))), /"errorCode":4/);
  await provisionOver(phone, device, firstNode, withValue(staticValue));
});

test(
  "a phone that vanishes in the middle leaves a device that another phone provisions",
  patience,
  async (t) => {
    const { startDevice, startPhone } = await setGattScene(t);
    const doomed = await startPhone({ mtu: 23, name: "a" });
    const device = await startDevice("d");
    const { address } = await findDevice(doomed, device);
    doomed
      .provision(address, { data: dataFor(firstNode), authentication: { method: "none" } })
      .catch(() => {});
    await device.noted("waitConfirmation");
    await doomed.central.vanish();
    const other = await startPhone({ mtu: 247, name: "b" });
    await provisionOver(other, device, firstNode);
  },
);

test("a device has the provisioning service, and not the proxy service", patience, async (t) => {
  const { startDevice, startPhone } = await setGattScene(t);
  const phone = await startPhone({ mtu: 247 });
  const device = await startDevice("d");
  const { address } = await findDevice(phone, device);
  const opened = new Promise<void>((resolve) => {
    const nothing = () => {};
    phone.phone.connect(address, PROVISIONING, {
      opened: resolve,
      received: nothing,
      sent: nothing,
      fault: nothing,
      servicesChanged: nothing,
      closed: nothing,
    });
  });
  await opened;
  deepEqual(
    phone.phone.link?.services.map(({ service }) => service),
    [PROVISIONING],
  );
  await phone.disconnect();
});
