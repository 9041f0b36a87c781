/** The addresses under which a board advertises. Core Specification, Vol 6, Part B, 1.3.2. */

import type { AdvertisingAddress, Random } from "../../../modules/platform.js";
import { AddressType, drawAddress, PrivateAddresses } from "../../device-address.js";

/** Where an identity comes from, and where it stays. */
export interface OwnAddressOptions {
  readonly random: Random;
  /** The static random address that was drawn at the last factory reset; undefined: the chip's own address. */
  readonly identity?: Uint8Array | undefined;
  /** Called with each identity address that is drawn. */
  readonly keepIdentity?: (identity: Uint8Array) => void;
}

/**
 * One identity; and private addresses: a new one for each transmission, and for a connectable advertisement one for as
 * long as its data are the same, so that who has found it among several in turn can connect to it. MshPRT 7.2.2.2.4.
 */
export class OwnAddress {
  readonly #options: OwnAddressOptions;
  readonly #privateAddresses: PrivateAddresses;
  #identity: Uint8Array;

  constructor(options: OwnAddressOptions) {
    this.#options = options;
    this.#privateAddresses = new PrivateAddresses(options.random);
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
    return kind === "identity"
      ? this.#identity
      : drawAddress(this.#options.random, AddressType.NonResolvable);
  }

  /** The one for a connectable advertisement with these data; borrowed. */
  addressOf(kind: AdvertisingAddress, data: Uint8Array): Uint8Array {
    return kind === "identity" ? this.#identity : this.#privateAddresses.of(data);
  }

  /** Another identity from now on. */
  renew(): void {
    this.#identity = drawAddress(this.#options.random, AddressType.Static);
    this.#options.keepIdentity?.(this.#identity.slice());
  }
}
