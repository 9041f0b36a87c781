/** Key indexes as messages carry them: 12 bits each, two of them in three octets. MshPRT 4.3.1.1. */

import { getUint16LE, octet, setUint16LE } from "../../bytes.js";

/** One index in two octets; the four bits above it are reserved and ignored. */
export function getKeyIndex(octets: Uint8Array, offset: number): number {
  return getUint16LE(octets, offset) & 0xfff;
}

/** The second of two indexes that share three octets; `getKeyIndex` gives the first. */
export function getSecondKeyIndex(octets: Uint8Array, offset: number): number {
  return (octet(octets, offset + 1) >> 4) | (octet(octets, offset + 2) << 4);
}

/** A list: pairs in three octets, and an odd last one in two. */
export function packKeyIndexes(indexes: readonly number[]): Uint8Array {
  const packed = new Uint8Array(packedLength(indexes.length));
  indexes.forEach((index, i) => {
    const at = (i >> 1) * 3;
    if (i % 2 === 0) {
      setUint16LE(packed, at, index);
    } else {
      packed[at + 1] = octet(packed, at + 1) | (index << 4);
      packed[at + 2] = index >> 4;
    }
  });
  return packed;
}

/** The octets that so many packed indexes take. */
export function packedLength(count: number): number {
  return (count >> 1) * 3 + (count % 2) * 2;
}
