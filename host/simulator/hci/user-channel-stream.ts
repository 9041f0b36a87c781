/**
 * Linux's own adapters by the HCI user channel, which gives the whole adapter to one program. It needs a socket that
 * Node does not have; a package brings it, which the user adds.
 */

import { createRequire } from "node:module";
import { systemErrorText } from "../usage-error.js";
import type { ByteStream, ByteStreamListener } from "./byte-stream.js";

/** The package, and how to add it. */
const PACKAGE = "@stoprocent/bluetooth-hci-socket";
const INSTALL = `npm install --no-save ${PACKAGE}`;

/** As much of the package as is used. */
interface HciSocket {
  bindUser(number: number): unknown;
  start(): void;
  stop(): void;
  write(octets: Buffer): void;
  on(event: string, heard: (what: unknown) => void): unknown;
}

/** Throws what `unusable` makes of a reason. load: gives what the package exports, or throws as Node does. */
export function openUserChannel(
  number: number,
  unusable: (reason: string) => Error,
  // Not bundled: it is there only when the user has added it.
  load: () => unknown = () => createRequire(import.meta.url)(PACKAGE),
): ByteStream {
  const driver = loaded(load, unusable);
  let socket: unknown;
  try {
    socket = typeof driver === "function" ? Reflect.construct(driver, []) : undefined;
    if (isHciSocket(socket)) socket.bindUser(number);
  } catch (error) {
    throw unusable(explain(systemErrorText(error), number));
  }
  if (isHciSocket(socket)) return new UserChannelStream(socket);
  throw unusable(`this version of ${PACKAGE} is not known; run "${INSTALL}"`);
}

function loaded(load: () => unknown, unusable: (reason: string) => Error): unknown {
  try {
    return load();
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";
    const what = isMissing ? "is needed" : "is there but cannot be loaded";
    throw unusable(`the package ${PACKAGE} ${what}; run "${INSTALL}" in this folder first`);
  }
}

function isHciSocket(made: unknown): made is HciSocket {
  if (typeof made !== "object" || made === null) return false;
  return ["bindUser", "start", "stop", "write", "on"].every(
    (name) => typeof Reflect.get(made, name) === "function",
  );
}

/** error: the system's words. */
function explain(error: string, number: number): string {
  if (/ENODEV|no such device/i.test(error))
    return "there is no such adapter; plug it in, or see which there are";
  if (/EPERM|EACCES|not permitted|denied/i.test(error)) {
    return "you have no right to use it; start the simulator as root, or give node the right cap_net_admin";
  }
  if (/EBUSY|busy|EALREADY/i.test(error)) {
    return `the system uses it; run "sudo systemctl stop bluetooth" and "sudo hciconfig hci${number} down" first`;
  }
  if (/EAFNOSUPPORT|not supported/i.test(error))
    return "this system has no Bluetooth; use a dongle or a socket";
  return error;
}

class UserChannelStream implements ByteStream {
  readonly #socket: HciSocket;
  #closed = false;

  constructor(socket: HciSocket) {
    this.#socket = socket;
  }

  listen(listener: ByteStreamListener): void {
    this.#socket.on("data", (octets) => {
      if (!this.#closed && octets instanceof Uint8Array) listener.received(octets);
    });
    this.#socket.on("error", (error) => {
      if (this.#closed) return;
      this.close();
      listener.closed(`the system has taken it away: ${systemErrorText(error)}`);
    });
    this.#socket.start();
  }

  write(octets: Uint8Array): void {
    if (!this.#closed) this.#socket.write(Buffer.from(octets));
  }

  close(): void {
    this.#closed = true;
    this.#socket.stop();
  }
}
