/** The apps of Espressif: one of 2019, which stays connected, and a later one, whose confirmation is too short. */

import { appKeyAdd, compositionDataGet } from "../../../host/simulator/phone/mesh/config-messages.js";
import { ProvisioningPduType as Pdu } from "../../../host/simulator/phone/pdu.js";
import type { Harness, Suite } from "../../support/harness.js";
import { ESP_2019, ESP_BINARY } from "../../support/phone-apps.js";
import { APP_KEY, APP_KEY_INDEX, NODE_ADDRESS, PhoneScene } from "../../support/phone-scene.js";
import { PROVISIONING_DATA } from "../../support/world.js";

const of2019 = ({ test, equal, ok }: Harness): void => {
  test("2019: stays connected, finds the proxy service on the same connection, AppKey before composition [P-1, P-7, P-20]", () => {
    const scene = new PhoneScene(ESP_2019);
    scene.provision();
    equal(scene.node.node.state === "unprovisioned", false);
    const { link } = scene.phone;
    scene.pass(500);
    scene.phone.switchToProxy(scene.client);
    scene.until(() => scene.client.isOpen, 2000, "the proxy");
    ok(link !== undefined && scene.phone.link?.peripheral === link.peripheral, "the same connection");
    equal(
      scene.phone.link?.services.map(({ service }) => service),
      [0x1828],
    );
    scene.until(() => scene.client.peer.beacons.length > 0, 500, "the beacon");
    const added = scene.ask(appKeyAdd(PROVISIONING_DATA.netKeyIndex, APP_KEY_INDEX, APP_KEY));
    equal("status" in added.status && added.status.status, 0);
    equal(scene.ask(compositionDataGet(0)).status.name, "compositionData");
    equal(scene.node.node.state, "provisioned");
    scene.leave();
    scene.join(scene.findNode().address);
  });

  test("2019: on a platform that cannot swap, the device ends the connection, and is found as a node [P-1]", () => {
    const scene = new PhoneScene(ESP_2019, { server: { swapsLive: false } });
    scene.provision();
    scene.until(() => scene.phone.link === undefined, 10_000, "the end of the connection");
    scene.join(scene.findNode(1000).address);
    equal(scene.ask(compositionDataGet(0)).status.name, "compositionData");
  });

  test("2019: takes CMAC and No OOB, whatever is offered; its key is one write [P-5, P-8, P-9]", () => {
    const scene = new PhoneScene(ESP_2019, { policy: { outputActions: 0x08, outputSize: 4 } });
    const { capabilities } = scene.provision();
    equal(capabilities.algorithms, 0x0003);
    equal(scene.phone.link?.pduSize, 66);
    equal(scene.node.trace.drops, []);
  });
};

const ofLater = ({ test, equal, ok }: Harness): void => {
  test("later: half a confirmation under HMAC is refused, and the device lives on [P-8, P-13]", () => {
    const scene = new PhoneScene(ESP_BINARY);
    const failed = scene.fail();
    equal([failed.fault, failed.errorCode, failed.step], ["deviceFailed", 0x02, "waitConfirmation"]);
    equal(scene.hears("device", 1000), true);
    equal(scene.node.node.state, "unprovisioned");
  });

  test("later: with a device that offers CMAC alone all is well [P-8, P-20]", () => {
    const scene = new PhoneScene(ESP_BINARY, { settings: { profile: "cmacOnly" } });
    equal(scene.provision().capabilities.algorithms, 0x0001);
    equal(scene.passed.find(({ pdu }) => pdu[0] === Pdu.Start)?.pdu[1], 0);
    scene.pass(500);
    scene.phone.switchToProxy(scene.client);
    scene.until(() => scene.client.isOpen, 2000, "the proxy");
    scene.equip();
    equal(scene.switch(true), { present: 1 });
    ok(scene.client.peer.received.every(({ src }) => src === NODE_ADDRESS));
  });
};

export const suite: Suite = (harness) => {
  of2019(harness);
  ofLater(harness);
};
