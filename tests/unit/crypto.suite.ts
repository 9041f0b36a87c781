/** What the vectors do not show of the cryptography: limits, mistakes, and points that are none. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { concat } from "../../modules/bytes.js";
import { Ccm } from "../../modules/crypto/ccm.js";
import { isValidPublicKey } from "../../modules/crypto/p256-point.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { hex } from "../support/provisionee-bench.js";

const P = hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
const GX = hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
const GY = hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
/** The other point with the x-coordinate of the base point: p - Gy. */
const MINUS_GY = hex("b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a");

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("points of the curve, and octets that are none", () => {
    ok(isValidPublicKey(concat(GX, GY)));
    ok(isValidPublicKey(concat(GX, MINUS_GY)));
    const none = [
      new Uint8Array(64),
      concat(GY, GX),
      concat(GX, new Uint8Array(32)),
      concat(new Uint8Array(32), GY),
      concat(P, GY),
      concat(GX, P),
      new Uint8Array(64).fill(0xff),
      new Uint8Array(63),
      new Uint8Array(65),
    ];
    for (const octets of none) ok(!isValidPublicKey(octets));
    const offByOne = concat(GX, GY);
    offByOne[63] = 0xf4;
    ok(!isValidPublicKey(offByOne));
  });

  test("a coordinate that is only right modulo p is refused", () => {
    // 5 + p still fits into 32 octets, and x = 5 is on the curve.
    const y = hex("459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc");
    const x = new Uint8Array(32);
    x[31] = 5;
    ok(isValidPublicKey(concat(x, y)));
    const xPlusP = P.slice();
    let carry = 5;
    for (let i = 31; i >= 0; i--) {
      const sum = (xPlusP[i] ?? 0) + carry;
      xPlusP[i] = sum;
      carry = sum >> 8;
    }
    equal(carry, 0);
    ok(!isValidPublicKey(concat(xPlusP, y)));
  });

  test("CCM: every octet counts, and a failed decryption leaves no text", () => {
    const crypto = createNobleCrypto(new FakeClock());
    const ccm = new Ccm(crypto.aes128(hex("000102030405060708090a0b0c0d0e0f")));
    const nonce = new Uint8Array(13).fill(1);
    const text = new Uint8Array(20).fill(7);
    const additional = new Uint8Array(3).fill(9);
    for (const micSize of [4, 8] as const) {
      const sealed = concat(text, new Uint8Array(micSize));
      ccm.encrypt(nonce, sealed, micSize, additional);
      const opened = sealed.slice();
      ok(ccm.decrypt(nonce, opened, micSize, additional));
      equal(opened.slice(0, 20), text);
      for (let i = 0; i < sealed.length; i++) {
        const altered = sealed.slice();
        altered[i] = (altered[i] ?? 0) ^ 0x80;
        ok(!ccm.decrypt(nonce, altered, micSize, additional));
        equal(altered.slice(0, 20), new Uint8Array(20));
      }
      ok(!ccm.decrypt(new Uint8Array(13), sealed.slice(), micSize, additional));
      ok(!ccm.decrypt(nonce, sealed.slice(), micSize));
    }
  });

  test("our own mistakes throw: lengths of nonce, key, data", () => {
    const crypto = createNobleCrypto(new FakeClock());
    const ccm = new Ccm(crypto.aes128(new Uint8Array(16)));
    throws(() => ccm.encrypt(new Uint8Array(12), new Uint8Array(9), 8));
    throws(() => ccm.decrypt(new Uint8Array(13), new Uint8Array(7), 8));
    throws(() => crypto.aes128(new Uint8Array(15)));
  });

  test("P-256: one computation at a time, each done in a later turn; a scalar of zero is none", () => {
    const clock = new FakeClock();
    const crypto = createNobleCrypto(clock);
    const results: unknown[] = [];
    crypto.publicKey(new Uint8Array(32), (key) => results.push(key));
    throws(() => crypto.publicKey(GX, () => {}));
    equal(results, []);
    clock.advance(0);
    equal(results, [undefined]);
    const one = new Uint8Array(32);
    one[31] = 1;
    crypto.publicKey(one, (key) => results.push(key));
    clock.advance(0);
    equal(results[1], concat(GX, GY));
  });
};
