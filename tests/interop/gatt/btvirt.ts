/**
 * One air of virtual LE controllers: BlueZ's btvirt with its sockets in a folder of its own. Whoever connects to
 * `controllers` has a new controller, which speaks H4; all of one air hear each other.
 */

import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { startChild, stopChild } from "../child.js";
import { buildSharedObject } from "../preloaded.js";

/** A running btvirt. Its output is in `btvirt.log` in its folder. */
export interface Btvirt {
  /** The stream socket at which each connection is one controller. */
  readonly controllers: string;
  stop(): Promise<void>;
}

const START_MS = 5000;

/** Start it; done when it takes connections. folder: made if absent. Fails with its last words. */
export async function startBtvirt(folder: string): Promise<Btvirt> {
  const controllers = join(folder, "bt-server-le");
  if (Buffer.byteLength(join(folder, "bt-server-bredrle")) > 107)
    throw new Error(`too long for a socket: ${controllers}`);
  const shim = buildSharedObject({
    name: "btvirt-shim",
    sources: [new URL("btvirt-shim.c", import.meta.url)],
    libraries: ["-ldl"],
  });
  mkdirSync(folder, { recursive: true });
  const child = startChild(["btvirt", "-s"], { LD_PRELOAD: shim, BTVIRT_DIR: folder });
  let said = "";
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      appendFileSync(join(folder, "btvirt.log"), text);
      said = (said + text).slice(-2000);
    });
  }
  child.on("error", () => {
    ended = true;
  });
  child.on("close", () => {
    ended = true;
  });
  for (const lateMs = performance.now() + START_MS; !(await isListening(controllers)); ) {
    if (ended || performance.now() > lateMs) {
      await stopChild(child);
      throw new Error(`btvirt does not come up: ${said}`);
    }
    await setTimeout(10);
  }
  return { controllers, stop: () => stopChild(child) };
}

/** Whether somebody takes connections there; the controller that this makes is gone at once. */
function isListening(path: string): Promise<boolean> {
  if (!existsSync(path)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
