/** The boards' cryptography in JavaScript, on a double of the C below it that takes its time, and fails on demand. */

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createCrypto } from "../../host/xs/crypto.js";
import type { Crypto } from "../../modules/platform.js";
import { FakeChip } from "../support/fake-chip.js";
import { hex } from "../support/provisionee-bench.js";

const PRIVATE_KEY = hex("529aa0670d72cd6497502ed473502b037e8803b5c60829a5a3caa219505530ba");
const PUBLIC_KEY = hex(
  "f465e43ff23d3f1b9dc7dfc04da8758184dbc966204796eccf0d6cf5e16500cc" +
    "0201d048bcbbd899eeefc424164e33c201c2b010ca6b4d43a8a155cad8ecb279",
);
const PEER = hex(
  "2c31a47b5779809ef44cb5eaaf5c3e43d5f8faad4a8794cb987e9b03745c78dd" +
    "919512183898dfbecd52e2408e43871fd021109117bd3ed4eaf8437743715d4f",
);
const SECRET = hex("ab85843a2f6d883f62e5684b38e307335fe6e1945ecd19604105c6f23221eb69");

describe("the boards' cryptography", () => {
  let chip: FakeChip;
  let crypto: Crypto;
  const results: (Uint8Array | undefined)[] = [];
  const done = (result: Uint8Array | undefined): unknown => results.push(result);

  beforeEach(() => {
    chip = new FakeChip();
    crypto = createCrypto(chip.clock);
    results.length = 0;
    Object.assign(globalThis, { native: chip.native });
  });

  test("AES: a cipher keeps its key, whatever becomes of the caller's; in place is allowed", () => {
    const key = hex("2b7e151628aed2a6abf7158809cf4f3c");
    const cipher = crypto.aes128(key);
    key.fill(0);
    const block = hex("6bc1bee22e409f96e93d7e117393172a");
    cipher.encrypt(block, block);
    assert.deepEqual(block, hex("3ad77bb40d7a3660a89ecaf32466ef97"), "NIST SP 800-38A, F.1.1");
  });

  test("AES: no other key than one of 16 octets, no other block", () => {
    for (const length of [0, 15, 17, 32]) {
      assert.throws(() => crypto.aes128(new Uint8Array(length)), RangeError);
      assert.throws(
        () => crypto.aes128(new Uint8Array(16)).encrypt(new Uint8Array(length), new Uint8Array(16)),
        RangeError,
      );
    }
    const cipher = crypto.aes128(new Uint8Array(16));
    assert.throws(() => cipher.encrypt(new Uint8Array(16), new Uint8Array(15)), RangeError);
  });

  test("HMAC-SHA-256: RFC 4231, case 2", () => {
    const mac = crypto.hmacSha256(
      hex("4a656665"),
      hex("7768617420646f2079612077616e7420666f72206e6f7468696e673f"),
    );
    assert.deepEqual(mac, hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  });

  test("P-256: a result is told in a turn of its own after the chip has finished", () => {
    crypto.publicKey(PRIVATE_KEY, done);
    chip.clock.advance(5000);
    assert.deepEqual(results, [], "the chip is still computing");
    chip.finish();
    assert.deepEqual(results, [], "not in the turn of the chip's task");
    chip.clock.advance(0);
    assert.deepEqual(results, [PUBLIC_KEY]);
  });

  test("P-256: then the next one, from within the first one's turn", () => {
    crypto.publicKey(PRIVATE_KEY, (result) => {
      done(result);
      crypto.sharedSecret(PRIVATE_KEY, PEER, done);
    });
    for (let i = 0; i < 2; i++) {
      chip.finish();
      chip.clock.advance(0);
    }
    assert.deepEqual(results, [PUBLIC_KEY, SECRET]);
  });

  test("P-256: one at a time, and keys of the right length", () => {
    assert.throws(() => crypto.publicKey(new Uint8Array(31), done), RangeError);
    assert.throws(() => crypto.sharedSecret(PRIVATE_KEY, PEER.slice(1), done), RangeError);
    crypto.publicKey(PRIVATE_KEY, done);
    assert.throws(() => crypto.sharedSecret(PRIVATE_KEY, PEER, done), RangeError);
    chip.finish();
    chip.clock.advance(0);
    assert.equal(results.length, 1);
  });

  test("P-256: no private key gives undefined", () => {
    crypto.publicKey(new Uint8Array(32), done);
    chip.finish();
    chip.clock.advance(0);
    assert.deepEqual(results, [undefined]);
  });

  test("what the chip cannot do throws, and nothing weaker takes its place", () => {
    chip.trouble = "aes";
    assert.throws(() => crypto.aes128(new Uint8Array(16)).encrypt(new Uint8Array(16), new Uint8Array(16)));
    chip.trouble = "hmac";
    assert.throws(() => crypto.hmacSha256(new Uint8Array(1), new Uint8Array(1)));
  });

  test("a P-256 that fails throws from a timer, which restarts the chip: it is no sign of a bad key", () => {
    chip.trouble = "compute";
    crypto.publicKey(PRIVATE_KEY, done);
    chip.finish();
    assert.throws(() => chip.clock.advance(0), /P-256 of the chip has failed/);
    chip.trouble = "start";
    crypto.publicKey(PRIVATE_KEY, done);
    assert.throws(() => chip.clock.advance(0), /P-256 of the chip has failed/);
    assert.deepEqual(results, []);
  });
});
