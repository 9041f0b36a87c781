/** A phone provisions our simulator and has it as its proxy, when XS runs the device. */

import { equal } from "node:assert/strict";
import { test } from "node:test";
import {
  compositionDataGet,
  defaultTtlGet,
  nodeReset,
} from "../../../host/simulator/phone/mesh/config-messages.js";
import { Algorithm } from "../../../host/simulator/phone/security.js";
import { readDisplay } from "../person.js";
import { firstNode, joinNode, nextNote, patience, provisionOver, setGattScene } from "./scene.js";

test("under XS a device is provisioned over PB-GATT, and is a phone's proxy", patience, async (t) => {
  const { startDevice, startPhone } = await setGattScene(t);
  const phone = await startPhone({ mtu: 23 });
  const device = await startDevice("d", "--engine", "xs", "--output", "number");
  await provisionOver(phone, device, firstNode, {
    algorithm: Algorithm.Cmac,
    authentication: {
      method: "output",
      ask: (_, answer) => {
        readDisplay(device).then((text) => answer(Number(text)));
      },
    },
  });
  await joinNode(phone, firstNode);
  // In several segments, each in several Proxy PDUs.
  equal((await phone.configure(firstNode, compositionDataGet(0))).name, "compositionData");
  equal((await phone.configure(firstNode, defaultTtlGet())).name, "defaultTtl");
  const reset = nextNote(device, "unprovisioned");
  equal((await phone.configure(firstNode, nodeReset())).name, "nodeReset");
  await reset;
  equal(await device.quit(), 0);
});
