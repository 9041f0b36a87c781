import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { RealClock } from "../../host/simulator/clock.js";
import { Ether } from "../../host/simulator/ether.js";
import { MAX_WAITING_OCTETS } from "../../host/simulator/ether-link.js";
import { MAX_CLIENTS } from "../../host/simulator/ether-publication.js";
import { type Frame, Medium, type Port } from "../../host/simulator/medium.js";
import { toHex } from "../../modules/bytes.js";
import { EtherProcess } from "../support/ether-process.js";
import { Stranger } from "../support/stranger.js";

const TEST = { timeout: 60_000 };
const directory = mkdtempSync(join(tmpdir(), "ether-"));
let paths = 0;

/** A path of its own for each test. */
function freshPath(): string {
  paths += 1;
  return join(directory, `e${paths}`);
}

after(() => rmSync(directory, { recursive: true, force: true }));

/** A short mesh beacon that says which number it is. */
function beacon(number: number): string {
  return `042b00${toHex(new Uint8Array([number >> 8, number]))}`;
}

let numbers = 0;

/** Send a new beacon again and again until all of them have heard it: what is sent while no hub is there is lost. */
async function untilHeard(from: EtherProcess, by: readonly EtherProcess[]): Promise<void> {
  numbers += 1;
  const frame = beacon(numbers);
  const send = (): void => from.command(`send ${frame}`);
  send();
  const repeat = setInterval(send, 20);
  try {
    await Promise.all(by.map((peer) => peer.until(`heard ${frame}`)));
  } finally {
    clearInterval(repeat);
  }
}

/** Each sends to all others; then none may have heard itself. */
async function checkAllHearAll(peers: readonly EtherProcess[]): Promise<void> {
  for (const from of peers) {
    const others = peers.filter((peer) => peer !== from);
    await untilHeard(from, others);
    const own = `heard ${beacon(numbers)}`;
    // What comes back to it from the others lies behind any echo of its own.
    for (const other of others) await untilHeard(other, [from]);
    assert.equal(from.told.includes(own), false, "it hears itself");
  }
}

describe("the ether between processes", TEST, () => {
  /** Processes that have left their last ether, and wait for the next test. */
  const idle: EtherProcess[] = [];
  const busy: EtherProcess[] = [];

  async function start(): Promise<EtherProcess> {
    const peer = idle.pop() ?? (await EtherProcess.start());
    busy.push(peer);
    return peer;
  }

  function startThree(): Promise<[EtherProcess, EtherProcess, EtherProcess]> {
    return Promise.all([start(), start(), start()]);
  }

  afterEach(async () => {
    const alive = busy.splice(0).filter((peer) => peer.alive);
    await Promise.all(alive.map((peer) => peer.close()));
    idle.push(...alive);
  });

  after(() => Promise.all([...busy, ...idle].map((peer) => peer.kill())));

  test("two, then three, hear each other and never themselves", TEST, async () => {
    const path = freshPath();
    const [a, b, c] = await startThree();
    await a.open(path);
    await b.open(path);
    await checkAllHearAll([a, b]);
    await c.open(path);
    await checkAllHearAll([a, b, c]);
    assert.equal(a.told.includes(`note opened the ether at ${path}`), true);
    assert.equal(c.told.includes(`note joined the ether at ${path}`), true);
  });

  test("when the hub is killed, those who remain hear each other again", TEST, async () => {
    const path = freshPath();
    const [hub, b, c] = await startThree();
    await hub.open(path);
    await b.open(path);
    await c.open(path);
    await hub.kill();
    await checkAllHearAll([b, c]);
    const late = await start();
    await late.open(path);
    await checkAllHearAll([b, c, late]);
  });

  test("when the hub leaves in order, its socket is gone, and the others go on", TEST, async () => {
    const path = freshPath();
    const [hub, b, c] = await startThree();
    await hub.open(path);
    await b.open(path);
    await hub.close();
    await c.open(path);
    await checkAllHearAll([b, c]);
    await b.close();
    await c.close();
    assert.equal(existsSync(path), false);
  });

  test(
    "a hub that stands still is replaced, and joins those who went on when it works again",
    TEST,
    async () => {
      const path = freshPath();
      const [hub, b, c] = await startThree();
      await hub.open(path);
      await b.open(path);
      await c.open(path);
      hub.signal("SIGSTOP");
      try {
        await checkAllHearAll([b, c]);
        const stopped = "note the ether's hub has stopped; another takes its place";
        assert.ok(
          [b, c].some((peer) => peer.told.includes(stopped)),
          "it is said",
        );
      } finally {
        hub.signal("SIGCONT");
      }
      await checkAllHearAll([b, c, hub]);
    },
  );

  test("a client that is killed is no harm", TEST, async () => {
    const path = freshPath();
    const [hub, b, c] = await startThree();
    await hub.open(path);
    await b.open(path);
    await c.open(path);
    await b.kill();
    await checkAllHearAll([hub, c]);
  });

  test(
    "what a killed hub left behind is replaced: its socket, and the lock of one that was about to open",
    TEST,
    async () => {
      const path = freshPath();
      const [dead, b, c] = await startThree();
      await dead.open(path);
      await dead.kill();
      assert.equal(lstatSync(path).isSocket(), true);
      mkdirSync(`${path}.lock`);
      writeFileSync(join(`${path}.lock`, "4194305-0123456789abcdef-00000000"), "");
      await b.open(path);
      assert.equal(b.told.includes(`note opened the ether at ${path}`), true);
      assert.equal(existsSync(`${path}.lock`), false);
      await c.open(path);
      await checkAllHearAll([b, c]);
    },
  );

  test(
    "a hub whose socket was removed, and the one that opened in its place, come together",
    TEST,
    async () => {
      const path = freshPath();
      const [old, client, next] = await startThree();
      await old.open(path);
      await client.open(path);
      rmSync(path);
      await next.open(path);
      await checkAllHearAll([old, client, next]);
    },
  );

  test("who is turned away at once tries again and again, but says it once", TEST, async () => {
    const path = freshPath();
    let attempts = 0;
    let turnedAway: () => void = () => {};
    const enough = new Promise<void>((resolve) => {
      turnedAway = resolve;
    });
    const server = createServer((socket) => {
      attempts += 1;
      if (attempts === 5) turnedAway();
      socket.on("error", () => {});
      socket.end(new Uint8Array(1));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const peer = await start();
    await peer.open(path);
    await enough;
    server.close();
    await peer.until(`note opened the ether at ${path}`);
    const notes = peer.told.filter((line) => line.startsWith("note "));
    assert.deepEqual(notes, [
      `note joined the ether at ${path}`,
      "note dropped a participant of the ether: it sent an AD structure of length 0",
      `note opened the ether at ${path}`,
    ]);
  });

  test("who starts at the same instant ends on one ether", TEST, async () => {
    const [a, b, c] = await startThree();
    for (let round = 0; round < 5; round++) {
      const path = freshPath();
      await Promise.all([a.open(path), b.open(path), c.open(path)]);
      await checkAllHearAll([a, b, c]);
      const opened = `note opened the ether at ${path}`;
      assert.equal([a, b, c].filter((peer) => peer.told.includes(opened)).length, 1, "one hub");
      await Promise.all([a.close(), b.close(), c.close()]);
    }
  });
});

describe("the hub and its clients", TEST, () => {
  const address = new Uint8Array([0xc0, 2, 2, 2, 2, 2]);
  const notes: string[] = [];
  const frames: Frame[] = [];
  let path: string;
  let ether: Ether;
  let port: Port;
  let frameHeard: () => void = () => {};

  before(async () => {
    path = freshPath();
    const medium = new Medium(new RealClock());
    ether = new Ether({ path, medium, note: (what) => notes.push(what) });
    port = medium.join("node", {
      heard: (frame) => {
        frames.push({ kind: "nonConnectable", address: frame.address.slice(), data: frame.data.slice() });
        frameHeard();
      },
      sent: () => {},
    });
    await ether.open();
  });

  after(() => ether.close());

  function send(hex: string, kind: Frame["kind"] = "nonConnectable"): void {
    port.send({ kind, address, data: Buffer.from(hex, "hex"), scanResponse: undefined });
  }

  /** A stranger whom the hub knows: it has heard something. */
  async function welcome(): Promise<Stranger> {
    const stranger = new Stranger(path).listen();
    const repeat = setInterval(() => send("022b77"), 10);
    await stranger.until(() => stranger.heard.endsWith("022b77"));
    clearInterval(repeat);
    // The last repetition may still be on its way: this one is behind it.
    send("022b78");
    await stranger.until(() => stranger.heard.endsWith("022b78"));
    stranger.heard = "";
    return stranger;
  }

  test(
    "only non-connectable AD structures of mesh and URI go out, each with its length octet",
    TEST,
    async () => {
      const stranger = await welcome();
      send("020106" + "03290102");
      send("032a0304", "connectable");
      send("03160506");
      send("022401" + "022a02");
      // Cut short: not whole, so not carried.
      send("052a01");
      send("022b99");
      await stranger.until(() => stranger.heard.endsWith("022b99"));
      assert.equal(stranger.heard, "03290102022401022a02022b99");
      stranger.socket.destroy();
    },
  );

  test(
    "what comes in is heard by the medium and all other clients, frame by frame, however it is cut",
    TEST,
    async () => {
      const stranger = await welcome();
      const other = await welcome();
      frames.length = 0;
      const heard = new Promise<void>((resolve) => {
        frameHeard = () => {
          if (frames.length === 4) resolve();
        };
      });
      // A type that the ether does not carry is left out; repetitions are all passed on.
      stranger.send("03290102" + "020106" + "03");
      await other.until(() => other.heard === "03290102");
      stranger.send(`2901021e2a${"55".repeat(29)}022b01`);
      await heard;
      assert.deepEqual(
        frames.map(({ data }) => toHex(data)),
        ["03290102", "03290102", `1e2a${"55".repeat(29)}`, "022b01"],
      );
      await other.until(() => other.heard.endsWith("022b01"));
      assert.equal(other.heard, `03290102032901021e2a${"55".repeat(29)}022b01`);
      send("022b79");
      await stranger.until(() => stranger.heard.endsWith("022b79"));
      assert.equal(stranger.heard.replaceAll(/022b7[78]/g, ""), "022b79", "no echo");
      stranger.socket.destroy();
      other.socket.destroy();
    },
  );

  for (const [name, garbage] of [
    ["a length of 0", "00"],
    ["a length of 31", "1f"],
    ["a length of 255", "ff2b"],
  ] as const) {
    test(`${name} closes its sender only, and what stood before it is heard`, TEST, async () => {
      const sender = await welcome();
      const other = await welcome();
      sender.send(`022b55${garbage}022b66`);
      await sender.until(() => sender.closed);
      other.send("022b01");
      send("022b02");
      await other.until(() => other.heard.endsWith("022b02"));
      assert.equal(other.heard, "022b55022b02");
      assert.equal(other.closed, false);
      assert.match(
        notes.at(-1) ?? "",
        /dropped a participant of the ether: it sent an AD structure of length/,
      );
      other.socket.destroy();
    });
  }

  test("who reads nothing at all is dropped in the end, while others go on", TEST, async () => {
    const lagging = await welcome();
    lagging.socket.removeAllListeners("data");
    lagging.socket.pause();
    const sender = await welcome();
    const reader = await welcome();
    const burst = `1e2a${"00".repeat(29)}`.repeat(100);
    const dropped = "dropped a participant of the ether: it does not read what it hears";
    let octets = 0;
    while (!notes.includes(dropped)) {
      sender.send(burst);
      octets += burst.length / 2;
      await reader.until(() => reader.heard.length === 2 * octets);
      assert.ok(octets < 100 * MAX_WAITING_OCTETS, "it is never dropped");
    }
    assert.ok(octets > MAX_WAITING_OCTETS, "some lag is allowed");
    sender.send("022b03");
    await reader.until(() => reader.heard.endsWith("022b03"));
    for (const stranger of [lagging, sender, reader]) stranger.socket.destroy();
  });

  test("as many as there is room for take part, and no more", TEST, async () => {
    const crowd = Array.from({ length: 2 * MAX_CLIENTS }, () => new Stranger(path).listen());
    const repeat = setInterval(() => send("022b70"), 10);
    for (const stranger of crowd) await stranger.until(() => stranger.closed || stranger.heard !== "");
    clearInterval(repeat);
    assert.equal(crowd.filter((stranger) => !stranger.closed).length, MAX_CLIENTS);
    for (const stranger of crowd) stranger.socket.destroy();
    await Promise.all(crowd.map((stranger) => stranger.until(() => stranger.closed)));
    (await welcome()).socket.destroy();
  });

  test("nobody but this user may use the socket, and no port is open", TEST, () => {
    assert.equal(lstatSync(path).mode & 0o777, 0o600);
    assert.equal(lstatSync(path).isSocket(), true);
  });
});
