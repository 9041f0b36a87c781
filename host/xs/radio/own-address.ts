/** The addresses under which a board advertises. Core Specification, Vol 6, Part B, 1.3.2. */

import { equal } from "../../../modules/bytes.js";
import type { AdvertisingAddress, Random } from "../../../modules/platform.js";

/** The two most significant bits of a random device address. */
const STATIC = 0xc0;
const NON_RESOLVABLE = 0x00;

/** How many connectable advertisements keep their private addresses at a time. */
const KEPT_ADDRESSES = 8;

/** Where an identity comes from, and where it stays. */
export interface OwnAddressOptions {
  readonly random: Random;
  /** The static random address that was drawn at the last factory reset; undefined: the chip's own address. */
  readonly identity?: Uint8Array | undefined;
  /** Called with each identity address that is drawn. */
  readonly keepIdentity?: (identity: Uint8Array) => void;
}

interface Kept {
  readonly data: Uint8Array;
  readonly address: Uint8Array;
}

/**
 * One identity; and private addresses: a new one for each transmission, and for a connectable advertisement one for as
 * long as its data are the same, so that who has found it among several in turn can connect to it. MshPRT 7.2.2.2.4.
 */
export class OwnAddress {
  readonly #options: OwnAddressOptions;
  /** The latest last. */
  #kept: readonly Kept[] = [];
  #identity: Uint8Array;

  constructor(options: OwnAddressOptions) {
    this.#options = options;
    this.#identity = options.identity?.slice() ?? new Uint8Array(6);
  }

  /** 6 octets, most significant first; all zeros: the chip's own address. Borrowed. */
  get identity(): Uint8Array {
    return this.#identity;
  }

  /** It is the chip's own address, which only the chip knows. */
  get isChips(): boolean {
    return this.#identity.every((value) => value === 0);
  }

  /** The one for a transmission; borrowed. */
  addressFor(kind: AdvertisingAddress): Uint8Array {
    return kind === "identity" ? this.#identity : drawAddress(this.#options.random, NON_RESOLVABLE);
  }

  /** The one for a connectable advertisement with these data; borrowed. */
  addressOf(kind: AdvertisingAddress, data: Uint8Array): Uint8Array {
    return kind === "identity" ? this.#identity : this.#privateAddressOf(data);
  }

  /** Another identity from now on. */
  renew(): void {
    this.#identity = drawAddress(this.#options.random, STATIC);
    this.#options.keepIdentity?.(this.#identity.slice());
  }

  #privateAddressOf(data: Uint8Array): Uint8Array {
    const found = this.#kept.find((kept) => equal(kept.data, data)) ?? {
      data: data.slice(),
      address: drawAddress(this.#options.random, NON_RESOLVABLE),
    };
    const others = this.#kept.filter((kept) => kept !== found);
    this.#kept = [...others.slice(1 - KEPT_ADDRESSES), found];
    return found.address;
  }
}

/** A random address; its random part is neither all zeros nor all ones. */
function drawAddress(random: Random, type: number): Uint8Array {
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
