/**
 * One bluetooth-meshd on a D-Bus of its own. Nothing outside its folder is touched: the bus socket, the bus
 * configuration and the daemon's state live there. The daemon reaches the air through the preloaded shim.
 */

import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild, stopChild } from "../child.js";
import { Happenings } from "../happenings.js";
import { buildShim } from "./shim.js";

/** Where Debian has it. */
export const meshdPath = "/usr/libexec/bluetooth/bluetooth-meshd";

/** folder: made if absent; air: the stream socket to join, which must be listening. */
export interface MeshdOptions {
  readonly folder: string;
  readonly air: string;
  /** What the gaps between its advertisements are divided by; 1: its own pace. */
  readonly speedup: number;
}

/** A running daemon. Its output is in `meshd.log` in its folder. */
export interface Meshd {
  /** Of its D-Bus. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Start it; done when it is on the air. Fails with its last words when it does not come up. */
export async function startMeshd(options: MeshdOptions): Promise<Meshd> {
  const { folder } = options;
  const shim = buildShim();
  for (const needed of [meshdPath, "/usr/bin/dbus-daemon"]) {
    if (!existsSync(needed)) throw new Error(`${needed} is absent: install bluez-meshd and dbus-daemon`);
  }
  mkdirSync(join(folder, "state"), { recursive: true });
  const socket = join(folder, "bus");
  if (Buffer.byteLength(socket) > 107) throw new Error(`too long for a socket: ${socket}`);
  const address = `unix:path=${socket}`;
  writeFileSync(join(folder, "bus.conf"), busConfiguration(address));
  writeFileSync(join(folder, "mesh-main.conf"), "[General]\n");

  const bus = startProgram(
    folder,
    [
      "dbus-daemon",
      `--config-file=${join(folder, "bus.conf")}`,
      "--nofork",
      "--nopidfile",
      "--print-address",
    ],
    {},
  );
  let daemon: Program | undefined;
  const stop = async () => {
    await daemon?.stop();
    await bus.stop();
  };
  try {
    await bus.says(address);
    daemon = startProgram(folder, daemonCommand(folder), {
      // With unit IO the daemon uses the session bus.
      DBUS_SESSION_BUS_ADDRESS: address,
      LD_PRELOAD: shim,
      MESHD_AIR: options.air,
      MESHD_SPEEDUP: String(options.speedup),
    });
    await daemon.says("Added Network Interface");
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, stop };
}

function daemonCommand(folder: string): readonly string[] {
  const at = (name: string) => join(folder, name);
  const files = ["--io", `unit:${at("unit")}`, "--storage", at("state"), "--config", at("mesh-main.conf")];
  return [meshdPath, "--nodetach", ...files, "--debug"];
}

interface Program {
  /** It has printed this, or does within 5 s. */
  says(text: string): Promise<string>;
  stop(): Promise<void>;
}

function startProgram(
  folder: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Program {
  const child = startChild(command, environment);
  const output = new Happenings<string>();
  const name = command[0] ?? "";
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      appendFileSync(join(folder, "meshd.log"), text);
      said = (said + text).slice(-2000);
      output.add(said);
    });
  }
  child.on("error", (error) => output.end(error));
  child.on("close", () => output.end(new Error(`${name} ended: ${said}`)));
  return {
    says: (text) =>
      output.first(`${name} says "${text}"`, 5000, (sofar) => (sofar.includes(text) ? text : undefined)),
    stop: () => stopChild(child),
  };
}

function busConfiguration(address: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}
