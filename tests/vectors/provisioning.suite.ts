/** The specification's provisioning samples, replayed octet for octet: MshPRT 8.7, 8.17.1, 8.17.2. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { concat, toHex } from "../../modules/bytes.js";
import { Ccm } from "../../modules/crypto/ccm.js";
import { cmac } from "../../modules/crypto/cmac.js";
import { isValidPublicKey } from "../../modules/crypto/p256-point.js";
import { k1, s1, s2 } from "../../modules/crypto/toolbox.js";
import { encodeAuthValue } from "../../modules/provisioning/oob.js";
import { Algorithm, decodeProvisioningData } from "../../modules/provisioning/pdu.js";
import {
  type ConfirmationInputs,
  confirmationSalt,
  createConfirmer,
  decryptProvisioningData,
  deriveSessionKeys,
} from "../../modules/provisioning/session.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { OPEN_POLICY, ProvisioneeBench } from "../support/provisionee-bench.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import file from "./provisioning.json" with { type: "json" };

const samples = file.vectors.filter((vector) => vector.type.startsWith("security"));

function algorithmOf(sample: { readonly type: string }): Algorithm {
  return sample.type === "securityCmac" ? Algorithm.Cmac : Algorithm.Hmac;
}

function publicKeyOf(inputs: Fields, side: "Provisioner" | "Device"): Uint8Array {
  return concat(octetsOf(inputs, `PublicKey${side}X`), octetsOf(inputs, `PublicKey${side}Y`));
}

function inputsOf(inputs: Fields): ConfirmationInputs {
  return {
    invite: octetsOf(inputs, "ProvisioningInvite"),
    capabilities: octetsOf(inputs, "ProvisioningCapabilities"),
    start: octetsOf(inputs, "ProvisioningStart"),
    publicKeyProvisioner: publicKeyOf(inputs, "Provisioner"),
    publicKeyDevice: publicKeyOf(inputs, "Device"),
  };
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("both algorithms have a sample", () => {
    equal(
      samples.map((sample) => sample.type),
      ["securityCmac", "securityHmac"],
    );
  });

  for (const sample of samples) {
    const { inputs, outputs } = sample;
    const algorithm = algorithmOf(sample);
    const out = (name: string) => octetsOf(outputs, name);

    test(`${sample.section}: public keys, and the same secret on both sides`, () => {
      const clock = new FakeClock();
      const crypto = createNobleCrypto(clock);
      const sides = ["Provisioner", "Device"] as const;
      for (const side of sides) {
        crypto.publicKey(octetsOf(inputs, `PrivateKey${side}`), (key) =>
          equal(key, publicKeyOf(inputs, side)),
        );
        clock.advance(0);
        ok(isValidPublicKey(publicKeyOf(inputs, side)));
        const other = side === "Device" ? "Provisioner" : "Device";
        crypto.sharedSecret(octetsOf(inputs, `PrivateKey${side}`), publicKeyOf(inputs, other), (secret) =>
          equal(secret, out("ECDHSecret")),
        );
        clock.advance(0);
      }
    });

    test(`${sample.section}: salts, confirmations and session keys`, () => {
      const crypto = createNobleCrypto(new FakeClock());
      const parts = inputsOf(inputs);
      const all = concat(
        parts.invite,
        parts.capabilities,
        parts.start,
        parts.publicKeyProvisioner,
        parts.publicKeyDevice,
      );
      equal(all, out("ConfirmationInputs"));
      const salt = confirmationSalt(crypto, algorithm, parts);
      equal(salt, out("ConfirmationSalt"));
      equal(salt, algorithm === Algorithm.Cmac ? s1(crypto, all) : s2(crypto, all));

      const ecdhSecret = out("ECDHSecret");
      const authValue = octetsOf(inputs, "AuthValue");
      const confirmer = createConfirmer(crypto, algorithm, salt, { ecdhSecret, authValue });
      equal(confirmer.confirmation(octetsOf(inputs, "RandomProvisioner")), out("ConfirmationProvisioner"));
      equal(confirmer.confirmation(octetsOf(inputs, "RandomDevice")), out("ConfirmationDevice"));

      const keys = deriveSessionKeys(crypto, ecdhSecret, salt, {
        provisioner: octetsOf(inputs, "RandomProvisioner"),
        device: octetsOf(inputs, "RandomDevice"),
      });
      equal(keys.sessionKey, out("SessionKey"));
      equal(keys.sessionNonce, out("SessionNonce"));
      equal(keys.deviceKey, out("DeviceKey"));
      equal(
        cmac(crypto.aes128(s1(crypto, out("ProvisioningSaltInput"))), ecdhSecret),
        out("k1 T (session)"),
        "the salt and T of k1",
      );
      equal(
        k1(crypto, ecdhSecret, out("ProvisioningSalt"), new Uint8Array([0x70, 0x72, 0x73, 0x6e])),
        out("SessionNonceFull"),
      );
    });

    test(`${sample.section}: provisioning data, encrypted and decrypted`, () => {
      const crypto = createNobleCrypto(new FakeClock());
      const keys = {
        sessionKey: out("SessionKey"),
        sessionNonce: out("SessionNonce"),
        deviceKey: out("DeviceKey"),
      };
      const parameters = concat(out("DataEncrypted"), out("DataMIC"));
      const clear = decryptProvisioningData(crypto, keys, parameters);
      equal(clear, out("Data"));
      const sealed = concat(out("Data"), new Uint8Array(8));
      new Ccm(crypto.aes128(keys.sessionKey)).encrypt(keys.sessionNonce, sealed, 8);
      equal(sealed, parameters);
      equal(clear && decodeProvisioningData(clear), {
        netKey: octetsOf(inputs, "NetworkKey"),
        netKeyIndex: 0x0567,
        keyRefresh: false,
        ivUpdate: false,
        ivIndex: 0x01020304,
        unicastAddress: 0x0b0c,
      });
      for (let i = 0; i < parameters.length; i++) {
        const damaged = parameters.slice();
        damaged[i] = (damaged[i] ?? 0) ^ 0x10;
        equal(decryptProvisioningData(crypto, keys, damaged), undefined, `octet ${i} altered`);
      }
    });

    test(`${sample.section}: the whole exchange, as the device lives it`, () => {
      const capabilities = octetsOf(inputs, "ProvisioningCapabilities");
      const hasStaticOob = capabilities[4] === 1;
      const bench = new ProvisioneeBench({
        policy: {
          ...OPEN_POLICY,
          algorithms: ((capabilities[1] ?? 0) << 8) | (capabilities[2] ?? 0),
          staticOob: hasStaticOob ? octetsOf(inputs, "AuthValue") : undefined,
        },
        script: [octetsOf(inputs, "PrivateKeyDevice"), octetsOf(inputs, "RandomDevice")],
      });
      const pdu = (type: number, ...parts: Uint8Array[]) => concat(new Uint8Array([type]), ...parts);
      const hexOf = (type: number, ...parts: Uint8Array[]) => toHex(pdu(type, ...parts));
      const random = octetsOf(inputs, "RandomProvisioner");

      equal(bench.say(pdu(0, octetsOf(inputs, "ProvisioningInvite"))), [hexOf(1, capabilities)]);
      equal(bench.say(pdu(2, octetsOf(inputs, "ProvisioningStart"))), []);
      equal(bench.say(pdu(3, publicKeyOf(inputs, "Provisioner"))), [hexOf(3, publicKeyOf(inputs, "Device"))]);
      equal(bench.say(pdu(5, out("ConfirmationProvisioner"))), [hexOf(5, out("ConfirmationDevice"))]);
      equal(bench.say(pdu(6, random)), [hexOf(6, octetsOf(inputs, "RandomDevice"))]);
      equal(bench.say(pdu(7, out("DataEncrypted"), out("DataMIC"))), ["08"]);
      equal(bench.stored, [
        {
          netKey: octetsOf(inputs, "NetworkKey"),
          netKeyIndex: 0x0567,
          keyRefresh: false,
          ivUpdate: false,
          ivIndex: 0x01020304,
          unicastAddress: 0x0b0c,
          deviceKey: out("DeviceKey"),
        },
      ]);
      equal(bench.random.used, 2, "private key and random of the script");
      equal(bench.trace.drops, []);
      equal(bench.trace.failures, []);
    });
  }

  test("5.4.2.4.1: AuthValue of every data type, padded or cut", () => {
    const authValues = file.vectors.filter((vector) => vector.type === "authValue");
    for (const { inputs, outputs } of authValues) {
      if (!("dataType" in inputs)) throw new Error("no data type");
      const text = String(inputs.value);
      const value =
        inputs.dataType === "binary"
          ? octetsOf(inputs, "value")
          : inputs.dataType === "numeric"
            ? Number(text)
            : text;
      equal(encodeAuthValue(value, Number(inputs.bits) / 8), octetsOf(outputs, "AuthValue"));
    }
    equal(authValues.length, 9);
  });
};
