/** The way to a controller at a place; what cannot be opened is told in one line that says what to do. */

import { lstatSync, type Stats, statSync } from "node:fs";
import { systemErrorCode, systemErrorText, UsageError } from "../usage-error.js";
import type { ByteStream } from "./byte-stream.js";
import { type HciPlace, placeText } from "./place.js";
import { openSerial } from "./serial-stream.js";
import { connectStream } from "./socket-stream.js";
import { openUserChannel } from "./user-channel-stream.js";

/** What a computer's own adapter cannot do outside of Linux, and what can. */
const DONGLE =
  "use a USB dongle with an HCI firmware instead: --radio hci:/dev/cu.usbmodem..., see the README";
const NO_ADAPTER_HERE: Readonly<Record<string, string>> = Object.freeze({
  darwin: `macOS lets no program advertise service data with its own adapter, which mesh needs; ${DONGLE}`,
  win32: "Windows lets no program use its own adapter by HCI; use a USB dongle with an HCI firmware instead",
});

/** Rejects with UsageError. */
export async function openStream(place: HciPlace): Promise<ByteStream> {
  if (place.kind === "adapter") {
    const reason = NO_ADAPTER_HERE[process.platform];
    if (reason !== undefined) throw unusable(place, reason);
    return openUserChannel(place.number, (reason) => unusable(place, reason));
  }
  try {
    if (place.kind === "tcp") return await connectStream({ host: place.host, port: place.port });
    return await openPath(place.path, place.baud);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unusable(place, hint(error, place), error);
  }
}

/** One line that names the place. */
export function unusable(place: HciPlace, reason: string, cause?: unknown): UsageError {
  return new UsageError(`--radio: ${placeText(place)} cannot be used: ${reason}`, { cause });
}

function openPath(path: string, baud: number): ByteStream | Promise<ByteStream> {
  if (process.platform === "win32" && /^(\\\\\.\\)?COM\d+$/i.test(path.replace(/^.*\\(?=COM\d+$)/i, ""))) {
    throw new UsageError(
      `--radio: ${path}: Windows has no serial device that this program can open; make it a TCP port with a bridge ` +
        "such as hub4com and give --radio hci:localhost:PORT",
    );
  }
  const found = find(path);
  if (found.isSocket()) return connectStream({ path });
  if (found.isCharacterDevice()) return openSerial(path, baud);
  throw new UsageError(`--radio: ${path} is neither a socket nor a serial device`);
}

function find(path: string): Stats {
  // A link to nowhere is told as what it is.
  lstatSync(path);
  return statSync(path);
}

function hint(error: unknown, { kind }: HciPlace): string {
  const text = systemErrorText(error);
  switch (systemErrorCode(error)) {
    case "ENOENT":
      return "there is no adapter; plug it in, or start the virtual controllers, and look at the path";
    case "ENOTFOUND":
      return "there is no computer of that name";
    case "ECONNREFUSED":
      return kind === "tcp"
        ? "nobody listens at that port; start the virtual controller or the bridge there"
        : "nobody listens at that socket any more; start the virtual controllers again";
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "nothing answers at that address; see whether it is right, and switched on";
    case "EACCES":
    case "EPERM":
      return "you have no right to use it; on Linux add yourself to its group (often dialout) and log in again";
    case "EBUSY":
      return "another program uses it; end that one first";
    default:
      return text;
  }
}
