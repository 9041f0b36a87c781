/** What a session knows stays inside: no secret in any word of the device, and none left behind. Listened to from within. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import {
  appKeyAdd,
  appKeyUpdate,
  keyRefreshPhaseSet,
  netKeyAdd,
  netKeyUpdate,
} from "../../host/simulator/phone/mesh/config-messages.js";
import { P256 as PhoneCurve } from "../../host/simulator/phone/p256.js";
import { confirmationSalt, s1 } from "../../host/simulator/phone/security.js";
import { ascii, concat, toHex } from "../../modules/bytes.js";
import type { BlockCipher, Clock, Crypto } from "../../modules/platform.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY, APP_KEY_INDEX, Home, NET_KEY } from "../support/home.js";
import { MemoryStorage } from "../support/memory-storage.js";
import { hex } from "../support/provisionee-bench.js";
import { type NodeUnderTest, PROVISIONING_DATA, World } from "../support/world.js";

const STATIC = new Uint8Array(32).map((_, i) => 7 * i + 1);
const PRIVATE_KEY = hex("529aa0670d72cd6497502ed473502b037e8803b5c60829a5a3caa219505530ba");
const ALGORITHMS = [0, 1] as const;

/** Writes down all keys and secrets that pass it: copies of them, and the very arrays. */
class ListeningCrypto implements Crypto {
  readonly copies: Uint8Array[] = [];
  readonly arrays: Uint8Array[] = [];
  readonly #crypto: Crypto;

  constructor(clock: Clock) {
    this.#crypto = createNobleCrypto(clock);
  }

  aes128(key: Uint8Array): BlockCipher {
    this.#note(key);
    return this.#crypto.aes128(key);
  }

  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    this.#note(key);
    return this.#crypto.hmacSha256(key, data);
  }

  publicKey(privateKey: Uint8Array, done: (publicKey: Uint8Array | undefined) => void): void {
    this.#note(privateKey);
    this.#crypto.publicKey(privateKey, done);
  }

  sharedSecret(
    privateKey: Uint8Array,
    peerPublicKey: Uint8Array,
    done: (secret: Uint8Array | undefined) => void,
  ): void {
    this.#note(privateKey);
    this.#crypto.sharedSecret(privateKey, peerPublicKey, (secret) => {
      if (secret !== undefined) this.#note(secret);
      done(secret);
    });
  }

  #note(secret: Uint8Array): void {
    // The zero key of the salts is none.
    if (secret.every((value) => value === 0)) return;
    this.copies.push(secret.slice());
    this.arrays.push(secret);
  }
}

/** All that a node has said of itself, as text. */
function wordsOf({ trace }: NodeUnderTest): string {
  const drops = trace.drops.map(({ layer, reason, pdu }) => [layer, reason, pdu && toHex(pdu)]);
  return JSON.stringify([trace.notes, trace.failures, drops]);
}

/** Keeps the very arrays that it is asked to write. */
class ListeningStorage extends MemoryStorage {
  readonly arrays: Uint8Array[] = [];

  override write(key: string, value: Uint8Array): boolean {
    if (key === "node" || key.startsWith("net.")) this.arrays.push(value);
    return super.write(key, value);
  }
}

/** One provisioning with a static value, overheard inside the device and on the air. */
function overhear(algorithm: 0 | 1, value: Uint8Array, isKeyOnLabel = true) {
  const world = new World();
  const crypto = new ListeningCrypto(world.clock);
  const storage = new ListeningStorage();
  const phone = world.addPhone();
  const oobPrivateKey = isKeyOnLabel ? PRIVATE_KEY : undefined;
  const node = world.addNode({ crypto, storage, policy: { staticOob: STATIC, oobPrivateKey } });
  const oobPublicKey = new PhoneCurve().publicKey(PRIVATE_KEY);
  const pdus: Uint8Array[] = [];
  const authentication = { method: "static", value } as const;
  phone.provision({
    algorithm,
    authentication,
    ...(isKeyOnLabel ? { oobPublicKey } : {}),
    observe: (_, pdu) => pdus.push(pdu.slice()),
  });
  world.clock.advance(5_000);
  const parametersOf = (type: number, at = 0) =>
    pdus.filter((pdu) => pdu[0] === type)[at]?.slice(1) ?? hex("");
  const inputs = [0, 1, 2, 3].map((type) => parametersOf(type));
  const salt = confirmationSalt(
    algorithm,
    concat(...inputs, isKeyOnLabel ? oobPublicKey : parametersOf(3, 1)),
  );
  const ofTheNetwork = ["smk2", "smk3", "nkbk"].map((name) => s1(ascii(name)));
  const publicSalts = [salt, s1(concat(salt, parametersOf(6), parametersOf(6, 1))), ...ofTheNetwork].map(
    toHex,
  );
  return { crypto, storage, node, publicSalts };
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("keys and secrets of a session: in no word of the device, known key or not [T-B4, T-B15]", () => {
    for (const algorithm of ALGORITHMS) {
      for (const value of [STATIC, STATIC.slice().reverse()]) {
        const { crypto, node } = overhear(algorithm, value);
        const words = wordsOf(node);
        const secrets = [
          ...crypto.copies,
          STATIC,
          STATIC.subarray(0, 16),
          PRIVATE_KEY,
          PROVISIONING_DATA.netKey,
        ];
        ok(crypto.copies.length > 10 && words.length > 500);
        for (const secret of secrets) ok(!words.includes(toHex(secret)), toHex(secret));
      }
    }
  });

  test("a value that is shown or entered: in no word of the device [T-B15]", () => {
    for (const direction of ["output", "input"] as const) {
      for (const isRight of [true, false]) {
        const world = new World();
        const phone = world.addPhone();
        const actions = { outputActions: 0x10, outputSize: 8, inputActions: 0x08, inputSize: 8 };
        const node = world.addNode({ policy: actions });
        let told: ((value: string) => void) | undefined;
        let value = "";
        phone.provision({
          authentication:
            direction === "output"
              ? { method: "output", ask: (_, answer) => (told = answer) }
              : { method: "input", show: (_, shown) => (value = String(shown)) },
        });
        world.clock.advance(5_000);
        if (direction === "output") value = String(node.person.shown);
        equal(value.length, 8);
        const used = isRight ? value : value.toLowerCase();
        if (direction === "output") told?.(used);
        else node.person.enter(used);
        world.clock.advance(3_000);
        equal(node.trace.failures.length, isRight || used === value ? 0 : 1);
        const words = wordsOf(node);
        for (const secret of [value, used, toHex(ascii(value)), toHex(ascii(used))])
          ok(!words.includes(secret));
      }
    }
  });

  test("what goes through Crypto is overwritten, but for public salts and the pairs that still serve [T-D4]", () => {
    for (const algorithm of ALGORITHMS) {
      const left = ({ crypto, publicSalts }: ReturnType<typeof overhear>) =>
        [...new Set(crypto.arrays.map(toHex))].filter(
          (digits) => !/^0+$/.test(digits) && !publicSalts.includes(digits),
        );
      const node = overhear(algorithm, STATIC);
      equal(left(node), [toHex(PRIVATE_KEY)], "a node: the pair on its label");
      equal(node.storage.arrays, [new Uint8Array(36), new Uint8Array(22)], "the records, as handed over");
      equal(left(overhear(algorithm, STATIC, false)), [], "a node without such a pair");
      const failed = overhear(algorithm, new Uint8Array(32));
      const next = failed.crypto.copies.at(-1) ?? hex("");
      const [label, fresh, ...others] = left(failed);
      equal([label, fresh], [toHex(PRIVATE_KEY), toHex(next)], "a device: that, and the next session's pair");
      equal(others, []);
    }
  });

  test("keys of the network: in no word of the node, whatever becomes of the messages that bring them [T-B15]", () => {
    const home = new Home();
    const lamp = home.add("lamp");
    const keys = [1, 2, 3].map((value) => new Uint8Array(16).fill(0xd0 + value));
    const [netKey = hex(""), appKey = hex(""), newKey = hex("")] = keys;
    const messages = [
      netKeyAdd(0x111, netKey),
      netKeyAdd(0x111, newKey),
      appKeyAdd(0x111, 0x222, appKey),
      appKeyAdd(0x999, 0x222, appKey),
      appKeyUpdate(0x111, 0x222, newKey),
      netKeyUpdate(0x111, newKey),
      appKeyUpdate(0x111, 0x222, newKey),
    ];
    for (const message of messages) {
      lamp.config.tryToAsk(message, { timeoutMs: 1000 });
      // Too long, too short, under the wrong key, to somebody else.
      for (const wrong of [concat(message, hex("00")), message.slice(0, -1)]) lamp.config.tell(wrong);
      home.pass(1000);
      home.peer.send({ dst: lamp.address, key: { app: APP_KEY_INDEX }, message });
      home.peer.send({ dst: 0xffff, key: { app: APP_KEY_INDEX }, message });
      home.pass(2000);
    }
    lamp.config.tell(keyRefreshPhaseSet(0x111, 3));
    home.pass(1000);
    const words = wordsOf(lamp.node);
    ok(lamp.node.trace.reasons.includes("badLength"), "some were dropped");
    for (const key of [...keys, APP_KEY, NET_KEY]) {
      ok(!words.includes(toHex(key.subarray(0, 8))), "not even a half of it");
    }
  });
};
