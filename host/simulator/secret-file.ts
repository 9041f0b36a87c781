import { closeSync, openSync, readSync } from "node:fs";
import { orUsageError, UsageError } from "./usage-error.js";

/** More than any secret has. */
const MAX_OCTETS = 1024;

/**
 * The only line of a file, without its end: the value of the option `name`. Throws UsageError, which says nothing of
 * what is in the file.
 */
export function readSecretFile(name: string, path: string): string {
  const text = readBeginning(name, path);
  const line = text.replace(/\r?\n$/, "");
  if (line === "") throw new UsageError(`--${name}: the file ${path} is empty`);
  if (line.includes("\n") || text.length > MAX_OCTETS) {
    throw new UsageError(`--${name}: the file ${path} holds more than one line of hexadecimal digits`);
  }
  return line;
}

/** A pipe gives its octets piece by piece. */
function readBeginning(name: string, path: string): string {
  const octets = new Uint8Array(MAX_OCTETS + 1);
  try {
    const length = orUsageError(`--${name}: the file ${path} cannot be read`, () => fill(octets, path));
    return Buffer.from(octets.subarray(0, length)).toString("latin1");
  } finally {
    octets.fill(0);
  }
}

/** How many octets there are, as far as there is room. */
function fill(octets: Uint8Array, path: string): number {
  const file = openSync(path, "r");
  try {
    let length = 0;
    for (let more = -1; more !== 0; length += more) more = readSync(file, octets, { offset: length });
    return length;
  } finally {
    closeSync(file);
  }
}
