/** The boards' radio as the desktop build has it, on a real ether, without XS: its C alone, under sanitizers. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { RealClock } from "../../host/simulator/clock.js";
import { defaultEtherPath, Ether } from "../../host/simulator/ether.js";
import { MAX_SOCKET_PATH } from "../../host/simulator/ether-path.js";
import { Medium, type Port } from "../../host/simulator/medium.js";
import { toHex } from "../../modules/bytes.js";
import { Program } from "../host/program.js";

const TEST = { timeout: 60_000 };
const folder = mkdtempSync(join(tmpdir(), "lin-"));
const sources = [
  "lin-ether.c",
  "../../host/lin/ether-port.c",
  "../../host/lin/ether-path.c",
  "../../host/xs/radio/turns.c",
];
let paths = 0;

/** An unprovisioned device beacon, a PB-ADV PDU and a network PDU, each whole: length, AD type, some octets. */
const beacon = "042b001122";
const pbAdv = "0529aabbccdd";
const networkPdu = `1e2a${"5a".repeat(29)}`;
/** What no mesh node needs: flags, a name. */
const flags = "020106";
const name = "03094142";

function freshPath(): string {
  paths += 1;
  return join(folder, `e${paths}`);
}

function octets(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

after(() => rmSync(folder, { recursive: true, force: true }));

for (const sanitizers of ["address,undefined", "thread"]) {
  describe(`the desktop build's radio, with -fsanitize=${sanitizers}`, TEST, () => {
    const program = join(folder, sanitizers.slice(0, 4));
    const undo: (() => Promise<unknown> | undefined)[] = [];

    before(() => {
      const flags = ["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"];
      const paths = sources.map((source) => fileURLToPath(new URL(source, import.meta.url)));
      execFileSync("gcc", [...flags, `-fsanitize=${sanitizers}`, "-o", program, ...paths], {
        stdio: ["ignore", "ignore", "inherit"],
      });
    });

    afterEach(async () => {
      for (const step of undo.splice(0).reverse()) await step();
    });

    /** Someone else on the ether, and what it has heard. */
    async function openEther(path: string) {
      const clock = new RealClock();
      const medium = new Medium(clock);
      const heard: string[] = [];
      const port = medium.join("other", { heard: ({ data }) => heard.push(toHex(data)), sent: () => {} });
      const ether = new Ether({ path, medium });
      await ether.open();
      let isOpen = true;
      const close = async () => {
        if (!isOpen) return;
        isOpen = false;
        await ether.close();
        clock.close();
      };
      undo.push(close);
      return { port, heard, close };
    }

    async function startRadio(path: string): Promise<Program> {
      const radio = new Program([program, path], { TSAN_OPTIONS: "halt_on_error=1" });
      undo.push(async () => {
        radio.endInput();
        assert.deepEqual(await radio.ended(), { status: 0, stderr: "" });
      });
      assert.equal(await radio.line("path", () => true), `at ${path}`);
      radio.type("start\n");
      return radio;
    }

    /** Asked until it says so. */
    async function untilPlace(radio: Program, place: "joined" | "alone"): Promise<void> {
      for (;;) {
        radio.type("place\n");
        if ((await radio.line("place", (line) => ["joined", "alone"].includes(line))) === place) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }

    async function transmit(radio: Program, data: string): Promise<void> {
      radio.type(`send ${data}\n`);
      await radio.line("end of the transmission", (line) => line === "sent");
    }

    function send(port: Port, data: string): void {
      port.send({ kind: "nonConnectable", address: octets("c00000000003"), data: octets(data) });
    }

    function listen(path: string, taken: (socket: Socket) => void): Server {
      const server = createServer(taken);
      server.listen(path);
      undo.push(() => {
        server.close();
      });
      return server;
    }

    async function hears(radio: Program, data: string): Promise<void> {
      await radio.line(`heard ${data}`, (line) => line === `heard ${data}`);
    }

    test("what it sends is heard by the others, and each transmission ends", async () => {
      const path = freshPath();
      const { heard } = await openEther(path);
      const radio = await startRadio(path);
      await untilPlace(radio, "joined");
      for (const data of [beacon, pbAdv, networkPdu]) await transmit(radio, data);
      while (heard.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(heard, [beacon, pbAdv, networkPdu]);
    });

    test("it carries what mesh nodes advertise, of several structures those, and nothing that is not whole", async () => {
      const path = freshPath();
      const { heard } = await openEther(path);
      const radio = await startRadio(path);
      await untilPlace(radio, "joined");
      for (const data of [flags, `${flags}${beacon}${name}${pbAdv}`, `${pbAdv}1f2a00`, `${beacon}00ffff`])
        await transmit(radio, data);
      await transmit(radio, networkPdu);
      while (heard.at(-1) !== networkPdu) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(heard, [beacon, pbAdv, pbAdv, beacon, networkPdu]);
    });

    test("it hears the others while it scans", async () => {
      const path = freshPath();
      const { port } = await openEther(path);
      const radio = await startRadio(path);
      await untilPlace(radio, "joined");
      radio.type("scan on\n");
      // Nothing says when a scan begins.
      const repeat = setInterval(() => send(port, beacon), 20);
      await hears(radio, beacon);
      clearInterval(repeat);
      send(port, pbAdv);
      await hears(radio, pbAdv);
      radio.type("scan off\n");
      await transmit(radio, beacon);
      send(port, networkPdu);
      radio.type("place\n");
      await radio.line("place", (line) => {
        assert.notEqual(line, `heard ${networkPdu}`);
        return line === "joined";
      });
    });

    test("it waits for an ether that comes later, and for the next one when that goes", async () => {
      const path = freshPath();
      const radio = await startRadio(path);
      await untilPlace(radio, "alone");
      await transmit(radio, beacon);
      const first = await openEther(path);
      await untilPlace(radio, "joined");
      await transmit(radio, pbAdv);
      while (first.heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(first.heard, [pbAdv]);
      await first.close();
      await untilPlace(radio, "alone");
      const second = await openEther(path);
      await untilPlace(radio, "joined");
      await transmit(radio, networkPdu);
      while (second.heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(second.heard, [networkPdu]);
    });

    test("it goes over to a hub that has taken the place of one that stands still", async () => {
      const path = freshPath();
      const sockets: Socket[] = [];
      listen(path, (socket) => sockets.push(socket.on("error", () => {})));
      const radio = await startRadio(path);
      await untilPlace(radio, "joined");
      const other = freshPath();
      const heard = new Promise<string>((resolve) => {
        listen(other, (socket) => {
          sockets.push(socket.on("data", (octets) => resolve(octets.toString("hex"))));
        });
      });
      await new Promise((resolve) => setImmediate(resolve));
      renameSync(other, path);
      const repeat = setInterval(() => radio.type(`send ${beacon}\n`), 50);
      assert.equal(await heard, beacon);
      clearInterval(repeat);
      for (const socket of sockets) socket.destroy();
    });

    test("structures in pieces are put together; what cannot be one ends the link, and it comes again", async () => {
      const path = freshPath();
      const sockets: Socket[] = [];
      let came: () => void = () => {};
      listen(path, (socket) => {
        sockets.push(socket.setNoDelay());
        came();
      });
      const next = () => new Promise<void>((resolve) => (came = resolve));
      const first = next();
      const radio = await startRadio(path);
      await first;
      radio.type("scan on\n");
      await transmit(radio, beacon);
      for (const octet of octets(networkPdu)) {
        sockets[0]?.write(new Uint8Array([octet]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await hears(radio, networkPdu);
      for (const wrong of ["00", "1f2a", "ff"]) {
        const again = next();
        sockets.at(-1)?.write(octets(`${pbAdv}${wrong}${beacon}`));
        await hears(radio, pbAdv);
        await again;
        sockets.at(-1)?.write(octets(`${flags}0129${networkPdu}`));
        await hears(radio, "0129");
        await hears(radio, networkPdu);
      }
      for (const socket of sockets) socket.destroy();
    });

    test("one transmission at a time; it can be stopped and begun again", async () => {
      const path = freshPath();
      const { heard } = await openEther(path);
      const radio = await startRadio(path);
      await untilPlace(radio, "joined");
      radio.type(`send ${beacon}\nsend ${pbAdv}\n`);
      await radio.line("refusal", (line) => line === "refused");
      await radio.line("end of the transmission", (line) => line === "sent");
      radio.type("stop\nplace\n");
      await radio.line("place", (line) => line === "alone");
      radio.type("start\n");
      await untilPlace(radio, "joined");
      await transmit(radio, networkPdu);
      while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(heard, [beacon, networkPdu]);
    });

    test("more than anyone could hear does not stop it", async () => {
      const path = freshPath();
      const { port } = await openEther(path);
      const radio = await startRadio(path);
      await untilPlace(radio, "joined");
      radio.type("scan on\n");
      await transmit(radio, beacon);
      for (let i = 0; i < 2000; i++) {
        send(port, networkPdu);
        if (i % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      const repeat = setInterval(() => send(port, pbAdv), 20);
      await hears(radio, pbAdv);
      clearInterval(repeat);
      await transmit(radio, beacon);
    });

    describe("where it looks for the ether", () => {
      async function pathWith(environment: Readonly<Record<string, string>>): Promise<string> {
        const radio = new Program([program], environment);
        radio.endInput();
        const line = await radio.line("path", () => true);
        await radio.ended();
        return line;
      }

      /** What the simulator says in that environment. */
      function ruleWith(environment: Readonly<Record<string, string>>): string {
        const before = { ...process.env };
        Object.assign(process.env, environment);
        try {
          return defaultEtherPath();
        } finally {
          for (const name of Object.keys(environment)) {
            const value = before[name];
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
          }
        }
      }

      test("as the simulator does", async () => {
        const none = { XDG_RUNTIME_DIR: "", TMPDIR: "", TMP: "", TEMP: "" };
        for (const environment of [
          { ...none },
          { ...none, XDG_RUNTIME_DIR: "/run/user/7" },
          { ...none, XDG_RUNTIME_DIR: "/run/user/7/" },
          { ...none, TMPDIR: "/var/tmp", TMP: "/x" },
          { ...none, TMPDIR: "/var/tmp/" },
          { ...none, TMP: "/x", TEMP: "/y" },
          { ...none, TEMP: "/y" },
          { ...none, TEMP: "/" },
        ])
          assert.equal(await pathWith(environment), `at ${ruleWith(environment)}`);
      });

      test("not where no socket can be", async () => {
        const longest = `/${"a".repeat(MAX_SOCKET_PATH - 1)}`;
        for (const [path, line] of [
          [longest, `at ${longest}`],
          [`${longest}a`, "no path"],
        ] as const) {
          const radio = new Program([program, path]);
          radio.endInput();
          assert.equal(await radio.line("path", () => true), line);
        }
      });
    });
  });
}
