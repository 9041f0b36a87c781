/** The Device UUID: given by the user, or drawn once and kept. MshPRT 3.11.3; RFC 4122. */

import { join } from "node:path";
import { octet } from "../../modules/bytes.js";
import type { Random } from "../../modules/platform.js";
import { keepOctets, keptOctets } from "./durable-file.js";
import { orUsageError } from "./usage-error.js";

/** A Device UUID: 16 octets. */
export const UUID_LENGTH = 16;

/**
 * The UUID of the device whose state is in `folder`: `given` by the user, else the one that the folder keeps, else a
 * new one. It is kept there for the next start. Throws UsageError when the kept one is damaged, or cannot be kept.
 */
export function keepUuid(folder: string, given: Uint8Array | undefined, random: Random): Uint8Array {
  const kept = given === undefined ? keptUuid(folder) : undefined;
  if (kept !== undefined) return kept;
  const uuid = given ?? drawUuid(random);
  const path = pathIn(folder);
  orUsageError(`${path} cannot be written`, () => keepOctets(path, uuid));
  return uuid;
}

/**
 * The UUID that `folder` keeps; undefined: none yet. It need not be ours alone: a file there is whole at any moment.
 * Throws UsageError when it is damaged or cannot be read.
 */
export function keptUuid(folder: string): Uint8Array | undefined {
  const path = pathIn(folder);
  const what = "a UUID of 32 hexadecimal digits; give the right one with --uuid";
  return orUsageError(`${path} cannot be read`, () => keptOctets(path, UUID_LENGTH, what));
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

function pathIn(folder: string): string {
  return join(folder, "uuid");
}
