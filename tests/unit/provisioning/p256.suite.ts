/** P-256 on a chip that computes one thing at a time, and takes its time. MshPRT 5.4.2.3, 5.4.3.1. */

import { createNobleCrypto } from "../../../host/noble-crypto.js";
import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { toHex } from "../../../modules/bytes.js";
import type { Crypto } from "../../../modules/platform.js";
import { P256 } from "../../../modules/provisioning/p256.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import { ScriptedRandom } from "../../support/scripted-random.js";

const fill = (value: number) => new Uint8Array(32).fill(value);

/** A chip whose computations last until the test says so; it gives what the test gives. */
class SlowChip implements Pick<Crypto, "publicKey" | "sharedSecret"> {
  readonly keys: Uint8Array[] = [];
  #done: ((result: Uint8Array | undefined) => void) | undefined;

  publicKey(privateKey: Uint8Array, done: (result: Uint8Array | undefined) => void): void {
    if (this.#done !== undefined) throw new Error("the chip is computing");
    this.keys.push(privateKey);
    this.#done = done;
  }

  sharedSecret(privateKey: Uint8Array, _: Uint8Array, done: (result: Uint8Array | undefined) => void): void {
    this.publicKey(privateKey, done);
  }

  finish(result: Uint8Array | undefined): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(result);
  }
}

function bench() {
  const chip = new SlowChip();
  const trace = new RecordingTrace();
  const crypto: Crypto = {
    aes128: () => {
      throw new Error("not here");
    },
    hmacSha256: () => new Uint8Array(32),
    publicKey: (key, done) => chip.publicKey(key, done),
    sharedSecret: (key, peer, done) => chip.sharedSecret(key, peer, done),
  };
  return { chip, trace, p256: new P256(crypto, new SeededRandom(1), trace) };
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("private keys lie between 1 and r/2", () => {
    const clock = new FakeClock();
    const random = new ScriptedRandom([fill(0xff), fill(0x7f), fill(0), fill(0xfe)], new SeededRandom(1));
    let key = "";
    new P256(createNobleCrypto(clock), random, new RecordingTrace()).generateKeyPair((pair) => {
      key = toHex(pair.privateKey);
    });
    for (let i = 0; i < 3; i++) clock.advance(0);
    equal(key, `7e${"fe".repeat(31)}`, "7fff... twice and zero are drawn again");
  });

  test("what is asked for while the chip computes waits, and the old result is stale", () => {
    const { chip, trace, p256 } = bench();
    const results: string[] = [];
    p256.computeSecret(fill(3), new Uint8Array(64), () => results.push("first"));
    p256.computeSecret(fill(4), new Uint8Array(64), () => results.push("second"));
    equal(chip.keys.length, 1);
    const old = fill(9);
    chip.finish(old);
    equal(results, []);
    equal(trace.reasons, ["stale"]);
    equal(old, new Uint8Array(32), "a secret that nobody waits for is overwritten");
    equal(chip.keys.length, 2);
    chip.finish(fill(8));
    equal(results, ["second"]);
  });

  test("a cancelled computation ends unheard, and leaves the chip free [T-D4]", () => {
    const { chip, trace, p256 } = bench();
    const results: unknown[] = [];
    p256.generateKeyPair(() => results.push("never"));
    p256.cancel();
    const [key = fill(1)] = chip.keys;
    ok(key.some((octet) => octet !== 0));
    chip.finish(new Uint8Array(64));
    equal(results, []);
    equal(trace.reasons, ["stale"]);
    equal(key, new Uint8Array(32));
    p256.completeKeyPair(fill(5), (pair) => results.push(pair?.publicKey.length));
    chip.finish(new Uint8Array(64));
    equal(results, [64]);
  });

  test("what waits and is cancelled never begins", () => {
    const { chip, p256 } = bench();
    p256.generateKeyPair(() => {});
    p256.generateKeyPair(() => {});
    p256.cancel();
    chip.finish(new Uint8Array(64));
    equal(chip.keys.length, 1);
  });

  test("the owner may overwrite its key while the chip computes", () => {
    const { chip, p256 } = bench();
    const key = fill(6);
    p256.computeSecret(key, new Uint8Array(64), () => {});
    key.fill(0);
    equal(chip.keys[0], fill(6));
    const [copy] = chip.keys;
    chip.finish(fill(1));
    equal(copy, new Uint8Array(32), "and the copy goes with the result");
  });

  test("a private key from outside that is none", () => {
    const { chip, p256 } = bench();
    const results: unknown[] = [];
    p256.completeKeyPair(fill(0), (pair) => results.push(pair));
    chip.finish(undefined);
    equal(results, [undefined]);
  });
};
