/**
 * Controllers on a serial line: a dongle with an HCI firmware, or a pseudo terminal. The program `stty`, which Linux
 * and macOS bring, sets speed and raw mode.
 */

import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { ReadStream } from "node:tty";
import { UsageError } from "../usage-error.js";
import type { ByteStream, ByteStreamListener } from "./byte-stream.js";

/** macOS's stty names the device in another way than Linux's. */
const DEVICE_OPTION = process.platform === "darwin" ? "-f" : "-F";

/** Throws UsageError, or the system's error. */
export function openSerial(path: string, baud: number): ByteStream {
  // Without waiting for a modem's carrier, and without becoming this process's terminal.
  const flags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
  const file = openSync(path, flags);
  try {
    setLine(path, baud);
    return new SerialStream(new ReadStream(file));
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Eight bits, no parity, nothing translated, with handshake lines where there are any. */
function setLine(path: string, baud: number): void {
  const modes = [String(baud), "raw", "-echo", "cs8", "-parenb", "-cstopb", "clocal"];
  const { error } = stty(path, ...modes, "crtscts");
  if (error !== undefined) {
    throw new UsageError(
      `--radio: ${path}: the program stty is needed for a serial device; install coreutils`,
    );
  }
  // A pseudo terminal may know no handshake.
  const { status, stderr } = stty(path, ...modes);
  if (status !== 0) {
    const why = stderr.trim().split("\n")[0] ?? "";
    throw new UsageError(`--radio: ${path} cannot be set to ${baud} baud; give its speed as @BAUD (${why})`);
  }
}

function stty(path: string, ...modes: readonly string[]): ReturnType<typeof spawnSync> & { stderr: string } {
  return spawnSync("stty", [DEVICE_OPTION, path, ...modes], { encoding: "utf8", timeout: 5000 });
}

class SerialStream implements ByteStream {
  /** Both ways: unlike a terminal's WriteStream it never stands still while the other side is busy. */
  readonly #line: ReadStream;

  constructor(line: ReadStream) {
    this.#line = line;
    line.pause();
  }

  listen(listener: ByteStreamListener): void {
    const ended = (): void =>
      listener.closed("it has been unplugged, or switched off; plug it in and start again");
    this.#line.on("data", (chunk: Buffer) => listener.received(chunk));
    this.#line.on("error", ended);
    this.#line.on("close", ended);
    this.#line.resume();
  }

  write(octets: Uint8Array): void {
    // A copy: a stream may keep it for later.
    if (this.#line.writable) this.#line.write(new Uint8Array(octets));
  }

  close(): void {
    for (const event of ["data", "error", "close"]) this.#line.removeAllListeners(event);
    this.#line.on("error", () => {});
    // What has been written still goes out.
    this.#line.destroySoon();
  }
}
