/** A fault in every call to Crypto and Storage during a provisioning, one after the other: a whole node or none. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { toHex } from "../../modules/bytes.js";
import type { BlockCipher, Clock, Crypto, Random } from "../../modules/platform.js";
import type { Harness, Suite } from "../support/harness.js";
import { MemoryStorage, PowerCut } from "../support/memory-storage.js";
import { hex } from "../support/provisionee-bench.js";
import { RememberingCrypto } from "../support/remembered-p256.js";
import { storedNetwork } from "../support/stored-network.js";
import { type NodeUnderTest, type PhoneInHand, World } from "../support/world.js";

const PRIVATE_KEY = hex("529aa0670d72cd6497502ed473502b037e8803b5c60829a5a3caa219505530ba");
const STATIC = new Uint8Array(16).fill(7);
const memory = new Map<string, Uint8Array>();

type Done = (result: Uint8Array | undefined) => void;

class CryptoFault extends Error {
  override readonly name = "CryptoFault";
}

/**
 * Counts its calls; the one whose turn it is fails: P-256 gives nothing, whatever answers at once throws. kinds: what
 * each call was.
 */
class FaultyCrypto implements Crypto {
  readonly kinds: string[] = [];
  readonly #crypto: Crypto;
  readonly #failing: number;

  /** failing: the number of the call, from 0; -1: none. */
  constructor(clock: Clock, failing: number) {
    this.#crypto = new RememberingCrypto(createNobleCrypto(clock), memory);
    this.#failing = failing;
  }

  aes128(key: Uint8Array): BlockCipher {
    if (this.#fails("aes128")) throw new CryptoFault();
    return this.#crypto.aes128(key);
  }

  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    if (this.#fails("hmacSha256")) throw new CryptoFault();
    return this.#crypto.hmacSha256(key, data);
  }

  publicKey(privateKey: Uint8Array, done: Done): void {
    const fails = this.#fails("publicKey");
    this.#crypto.publicKey(privateKey, (result) => done(fails ? undefined : result));
  }

  sharedSecret(privateKey: Uint8Array, peerPublicKey: Uint8Array, done: Done): void {
    const fails = this.#fails("sharedSecret");
    this.#crypto.sharedSecret(privateKey, peerPublicKey, (result) => done(fails ? undefined : result));
  }

  #fails(kind: string): boolean {
    this.kinds.push(kind);
    return this.kinds.length - 1 === this.#failing;
  }
}

/** Few different values of 32 octets, so that P-256 is computed once for each of them. */
class FewKeys implements Random {
  readonly #random = new SeededRandom(5);
  #drawn = 0;

  fill(target: Uint8Array): void {
    if (target.length === 32) target.fill(1 + (this.#drawn++ % 4));
    else this.#random.fill(target);
  }
}

/** Let time pass as a host does that catches what is thrown, counts it and goes on. */
function advance(world: World, ms: number): readonly string[] {
  const thrown: string[] = [];
  const endMs = world.clock.now() + ms;
  while (world.clock.now() < endMs) {
    try {
      world.clock.advance(endMs - world.clock.now());
    } catch (error) {
      thrown.push(error instanceof Error ? error.name : String(error));
    }
  }
  return thrown;
}

/** A node exists if and only if all its records do. */
function isWhole({ node, storage }: NodeUnderTest): boolean {
  const isStored = storage.read("node") !== undefined;
  return isStored === (node.state === "provisioned") && isStored === (storedNetwork(storage) !== undefined);
}

function provision(phone: PhoneInHand, algorithm: 0 | 1, value = STATIC): void {
  phone.provision({ algorithm, authentication: { method: "static", value }, privateKey: PRIVATE_KEY });
}

/** The device can be provisioned after whatever has happened to it; a node is reset first. */
function canBeProvisioned(world: World, phone: PhoneInHand, node: NodeUnderTest): boolean {
  node.node.reset();
  advance(world, 2_000);
  const before = phone.results.length;
  provision(phone, 1);
  advance(world, 5_000);
  return node.node.state === "provisioned" && phone.results.length === before + 1 && isWhole(node);
}

interface CryptoRun {
  readonly world: World;
  readonly phone: PhoneInHand;
  readonly node: NodeUnderTest;
  readonly crypto: FaultyCrypto;
  readonly thrown: readonly string[];
}

function runWithCrypto(algorithm: 0 | 1, failing: number): CryptoRun {
  const world = new World(2);
  const phone = world.addPhone();
  const crypto = new FaultyCrypto(world.clock, failing);
  const options = { crypto, random: new FewKeys(), policy: { staticOob: STATIC } };
  const node = world.addNode(options);
  provision(phone, algorithm);
  const thrown = advance(world, 5_000);
  // Complete has gone out, and what follows it has failed: the host starts such a node anew.
  if (thrown.length > 0 && node.storage.read("node") !== undefined) {
    world.switchOff(node);
    const again = world.addNode({ ...options, name: "again", storage: node.storage });
    return { world, phone, node: again, crypto, thrown };
  }
  return { world, phone, node, crypto, thrown };
}

export const suite: Suite = (harness) => {
  inCrypto(harness);
  inStorage(harness);
};

function inCrypto({ test, equal, ok }: Harness): void {
  for (const algorithm of [0, 1] as const) {
    test(`a fault in each call to Crypto, algorithm ${algorithm}: no half node, and a sound one afterwards`, () => {
      const { kinds } = runWithCrypto(algorithm, -1).crypto;
      ok(kinds.length >= 12, `${kinds.length} calls`);
      equal(
        kinds.filter((kind) => kind === "publicKey" || kind === "sharedSecret"),
        ["publicKey", "sharedSecret"],
      );
      for (const [call, kind] of kinds.entries()) {
        // The first calls come while the node is made: the beacon's hash, where there is a URI.
        const { world, phone, node, thrown } = runWithCrypto(algorithm, call);
        const place = `call ${call}, ${kind}`;
        const isSynchronous = kind === "aes128" || kind === "hmacSha256";
        equal(thrown, isSynchronous ? ["CryptoFault"] : [], place);
        ok(isWhole(node), place);
        equal(phone.results.length, node.node.state === "provisioned" ? 1 : 0, "both sides think the same");
        if (kind === "publicKey") equal(node.node.state, "provisioned", "another key is drawn");
        else if (node.node.state !== "provisioned") equal(node.storage.keys(), [], place);
        if (kind === "sharedSecret") equal(phone.failures[0]?.errorCode, 7, place);
        // The link that a fault has left open ends by a timer; nobody has to switch the device off.
        equal(advance(world, 75_000), [], place);
        ok(node.node.state !== "provisioning", place);
        ok(canBeProvisioned(world, phone, node), place);
      }
    });
  }
}

type Trouble = "full" | "old" | "new";

/** A wrong value first, then the right one: a count is kept, then four records, then the count erased. */
function runWithStorage(change: number, trouble: Trouble | undefined) {
  const world = new World(2);
  const phone = world.addPhone();
  const storage = new MemoryStorage();
  if (trouble === "full") storage.failAt(change);
  else if (trouble !== undefined) storage.cutPowerAt(change, trouble);
  const make = (name: string) => {
    const crypto = new FaultyCrypto(world.clock, -1);
    return world.addNode({ name, storage, crypto, random: new FewKeys(), policy: { staticOob: STATIC } });
  };
  let node = make("node");
  const cuts: string[] = [];
  for (const value of [new Uint8Array(16), STATIC]) {
    provision(phone, 1, value);
    try {
      world.clock.advance(5_000);
    } catch (error) {
      cuts.push(error instanceof PowerCut ? "power cut" : String(error));
      world.switchOff(node);
      node = make(`node again, ${cuts.length}`);
      // The phone is left alone, and gives up.
      world.clock.advance(100_000);
    }
  }
  return { world, phone, storage, node, cuts };
}

function inStorage({ test, equal, ok }: Harness): void {
  test("storage: six changes, from a wrong value to a node", () => {
    const { storage, node, phone } = runWithStorage(0, undefined);
    equal(storage.changes, 6);
    equal(storage.keys(), ["net.567", "iv", "seq", "node"]);
    equal(node.node.state, "provisioned");
    equal(phone.failures[0]?.errorCode, 4);
  });

  test("a storage that is full at each change: no half node, and a sound one afterwards [T-B8]", () => {
    for (const change of [1, 2, 3, 4, 5, 6]) {
      const { world, phone, node, cuts } = runWithStorage(change, "full");
      const isJoining = change >= 2 && change <= 5;
      equal(cuts, []);
      ok(isWhole(node), `change ${change}`);
      equal(node.node.state, isJoining ? "unprovisioned" : "provisioned", `change ${change}`);
      equal(phone.results.length, isJoining ? 0 : 1, "both sides think the same");
      equal(phone.failures.at(-1)?.errorCode, isJoining ? 5 : 4);
      const failed = node.trace.notes.filter(({ event }) => event === "writeFailed").length;
      equal(failed, change === 6 ? 0 : 1, "an erasure is done all the same");
      ok(canBeProvisioned(world, phone, node), `change ${change}`);
    }
  });

  test("a power cut at each change, before and after it: no half node, and a sound one afterwards [T-B8]", () => {
    for (const change of [1, 2, 3, 4, 5, 6]) {
      for (const left of ["old", "new"] as const) {
        const { world, phone, node, cuts } = runWithStorage(change, left);
        const place = `change ${change}, ${left}`;
        equal(cuts, ["power cut"], place);
        ok(isWhole(node), place);
        // A cut in the first attempt leaves the second; one in the second leaves a node where the last record was kept.
        const isNode = change === 1 || change === 6 || (change === 5 && left === "new");
        equal(node.node.state, isNode ? "provisioned" : "unprovisioned", place);
        ok(canBeProvisioned(world, phone, node), place);
        equal(toHex(node.storage.read("backoff") ?? hex("")), "", "a success clears the count");
      }
    }
  });
}
