/** nRF Mesh for Android in Kotlin: the strongest algorithm, the lowest action only, every step in its turn. */

import { compositionDataGet } from "../../../host/simulator/phone/mesh/config-messages.js";
import { ProvisioningPduType as Pdu } from "../../../host/simulator/phone/pdu.js";
import { readPolicy } from "../../../modules/policy.js";
import type { Harness, Suite } from "../../support/harness.js";
import { ANDROID_KOTLIN } from "../../support/phone-apps.js";
import { changed, PhoneScene } from "../../support/phone-scene.js";
import { PROVISIONING_DATA } from "../../support/world.js";

/** The bits of Numeric and Blink in Output OOB Action. MshPRT 5.4.1.2. */
const NUMERIC = 0x08;
const BLINK = 0x01;
const EVERYTHING = Object.freeze({ outputActions: 0x1f, inputActions: 0x0f });

const way = ({ test, equal, ok }: Harness): void => {
  test("provisioned with HMAC, reached by identity, reached again after a drop by Network ID, switched [P-8, P-15, P-20]", () => {
    const scene = new PhoneScene(ANDROID_KOTLIN);
    scene.provision();
    equal(scene.passed.find(({ pdu }) => pdu[0] === Pdu.Start)?.pdu[1], 1);
    equal(scene.node.attention[0], 10);
    scene.join(scene.findNode().address);
    scene.pass(1000);
    equal(scene.ask(compositionDataGet(0)).status.name, "compositionData");
    scene.equip();
    scene.leave();
    // Its loop connects again a second and a half after a drop.
    scene.pass(1500);
    scene.pass(60_000);
    equal(scene.hears("node", 3000), false, "the identity has been shown for a minute");
    scene.join(scene.findNetwork().address);
    scene.pass(1000);
    equal(scene.switch(true), { present: 1 });
    ok(scene.client.peer.beacons.every(({ authentic }) => authentic));
  });

  test("reads every answer as the one it waits for: just these come, each once [S-9]", () => {
    const scene = new PhoneScene(ANDROID_KOTLIN, { policy: { inputActions: 0x04, inputSize: 4 } });
    let value = 0;
    scene.begin({
      authentication: {
        method: "input",
        value: 4711,
        show: (_, shown) => {
          value = Number(shown);
        },
      },
    });
    scene.until(() => value > 0, 5000);
    scene.node.person.enter(value);
    scene.finish();
    equal(scene.results.length, 1);
    equal(scene.types("received"), [
      Pdu.Capabilities,
      Pdu.PublicKey,
      Pdu.InputComplete,
      Pdu.Confirmation,
      Pdu.Random,
      Pdu.Complete,
    ]);
  });
};

const choosing = ({ test, equal, ok }: Harness): void => {
  test("shows the lowest action only: by default there is just one, and it is the best [P-10]", () => {
    const nothing = { get: () => undefined };
    const { outputActions, inputActions } = readPolicy(nothing, EVERYTHING);
    equal(outputActions, NUMERIC);
    equal(inputActions & (inputActions - 1), 0, "one bit");
    equal(readPolicy(nothing, { outputActions: BLINK, inputActions: 0 }).outputActions, BLINK);

    const scene = new PhoneScene(ANDROID_KOTLIN, { policy: { outputActions, outputSize: 4 } });
    const lowest = 31 - Math.clz32(outputActions & -outputActions);
    scene.begin({
      authentication: {
        method: "output",
        action: lowest,
        ask: (_, answer) => answer(Number(scene.node.person.shown)),
      },
    });
    scene.finish();
    equal(scene.results.length, 1);
  });

  test("first fills in the action's bit as the size: refused, and it may try again [P-10, P-13]", () => {
    const scene = new PhoneScene(ANDROID_KOTLIN, { policy: { outputActions: NUMERIC, outputSize: 4 } });
    const failed = scene.fail({
      authentication: { method: "output", ask: () => {} },
      tamper: (pdu) => (pdu[0] === Pdu.Start ? changed(pdu, 5, NUMERIC) : pdu),
    });
    equal([failed.fault, failed.errorCode], ["deviceFailed", 0x02]);
    scene.provision();
  });

  test("offers the device's key out of band, and waits for ever: by default there is none to offer [P-9]", () => {
    const plain = new PhoneScene(ANDROID_KOTLIN);
    const { capabilities } = plain.provision();
    equal([capabilities.publicKeyType, capabilities.oobType & 2], [0, 0]);

    const key = new Uint8Array(32).fill(1);
    const scene = new PhoneScene(ANDROID_KOTLIN, { policy: { oobPrivateKey: key } });
    scene.begin({
      // What the user has not typed is zeros; and the own key is never sent.
      tamper: (pdu) =>
        pdu[0] === Pdu.Start ? changed(pdu, 2, 1) : pdu[0] === Pdu.PublicKey ? undefined : pdu,
    });
    scene.until(() => scene.types("sent").includes(Pdu.Start), 5000);
    scene.pass(59_000);
    equal(scene.failures, []);
    ok(scene.node.trace.notes.at(-1)?.event === "waitPublicKey", scene.node.trace.notes.at(-1)?.event);
    scene.pass(10_000);
    ok(scene.node.trace.notes.some(({ event }) => event === "provisioningTimeout"));
    equal(scene.node.trace.failures.at(-1)?.step, "waitPublicKey");
    scene.until(() => scene.failures.length > 0, 20_000);
    equal(scene.hears("device", 1000), true);
  });

  test("takes No OOB from its list when the device says that it must [P-9]", () => {
    const policy = { onlyOobAuthenticated: true, allowNoOob: false, algorithms: 0x0002 };
    const scene = new PhoneScene(ANDROID_KOTLIN, {
      policy: { ...policy, outputActions: NUMERIC, outputSize: 4 },
    });
    equal(scene.fail().fault, "notOffered");
    scene.begin({
      authentication: { method: "output", ask: (_, answer) => answer(Number(scene.node.person.shown)) },
    });
    scene.finish();
    equal(scene.results[0]?.unicastAddress, PROVISIONING_DATA.unicastAddress);
  });
};

export const suite: Suite = (harness) => {
  way(harness);
  choosing(harness);
};
