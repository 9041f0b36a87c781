/** Secrets are overwritten when their time is over, whichever way a session ends: seen in the very octets that were used. */

import { concat, equal as sameOctets } from "../../../modules/bytes.js";
import type { BlockCipher, Crypto } from "../../../modules/platform.js";
import type { Suite } from "../../support/harness.js";
import { OPEN_POLICY, ProvisioneeBench } from "../../support/provisionee-bench.js";
import { octetsOf } from "../../support/vectors.js";
import file from "../../vectors/provisioning.json" with { type: "json" };

/** Remembers every array that goes into the cryptography as a key or as its data, and every shared secret. */
function watch(crypto: Crypto, seen: Uint8Array[]): void {
  const { aes128, hmacSha256, sharedSecret } = crypto;
  crypto.aes128 = (key): BlockCipher => {
    seen.push(key);
    return aes128.call(crypto, key);
  };
  crypto.hmacSha256 = (key, data) => {
    const result = hmacSha256.call(crypto, key, data);
    seen.push(key, data, result);
    return result;
  };
  crypto.sharedSecret = (key, peer, done) => {
    seen.push(key);
    sharedSecret.call(crypto, key, peer, (secret) => {
      if (secret !== undefined) seen.push(secret);
      done(secret);
    });
  };
}

export const suite: Suite = ({ test, equal, ok }) => {
  for (const sample of file.vectors.filter((vector) => vector.type.startsWith("security"))) {
    const { inputs, outputs } = sample;
    const out = (name: string) => octetsOf(outputs, name);
    const pdu = (type: number, ...parts: Uint8Array[]) => concat(new Uint8Array([type]), ...parts);
    const steps = [
      pdu(0, octetsOf(inputs, "ProvisioningInvite")),
      pdu(2, octetsOf(inputs, "ProvisioningStart")),
      pdu(3, octetsOf(inputs, "PublicKeyProvisionerX"), octetsOf(inputs, "PublicKeyProvisionerY")),
      pdu(5, out("ConfirmationProvisioner")),
      pdu(6, octetsOf(inputs, "RandomProvisioner")),
      pdu(7, out("DataEncrypted"), out("DataMIC")),
    ];
    const authValue = octetsOf(inputs, "AuthValue");
    const secrets = [
      octetsOf(inputs, "PrivateKeyDevice"),
      out("ECDHSecret"),
      out("ConfirmationKey"),
      out("SessionKey"),
      out("DeviceKey"),
      concat(out("ECDHSecret"), authValue),
    ];

    /** A session of so many PDUs, with every array that its cryptography has seen. */
    const run = (count: number, last?: Uint8Array) => {
      const capabilities = octetsOf(inputs, "ProvisioningCapabilities");
      const bench = new ProvisioneeBench({
        policy: {
          ...OPEN_POLICY,
          algorithms: capabilities[2] ?? 0,
          staticOob: capabilities[4] === 1 ? authValue : undefined,
        },
        script: [octetsOf(inputs, "PrivateKeyDevice"), octetsOf(inputs, "RandomDevice")],
      });
      const seen: Uint8Array[] = [bench.keyPair.privateKey];
      watch(bench.crypto, seen);
      for (const step of steps.slice(0, count)) bench.say(step);
      if (last !== undefined) bench.say(last);
      const alive = () =>
        secrets.filter((secret) => seen.some((octets) => sameOctets(octets, secret))).length;
      return { bench, alive };
    };

    test(`${sample.section}: the secrets of a session are there while it lasts [T-D4]`, () => {
      ok(run(2).alive() >= 1, "the private key");
      ok(run(3).alive() >= 1, "the shared secret");
      ok(run(4).alive() >= 1);
    });

    test(`${sample.section}: after Complete none of them is left [T-D4]`, () => {
      const { bench, alive } = run(6);
      equal(bench.stored.length, 1);
      equal(alive(), 0);
    });

    test(`${sample.section}: none is left of a session that ends or fails in any state [T-D4]`, () => {
      for (let count = 0; count < steps.length; count++) {
        const ended = run(count);
        ended.bench.provisionee.end();
        equal(ended.alive(), 0, `the link ends after ${count} PDUs`);
        const failed = run(count, new Uint8Array([0x04]));
        equal(failed.alive(), 0, `a PDU out of turn after ${count} PDUs`);
      }
      const size = out("ConfirmationProvisioner").length;
      equal(
        run(4, pdu(6, new Uint8Array(size).fill(3))).alive(),
        0,
        "a confirmation that does not fit, explained",
      );
    });
  }
};
