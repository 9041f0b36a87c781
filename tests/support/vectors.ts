/** Reading the sample data in tests/vectors: its fields are hexadecimal strings. */

import { fromHex } from "../../modules/bytes.js";

/** The named inputs or outputs of one vector. */
export type Fields = Readonly<Record<string, unknown>>;

/** The octets of a field. Throws when the vector has no such field, or when it is not hexadecimal. */
export function octetsOf(fields: Fields, name: string): Uint8Array {
  const value = fields[name];
  const octets = typeof value === "string" ? fromHex(value) : undefined;
  if (octets === undefined) throw new Error(`the vector has no octets ${name}`);
  return octets;
}

/** The octets of a field that some vectors leave out. */
export function optionalOctetsOf(fields: Fields, name: string): Uint8Array | undefined {
  return fields[name] === undefined ? undefined : octetsOf(fields, name);
}
