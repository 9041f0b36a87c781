/** The C behind the boards' cryptography, on OpenSSL in place of a chip: its vectors and its rules, under sanitizers. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createNobleCrypto } from "../../host/noble-crypto.js";
import { fromHex, toHex } from "../../modules/bytes.js";
import { FakeClock } from "../support/fake-clock.js";
import { top } from "../support/files.mjs";
import toolbox from "../vectors/crypto.json" with { type: "json" };
import provisioning from "../vectors/provisioning.json" with { type: "json" };

const SOURCES = ["tests/native/crypto.c", "host/lin/crypto-openssl.c"];
const FLAGS = ["-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"];
const folder = mkdtempSync(join(tmpdir(), "crypto-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** n of P-256. FIPS 186-4, D.1.2.3. */
const ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const ONE = "1".padStart(64, "0");

/** The public key of a private key, as noble has it. */
function publicKeyOf(privateKey: string): string {
  const clock = new FakeClock();
  let found = "";
  createNobleCrypto(clock).publicKey(fromHex(privateKey) ?? new Uint8Array(0), (publicKey) => {
    found = publicKey === undefined ? "invalid" : toHex(publicKey);
  });
  clock.advance(0);
  return found;
}

for (const sanitizers of ["address,undefined", "thread"]) {
  describe(`with -fsanitize=${sanitizers}`, { timeout: 60_000 }, () => {
    const program = join(folder, sanitizers.slice(0, 4));

    before(() => {
      const files = SOURCES.map((source) => top + source);
      execFileSync("gcc", [...FLAGS, `-fsanitize=${sanitizers}`, "-o", program, ...files, "-lcrypto"], {
        stdio: ["ignore", "ignore", "inherit"],
      });
    });

    const compute = (...words: readonly string[]): string =>
      execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trimEnd();

    test("AES-128 and HMAC-SHA-256 give what the vectors say", () => {
      let used = 0;
      for (const { function: name, inputs, outputs } of toolbox.vectors) {
        if (name === "e") {
          used++;
          assert.equal(compute("aes", String(inputs.key), String(inputs.plaintext)), outputs.ciphertext);
        } else if (name === "hmac-sha256") {
          used++;
          assert.equal(compute("hmac", String(inputs.key), String(inputs.M)), outputs.mac);
        }
      }
      assert.equal(used, 3);
    });

    test("public keys and the shared secret are those of the specification's samples", () => {
      let used = 0;
      for (const { inputs, outputs } of provisioning.vectors) {
        if (!("PrivateKeyDevice" in inputs && "ECDHSecret" in outputs)) continue;
        used++;
        const device = `${inputs.PublicKeyDeviceX}${inputs.PublicKeyDeviceY}`;
        const provisioner = `${inputs.PublicKeyProvisionerX}${inputs.PublicKeyProvisionerY}`;
        assert.equal(compute("public", String(inputs.PrivateKeyDevice)), device);
        assert.equal(compute("public", String(inputs.PrivateKeyProvisioner)), provisioner);
        assert.equal(compute("secret", String(inputs.PrivateKeyDevice), provisioner), outputs.ECDHSecret);
        assert.equal(compute("secret", String(inputs.PrivateKeyProvisioner), device), outputs.ECDHSecret);
      }
      assert.ok(used > 0);
    });

    test("at the ends of what is a private key it agrees with noble", () => {
      const last = `${ORDER.slice(0, -1)}0`;
      for (const key of [ONE, last]) {
        const publicKey = publicKeyOf(key);
        assert.equal(publicKey.length, 128);
        assert.equal(compute("public", key), publicKey);
      }
      for (const key of ["0".repeat(64), ORDER, "f".repeat(64)]) {
        assert.equal(publicKeyOf(key), "invalid");
        assert.equal(compute("public", key), "invalid");
      }
    });

    test("a point that is not on the curve gives no secret", () => {
      assert.equal(compute("secret", ONE, "11".repeat(64)), "invalid");
      assert.equal(compute("secret", ONE, "00".repeat(64)), "invalid");
    });

    test("one at a time, each result once, nothing left behind", () => {
      assert.equal(compute("rules"), "kept");
    });
  });
}
