/** What every phone needs of a device, whatever app it runs. */

import { ProxyType, proxyPdu, Sar } from "../../../host/simulator/phone/gatt/proxy-pdu.js";
import {
  appKeyAdd,
  beaconGet,
  compositionDataGet,
  defaultTtlGet,
  friendGet,
  gattProxyGet,
  heartbeatPublicationGet,
  modelAppBind,
  networkTransmitGet,
  nodeReset,
  publicationSet,
  relayGet,
  subscriptionAdd,
} from "../../../host/simulator/phone/mesh/config-messages.js";
import { GENERIC_ON_OFF_SERVER } from "../../../host/simulator/phone/mesh/generic-on-off.js";
import { ProvisioningPduType as Pdu } from "../../../host/simulator/phone/pdu.js";
import type { Harness, Suite } from "../../support/harness.js";
import { APPS, ESP_BINARY, IOS } from "../../support/phone-apps.js";
import {
  APP_KEY,
  APP_KEY_INDEX,
  changed,
  NODE_ADDRESS,
  PhoneScene,
  SILENT,
} from "../../support/phone-scene.js";
import { PROVISIONING_DATA } from "../../support/world.js";

const GROUP = 0xc123;

const sizes = ({ test, equal, ok }: Harness): void => {
  for (const mtu of [undefined, 23, 24, 27, 33, 66, 69, 185, 247, 517]) {
    test(`provisioned, configured and switched with ATT_MTU ${mtu ?? "never exchanged"} [P-5, S-1]`, () => {
      const scene = new PhoneScene(IOS, { habits: { mtu, staysConnected: "complete" } });
      scene.provision();
      scene.pass(1000);
      scene.phone.switchToProxy(scene.client);
      scene.until(() => scene.client.isOpen, 2000, "the proxy");
      equal(scene.ask(compositionDataGet(0)).status.name, "compositionData");
      scene.equip();
      equal(scene.switch(true), { present: 1 });
      // A segment of another length than the size of a notification would have been a fault.
      equal(
        scene.client.events.map(({ what }) => what),
        ["opened"],
      );
    });
  }

  test("writes shorter than they could be, and one after the other, are put together as well [P-5]", () => {
    for (const habits of [{ writeSize: 8 }, { writeSize: 20, writePauseMs: 500 }]) {
      const scene = new PhoneScene(IOS, { habits });
      scene.provision();
      equal(scene.results.length, 1);
    }
  });

  test("a message that does not come to its end within 20 s ends the connection [P-5]", () => {
    const scene = new PhoneScene(IOS);
    const ended: number[] = [];
    scene.phone.connect(scene.findDevice().address, 0x1827, {
      ...SILENT,
      closed: () => ended.push(scene.nowMs),
    });
    scene.until(() => scene.phone.link?.isOpen === true, 2000);
    const beganMs = scene.nowMs;
    ok(scene.phone.link?.write(proxyPdu(Sar.First, ProxyType.Provisioning, new Uint8Array(10))));
    scene.pass(19_000);
    equal(ended, []);
    scene.pass(2000);
    ok((ended[0] ?? 0) - beganMs >= 20_000, `${ended[0]}`);
    ok(scene.hears("device", 1000));
  });
};

const manners = ({ test, equal, ok }: Harness): void => {
  test("the node is stored before Complete says so, and Complete comes within a second [P-14]", () => {
    for (const app of APPS.filter((one) => one !== ESP_BINARY)) {
      const scene = new PhoneScene(app);
      let storedBefore = false;
      scene.begin({
        observe: (direction, pdu) => {
          scene.passed.push({ atMs: scene.nowMs, direction, pdu: pdu.slice() });
          if (direction === "received" && pdu[0] === Pdu.Complete)
            storedBefore = scene.node.storage.keys().includes("node");
        },
      });
      scene.finish();
      ok(storedBefore, app.name);
      ok(scene.timeOf("received", Pdu.Complete) - scene.timeOf("sent", Pdu.Data) <= 1000, app.name);
    }
  });

  test("a failure is told, the connection left to the phone, everything after it refused [P-13]", () => {
    const scene = new PhoneScene(IOS, { habits: { staysConnected: "failed" } });
    const failed = scene.fail({ authentication: { method: "none" }, tamper: flipData });
    equal([failed.fault, failed.errorCode], ["deviceFailed", 0x06]);
    scene.pass(1000);
    ok(scene.phone.link !== undefined, "not ended by the device");
    for (const pdu of [[Pdu.Invite, 0], [Pdu.Start, 0, 0, 0, 0, 0], [Pdu.Complete]]) {
      const answers: string[] = [];
      scene.phone.link?.listen({
        ...SILENT,
        received: (_, message) => answers.push(message.join(" ")),
        closed: () => answers.push("closed"),
      });
      scene.phone.link?.send(ProxyType.Provisioning, new Uint8Array(pdu));
      scene.pass(500);
      equal(answers, [`${Pdu.Failed} 3`], `${pdu[0]}`);
    }
  });

  test("the reset is answered, and the connection stays until the answer has arrived [P-19, S-16]", () => {
    for (const app of APPS.filter((one) => one !== ESP_BINARY && one.habits.staysConnected === undefined)) {
      const scene = new PhoneScene(app).arrive();
      const { status } = scene.ask(nodeReset());
      equal(status.name, "nodeReset", app.name);
      scene.until(() => scene.phone.link === undefined, 5000, "the end of the connection");
      scene.findDevice(1000);
    }
  });

  test("a phone that is slow to read gets the answer to its reset all the same [P-19]", () => {
    const scene = new PhoneScene(IOS, { habits: { mtu: 23 } }).arrive();
    scene.pass(1000);
    const peripheral = scene.phone.link?.peripheral;
    peripheral?.setTaking?.(false);
    scene.config.tell(nodeReset());
    scene.pass(1000);
    peripheral?.setTaking?.(true);
    scene.pass(500);
    ok(scene.client.peer.take(0x804a) !== undefined, "Node Reset Status");
    scene.findDevice(3000);
  });

  test("configuration is answered within half a second, each message of a phone's first minute [P-17]", () => {
    const scene = new PhoneScene(IOS).arrive();
    const { netKeyIndex } = PROVISIONING_DATA;
    for (const message of [
      compositionDataGet(0),
      defaultTtlGet(),
      appKeyAdd(netKeyIndex, APP_KEY_INDEX, APP_KEY),
      networkTransmitGet(),
      relayGet(),
      beaconGet(),
      gattProxyGet(),
      friendGet(),
      heartbeatPublicationGet(),
      modelAppBind(NODE_ADDRESS, APP_KEY_INDEX, GENERIC_ON_OFF_SERVER),
      publicationSet(NODE_ADDRESS, GENERIC_ON_OFF_SERVER, { address: GROUP, appKeyIndex: APP_KEY_INDEX }),
      subscriptionAdd(NODE_ADDRESS, GENERIC_ON_OFF_SERVER, GROUP),
    ]) {
      const { status, tookMs } = scene.ask(message);
      ok(tookMs <= 500, `${status.name}: ${tookMs} ms`);
      if ("status" in status) equal(status.status, 0, status.name);
    }
    equal(scene.switch(true, GROUP), { present: 1 });
  });
};

/** The encrypted data, damaged on the way. */
function flipData(pdu: Uint8Array): Uint8Array {
  return pdu[0] === Pdu.Data ? changed(pdu, 9, (pdu[9] ?? 0) ^ 1) : pdu;
}

export const suite: Suite = (harness) => {
  sizes(harness);
  manners(harness);
};
