import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundle } from "../../host/simulator/setup.mjs";
import { Program } from "./program.js";

const top = fileURLToPath(new URL("../../", import.meta.url));
const bundled = join(top, "build", "simulator.mjs");
const uuid = "70cf7c9732a345b691494810d2e9cbf4";
const SECRET = "00112233445566778899aabbccddeeff";
const PRIVATE_KEY = "18cd7c8e5a3e1d6f0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f506172";
const scratch = mkdtempSync(join(tmpdir(), "fledgling-simulator-"));
const started: Program[] = [];
let scenes = 0;

before(bundle);
afterEach(async () => {
  for (const program of started) program.kill("SIGKILL");
  await Promise.all(started.splice(0).map((program) => program.ended()));
});
after(() => rmSync(scratch, { recursive: true }));

describe("The simulator with --json", () => {
  test("says what it is, and sends the beacon of a new device", async () => {
    const { state, ether } = newScene();
    const device = start(
      "--json",
      "--state",
      state,
      "--ether",
      ether,
      "--uuid",
      uuid,
      "--oob-info",
      "0x0020",
    );
    const first = await device.event({ event: "started" });
    assert.deepEqual(
      { ...first, t: 0 },
      { t: 0, event: "started", name: "lamp", uuid, state, ether, oobInfo: "0x0020" },
    );
    await device.event({ event: "note", layer: "node", name: "unprovisioned" });
    // Length, AD type 2B, beacon type 00, the UUID, OOB information. MshPRT 3.10.2.
    await device.event({ event: "sent", data: `142b00${uuid}0020`, kind: "nonConnectable" });
  });

  test("obeys commands, and says what is wrong with others", async () => {
    const device = await startDevice();
    device.type("press\n");
    await device.event({ event: "button", down: true });
    await device.event({ event: "led", level: 65535 });
    device.type("release\r\npress\n");
    await device.event({ event: "button", down: false });
    await device.event({ event: "led", level: 0 });
    for (const [line, complaint] of [
      ["press", "the button is pressed already"],
      ["release now", "release stands alone on its line"],
      ["turn", "turn needs a number of steps from -99 to 99, not 0: turn N"],
      ["turn 0", "turn needs a number of steps from -99 to 99, not 0: turn N"],
      ["turn 1e1", "turn needs a number of steps from -99 to 99, not 0: turn N"],
      ["enter ", "enter needs a text: enter TEXT"],
      ["jump", "no such command; there are press, release, turn N, enter TEXT, reset, quit"],
      ["x".repeat(100_000), "a command has at most 256 characters"],
    ]) {
      device.type(`${line}\n`);
      await device.event({ event: "error", message: complaint });
    }
    device.type("\nturn -3\nenter 1234\nreset\n");
    await device.event({ event: "reset" });
    device.type("quit\n");
    await device.event({ event: "stopped" });
    assert.deepEqual(await device.ended(), { status: 0, stderr: "" });
  });

  test("goes on when its input ends", async () => {
    const device = await startDevice();
    device.endInput();
    // One of these may have been on its way already; not three.
    for (let beacons = 0; beacons < 3; beacons++) await device.event({ event: "sent" });
    device.kill("SIGTERM");
    assert.equal((await device.ended()).status, 0);
  });

  test("ends quietly when nobody reads any more", async () => {
    const device = await startDevice();
    device.closeOutput();
    assert.deepEqual(await device.ended(), { status: 0, stderr: "" });
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(`ends by ${signal} with status 0, and gives folder and ether back`, async () => {
      const scene = newScene();
      const device = await startDevice(scene);
      device.kill(signal);
      await device.event({ event: "stopped" });
      assert.equal((await device.ended()).status, 0);
      assert.ok(!readdirSync(scene.state).includes("lock"));
      assert.deepEqual(readdirSync(scene.folder), ["state"], "the socket is gone");
      await startDevice(scene);
    });
  }
});

describe("What authenticates", () => {
  const secrets = ["--static-oob", SECRET, "--oob-key", PRIVATE_KEY];

  test("is accepted in every form, and stays out of sight", async () => {
    for (const kind of ["--json", "--headless"]) {
      const { state, ether } = newScene();
      const more = ["--no-oob", "refuse", "--output", "blink,beep", "--input=push", "--counted-digits=2"];
      const device = start(kind, "--state", state, "--ether", ether, ...secrets, ...more);
      const seen: string[] = [];
      await device.line("beacon", (line) => {
        seen.push(line);
        return /beaconing|Sending the beacon/.test(line);
      });
      device.kill("SIGTERM");
      await device.line("end", (line) => {
        seen.push(line);
        return /stopped/i.test(line);
      });
      const { status, stderr } = await device.ended();
      assert.equal(status, 0);
      const all = [...seen, stderr].join("\n");
      for (const secret of [SECRET, PRIVATE_KEY]) assert.ok(!all.toLowerCase().includes(secret), all);
    }
  });

  test("stands on the label, with the UUID that the first start will have", async () => {
    const scene = newScene();
    const label = start("--label", "--name", "desk", "--state", scene.state, ...secrets);
    await label.line("name", (line) => line === "Device           desk");
    const words = await label.line("UUID", (line) => line.startsWith("UUID "));
    await label.line("value", (line) => line === `Static OOB       ${SECRET}`);
    // From the same private key by OpenSSL.
    const { x, y } = publicKeyOf(PRIVATE_KEY);
    await label.line("X", (line) => line === `Public key X     ${x}`);
    await label.line("Y", (line) => line === `           Y     ${y}`);
    await label.line("bits", (line) => line.endsWith("start with --oob-info 0x0844"));
    await label.line("code", (line) => line.includes("█▀▀▀▀▀█"));
    assert.deepEqual(await label.ended(), { status: 0, stderr: "" });
    assert.equal(words.replace(/^UUID +/, "").replaceAll("-", ""), keptUuid(scene.state));
    const device = start("--json", "--state", scene.state, "--ether", scene.ether);
    await device.event({ event: "started", uuid: keptUuid(scene.state) });
  });

  test("can be printed while the device runs; a UUID that is given is only shown", async () => {
    const scene = newScene();
    await startDevice(scene);
    const kept = keptUuid(scene.state);
    for (const [options, shown] of [
      [[], kept],
      [["--uuid", uuid], uuid],
    ] as const) {
      const label = start("--label", "--state", scene.state, ...options);
      const line = await label.line("UUID", (text) => text.startsWith("UUID "));
      assert.equal(line.replace(/^UUID +/, "").replaceAll("-", ""), shown);
      assert.deepEqual(await label.ended(), { status: 0, stderr: "" });
    }
    assert.equal(keptUuid(scene.state), kept);
  });

  test("has no label where the state folder cannot be used", async () => {
    const { folder } = newScene();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "uuid"), "70cf");
    await refused(["--label", "--state", folder], /does not hold a UUID/);
    await refused(["--label", "--state", join(folder, "uuid")], /ENOTDIR/);
    writeFileSync(join(folder, "letter.txt"), "dear");
    rmSync(join(folder, "uuid"));
    await refused(["--label", "--state", folder], /holds other things/);
  });
});

describe("What a simulator keeps", () => {
  test("the UUID is drawn once, and the same after quit and after a kill", async () => {
    const scene = newScene();
    const first = await startDevice(scene);
    const drawn = readFileSync(join(scene.state, "uuid"), "utf8").trim();
    assert.match(drawn, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/, "version 4 of RFC 4122");
    first.kill("SIGKILL");
    await first.ended();
    const second = start("--json", "--state", scene.state, "--ether", scene.ether);
    await second.event({ event: "started", uuid: drawn });
    second.type("quit\n");
    await second.ended();
    const third = start("--json", "--state", scene.state, "--ether", scene.ether);
    await third.event({ event: "started", uuid: drawn });
  });

  test("another folder has another UUID; one that is given replaces the one that was drawn", async () => {
    const [a, b] = [newScene(), newScene()];
    await startDevice(a);
    const device = await startDevice(b);
    assert.notEqual(keptUuid(a.state), keptUuid(b.state));
    device.type("quit\n");
    await device.ended();
    await startDevice(b, "--uuid", uuid);
    assert.equal(keptUuid(b.state), uuid);
  });

  test("with a seed everything repeats, and a warning says so", async () => {
    const uuids: string[] = [];
    for (const seed of ["7", "7", "8"]) {
      const scene = newScene();
      const device = start("--json", "--state", scene.state, "--ether", scene.ether, "--seed", seed);
      await device.event({ event: "warning" });
      uuids.push(keptUuid(scene.state));
    }
    assert.equal(uuids[0], uuids[1]);
    assert.notEqual(uuids[0], uuids[2]);
  });
});

describe("Two simulators", () => {
  test("hear each other's beacons through the ether", async () => {
    const scene = newScene();
    const first = await startDevice(scene);
    const other = start("--json", "--state", newScene().state, "--ether", scene.ether, "--uuid", uuid);
    await other.event({ event: "started" });
    await first.event({ event: "received", data: `142b00${uuid}0000` });
    await other.event({ event: "received", data: `142b00${keptUuid(scene.state)}0000` });
  });

  test("cannot use one folder; the second is refused in one line, and the first goes on", async () => {
    const scene = newScene();
    const first = await startDevice(scene);
    await refused(
      ["--json", "--state", scene.state, "--ether", scene.ether],
      new RegExp(`in use by another simulator \\(process ${first.pid}\\)`),
    );
    first.type("press\n");
    await first.event({ event: "led", level: 65535 });
  });
});

describe("What cannot be is refused in one line, with status 2", () => {
  test("a wrong option", async () => {
    await refused(["--colour"], /^fledgling: --colour is no option of the simulator; see --help\n$/);
    await refused(["--uuid", "a\nb"], /^fledgling: --uuid: "a\?b" is not 32 hexadecimal digits\n$/);
  });

  test("a setting that the node refuses, under its option's name", async () => {
    const { state, ether } = newScene();
    const place = ["--state", state, "--ether", ether];
    await refused([...place, "--oob-info", "lots"], /^fledgling: --oob-info: /);
    await refused([...place, "--uri", "nowhere"], /^fledgling: --uri: /);
    for (const [name, value] of [
      ["static-oob", SECRET.slice(2)],
      ["oob-key", SECRET],
      ["oob-key", "00".repeat(32)],
      ["output", "blink,whistle"],
      ["input", "pull"],
      ["counted-digits", "9"],
      ["text-digits", "0"],
      ["no-oob", "perhaps"],
      ["algorithms", "rsa"],
      ["profile", "cheap"],
    ] as const) {
      // A label shows nothing of a device that would not start.
      for (const label of [[], ["--label"]]) {
        const stderr = await refused(
          [...place, ...label, `--${name}`, value],
          new RegExp(`^fledgling: --${name}: `),
        );
        assert.ok(!stderr.includes(SECRET.slice(2)), stderr);
      }
    }
    assert.ok(!existsSync(state) && !existsSync(ether), "before anything is made");
  });

  test("a folder with other things in it", async () => {
    const { folder } = newScene();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "letter.txt"), "dear");
    await refused(["--state", folder], /holds other things/);
    assert.deepEqual(readdirSync(folder), ["letter.txt"]);
  });

  test("a kept UUID that is none", async () => {
    const scene = newScene();
    const device = await startDevice(scene);
    device.type("quit\n");
    await device.ended();
    writeFileSync(join(scene.state, "uuid"), "70cf");
    await refused(["--state", scene.state, "--ether", scene.ether], /does not hold a UUID/);
    await startDevice(scene, "--uuid", uuid);
  });

  test("an ether where none can be", async () => {
    const { state, folder } = newScene();
    const ether = join(folder, "letter.txt");
    mkdirSync(folder, { recursive: true });
    writeFileSync(ether, "dear");
    await refused(["--state", state, "--ether", ether], /letter\.txt/);
    assert.equal(readFileSync(ether, "utf8"), "dear");
  });
});

describe("The simulator without --json", () => {
  for (const option of [[], ["--headless"]]) {
    test(`prints a line for each step ${option.join(" ")}`, async () => {
      const { state, ether } = newScene();
      const device = start(...option, "--name", "desk", "--state", state, "--ether", ether, "--uuid", uuid);
      device.endInput();
      await device.line("name", (line) => line === "Device desk, UUID 70cf7c97-32a3-45b6-9149-4810d2e9cbf4");
      await device.line("folder", (line) => line === `State folder ${state}`);
      await device.line("role", (line) => line.startsWith("New: it belongs to no network"));
      device.kill("SIGINT");
      await device.line("end", (line) => line === "Stopped");
      assert.deepEqual(await device.ended(), { status: 0, stderr: "" });
    });
  }

  test("explains itself with --help, and starts nothing", async () => {
    const help = start("--help");
    await help.line("title", (line) => line.startsWith("Fledgling simulator:"));
    await help.line("option", (line) => line.startsWith("  --oob-info BITS "));
    assert.deepEqual(await help.ended(), { status: 0, stderr: "" });
  });
});

describe("npm start", () => {
  test("sets up what is missing and starts the simulator; options come after --", async () => {
    const { folder, ether } = newScene();
    mkdirSync(folder, { recursive: true });
    // From elsewhere: a path is meant from where the user stands.
    const command = `cd "${folder}" && exec npm --prefix "${top}" start -- --json --state here --ether "${ether}"`;
    const npm = track(new Program(["sh", "-c", command]));
    await npm.event({ event: "started", state: join(folder, "here") });
    npm.type("quit\n");
    await npm.event({ event: "stopped" });
    assert.equal((await npm.ended()).status, 0);
  });

  test("ends with the simulator's status", async () => {
    const npm = track(new Program(["npm", "--prefix", top, "start", "--", "--colour"]));
    const { status, stderr } = await npm.ended();
    assert.equal(status, 2);
    assert.match(stderr, /^fledgling: --colour is no option of the simulator; see --help$/m);
  });
});

/** By OpenSSL: each coordinate as hexadecimal digits. */
function publicKeyOf(privateKey: string): { readonly x: string; readonly y: string } {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(privateKey, "hex");
  const point = ecdh.getPublicKey("hex");
  return { x: point.slice(2, 66), y: point.slice(66) };
}

/** A place where nothing is yet. */
interface Scene {
  readonly folder: string;
  readonly state: string;
  readonly ether: string;
}

function newScene(): Scene {
  const folder = join(scratch, `${scenes++}`);
  return { folder, state: join(folder, "state"), ether: join(folder, "ether") };
}

function track(program: Program): Program {
  started.push(program);
  return program;
}

function start(...options: readonly string[]): Program {
  return track(new Program([process.execPath, bundled, ...options]));
}

/** A simulator that has sent its first beacon. */
async function startDevice(scene = newScene(), ...more: readonly string[]): Promise<Program> {
  const device = start("--json", "--state", scene.state, "--ether", scene.ether, ...more);
  await device.event({ event: "sent" });
  return device;
}

/** All that it said. */
async function refused(options: readonly string[], reason: RegExp): Promise<string> {
  const { status, stderr } = await start(...options).ended();
  assert.match(stderr, reason);
  assert.match(stderr, /^fledgling: [^\n]+\n$/, "one line");
  assert.equal(status, 2);
  return stderr;
}

function keptUuid(state: string): string {
  return readFileSync(join(state, "uuid"), "utf8").trim();
}
