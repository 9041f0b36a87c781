/** Attacks on a provisioning, tried by somebody who sends what no honest phone would. MshPRT 5.4, CVE-2020-26556 to 26560. */

import { Provisioner } from "../../host/simulator/phone/provisioner.js";
import type { ProvisioningOptions } from "../../host/simulator/phone/provisioning.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { toHex } from "../../modules/bytes.js";
import type { Random } from "../../modules/platform.js";
import { type Policy, readPolicy } from "../../modules/policy.js";
import { BackOff } from "../../modules/provisioning/back-off.js";
import type { Harness, Suite } from "../support/harness.js";
import { MemoryStorage } from "../support/memory-storage.js";
import { hex, OPEN_POLICY, ProvisioneeBench } from "../support/provisionee-bench.js";
import { RecordingTrace } from "../support/recording-trace.js";
import { RememberingCurve } from "../support/remembered-p256.js";
import { PROVISIONING_DATA, World } from "../support/world.js";

const STATIC = new Uint8Array(32).map((_, i) => 7 * i + 1);
const PRIVATE_KEY = hex("529aa0670d72cd6497502ed473502b037e8803b5c60829a5a3caa219505530ba");
const ALGORITHMS = [0, 1] as const;
const HOUR_MS = 3_600_000;

const curve = new RememberingCurve();
const memory = new Map<string, Uint8Array>();

export const suite: Suite = (harness) => {
  reflecting(harness);
  forging(harness);
  guessing(harness);
  ordering(harness);
  entering(harness);
  choosing(harness);
  starving(harness);
};

type Options = Partial<ProvisioningOptions>;

/** The PDUs of one provisioning, by their type, as the device sent them; the world begins the same each time. */
function pdusOfDevice(options: Options, policy: Partial<Policy>): Map<number, Uint8Array> {
  const pdus = new Map<number, Uint8Array>();
  const world = new World(4);
  const phone = world.addPhone();
  world.addNode({ policy });
  phone.provision({
    ...options,
    observe: (direction, pdu) => direction === "received" && pdus.set(pdu[0] ?? -1, pdu.slice()),
  });
  world.clock.advance(5_000);
  return pdus;
}

/** How the same provisioning ends when one PDU of the provisioner is replaced: the error code, and what came. */
function errorAfter(options: Options, policy: Partial<Policy>, replaced: Uint8Array): readonly unknown[] {
  const world = new World(4);
  const phone = world.addPhone();
  const node = world.addNode({ policy });
  phone.provision({ ...options, tamper: (pdu) => (pdu[0] === replaced[0] ? replaced : pdu) });
  world.clock.advance(5_000);
  if (node.storage.keys().includes("node")) throw new Error("the mirror has a node");
  return [phone.failures[0]?.errorCode, node.trace.failures[0]?.came];
}

function reflecting({ test, equal }: Harness): void {
  test("a mirror that knows no value: key, confirmation and random are refused, in both algorithms [T-A1]", () => {
    const oobPublicKey = curve.publicKey(PRIVATE_KEY);
    for (const algorithm of ALGORITHMS) {
      const options: Options = { algorithm, authentication: { method: "static", value: STATIC } };
      const policy = { staticOob: STATIC };
      const pdus = pdusOfDevice(options, policy);
      equal(errorAfter(options, policy, pdus.get(0x05) ?? hex("")), [2, "the device's own confirmation"]);
      equal(errorAfter(options, policy, pdus.get(0x06) ?? hex("")), [4, "the device's own random"]);
      const known = { ...policy, oobPrivateKey: PRIVATE_KEY };
      const key = new Uint8Array([3, ...oobPublicKey]);
      equal(errorAfter({ ...options, oobPublicKey }, known, key), [2, "the device's own public key"]);
    }
  });
}

function forging({ test, equal, ok }: Harness): void {
  test("a pair that fitted once fits no second time, and the device's own values are new [T-A2]", () => {
    for (const algorithm of ALGORITHMS) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode({ policy: { staticOob: STATIC } });
      const honest: Uint8Array[] = [];
      const own: string[][] = [[], []];
      let attempt = 0;
      const options: Options = {
        algorithm,
        authentication: { method: "static", value: STATIC },
        privateKey: PRIVATE_KEY,
        randomProvisioner: new Uint8Array(algorithm === 0 ? 16 : 32).fill(3),
        observe: (direction, pdu) => {
          if (direction === "received") own[attempt]?.push(toHex(pdu));
          else if (attempt === 0) honest.push(pdu.slice());
        },
      };
      phone.provision(options);
      world.clock.advance(5_000);
      equal(node.node.state, "provisioned");
      node.node.reset();
      world.clock.advance(1_000);
      attempt = 1;
      phone.provision({ ...options, tamper: (pdu) => honest.find((old) => old[0] === pdu[0]) ?? pdu });
      world.clock.advance(5_000);
      equal(phone.failures[0]?.errorCode, 4);
      equal(node.node.state, "unprovisioned");
      equal(own[0]?.length, 5, "Capabilities, Public Key, Confirmation, Random, Complete");
      const repeated = own[0]?.filter((pdu) => own[1]?.includes(pdu)) ?? [];
      equal(repeated.length, 1, "the capabilities alone");
      ok(repeated[0]?.startsWith("01"));
    }
  });
}

function guessing({ test, equal, ok }: Harness): void {
  test("who guesses without a pause has twenty guesses in an hour, and less from then on [T-A3]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: { staticOob: STATIC, algorithms: 1 } });
    for (let step = 0; world.clock.now() < HOUR_MS; step++) {
      const heard = phone.beacons.length;
      world.clock.advance(5_000);
      if (phone.phone.busy || phone.beacons.length === heard) continue;
      const value = new Uint8Array(16).fill(step);
      phone.provision({ authentication: { method: "static", value }, privateKey: PRIVATE_KEY });
    }
    const guesses = phone.failures.filter(({ errorCode }) => errorCode === 4).length;
    const others = phone.failures.filter(({ errorCode }) => errorCode !== 4);
    ok(
      others.every(({ fault }) => fault === "linkClosed"),
      "nobody answers while the device waits",
    );
    ok(guesses >= 15 && guesses <= 20, `${guesses} guesses`);
    equal(node.storage.keys(), ["backoff"]);
  });

  test("who guesses cannot ask for one digit of a device that shows six and refuses No OOB", () => {
    const policy = { ...OPEN_POLICY, outputActions: 0x08, outputSize: 6 };
    for (const allowNoOob of [true, false]) {
      for (let size = 1; size <= 6; size++) {
        const bench = new ProvisioneeBench({ policy: { ...policy, allowNoOob }, memory });
        bench.say("0000");
        equal(bench.say(`02010002030${size}`), allowNoOob || size === 6 ? [] : ["0902"], `${size} digits`);
      }
    }
  });

  test("a thousand guesses take more than three days, also with a restart after each [T-A3, T-A4]", () => {
    const storage = new MemoryStorage();
    const delaysMs: number[] = [];
    for (let guess = 0; guess < 1000; guess++) {
      const backOff = new BackOff(storage, new RecordingTrace());
      backOff.add();
      delaysMs.push(backOff.delayMs);
    }
    equal(
      delaysMs.slice(9).filter((delayMs) => delayMs !== 300_000),
      [],
      "five minutes from the tenth on",
    );
    ok(delaysMs.reduce((sum, delayMs) => sum + delayMs) > 3 * 24 * HOUR_MS);
  });

  test("a static value has 16 or 32 octets; any other length is refused with the reason [T-A8]", () => {
    for (let length = 0; length <= 64; length++) {
      const settings = { get: (name: string) => (name === "static-oob" ? "5a".repeat(length) : undefined) };
      const read = () => readPolicy(settings, { outputActions: 0, inputActions: 0 }).staticOob?.length;
      let result: unknown;
      try {
        result = read();
      } catch (error) {
        result = error instanceof Error && error.message;
      }
      const refusal = "static-oob: 16 or 32 octets are needed: 32 or 64 hexadecimal digits";
      equal(result, length === 16 || length === 32 ? length : refusal);
    }
  });
}

/** What an honest provisioner says to the bench, in order; every bench begins the same. */
function scriptOf(algorithm: 0 | 1): readonly Uint8Array[] {
  const bench = new ProvisioneeBench({ memory });
  const outbox: Uint8Array[] = [];
  const script: Uint8Array[] = [];
  const provisioner = new Provisioner(
    { send: (pdu) => outbox.push(pdu.slice()), close: () => {} },
    { clock: bench.clock, random: new SeededRandom(7), curve },
    { data: PROVISIONING_DATA, authentication: { method: "none" }, algorithm },
    { finished: () => {}, failed: () => {} },
  );
  provisioner.opened();
  for (let pdu = outbox.shift(); pdu !== undefined; pdu = outbox.shift()) {
    script.push(pdu);
    for (const reply of bench.say(pdu)) provisioner.received(hex(reply));
    provisioner.sent();
  }
  return script;
}

function ordering({ test, equal }: Harness): void {
  test("the device's random leaves after the provisioner's confirmation and random, in no other order [T-A5]", () => {
    for (const algorithm of ALGORITHMS) {
      const script = scriptOf(algorithm);
      equal(script.length, 6);
      const altered = [3, 4].map((index) =>
        (script[index] ?? hex("")).map((value, i) => (i < 2 ? value : ~value)),
      );
      const words = [...script, ...altered];
      const isConfirmation = (word: number) => word === 3 || word === 6;
      for (let prefix = 0; prefix <= 3; prefix++) {
        for (const [first, one] of words.entries()) {
          for (const [second, two] of words.entries()) {
            const bench = new ProvisioneeBench({ memory });
            for (const pdu of script.slice(0, prefix)) bench.say(pdu);
            const replies = [...bench.say(one), ...bench.say(two)];
            const said = (type: string) => replies.some((reply) => reply.startsWith(type));
            const place = `${first} and ${second} after ${prefix}`;
            equal(said("06"), prefix === 3 && first === 3 && second === 4, `random: ${place}`);
            const isConfirmed =
              prefix === 3 ? isConfirmation(first) : prefix === 2 && first === 2 && isConfirmation(second);
            equal(said("05"), isConfirmed, `confirmation: ${place}`);
          }
        }
      }
    }
  });
}

/** Whether a policy lets a provisioner start like this: the tables of MshPRT 5.4.1.2, 5.4.1.3 and 5.4.2.3 once more. */
function isAllowed(policy: Policy, start: readonly number[]): boolean {
  const [algorithm = 0, publicKey = 0, method = 0, action = 0, size = 0] = start;
  const isIn = (actions: number) => action < 5 && Math.floor(actions / 2 ** action) % 2 === 1;
  const hasNoDetails = action === 0 && size === 0;
  if (algorithm > 1 || Math.floor(policy.algorithms / 2 ** algorithm) % 2 === 0) return false;
  if (publicKey > (policy.oobPrivateKey === undefined ? 0 : 1)) return false;
  if (method === 0) return policy.allowNoOob && hasNoDetails;
  if (method === 1) return policy.staticOob !== undefined && hasNoDetails;
  // Who insists on authentication lets nobody choose a value that is guessed more easily.
  const least = policy.allowNoOob ? 1 : policy.outputSize;
  if (method === 2) return isIn(policy.outputActions) && size >= least && size <= policy.outputSize;
  return method === 3 && isIn(policy.inputActions) && size >= 1 && size <= policy.inputSize;
}

function entering({ test, equal, ok }: Harness): void {
  test("waitInput: PDUs of all 256 first octets, and then nobody is asked any more [T-B7, T-A5]", () => {
    const policy = { ...OPEN_POLICY, inputActions: 0x04, inputSize: 1 };
    const publicKey = toHex(curve.publicKey(PRIVATE_KEY));
    for (let type = 0; type < 256; type++) {
      const bench = new ProvisioneeBench({ policy, memory });
      for (const pdu of ["0000", "020100030201", `03${publicKey}`]) bench.say(pdu);
      equal(bench.states.slice(-1), ["waitInput"]);
      ok(bench.person.isAsked);
      const answer = type === 0x09 ? [] : [type > 0x0d ? "0901" : "0903"];
      equal(bench.say(new Uint8Array([type])), answer, `first octet ${type}`);
      equal(bench.states.slice(-1), ["failed"]);
      ok(!bench.person.isAsked);
    }
  });
}

function choosing({ test, equal, ok }: Harness): void {
  const withOutput = { outputActions: 0x09, outputSize: 4 };
  const withInput = { inputActions: 0x0c, inputSize: 8 };
  const policies: readonly Policy[] = [
    OPEN_POLICY,
    { ...OPEN_POLICY, algorithms: 1, staticOob: STATIC },
    { ...OPEN_POLICY, allowNoOob: false, staticOob: STATIC, ...withInput },
    { ...OPEN_POLICY, allowNoOob: false, onlyOobAuthenticated: true, algorithms: 2, ...withOutput },
    { ...OPEN_POLICY, oobPrivateKey: PRIVATE_KEY, staticOob: STATIC, ...withOutput, ...withInput },
  ];

  test("every Start against every policy: taken where it is offered, else Invalid Format [T-B1, T-B2]", () => {
    const counts = { taken: 0, refused: 0 };
    for (const policy of policies) {
      const bench = new ProvisioneeBench({ policy, memory });
      for (const start of everyStart()) {
        bench.provisionee.end();
        bench.provisionee.begin(bench.bearer, bench.keyPair);
        bench.say("0000");
        const replies = bench.say(new Uint8Array([2, ...start]));
        const allowed = isAllowed(policy, start);
        equal(replies, allowed ? [] : ["0902"], `${policies.indexOf(policy)}: ${start.join(" ")}`);
        counts[allowed ? "taken" : "refused"]++;
      }
    }
    ok(counts.taken > 50 && counts.refused > 5_000, JSON.stringify(counts));
  });
}

function* everyStart(): Generator<readonly number[]> {
  for (const algorithm of [0, 1, 2]) {
    for (const publicKey of [0, 1, 2]) {
      for (const method of [0, 1, 2, 3, 4]) {
        for (const action of [0, 1, 2, 3, 4, 5]) {
          for (const size of [0, 1, 4, 5, 8, 9]) yield [algorithm, publicKey, method, action, size];
        }
      }
    }
  }
}

/** Good random octets, until the `last`-th request for 32 of them: that and all later ones throw. */
class DryRandom implements Random {
  readonly #random = new SeededRandom(3);
  readonly #last: number;
  #requests = 0;

  constructor(last: number) {
    this.#last = last;
  }

  fill(target: Uint8Array): void {
    if (target.length === 32) this.#requests++;
    if (this.#requests >= this.#last) throw new Error("no entropy");
    this.#random.fill(target);
  }
}

function starving({ test, equal, throws }: Harness): void {
  test("without random octets there is no key pair, no beacon and no link, and the start says so [T-B17]", () => {
    const world = new World();
    const phone = world.addPhone();
    throws(() => world.addNode({ random: new DryRandom(1) }));
    phone.provision();
    world.clock.advance(70_000);
    equal(phone.beacons, []);
    equal(phone.failures[0]?.fault, "linkClosed");
  });

  test("random octets that run dry in a session: no confirmation leaves, and there is no node [T-B17]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ random: new DryRandom(2) });
    const received: number[] = [];
    phone.provision({
      algorithm: 1,
      observe: (direction, pdu) => direction === "received" && received.push(pdu[0] ?? -1),
    });
    throws(() => world.clock.advance(5_000));
    equal(received, [1, 3], "Capabilities and Public Key");
    equal(node.storage.keys(), []);
    equal(node.trace.eventsOf("provisioning").slice(-1), ["waitConfirmation"]);
  });
}
