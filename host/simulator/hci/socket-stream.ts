/** Controllers behind a unix socket or a TCP port. */

import { connect, type NetConnectOpts, type Socket } from "node:net";
import { systemErrorText } from "../usage-error.js";
import type { ByteStream, ByteStreamListener } from "./byte-stream.js";

/** Rejects with the system's error. */
export function connectStream(where: NetConnectOpts): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    const socket = connect(where);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // Each packet at once: a controller answers before the next one comes.
      socket.setNoDelay(true);
      resolve(new SocketStream(socket));
    });
  });
}

/** A connected stream socket. */
class SocketStream implements ByteStream {
  readonly #socket: Socket;
  #why = "it has closed the connection; see what it says itself, and whether another program uses it";

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause();
    // What happens before somebody listens is found out then.
    socket.on("error", (error) => {
      this.#why = `the connection to it has broken: ${systemErrorText(error)}`;
    });
  }

  listen(listener: ByteStreamListener): void {
    this.#socket.on("data", (chunk: Buffer) => listener.received(chunk));
    this.#socket.on("close", () => listener.closed(this.#why));
    this.#socket.resume();
  }

  write(octets: Uint8Array): void {
    // A copy: a socket may keep it for later.
    if (this.#socket.writable) this.#socket.write(new Uint8Array(octets));
  }

  close(): void {
    this.#socket.removeAllListeners("data");
    this.#socket.removeAllListeners("close");
    this.#socket.resume();
    // What has been written still goes out.
    this.#socket.destroySoon();
  }
}
