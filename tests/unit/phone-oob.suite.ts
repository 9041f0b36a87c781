/** What the phone chooses from a device's capabilities, and every way to authenticate. MshPRT 5.4.1.3, 5.4.2.4. */

import type { ProvisioningOptions } from "../../host/simulator/phone/provisioning.js";
import { Algorithm, type OobValue } from "../../host/simulator/phone/security.js";
import type { Harness, Suite } from "../support/harness.js";
import { answers, Conversation, DEVICE_KEY, OWN_KEY, PLAIN, RICH } from "./phone-conversation.js";
import { hex } from "./phone-radio.js";

export const suite: Suite = (harness) => {
  testChoices(harness);
  testOob(harness);
};

function testChoices({ test, equal }: Harness): void {
  /** The Start PDU that follows such capabilities, or how it ended. */
  function start(capabilities: string, options: Partial<ProvisioningOptions> = {}): string | undefined {
    const phone = new Conversation(options);
    phone.open();
    return phone
      .device(`01${capabilities}`)
      .find((event) => event.startsWith("02") || event.startsWith("failed"));
  }
  const notOffered = "failed waitCapabilities notOffered undefined 2";
  const badFormat = "failed waitCapabilities badFormat undefined 2";

  test("the strongest algorithm that both know; reserved bits are ignored", () => {
    equal(start(PLAIN), "020000000000");
    equal(start("0100020000000000000000"), "020100000000");
    equal(start("0100030000000000000000"), "020100000000");
    equal(start("01ffff0000000000000000"), "020100000000");
    equal(start("0100030000000000000000", { algorithm: Algorithm.Cmac }), "020000000000");
    equal(start("0100020000000000000000", { algorithm: Algorithm.Cmac }), notOffered);
    equal(start(PLAIN, { algorithm: Algorithm.Hmac }), notOffered);
    equal(start("01fffc0000000000000000"), notOffered);
    equal(start("010003fefc0900f809fff0"), "020100000000");
  });

  test("prohibited capabilities", () => {
    equal(start("0000030000000000000000"), badFormat, "no element");
    equal(start("0100030003000000000000"), badFormat, "only OOB, and yet CMAC");
    equal(start("0100020002000000000000"), badFormat, "only OOB, and none there");
    equal(start("0100020003000000000000"), notOffered, "only OOB, but No OOB wanted");
    const authentication = { method: "static", value: "A" } as const;
    equal(start("0100020003000000000000", { authentication }), "020100010000");
  });

  test("OOB that the device does not have is not asked for", () => {
    const output = { method: "output", ask: (): void => {} } as const;
    const input = { method: "input", show: (): void => {} } as const;
    equal(start(PLAIN, { authentication: { method: "static", value: 1 } }), notOffered);
    equal(start(PLAIN, { authentication: output }), notOffered);
    equal(start(PLAIN, { authentication: input }), notOffered);
    equal(start(PLAIN, { oobPublicKey: hex(DEVICE_KEY) }), notOffered);
    equal(start(RICH, { authentication: output }), "020100020408");
    equal(start(RICH, { authentication: input }), "020100030308");
    equal(start(RICH, { authentication: { ...output, action: 0 } }), "020100020001");
    equal(start(RICH, { authentication: { ...input, action: 1, size: 2 } }), "020100030102");
    equal(start(RICH, { authentication: { ...output, action: 5 } }), notOffered);
    equal(start(RICH, { authentication: { ...output, action: 3, size: 9 } }), notOffered);
    equal(start("0100030000090001000000", { authentication: output }), notOffered, "a reserved size");
    equal(start("010003000008ffff000000", { authentication: output }), "020100020408", "reserved actions");
    equal(start("010003000000000008ffff", { authentication: input }), "020100030308", "reserved actions");
  });
}

function testOob({ test, equal }: Harness): void {
  for (const algorithm of [Algorithm.Cmac, Algorithm.Hmac]) {
    const name = algorithm === Algorithm.Cmac ? "CMAC" : "HMAC";

    test(`${name}: the device shows a number, the user enters it, later`, () => {
      let enter = (_value: OobValue): void => {};
      const requests: unknown[] = [];
      const phone = new Conversation({
        algorithm,
        authentication: {
          method: "output",
          action: 3,
          size: 6,
          ask: (request, answer) => {
            requests.push(request);
            enter = answer;
          },
        },
      });
      phone.open();
      phone.device(`01${RICH}`);
      equal(phone.device(`03${DEVICE_KEY}`), []);
      equal(requests, [{ action: 3, size: 6 }]);
      phone.clock.advance(119_999);
      enter(19655);
      enter(1);
      equal(phone.deliver().length, 1, "one Confirmation");
      const device = answers(algorithm, RICH, `0${algorithm}00020306`, 19655);
      phone.device(device.confirmation);
      phone.device(device.random);
      equal(phone.device("08")[0], "close 0");
    });

    test(`${name}: the phone shows a text, the user enters it at the device`, () => {
      const shown: unknown[] = [];
      const show = (request: unknown, value: OobValue): void => void shown.push(request, value);
      const phone = new Conversation({
        algorithm,
        authentication: { method: "input", value: "123ABC", size: 6, show },
      });
      phone.open();
      phone.device(`01${RICH}`);
      equal(phone.device(`03${DEVICE_KEY}`), []);
      equal(shown, [{ action: 3, size: 6 }, "123ABC"]);
      equal(phone.device("04").length, 1);
      const device = answers(algorithm, RICH, `0${algorithm}00030306`, "123ABC");
      phone.device(device.confirmation);
      phone.device(device.random);
      equal(phone.device("08")[0], "close 0");
    });

    test(`${name}: the device's public key is known, and it has another secret`, () => {
      const authentication = { method: "static", value: hex("01") } as const;
      const phone = new Conversation({ algorithm, authentication, oobPublicKey: hex(DEVICE_KEY) });
      phone.open();
      const [start, key, own] = phone.device(`01${RICH}`);
      equal([start, key, own?.slice(0, 2)], [`020${algorithm}01010000`, `03${OWN_KEY}`, "05"]);
      const device = answers(algorithm, RICH, `0${algorithm}01010000`, hex("02"));
      phone.device(device.confirmation);
      equal(phone.device(device.random).at(-1), "failed waitRandom confirmationFailed undefined 2");
    });
  }

  test("with output and input OOB the timer gives the user 120 s", () => {
    for (const authentication of [
      { method: "output", ask: (): void => {} },
      { method: "input", show: (): void => {} },
    ] as const) {
      const phone = new Conversation({ authentication });
      phone.open();
      phone.device(`01${RICH}`);
      phone.device(`03${DEVICE_KEY}`);
      phone.clock.advance(119_999);
      equal(phone.take(), []);
      phone.clock.advance(1);
      equal(phone.take(), ["0907"]);
    }
  });

  test("an answer that comes too late, and Input Complete of another length", () => {
    let enter = (_value: OobValue): void => {};
    const ask = (_request: unknown, answer: (value: OobValue) => void): void => {
      enter = answer;
    };
    const late = new Conversation({ authentication: { method: "output", ask } });
    late.open();
    late.device(`01${RICH}`);
    late.device(`03${DEVICE_KEY}`);
    equal(late.device("0907"), ["close 2", "failed waitAnswer deviceFailed 7 2"]);
    enter("A");
    equal(late.deliver(), []);
    const input = new Conversation({ authentication: { method: "input", show: (): void => {} } });
    input.open();
    input.device(`01${RICH}`);
    input.device(`03${DEVICE_KEY}`);
    equal(input.device("0400"), ["close 2", "failed waitInputComplete badFormat undefined 2"]);
  });

  test("an OOB public key that is not on the curve, or the provisioner's own", () => {
    for (const [oobPublicKey, fault] of [
      [hex(`${DEVICE_KEY.slice(0, -1)}8`), "invalidPublicKey"],
      [hex(OWN_KEY), "ownPublicKey"],
    ] as const) {
      const phone = new Conversation({ oobPublicKey });
      phone.open();
      const [last] = phone.device(`01${RICH}`).slice(-1);
      equal(last, `failed waitPublicKey ${fault} undefined 2`);
    }
  });
}
