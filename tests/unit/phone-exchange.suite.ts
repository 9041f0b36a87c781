/** A whole phone over PB-ADV, with a device played by the test. MshPRT 8.7. */

import { Phone } from "../../host/simulator/phone/phone.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { toHex } from "../../modules/bytes.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import provisioning from "../vectors/provisioning.json" with { type: "json" };
import { AIR_TIME_MS, hex, LINK, LINK_ID, LINK_OPEN, ScriptedRadio, UUID } from "./phone-radio.js";

interface Vector {
  readonly name: string;
  readonly section: string;
  readonly type: string;
  readonly from?: string;
  readonly inputs: Fields;
  readonly outputs: Fields;
}

/** The PB-ADV PDUs of one step of a sample. */
function messagesOf({ outputs }: Vector): readonly string[] {
  const messages = outputs.Messages ?? [outputs.Message];
  return Array.isArray(messages) ? messages.map(String) : [];
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("the phone holds its part of the specification's sample exchange, octet for octet", () => {
    const vectors: readonly Vector[] = provisioning.vectors;
    const keys = vectors.find(({ type }) => type === "securityCmac");
    if (keys === undefined) throw new Error("there is no sample");
    const clock = new FakeClock();
    const radio = new ScriptedRadio(clock);
    const outcome: unknown[] = [];
    const phone = new Phone({ radio, clock, random: new SeededRandom(4), retransmissionMs: 10_000 });
    const data = {
      netKey: octetsOf(keys.inputs, "NetworkKey"),
      netKeyIndex: 0x0567,
      flags: 0,
      ivIndex: 0x01020304,
      unicastAddress: 0x0b0c,
    };
    phone.provision(
      UUID,
      {
        data,
        authentication: { method: "none" },
        privateKey: octetsOf(keys.inputs, "PrivateKeyProvisioner"),
        randomProvisioner: octetsOf(keys.inputs, "RandomProvisioner"),
      },
      {
        finished: ({ deviceKey, unicastAddress }) => outcome.push([toHex(deviceKey), unicastAddress]),
        failed: (failure) => outcome.push(failure),
      },
      LINK_ID,
    );
    let steps = 0;
    for (const vector of vectors.filter(({ section }) => section.startsWith("8.7."))) {
      const transaction = String(vector.inputs.Transaction);
      const fromDevice = vector.from === "device" || (vector.type === "transaction" && transaction >= "80");
      if (fromDevice) {
        for (const message of messagesOf(vector)) radio.hear(message);
      } else {
        const expected = messagesOf(vector);
        equal(radio.awaitMessages(expected.length), expected, vector.name);
      }
      steps++;
    }
    equal(steps, 25);
    ok(phone.busy);
    equal(radio.awaitMessages(2), [`${LINK}000b00`, `${LINK}000b00`], "Link Close is repeated");
    clock.advance(AIR_TIME_MS);
    equal(outcome, [["0520adad5e0142aa3e325087b4ec16d8", 0x0b0c]]);
    ok(!phone.busy);
  });

  test("a phone provisions one device at a time, and gives up when told to", () => {
    const clock = new FakeClock();
    const radio = new ScriptedRadio(clock);
    const outcome: unknown[] = [];
    const beacons: string[] = [];
    const phone = new Phone({
      radio,
      clock,
      random: new SeededRandom(4),
      beacon: ({ deviceUuid }) => beacons.push(toHex(deviceUuid)),
    });
    radio.hearData(hex(`142b00${toHex(UUID)}0000`));
    equal(beacons, [toHex(UUID)]);
    const data = { netKey: new Uint8Array(16), netKeyIndex: 0, flags: 0, ivIndex: 0, unicastAddress: 1 };
    const begin = (): void =>
      phone.provision(
        UUID,
        { data, authentication: { method: "none" } },
        {
          finished: () => outcome.push("finished"),
          failed: (failure) => {
            outcome.push(failure);
            // The phone is free for the next device as soon as it says so.
            if (outcome.length === 1) begin();
          },
        },
        LINK_ID,
      );
    begin();
    throws(begin);
    phone.cancel();
    clock.advance(250);
    equal(outcome, [{ step: "idle", fault: "cancelled", closeReason: 2 }]);
    ok(phone.busy);
    const close = `${LINK}000b02`;
    equal(radio.takeMessages(), [close, close, close, LINK_OPEN]);
  });
};
