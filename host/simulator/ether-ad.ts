/** AD structures as the ether carries them: which, and where one ends and the next begins. */

import { AdType, MAX_ADVERTISING_DATA } from "../../modules/bearer/ad.js";

/** What is worth carrying: what mesh nodes advertise without being connectable. */
const CARRIED: readonly number[] = Object.freeze([
  AdType.Uri,
  AdType.PbAdv,
  AdType.MeshMessage,
  AdType.MeshBeacon,
]);

/** Octets cut into AD structures, as views that include their length octets. */
export interface Split {
  readonly structures: readonly Uint8Array[];
  /** How many octets those have; what follows is not whole, or not an AD structure. */
  readonly octets: number;
  /** A length octet that no AD structure in a legacy advertisement can have: 0, or more than 30. */
  readonly badLength: number | undefined;
}

/** Cut octets into AD structures, as far as they are whole. */
export function splitStructures(octets: Uint8Array): Split {
  const structures: Uint8Array[] = [];
  let at = 0;
  for (let length = octets[at]; length !== undefined; length = octets[at]) {
    if (length === 0 || length >= MAX_ADVERTISING_DATA) return { structures, octets: at, badLength: length };
    const end = at + 1 + length;
    if (end > octets.length) break;
    structures.push(octets.subarray(at, end));
    at = end;
  }
  return { structures, octets: at, badLength: undefined };
}

/** Whether the ether carries an AD structure of this type. */
export function isCarried(structure: Uint8Array): boolean {
  const type = structure[1];
  return type !== undefined && CARRIED.includes(type);
}
