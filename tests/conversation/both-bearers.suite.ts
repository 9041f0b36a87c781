/** One device, two provisioners: one with PB-ADV, one with PB-GATT. The first link wins, and the other goes quiet. */

import { ProvisioningPduType as Pdu } from "../../host/simulator/phone/pdu.js";
import type { Suite } from "../support/harness.js";
import { IOS } from "../support/phone-apps.js";
import { PhoneScene } from "../support/phone-scene.js";
import { DEVICE_UUID, type PhoneInHand } from "../support/world.js";

/** A device that lets a person enter a number, so that a provisioning takes as long as a test wants. */
function together(): { readonly scene: PhoneScene; readonly other: PhoneInHand } {
  const scene = new PhoneScene(IOS, {
    policy: { inputActions: 0x04, inputSize: 4 },
    habits: { retries: 0 },
  });
  return { scene, other: scene.world.addPhone("other") };
}

const PATIENT = Object.freeze({ method: "input", value: 1234, show: () => {} } as const);

export const suite: Suite = ({ test, equal, ok }) => {
  test("both bearers are offered at once, by beacon and by advertisement", () => {
    const { scene, other } = together();
    scene.findDevice();
    scene.pass(3000);
    equal(other.beacons[0]?.uuid, DEVICE_UUID);
  });

  test("while PB-ADV is open nobody connects; when it has ended PB-GATT goes", () => {
    const { scene, other } = together();
    const { address } = scene.findDevice();
    other.provision({ authentication: PATIENT });
    scene.until(() => scene.node.person.isAsked, 5000, "the question");
    equal(scene.hears("device", 3000), false);
    scene.begin({}, address);
    scene.until(
      () => scene.phone.events.some(({ what }) => what === "gaveUp"),
      10_000,
      "the phone's patience",
    );
    equal([scene.results, other.results], [[], []]);
    other.phone.cancel();
    scene.until(() => other.failures.length === 1, 5000, "the end of PB-ADV");
    ok(scene.hears("device", 1000), "at once");
    scene.provision();
    equal(scene.results.length, 1);
  });

  test("while PB-GATT is open nobody hears a beacon or an answer; when it has ended PB-ADV goes", () => {
    const { scene, other } = together();
    scene.begin({ authentication: PATIENT });
    scene.until(() => scene.node.person.isAsked, 5000, "the question");
    other.beacons.length = 0;
    other.provision();
    scene.pass(20_000);
    equal([other.beacons, other.results, other.failures], [[], [], []], "not even a Link ACK");
    scene.phone.disconnect();
    scene.finish();
    scene.pass(5000);
    equal(other.results.length, 1, "it has kept on asking");
    equal(scene.types("received").includes(Pdu.Complete), false);
    ok(scene.hears("network", 3000), "a node now, and its proxy");
  });
};
