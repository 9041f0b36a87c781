import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { EtherLink } from "../../host/simulator/ether-link.js";
import { Stranger } from "../support/stranger.js";

const TEST = { timeout: 60_000 };
const directory = mkdtempSync(join(tmpdir(), "ether-"));
let paths = 0;

after(() => rmSync(directory, { recursive: true, force: true }));

describe("a link between two participants", TEST, () => {
  /** A link's own side, and the other side of its socket. */
  async function linkTo(received: (structures: readonly Uint8Array[]) => void): Promise<{
    link: EtherLink;
    socket: Socket;
    stranger: Stranger;
    closed: (string | undefined)[];
  }> {
    const path = join(directory, `e${paths++}`);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const stranger = new Stranger(path);
    const socket = await accepted;
    server.close();
    const closed: (string | undefined)[] = [];
    const link = new EtherLink(socket, {
      received: (_, structures) => received(structures),
      closed: (_, why) => closed.push(why),
    });
    return { link, socket, stranger, closed };
  }

  const frame = `1e2a${"00".repeat(29)}`;

  test("who lags behind for a moment misses frames, and takes part again when it reads", TEST, async () => {
    const { link, stranger, closed } = await linkTo(() => {});
    stranger.socket.pause();
    const octets = Buffer.from(frame, "hex");
    for (let count = 0; count < 50_000; count++) link.send(octets);
    stranger.listen();
    stranger.socket.resume();
    const repeat = setInterval(() => link.send(new Uint8Array([2, 0x2b, 7])), 10);
    await stranger.until(() => stranger.heard.endsWith("022b07"));
    clearInterval(repeat);
    assert.match(stranger.heard, new RegExp(`^(${frame})+(022b07)+$`), "what it hears is whole");
    assert.ok(stranger.heard.length < 2 * 31 * 50_000, "not all of it");
    assert.deepEqual(closed, []);
    link.close();
  });

  test("who sends more than any radio could has to wait, and loses nothing", TEST, async () => {
    let structures = 0;
    let pauses = 0;
    let allHeard: () => void = () => {};
    const all = new Promise<void>((resolve) => {
      allHeard = resolve;
    });
    const { link, socket, stranger, closed } = await linkTo((heard) => {
      structures += heard.length;
      if (socket.isPaused()) pauses += 1;
      if (structures === 5000) allHeard();
    });
    stranger.send(frame.repeat(5000));
    await all;
    assert.ok(pauses > 0, "it is taken in portions");
    assert.deepEqual(closed, []);
    link.close();
  });
});
