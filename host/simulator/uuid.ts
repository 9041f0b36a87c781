/** The Device UUID: given by the user, or drawn once and kept. MshPRT 3.11.3; RFC 4122. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ascii, equal, fromHex, octet, toHex } from "../../modules/bytes.js";
import type { Random } from "../../modules/platform.js";
import { replaceFile } from "./durable-file.js";
import { systemErrorCode } from "./system-error.js";
import { UsageError } from "./usage-error.js";

/** A Device UUID: 16 octets. */
export const UUID_LENGTH = 16;

/**
 * The UUID of the device whose state is in `folder`: `given` by the user, else the one that the folder keeps, else a
 * new one. It is kept there for the next start. Throws UsageError when the kept one is damaged.
 */
export function keepUuid(folder: string, given: Uint8Array | undefined, random: Random): Uint8Array {
  const path = join(folder, "uuid");
  const kept = readUuid(path, given !== undefined);
  const uuid = given ?? kept ?? drawUuid(random);
  if (kept === undefined || !equal(kept, uuid)) replaceFile(path, ascii(`${toHex(uuid)}\n`));
  return uuid;
}

/** A UUID made of random octets: version 4. RFC 4122, 4.4. */
export function drawUuid(random: Random): Uint8Array {
  const uuid = new Uint8Array(UUID_LENGTH);
  random.fill(uuid);
  uuid[6] = (octet(uuid, 6) & 0x0f) | 0x40;
  uuid[8] = (octet(uuid, 8) & 0x3f) | 0x80;
  return uuid;
}

/** As people write a UUID: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12. */
export function uuidGroups(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function readUuid(path: string, replaceable: boolean): Uint8Array | undefined {
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const uuid = fromHex(text.trim());
  if (uuid?.length === UUID_LENGTH) return uuid;
  if (replaceable) return undefined;
  throw new UsageError(
    `${path} does not hold a UUID of 32 hexadecimal digits; give the right one with --uuid`,
  );
}
