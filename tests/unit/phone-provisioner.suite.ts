/** The phone's provisioner over a bearer without losses, with a device played by the test. MshPRT 5.4.2, 5.4.4. */

import { Provisioner } from "../../host/simulator/phone/provisioner.js";
import type { ProvisioningOptions } from "../../host/simulator/phone/provisioning.js";
import { Algorithm } from "../../host/simulator/phone/security.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { toHex } from "../../modules/bytes.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Harness, Suite } from "../support/harness.js";
import { octetsOf } from "../support/vectors.js";
import {
  answers,
  Conversation,
  CURVE,
  cmac,
  DEVICE_KEY,
  digits,
  hmac,
  OWN_KEY,
  PLAIN,
} from "./phone-conversation.js";
import { hex } from "./phone-radio.js";

/** The device's PDUs of the plain exchange, and the state in which each is awaited. */
const STEPS = [
  ["waitCapabilities", `01${PLAIN}`],
  ["waitPublicKey", `03${DEVICE_KEY}`],
  ["waitConfirmation", answers(Algorithm.Cmac, PLAIN, "0000000000", undefined).confirmation],
  ["waitRandom", answers(Algorithm.Cmac, PLAIN, "0000000000", undefined).random],
  ["waitComplete", "08"],
] as const;

/** A plain provisioning that waits for the PDU of this step. */
function until(step: number, options: Partial<ProvisioningOptions> = {}): Conversation {
  const conversation = new Conversation(options);
  conversation.open();
  for (const [, pdu] of STEPS.slice(0, step)) conversation.device(pdu);
  return conversation;
}

export const suite: Suite = (harness) => {
  testSamples(harness);
  testFaults(harness);
  testTimers(harness);
  testHooks(harness);
};

function testSamples({ test, equal }: Harness): void {
  test("the specification's exchange with CMAC and No OOB", () => {
    const phone = new Conversation({ randomProvisioner: octetsOf(cmac.inputs, "RandomProvisioner") });
    equal(phone.open(), ["0000"]);
    equal(phone.device(`01${PLAIN}`), ["020000000000", `03${OWN_KEY}`]);
    equal(phone.device(`03${DEVICE_KEY}`), [`05${digits("ConfirmationProvisioner")}`]);
    equal(phone.device(`05${digits("ConfirmationDevice")}`), [`06${digits("RandomProvisioner")}`]);
    equal(phone.device(`06${digits("RandomDevice")}`), [`07${digits("DataEncrypted")}${digits("DataMIC")}`]);
    equal(phone.device("08"), ["close 0", `finished ${digits("DeviceKey")} ${0x0b0c} 1`]);
    equal(phone.device("08"), [], "all is over");
  });

  test("the specification's exchange with HMAC and static OOB", () => {
    const phone = new Conversation({
      authentication: { method: "static", value: octetsOf(hmac.inputs, "AuthValue") },
      randomProvisioner: octetsOf(hmac.inputs, "RandomProvisioner"),
    });
    equal(phone.open(), ["0000"]);
    equal(phone.device(`01${digits("ProvisioningCapabilities", hmac)}`), ["020100010000", `03${OWN_KEY}`]);
    equal(phone.device(`03${DEVICE_KEY}`), [`05${digits("ConfirmationProvisioner", hmac)}`]);
    equal(phone.device(`05${digits("ConfirmationDevice", hmac)}`), [
      `06${digits("RandomProvisioner", hmac)}`,
    ]);
    const encrypted = digits("DataEncrypted", hmac) + digits("DataMIC", hmac);
    equal(phone.device(`06${digits("RandomDevice", hmac)}`), [`07${encrypted}`]);
    equal(phone.device("08"), ["close 0", `finished ${digits("DeviceKey", hmac)} ${0x0b0c} 1`]);
  });

  test("keys and randoms are new for each provisioning", () => {
    const said = [11, 12].map((seed) => {
      const sent: string[] = [];
      const link = { send: (pdu: Uint8Array): void => void sent.push(toHex(pdu)), close: (): void => {} };
      const platform = { clock: new FakeClock(), random: new SeededRandom(seed), curve: CURVE };
      const listener = { finished: (): void => {}, failed: (): void => {} };
      const data = { netKey: new Uint8Array(16), netKeyIndex: 0, flags: 0, ivIndex: 0, unicastAddress: 1 };
      const options = { data, authentication: { method: "none" } as const, attentionSeconds: 5 };
      const provisioner = new Provisioner(link, platform, options, listener);
      provisioner.opened();
      provisioner.sent();
      provisioner.received(hex(`01${PLAIN}`));
      provisioner.sent();
      return sent;
    });
    equal(
      said.map(([invite]) => invite),
      ["0005", "0005"],
    );
    equal(new Set(said.map(([, , key]) => key)).size, 2);
  });
}

function testFaults({ test, equal }: Harness): void {
  for (const [step, [state, expected]] of STEPS.entries()) {
    test(`${state}: every other PDU, length and the end of the link`, () => {
      for (let type = 0; type <= 0xff; type++) {
        if (type === 0x09 || type === hex(expected)[0]) continue;
        const pdu = toHex(Uint8Array.of(type)) + expected.slice(2);
        equal(until(step).device(pdu), ["close 2", `failed ${state} unexpectedPdu undefined 2`]);
        if (type > 0x0f) type += 15;
      }
      for (const wrong of [`${expected}00`, ...(expected.length > 2 ? [expected.slice(0, -2)] : [])]) {
        equal(until(step).device(wrong), ["close 2", `failed ${state} badFormat undefined 2`]);
      }
      equal(until(step).device("0904"), ["close 2", `failed ${state} deviceFailed 4 2`]);
      equal(until(step).device("09"), ["close 2", `failed ${state} deviceFailed undefined 2`]);
      const closed = until(step);
      closed.provisioner.closed(1);
      equal(closed.deliver(), [`failed ${state} linkClosed undefined 1`]);
      const cancelled = until(step);
      cancelled.provisioner.cancel();
      equal(cancelled.deliver(), ["close 2", `failed ${state} cancelled undefined 2`]);
      cancelled.provisioner.cancel();
      equal(cancelled.deliver(), []);
    });
  }

  test("the device reflects the provisioner's public key", () => {
    equal(until(1).device(`03${OWN_KEY}`), ["close 2", "failed waitPublicKey ownPublicKey undefined 2"]);
  });

  test("the device's public key is not on the curve", () => {
    const wrong = `${DEVICE_KEY.slice(0, -1)}8`;
    equal(until(1).device(`03${wrong}`), ["close 2", "failed waitPublicKey invalidPublicKey undefined 2"]);
  });

  test("the device reflects the provisioner's confirmation", () => {
    const phone = until(1);
    const [own = ""] = phone.device(`03${DEVICE_KEY}`);
    equal(phone.device(own), ["close 2", "failed waitConfirmation ownConfirmation undefined 2"]);
  });

  test("the device's confirmation does not fit its random", () => {
    const wrong = `06${"00".repeat(16)}`;
    equal(until(3).device(wrong), ["close 2", "failed waitRandom confirmationFailed undefined 2"]);
  });

  test("the device answers what has not been sent yet", () => {
    const phone = until(0);
    phone.provisioner.received(hex(`01${PLAIN}`));
    equal(phone.take(), ["020000000000"], "Public Key waits for its turn");
    phone.provisioner.received(hex(`03${DEVICE_KEY}`));
    equal(phone.deliver(), ["close 2", "failed waitPublicKey unexpectedPdu undefined 2"]);
  });

  test("an answer may overtake the bearer's acknowledgment", () => {
    const phone = new Conversation();
    phone.provisioner.opened();
    phone.provisioner.received(hex(`01${PLAIN}`));
    equal(phone.take(), ["0000"], "one PDU at a time");
    phone.provisioner.sent();
    equal(phone.deliver(), ["020000000000", `03${OWN_KEY}`]);
  });
}

function testTimers({ test, equal }: Harness): void {
  test("60 s after the last PDU: Provisioning Failed, then the link closes with Timeout", () => {
    for (const [step, [state]] of STEPS.entries()) {
      const phone = until(step);
      phone.clock.advance(59_999);
      equal(phone.take(), []);
      phone.clock.advance(1);
      equal(phone.take(), ["0907"]);
      phone.provisioner.received(hex("08"));
      equal(phone.take(), [], "nothing counts any more");
      phone.provisioner.sent();
      equal(phone.deliver(), ["close 1", `failed ${state} timeout undefined 1`]);
      phone.clock.advance(200_000);
      equal(phone.take(), []);
    }
  });

  test("every PDU starts the timer anew; success stops it", () => {
    const phone = new Conversation();
    phone.open();
    for (const [, pdu] of STEPS) {
      phone.clock.advance(59_000);
      phone.device(pdu);
    }
    phone.clock.advance(200_000);
    equal(phone.take(), []);
  });

  test("the time that the bearer needs to deliver a PDU does not count", () => {
    const phone = new Conversation();
    phone.provisioner.opened();
    phone.clock.advance(20_000);
    phone.provisioner.sent();
    equal(phone.take(), ["0000"]);
    phone.clock.advance(59_999);
    equal(phone.take(), []);
    phone.clock.advance(1);
    equal(phone.take(), ["0907"]);
  });

  test("while the link closes, no timer and no waiting PDU matters any more", () => {
    const phone = until(0);
    phone.provisioner.received(hex(`01${PLAIN}`));
    phone.provisioner.received(hex("0902"));
    equal(phone.take(), ["020000000000", "close 2"]);
    phone.provisioner.sent();
    phone.clock.advance(200_000);
    equal(phone.take(), []);
    phone.provisioner.closed(2);
    equal(phone.take(), ["failed waitPublicKey deviceFailed 2 2"]);
  });

  test("the link goes while Provisioning Failed is on its way", () => {
    const phone = until(0);
    phone.clock.advance(60_000);
    phone.provisioner.closed(1);
    equal(phone.take(), ["0907", "failed waitCapabilities timeout undefined 1"]);
  });
}

function testHooks({ test, equal }: Harness): void {
  test("tamper alters and swallows PDUs; observe sees what really goes out and comes in", () => {
    const phone = new Conversation({
      tamper: (pdu) => {
        if (pdu[0] === 0x02) return undefined;
        return pdu[0] === 0x00 ? hex("001122") : pdu;
      },
    });
    equal(phone.open(), ["001122"]);
    equal(phone.device(`01${PLAIN}`), [`03${OWN_KEY}`]);
    equal(phone.observed, ["sent 001122", `received 01${PLAIN}`, `sent 03${OWN_KEY}`]);
  });

  test("a swallowed Provisioning Failed does not keep the link open", () => {
    const phone = until(0, { tamper: (pdu) => (pdu[0] === 0x09 ? undefined : pdu) });
    phone.clock.advance(60_000);
    equal(phone.deliver(), ["close 1", "failed waitCapabilities timeout undefined 1"]);
  });
}
