/** bluetooth-meshd and our simulator authenticate each other, in every way that the daemon knows. */

import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { createECDH } from "node:crypto";
import { readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { Air } from "./bluez/air.js";
import type { Agent } from "./bluez/mesh-objects.js";
import { firstAddress } from "./bluez/provisioner.js";
import { countPulses, push, readDisplay } from "./person.js";
import { checkKept, patience, type Scene, setScene } from "./scene.js";
import { readKeptRecord, type SimulatorProcess } from "./simulator.js";

const uuid = Buffer.from("70cf7c9732a345b691494810d2e9cbf4", "hex");
const staticOob = Buffer.from("0102030405060708090a0b0c0d0e0f00", "hex");

/** A provisioning that succeeds. enter: what a person does at the device, who sees what the daemon shows. */
interface Attempt {
  /** AuthenticationMethod, AuthenticationAction and AuthenticationSize that the daemon must choose. MshPRT 5.4.1.3. */
  readonly chosen: readonly [method: number, action: number, size: number];
  readonly options: readonly string[];
  readonly agent: (device: () => SimulatorProcess, air: () => Air) => Agent;
  readonly enter?: (device: SimulatorProcess, shown: number | string) => void;
}

async function authenticate(t: TestContext, { chosen, options, agent, enter }: Attempt): Promise<Scene> {
  let device: SimulatorProcess | undefined;
  let scene: Scene | undefined;
  const present = <Thing>(thing: Thing | undefined): Thing => {
    ok(thing);
    return thing;
  };
  scene = await setScene(t, {
    agent: agent(
      () => present(device),
      () => present(scene).air,
    ),
  });
  device = await scene.startDevice("--uuid", uuid.toString("hex"), ...options);
  await device.noted("beaconing");
  const shown = enter === undefined ? undefined : scene.provisioner.shown();
  const added = scene.provisioner.provision(uuid);
  if (enter !== undefined) {
    await device.noted("waitInput", 20_000);
    enter(device, present(await shown).value);
  }
  equal((await added).unicastAddress, firstAddress);
  deepEqual(readStart(scene.air), chosen);
  equal(await device.noted("provisioned"), firstAddress);
  await checkKept(scene, firstAddress);
  ok(!device.events.seen.some(({ event }) => event === "failed" || event === "error"));
  saysNoSecret(scene, device, options);
  return scene;
}

/** Whatever the device has said, and how its files are named: nothing of it is a key or a value of its options. */
function saysNoSecret(scene: Scene, device: SimulatorProcess, options: readonly string[]): void {
  const { netKey, deviceKey } = readKeptRecord(scene.state);
  const given = options.filter((option) => /^[0-9a-f]{32,}$/.test(option));
  const said = JSON.stringify([device.events.seen, readdirSync(scene.state, { recursive: true })]);
  ok(said.includes(uuid.toString("hex")), "what is no secret is said");
  for (const secret of [netKey.toString("hex"), deviceKey.toString("hex"), ...given]) {
    ok(!said.toLowerCase().includes(secret), "a secret is said");
  }
}

/** AuthenticationMethod, AuthenticationAction and AuthenticationSize of the Start on the air. MshPRT 5.4.1.3. */
function readStart(air: Air): readonly number[] {
  const start = air.sent.seen.find(
    ({ from, ad }) => from === "provisioner" && ad[1] === 0x29 && ad[7] === 0x00 && ad[11] === 0x02,
  );
  return [...(start?.ad.subarray(14, 17) ?? [])];
}

test("static", patience, async (t) => {
  await authenticate(t, {
    chosen: [1, 0, 0],
    options: ["--static-oob", staticOob.toString("hex")],
    agent: () => ({ capabilities: ["static-oob"], staticOob }),
  });
});

test("output, numeric: the daemon's user reads the display", patience, async (t) => {
  await authenticate(t, {
    chosen: [2, 3, 8],
    options: ["--output", "number", "--text-digits", "8"],
    agent: (device) => ({
      capabilities: ["out-numeric"],
      number: async () => {
        const digits = await readDisplay(device());
        match(digits, /^\d{8}$/);
        return Number(digits);
      },
    }),
  });
});

test("output, alphanumeric", patience, async (t) => {
  await authenticate(t, {
    chosen: [2, 4, 6],
    options: ["--output", "text"],
    agent: (device) => ({
      capabilities: ["out-alpha"],
      text: async () => {
        const text = await readDisplay(device());
        match(text, /^[0-9A-Z]{6}$/);
        return text;
      },
    }),
  });
});

test("output, blink: the daemon's user counts", patience, async (t) => {
  await authenticate(t, {
    chosen: [2, 0, 1],
    options: ["--output", "blink"],
    agent: (device) => ({ capabilities: ["blink"], number: () => countPulses(device()) }),
  });
});

test("input, numeric: the device's user types what the daemon shows", patience, async (t) => {
  await authenticate(t, {
    chosen: [3, 2, 6],
    options: ["--input", "number"],
    agent: () => ({ capabilities: ["in-numeric"] }),
    enter: (device, shown) => device.act(`enter ${shown}`),
  });
});

test("input, alphanumeric", patience, async (t) => {
  await authenticate(t, {
    chosen: [3, 3, 8],
    // The daemon shows eight characters, whatever was agreed.
    options: ["--input", "text", "--text-digits", "8"],
    agent: () => ({ capabilities: ["in-alpha"] }),
    enter: (device, shown) => device.act(`enter ${shown}`),
  });
});

test("input, push: the device's user pushes the button so often", patience, async (t) => {
  await authenticate(t, {
    chosen: [3, 0, 1],
    options: ["--input", "push"],
    agent: () => ({ capabilities: ["push"] }),
    enter: (device, shown) => push(device, Number(shown)),
  });
});

for (const method of ["none", "static"] as const) {
  test(`the device's public key is known out of band, authentication: ${method}`, patience, async (t) => {
    const ecdh = createECDH("prime256v1");
    // The specification wants private keys below half the order of the curve.
    do ecdh.generateKeys();
    while (ecdh.getPrivateKey().length < 32 || (ecdh.getPrivateKey()[0] ?? 0xff) >= 0x7f);
    const isStatic = method === "static";
    const { air } = await authenticate(t, {
      chosen: [isStatic ? 1 : 0, 0, 0],
      options: [
        ...["--oob-key", ecdh.getPrivateKey("hex")],
        ...(isStatic ? ["--static-oob", staticOob.toString("hex")] : []),
      ],
      agent: (_, theAir) => ({
        capabilities: isStatic ? ["public-oob", "static-oob"] : ["public-oob"],
        staticOob,
        publicKey: async () => {
          await startAcknowledged(theAir());
          return ecdh.getPublicKey().subarray(1);
        },
      }),
    });
    const keySent = air.sent.seen.some(
      ({ from, ad }) => from === "device" && ad[1] === 0x29 && (ad[7] ?? 1) % 4 === 0 && ad[11] === 0x03,
    );
    ok(!keySent, "the device does not send the key that is known already");
  });
}

/** The provisioner's second transaction. Given the key any earlier, the daemon may never send it. */
function startAcknowledged(air: Air): Promise<true> {
  return air.sent.first("the acknowledgment of Start", 20_000, ({ from, ad }) => {
    return (from === "device" && ad[1] === 0x29 && ad[6] === 0x01 && ad[7] === 0x01) || undefined;
  });
}

for (const { mistake, wrong } of [
  { mistake: "none", wrong: Buffer.alloc(16, 0x5a) },
  { mistake: "allZero", wrong: Buffer.alloc(16) },
  { mistake: "reversed", wrong: Buffer.from(staticOob).reverse() },
  {
    mistake: "paddedOnTheOtherSide",
    wrong: Buffer.concat([Buffer.alloc(1), staticOob.subarray(0, 15)]),
  },
]) {
  test(
    `a wrong static value (mistake: ${mistake}) is refused, then the right one taken`,
    patience,
    async (t) => {
      const agent = { capabilities: ["static-oob"], staticOob: wrong };
      const scene = await setScene(t, { agent });
      const device = await scene.startDevice(
        ...["--uuid", uuid.toString("hex"), "--static-oob", staticOob.toString("hex")],
      );
      await device.noted("beaconing");
      await rejects(scene.provisioner.provision(uuid), /AddNode failed: bad-pdu/);
      deepEqual(await failureOf(device), {
        event: "failed",
        step: "waitRandom",
        expected: "Random",
        came: "a random that does not fit the confirmation",
        errorCode: 4,
        mistake,
      });
      equal(await device.noted("backingOff"), 1000);

      agent.staticOob = staticOob;
      equal((await scene.provisioner.provision(uuid)).unicastAddress, firstAddress);
      equal(await device.noted("provisioned"), firstAddress);
      await checkKept(scene, firstAddress);
    },
  );
}

async function failureOf(device: SimulatorProcess): Promise<object> {
  const { t, ...failure } = await device.events.first("a failure", 5000, (event) =>
    event.event === "failed" ? event : undefined,
  );
  notEqual(t, undefined);
  return failure;
}
