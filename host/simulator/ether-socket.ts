/** Local stream sockets, one attempt at a time. */

import { connect, type Server, type Socket } from "node:net";
import { systemErrorCode } from "./usage-error.js";

/** What connecting says when nobody listens, is just going, or cannot take one more in this moment. */
const NOBODY: readonly string[] = Object.freeze(["ENOENT", "ECONNREFUSED", "ECONNRESET", "EAGAIN", "EPIPE"]);

/** A connected socket; undefined: nobody listens there. */
export function connectTo(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on("error", (error) => {
      if (NOBODY.includes(systemErrorCode(error) ?? "")) resolve(undefined);
      else reject(error);
    });
    socket.once("connect", () => resolve(socket));
  });
}

/** Listen at a new socket that only this user can reach; rejects when that does not work. */
export function listenAt(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}
