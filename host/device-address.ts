/** Random device addresses, most significant octet first. Core Specification, Vol 6, Part B, 1.3.2. */

import { equal } from "../modules/bytes.js";
import type { Random } from "../modules/platform.js";

/** The two most significant bits of a random device address. */
export const AddressType = Object.freeze({ Static: 0xc0, NonResolvable: 0x00 } as const);

/** How many advertisements keep their private addresses at a time. */
const KEPT_ADDRESSES = 8;

interface Kept {
  readonly data: Uint8Array;
  readonly address: Uint8Array;
}

/**
 * The private addresses of connectable advertisements, each kept as long as the data are the same: they hold what is
 * drawn anew together with the address. So who has found one among several in turn can still connect to it. MshPRT
 * 7.2.2.2.4, 7.2.2.2.5.
 */
export class PrivateAddresses {
  readonly #random: Random;
  /** The one asked for last is the last. */
  #kept: readonly Kept[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Of an advertisement with these data: 6 octets, borrowed. */
  of(data: Uint8Array): Uint8Array {
    const found = this.#kept.find((kept) => equal(kept.data, data)) ?? {
      data: data.slice(),
      address: drawAddress(this.#random, AddressType.NonResolvable),
    };
    const others = this.#kept.filter((kept) => kept !== found);
    this.#kept = [...others.slice(1 - KEPT_ADDRESSES), found];
    return found.address;
  }
}

/** A random address; its random part is neither all zeros nor all ones. */
export function drawAddress(random: Random, type: number): Uint8Array {
  const address = new Uint8Array(6);
  do {
    random.fill(address);
    address[0] = ((address[0] ?? 0) & 0x3f) | type;
  } while (isUniform(address, type, 0x00) || isUniform(address, type | 0x3f, 0xff));
  return address;
}

function isUniform(address: Uint8Array, first: number, rest: number): boolean {
  return address.every((value, at) => value === (at === 0 ? first : rest));
}
