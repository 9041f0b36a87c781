/** Where a controller may be, and what is said when there is none: sockets and paths of this machine. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { RealClock } from "../../host/simulator/clock.js";
import { HciAir } from "../../host/simulator/hci/hci-air.js";
import { openStream } from "../../host/simulator/hci/open-stream.js";
import { type HciPlace, parsePlace, placeText } from "../../host/simulator/hci/place.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { UsageError } from "../../host/simulator/usage-error.js";
import { ascii, fromHex, toHex } from "../../modules/bytes.js";

const scratch = mkdtempSync(join(tmpdir(), "hci-"));
after(() => rmSync(scratch, { recursive: true }));

describe("WHERE names a place", () => {
  const absolute = (path: string): string => (path.startsWith("/") ? path : `/here/${path}`);
  for (const [where, place, text] of [
    ["hci0", { kind: "adapter", number: 0 }, "hci0"],
    ["hci12", { kind: "adapter", number: 12 }, "hci12"],
    ["localhost:9000", { kind: "tcp", host: "localhost", port: 9000 }, "localhost:9000"],
    ["[::1]:65535", { kind: "tcp", host: "::1", port: 65535 }, "[::1]:65535"],
    ["/dev/ttyACM0", { kind: "path", path: "/dev/ttyACM0", baud: 1_000_000 }, "/dev/ttyACM0"],
    ["/dev/ttyUSB0@115200", { kind: "path", path: "/dev/ttyUSB0", baud: 115_200 }, "/dev/ttyUSB0"],
    [
      "bt/bt-server-le",
      { kind: "path", path: "/here/bt/bt-server-le", baud: 1_000_000 },
      "/here/bt/bt-server-le",
    ],
    ["/tmp/a:9", { kind: "path", path: "/tmp/a:9", baud: 1_000_000 }, "/tmp/a:9"],
    ["COM3", { kind: "path", path: "/here/COM3", baud: 1_000_000 }, "/here/COM3"],
  ] as const) {
    test(where, () => {
      const found = parsePlace(where, absolute);
      assert.deepEqual(found, place);
      assert.ok(found !== undefined);
      assert.equal(placeText(found), text);
    });
  }

  test("or none", () => {
    for (const where of ["", "localhost:0", "localhost:65536", "/dev/ttyUSB0@0"]) {
      assert.equal(parsePlace(where, absolute), undefined, where);
    }
  });
});

describe("What cannot be opened is told in one line that says what to do", () => {
  for (const [name, place, reason] of [
    ["no such path", pathOf("nothing"), /there is no adapter; plug it in, or start the virtual controllers/],
    ["a file", pathOf("file"), /is neither a socket nor a serial device$/],
    ["a link to nowhere", pathOf("link"), /there is no adapter/],
    [
      "no terminal",
      { kind: "path", path: "/dev/null", baud: 9600 },
      /cannot be set to 9600 baud; give its speed/,
    ],
    ["nobody at the port", { kind: "tcp", host: "127.0.0.1", port: 1 }, /nobody listens at that port; start/],
  ] as const) {
    test(name, async () => {
      writeFileSync(join(scratch, "file"), "");
      rmSync(join(scratch, "link"), { force: true });
      symlinkSync(join(scratch, "nowhere"), join(scratch, "link"));
      assert.match(await complaintOf(openStream(place)), reason);
    });
  }

  test("an adapter without the package that it needs, or on another system", async () => {
    const complaint = await complaintOf(openStream({ kind: "adapter", number: 250 }));
    assert.match(
      complaint,
      /^--radio: hci250 cannot be used: .*(npm install --no-save|plug it in|dongle|as root)/,
    );
  });
});

describe("A controller behind a socket", () => {
  test("is reset first, set up, and left reset", async () => {
    const told: string[] = [];
    const answering = answerTo((command, socket) => {
      told.push(toHex(command));
      const opcode = command.subarray(1, 3);
      const answers: Record<string, string> = {
        "0510": "00ff000001000000",
        "0220": "0000010a",
        "1c20": "00ffffffffff030000",
      };
      const answer = fromHex(answers[toHex(opcode)] ?? "00") ?? new Uint8Array();
      socket.write(Uint8Array.of(4, 0x0e, 3 + answer.length, 1, ...opcode, ...answer));
    });
    const air = await openAt(answering);
    await air.open;
    assert.equal(air.air.place, `hci:${air.path}`);
    assert.equal(told[0], "01030c00");
    await air.air.close();
    await new Promise<void>((resolve) => answering.close(() => resolve()));
    assert.equal(told.at(-1), "01030c00");
  });

  test("that closes at once is told of", async () => {
    const server = createServer((socket) => socket.destroy());
    const { open } = await openAt(server);
    assert.match(
      await complaintOf(open),
      /cannot be used: (it has closed the connection|the connection to it)/,
    );
    server.close();
  });
});

function pathOf(name: string): HciPlace {
  return { kind: "path", path: join(scratch, name), baud: 1_000_000 };
}

/** A server that hears commands; each packet comes whole. */
function answerTo(heard: (command: Uint8Array, socket: Socket) => void): Server {
  return createServer((socket) => {
    let rest = new Uint8Array();
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      rest = new Uint8Array([...rest, ...chunk]);
      for (let length = rest[3]; length !== undefined && rest.length >= 4 + length; length = rest[3]) {
        heard(rest.slice(0, 4 + length), socket);
        rest = rest.slice(4 + length);
      }
    });
  });
}

let sockets = 0;

/** An adapter at a new socket of this server. */
async function openAt(server: Server): Promise<{
  readonly air: HciAir;
  readonly path: string;
  readonly open: Promise<void>;
}> {
  sockets += 1;
  const path = join(scratch, `s${sockets}`);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const clock = new RealClock();
  const options = { clock, random: new SeededRandom(1), name: ascii("lamp") };
  const air = new HciAir({ kind: "path", path, baud: 1_000_000 }, options, () => {});
  return { air, path, open: air.open() };
}

/** What is said when this fails: one line. */
async function complaintOf(opening: Promise<unknown>): Promise<string> {
  try {
    await opening;
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes("\n"));
    return error.message;
  }
  return assert.fail("nothing is said");
}
