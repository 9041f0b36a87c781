/** Every authentication, with a phone that shares no protocol code with the node. MshPRT 5.4.2.4. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import type { Authentication } from "../../host/simulator/phone/choice.js";
import { P256 as PhoneCurve } from "../../host/simulator/phone/p256.js";
import { equal as sameOctets, toHex } from "../../modules/bytes.js";
import type { Policy } from "../../modules/policy.js";
import type { Harness, Suite } from "../support/harness.js";
import { MemoryStorage } from "../support/memory-storage.js";
import type { Person } from "../support/person.js";
import { hex } from "../support/provisionee-bench.js";
import { type NodeUnderTest, World } from "../support/world.js";

const STATIC = new Uint8Array(32).map((_, i) => 0x11 * (i % 15) + 1);
const OUTPUTS = ["blink", "beep", "vibrate", "number", "text"];
const INPUTS = ["push", "twist", "number", "text"];

/** The phone's user reads what the device shows, some seconds later, and perhaps wrongly. */
function reading(world: World, person: Person, misread = (value: number | string) => value): Authentication {
  const timer = world.clock.createTimer(() => {
    const { shown } = person;
    if (shown === undefined) throw new Error("nothing is shown");
    answered?.(
      misread(typeof shown === "string" && /^[0-9]+$/.test(shown) && isNumeric ? Number(shown) : shown),
    );
  });
  let answered: ((value: number | string) => void) | undefined;
  let isNumeric = false;
  return {
    method: "output",
    ask: (request, answer) => {
      isNumeric = request.action === 3;
      answered = answer;
      timer.start(7_000);
    },
  };
}

/** The phone shows a value, and its user enters it on the device some seconds later, and perhaps wrongly. */
function entering(world: World, person: Person, mistype = (value: number | string) => value): Authentication {
  let value: number | string = 0;
  const timer = world.clock.createTimer(() => person.enter(mistype(value)));
  return {
    method: "input",
    show: (_, shown) => {
      if (typeof shown === "object") throw new Error("a value for a person is no octets");
      value = shown;
      timer.start(9_000);
    },
  };
}

function policyFor(direction: "output" | "input", action: number, size: number): Partial<Policy> {
  return direction === "output"
    ? { outputActions: 1 << action, outputSize: size }
    : { inputActions: 1 << action, inputSize: size };
}

export const suite: Suite = (harness) => {
  succeeding(harness);
  failing(harness);
  guarding(harness);
};

function succeeding({ test, equal, ok }: Harness): void {
  for (const algorithm of [0, 1] as const) {
    for (const [action, name] of OUTPUTS.entries()) {
      test(`output ${name}, algorithm ${algorithm} [PROV/${algorithm === 0 ? "BV-01" : "BV-13"}]`, () => {
        const isCounted = action <= 2;
        for (const size of isCounted ? [1, 2] : [1, 6, 8]) {
          const world = new World(size);
          const phone = world.addPhone();
          const node = world.addNode({ policy: policyFor("output", action, size) });
          const authentication = { ...reading(world, node.person), size };
          phone.provision({ algorithm, authentication });
          world.clock.advance(20_000);
          equal(phone.failures, []);
          equal(node.node.state, "provisioned");
          equal(node.person.log.length, 2, "shown once, and cancelled");
          equal(node.person.log[1], "cancel");
          const shown = node.person.log[0] ?? "";
          if (isCounted) ok(Number(shown.slice(9)) >= 1 && Number(shown.slice(9)) < 10 ** size, shown);
          else equal(shown.slice(9).length, size, shown);
        }
      });
    }

    for (const [action, name] of INPUTS.entries()) {
      test(`input ${name}, algorithm ${algorithm} [PROV/${algorithm === 0 ? "BV-02" : "BV-14"}]`, () => {
        const world = new World();
        const phone = world.addPhone();
        const size = action <= 1 ? 1 : 8;
        const node = world.addNode({ policy: policyFor("input", action, size) });
        phone.provision({ algorithm, authentication: entering(world, node.person) });
        world.clock.advance(20_000);
        equal(phone.failures, []);
        equal(node.node.state, "provisioned");
        equal(node.person.log, [`input ${action} of ${size}`, "cancel"]);
      });
    }

    const ids =
      algorithm === 0
        ? "PROV/BV-04, PROV/BV-05, PROV/BV-06, PROV/BV-08"
        : "PROV/BV-16, PROV/BV-17, PROV/BV-18, PROV/BV-20";
    test(`the public key known out of band, with every method, algorithm ${algorithm} [${ids}, T-C2]`, () => {
      const privateKey = hex("529aa0670d72cd6497502ed473502b037e8803b5c60829a5a3caa219505530ba");
      const oobPublicKey = new PhoneCurve().publicKey(privateKey);
      for (const method of ["none", "static", "output", "input"] as const) {
        const world = new World();
        const phone = world.addPhone();
        const node = world.addNode({
          policy: {
            oobPrivateKey: privateKey,
            staticOob: STATIC,
            ...policyFor("output", 3, 4),
            ...policyFor("input", 2, 4),
          },
        });
        const authentications: Readonly<Record<string, Authentication>> = {
          none: { method: "none" },
          static: { method: "static", value: STATIC },
          output: reading(world, node.person),
          input: entering(world, node.person),
        };
        const received: number[] = [];
        phone.provision({
          algorithm,
          oobPublicKey,
          authentication: authentications[method] ?? { method: "none" },
          observe: (direction, pdu) => direction === "received" && received.push(pdu[0] ?? -1),
        });
        world.clock.advance(20_000);
        equal(phone.failures, [], method);
        ok(!received.includes(3), "the device does not send its public key");
        equal(node.node.state, "provisioned");
      }
    });
  }

  test("a key out of band and a chip that takes a second for it: the Confirmation waits", () => {
    const privateKey = hex("529aa0670d72cd6497502ed473502b037e8803b5c60829a5a3caa219505530ba");
    const oobPublicKey = new PhoneCurve().publicKey(privateKey);
    for (const method of ["none", "static", "output"] as const) {
      const world = new World();
      const phone = world.addPhone();
      const crypto = createNobleCrypto(world.clock);
      const { sharedSecret } = crypto;
      crypto.sharedSecret = (key, peer, done) =>
        sharedSecret.call(crypto, key, peer, (secret) => {
          world.clock.createTimer(() => done(secret)).start(1_000);
        });
      const policy = { oobPrivateKey: privateKey, staticOob: STATIC, ...policyFor("output", 3, 4) };
      const node = world.addNode({ crypto, policy });
      const authentications: Readonly<Record<string, Authentication>> = {
        static: { method: "static", value: STATIC },
        output: reading(world, node.person),
      };
      phone.provision({ oobPublicKey, authentication: authentications[method] ?? { method: "none" } });
      world.clock.advance(20_000);
      equal(phone.failures, [], method);
      equal(node.node.state, "provisioned");
    }
  });

  test("a key out of band is used only where Start says so, and serves again and again [T-B4]", () => {
    const privateKey = hex("529aa0670d72cd6497502ed473502b037e8803b5c60829a5a3caa219505530ba");
    const oobPublicKey = new PhoneCurve().publicKey(privateKey);
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: { oobPrivateKey: privateKey } });
    const keys: Uint8Array[] = [];
    const observe = (direction: string, pdu: Uint8Array) => {
      if (direction === "received" && pdu[0] === 3) keys.push(pdu.slice(1));
    };
    for (const withKey of [true, false, true]) {
      phone.provision({ observe, ...(withKey ? { oobPublicKey } : {}) });
      world.clock.advance(5_000);
      equal(node.node.state, "provisioned");
      node.node.reset();
      world.clock.advance(1_000);
    }
    equal(phone.results.length, 3);
    equal(keys.length, 1);
    ok(!sameOctets(keys[0] ?? oobPublicKey, oobPublicKey), "a fresh key, not the one on the box");
  });

  test("values are fresh each time [T-A3]", () => {
    const shown = new Set<string>();
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: policyFor("output", 4, 8) });
    for (let i = 0; i < 5; i++) {
      phone.provision({ authentication: reading(world, node.person) });
      world.clock.advance(20_000);
      shown.add(node.person.log[2 * i] ?? "");
      node.node.reset();
      world.clock.advance(1_000);
    }
    equal(phone.results.length, 5);
    equal(shown.size, 5);
  });

  test("with a person between them, 119 s of silence are none too many, and 121 are [PROV/BV-09]", () => {
    for (const [waitMs, state] of [
      [118_000, "provisioned"],
      [123_000, "unprovisioned"],
    ] as const) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode({ policy: policyFor("input", 2, 4) });
      let value: number | string = 0;
      phone.provision({
        authentication: {
          method: "input",
          show: (_, shown) => {
            value = typeof shown === "number" ? shown : 0;
          },
        },
      });
      world.clock.advance(waitMs);
      if (node.person.isAsked) node.person.enter(value);
      world.clock.advance(5_000);
      equal(node.node.state, state);
    }
  });
}

/** The one failure that a node has told of. */
function mistakeOf(node: NodeUnderTest): string | undefined {
  return node.trace.failures.length === 1 ? node.trace.failures[0]?.mistake : undefined;
}

function failing({ test, equal }: Harness): void {
  test("a wrong value: Confirmation Failed, and a mistake that explains it where there is one [PROV/BI-17, T-A6, T-C2]", () => {
    const short = hex("0102030405060708090a0b0c0d0e0f00");
    const cases: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
      ["none", short, new Uint8Array(16).fill(9)],
      ["allZero", short, new Uint8Array(16)],
      ["reversed", short, short.slice().reverse()],
      ["paddedOnTheOtherSide", short, hex("000102030405060708090a0b0c0d0e0f")],
    ];
    for (const algorithm of [0, 1] as const) {
      for (const [mistake, right, wrong] of cases) {
        const size = algorithm === 0 ? 16 : 32;
        const fill = (value: Uint8Array) => {
          const filled = new Uint8Array(size);
          filled.set(value, mistake === "paddedOnTheOtherSide" && value !== right ? size - 16 : 0);
          return filled;
        };
        const value = mistake === "reversed" ? fill(right).reverse() : fill(wrong);
        const world = new World();
        const phone = world.addPhone();
        const node = world.addNode({ policy: { staticOob: right } });
        phone.provision({ algorithm, authentication: { method: "static", value } });
        world.clock.advance(5_000);
        equal(phone.failures[0]?.errorCode, 4, mistake);
        equal(mistakeOf(node), mistake, `algorithm ${algorithm}`);
        equal(node.node.state, "unprovisioned");
      }
    }
  });

  test("a number taken for text, and text taken for a number", () => {
    const mistakes = [
      { action: 3, misread: (value: number | string) => String(value).padStart(6, "0") },
      { action: 3, misread: (value: number | string) => String(value) },
    ];
    for (const { action, misread } of mistakes) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode({ policy: policyFor("output", action, 6) });
      phone.provision({ authentication: reading(world, node.person, misread) });
      world.clock.advance(20_000);
      equal(mistakeOf(node), "digitsAsText");
    }
  });

  test("a misread number is simply wrong, and the next attempt has another number", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: policyFor("output", 3, 6) });
    phone.provision({ authentication: reading(world, node.person, (value) => Number(value) + 1) });
    world.clock.advance(20_000);
    equal(mistakeOf(node), "none");
    equal(phone.failures[0]?.errorCode, 4);
    phone.provision({ authentication: reading(world, node.person) });
    world.clock.advance(20_000);
    equal(node.node.state, "provisioned");
    equal(new Set(node.person.log).size, 3, "two values and cancel");
  });

  test("a mistyped value [T-A6]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: policyFor("input", 2, 6) });
    phone.provision({
      authentication: entering(world, node.person, (value) => (Number(value) + 1) % 1000000),
    });
    world.clock.advance(20_000);
    equal(phone.failures[0]?.errorCode, 4);
    equal(node.node.state, "unprovisioned");
  });

  test("a device that refuses No OOB: Invalid Format [PROV/BI-03, T-B1]", () => {
    for (const policy of [
      { allowNoOob: false, staticOob: STATIC },
      { allowNoOob: false, onlyOobAuthenticated: true, algorithms: 2, staticOob: STATIC },
    ]) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode({ policy });
      phone.provision({
        authentication: { method: "static", value: STATIC },
        tamper: (pdu) => (pdu[0] === 2 ? hex(`02${toHex(pdu.subarray(1, 2))}00000000`) : pdu),
      });
      world.clock.advance(5_000);
      equal(phone.failures[0]?.errorCode, 2);
      equal(node.node.state, "unprovisioned");
    }
  });

  test("a refused Start is told by its code, however much of the answer is lost, and the Public Key behind it", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World(seed, { lossPercent: 30 });
      const phone = world.addPhone();
      world.addNode({ policy: { allowNoOob: false, staticOob: STATIC } });
      phone.provision({
        authentication: { method: "static", value: STATIC },
        tamper: (pdu) => (pdu[0] === 2 ? hex(`02${toHex(pdu.subarray(1, 2))}00000000`) : pdu),
      });
      world.clock.advance(10_000);
      equal(phone.failures[0]?.errorCode, 2, `seed ${seed}`);
    }
  });

  test("the link is lost while something is shown or asked: that ends at once, and the next link begins anew", () => {
    for (const direction of ["output", "input"] as const) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode({ policy: policyFor(direction, 2, 4) });
      phone.provision({
        authentication:
          direction === "output" ? { method: "output", ask: () => {} } : { method: "input", show: () => {} },
      });
      world.clock.advance(5_000);
      equal(node.person.log.length, 1);
      phone.phone.cancel();
      world.clock.advance(1_000);
      equal(node.person.log[1], "cancel");
      equal(node.node.state, "unprovisioned");
      const authentication =
        direction === "output" ? reading(world, node.person) : entering(world, node.person);
      phone.provision({ authentication });
      world.clock.advance(20_000);
      equal(node.node.state, "provisioned");
    }
  });
}

/** Provision with a wrong static value, and see when the beacon comes back: ms after the link was closed. */
function invisibleMs(world: World, node: NodeUnderTest, phone: ReturnType<World["addPhone"]>): number {
  phone.provision({ authentication: { method: "static", value: new Uint8Array(32).fill(1) } });
  const before = phone.failures.length;
  for (let i = 0; i < 400 && phone.failures.length === before; i++) world.clock.advance(1_000);
  const closedMs = world.clock.now();
  const count = node.sent.length;
  for (let i = 0; i < 4_000; i++) {
    world.clock.advance(100);
    if (node.sent.slice(count).some(({ data }) => data[1] === 0x2b)) return world.clock.now() - closedMs;
  }
  return Number.POSITIVE_INFINITY;
}

function guarding({ test, equal, ok }: Harness): void {
  test("after each failed confirmation the device is invisible for twice as long, up to 5 minutes [T-A3]", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: { staticOob: STATIC } });
    const delays: number[] = [];
    for (let i = 0; i < 11; i++) delays.push(invisibleMs(world, node, phone));
    for (const [i, delayMs] of delays.entries()) {
      const wantedMs = Math.min(1_000 * 2 ** i, 300_000);
      // The link closes up to a second before the phone is looked at.
      ok(delayMs > wantedMs - 1_200 && delayMs <= wantedMs + 200, `attempt ${i}: ${delayMs} ms`);
    }
    phone.provision({ authentication: { method: "static", value: STATIC } });
    world.clock.advance(5_000);
    equal(node.node.state, "provisioned");
    equal(node.storage.keys(), ["net.567", "iv", "seq", "node"], "a success clears the count");
  });

  test("a restart does not shorten it, and taking the power before the answer does not either [T-A4, T-B8]", () => {
    const world = new World();
    const phone = world.addPhone();
    const storage = new MemoryStorage();
    const node = world.addNode({ storage, policy: { staticOob: STATIC } });
    for (let i = 0; i < 4; i++) invisibleMs(world, node, phone);
    world.switchOff(node);
    const again = world.addNode({ name: "again", storage, policy: { staticOob: STATIC } });
    const startMs = world.clock.now();
    world.clock.advance(7_500);
    equal(again.sent, []);
    world.clock.advance(1_000);
    ok(again.sent.length > 0, "8 s after the start");
    equal(again.trace.notes[0], { layer: "beacon", event: "backingOff", value: 8_000 });

    storage.cutPowerAt(1, "new");
    phone.provision({ authentication: { method: "static", value: new Uint8Array(32) } });
    let answered = false;
    try {
      world.clock.advance(5_000);
      answered = true;
    } catch {
      world.switchOff(again);
    }
    ok(!answered, "the count is kept before the answer leaves");
    ok(world.clock.now() > startMs);
    const third = world.addNode({ name: "third", storage, policy: { staticOob: STATIC } });
    equal(third.trace.notes[0], { layer: "beacon", event: "backingOff", value: 16_000 });
  });

  test("a link lost for another reason costs nothing", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: { staticOob: STATIC } });
    phone.provision({
      authentication: { method: "static", value: STATIC },
      tamper: (pdu) => (pdu[0] === 5 ? hex("0500") : pdu),
    });
    world.clock.advance(3_000);
    equal(phone.failures[0]?.errorCode, 2);
    equal(node.storage.keys(), []);
    ok(node.sent.filter(({ data }) => data[1] === 0x2b).length >= 2);
  });

  test("a reset begins anew, also in the middle of the waiting", () => {
    const world = new World();
    const phone = world.addPhone();
    const node = world.addNode({ policy: { staticOob: STATIC } });
    for (let i = 0; i < 6; i++) invisibleMs(world, node, phone);
    phone.provision({ authentication: { method: "static", value: new Uint8Array(32) } });
    world.clock.advance(5_000);
    const count = node.sent.length;
    node.node.reset();
    equal(node.storage.keys(), []);
    world.clock.advance(1_000);
    ok(node.sent.length > count);
  });

  test("no secret stands in any drop, note or failure [T-B15]", () => {
    for (const right of [true, false]) {
      const world = new World();
      const phone = world.addPhone();
      const node = world.addNode({ policy: { staticOob: STATIC } });
      const value = right ? STATIC : STATIC.slice().reverse();
      phone.provision({ algorithm: 0, authentication: { method: "static", value } });
      world.clock.advance(5_000);
      const said = JSON.stringify([
        node.trace.notes,
        node.trace.failures,
        node.trace.drops.map(({ reason, pdu }) => [reason, pdu && toHex(pdu)]),
      ]);
      const secrets = [
        STATIC.subarray(0, 8),
        phone.results[0]?.deviceKey,
        hex("efb2255e6422d330088e09bb015ed707"),
      ];
      for (const secret of secrets) if (secret !== undefined) ok(!said.includes(toHex(secret)));
    }
  });
}
