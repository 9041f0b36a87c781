/** Where the ether's socket lies, and whether that place can be trusted: nobody else may put a socket there. */

import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, type Stats, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { orUsageError, UsageError } from "./usage-error.js";

/** Octets in the path of a local stream socket, without the zero behind it: `sun_path`. */
export const MAX_SOCKET_PATH = process.platform === "darwin" ? 103 : 107;

/** This user's ether: in the directory for running programs where there is one, else in the temporary directory. */
export function defaultEtherPath(): string {
  const running = process.env.XDG_RUNTIME_DIR;
  if (running !== undefined && running !== "") return join(running, "fledgling", "ether");
  const user = process.getuid?.() ?? userInfo().username;
  return join(tmpdir(), `fledgling-${user}`, "ether");
}

/**
 * The name under which a socket is made before it gets the ether's: in the same directory, not longer than that
 * for all but the shortest names, and the same each time, so that one left over is found.
 */
export function unpublishedPath(path: string): string {
  const digest = createHash("sha256").update(basename(path)).digest("base64url");
  return join(dirname(path), `.${digest.slice(0, 6)}`);
}

/** Make the directory if it is missing (mode 0700). Throws UsageError when this user's ether cannot be there. */
export function prepareEtherPath(path: string): void {
  const longest = Math.max(Buffer.byteLength(path), Buffer.byteLength(unpublishedPath(path)));
  if (path === "" || path.includes("\0")) throw new UsageError("the ether's path is empty or holds a zero");
  if (longest > MAX_SOCKET_PATH) {
    throw new UsageError(
      `the ether's path is too long: ${longest} octets, at most ${MAX_SOCKET_PATH} (${path})`,
    );
  }
  const directory = dirname(path);
  checkDirectory(
    directory,
    orUsageError(cannotBeAt(directory), () => makeDirectory(directory)),
  );
  checkSocket(path);
}

/** Throws UsageError when something else than a socket of this user is at that path. Nothing there is fine. */
export function checkSocket(path: string): void {
  const found = orUsageError(cannotBeAt(path), () => lstatSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return;
  if (isForeign(found)) throw new UsageError(`the ether's socket belongs to another user: ${path}`);
  if (!found.isSocket()) throw new UsageError(`the ether's path is taken by something else: ${path}`);
}

function makeDirectory(directory: string): Stats {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return statSync(directory);
}

function checkDirectory(directory: string, found: Stats): void {
  if (!found.isDirectory()) throw new UsageError(`not a directory: ${directory}`);
  // In a directory like /tmp, others cannot replace what is ours; that the socket is ours is checked by itself. Only
  // the directory's owner still can.
  const isSticky = (found.mode & 0o1000) !== 0;
  if (isSticky && (found.uid === 0 || !isForeign(found))) return;
  if (isForeign(found)) throw new UsageError(`the ether's directory belongs to another user: ${directory}`);
  if ((found.mode & 0o022) !== 0) {
    throw new UsageError(`others may write into the ether's directory: ${directory}`);
  }
}

function isForeign(found: Stats): boolean {
  const user = process.getuid?.();
  return user !== undefined && found.uid !== user;
}

/** How a sentence about what the operating system has refused begins. */
export function cannotBeAt(path: string): string {
  return `the ether cannot be at ${path}`;
}
