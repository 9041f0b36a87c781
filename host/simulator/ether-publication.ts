/** A hub's socket at the ether's path: how it is put there, shows that its hub works, and is taken away. */

import { lstatSync, renameSync, rmSync, utimesSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { unpublishedPath } from "./ether-path.js";
import { listenAt } from "./ether-socket.js";
import { systemErrorCode } from "./usage-error.js";

/** Participants that one hub takes. */
export const MAX_CLIENTS = 32;

/**
 * A hub that works counts, in the seconds of its socket's time of last change. No other program's socket has a time
 * from before this one, the year 2000.
 */
const NOT_COUNTING_NS = 946_684_800n * 1_000_000_000n;

/** A server whose socket is, or was, at the ether's path. */
export interface Publication {
  readonly server: Server;
  readonly identity: string | undefined;
  beats: number;
}

/** Who hears of a publication. */
export interface PublicationListener {
  connected(socket: Socket): void;
  failed(error: Error): void;
}

/**
 * Listen at the path, under the lock. The socket gets its name by renaming: whatever was there is replaced in one
 * step. undefined: somebody else's going has taken the socket away before it had its name; try again.
 */
export async function publish(path: string, listener: PublicationListener): Promise<Publication | undefined> {
  const made = unpublishedPath(path);
  rmSync(made, { force: true });
  const server = createServer((socket) => listener.connected(socket));
  server.maxConnections = MAX_CLIENTS;
  await listenAt(server, made);
  server.on("error", (error) => listener.failed(error));
  try {
    renameSync(made, path);
  } catch (error) {
    server.close();
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const publication = { server, identity: identityOf(path), beats: 0 };
  beat(path, publication);
  return publication;
}

/** Stop listening; the socket is removed if it is still the one at the path. */
export function withdraw(path: string, publication: Publication): void {
  publication.server.close();
  if (isPublished(path, publication)) rmSync(path, { force: true });
}

/** Whether new participants find this publication. */
export function isPublished(path: string, publication: Publication): boolean {
  return publication.identity !== undefined && identityOf(path) === publication.identity;
}

/** Show that this publication's hub works. */
export function beat(path: string, publication: Publication): void {
  publication.beats += 1;
  try {
    utimesSync(path, new Date(), publication.beats);
  } catch {
    // It has just been removed: the next look at it will tell.
  }
}

/** Tells one socket from another that has taken its path; undefined: nothing can be found there. */
export function identityOf(path: string): string | undefined {
  const found = look(path);
  return found && `${found.dev}:${found.ino}`;
}

/** Changes as long as the hub at the path works; undefined: there is none, or a program that is no simulator. */
export function pulseOf(path: string): string | undefined {
  const found = look(path);
  if (found === undefined || found.mtimeNs >= NOT_COUNTING_NS) return undefined;
  return `${found.dev}:${found.ino}:${found.mtimeNs}`;
}

function look(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false, bigint: true });
  } catch {
    return undefined;
  }
}
