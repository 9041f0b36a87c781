/** The addresses under which this device advertises. Core Specification, Vol 6, Part B, 1.3.2. */

import type { AdvertisingAddress, Random } from "../../../modules/platform.js";
import { AddressType, drawAddress, PrivateAddresses } from "../../device-address.js";

/** Where an identity comes from, and where it stays. */
export interface OwnAddressOptions {
  readonly random: Random;
  /** The static random address kept from an earlier run, 6 octets, most significant first; else one is drawn. */
  readonly identity?: Uint8Array | undefined;
  /** Called with each identity address that is drawn. */
  readonly keepIdentity?: (identity: Uint8Array) => void;
}

/** One static address, and private ones: a new one for each transmission, and one for each connectable advertisement. */
export class OwnAddress {
  readonly #random: Random;
  readonly #privateAddresses: PrivateAddresses;
  readonly #keepIdentity: ((identity: Uint8Array) => void) | undefined;
  #identity: Uint8Array;

  constructor({ random, identity, keepIdentity }: OwnAddressOptions) {
    this.#random = random;
    this.#privateAddresses = new PrivateAddresses(random);
    this.#keepIdentity = keepIdentity;
    this.#identity = (identity && new Uint8Array(identity)) ?? this.#draw();
  }

  /** 6 octets, most significant first; a copy. */
  get identity(): Uint8Array {
    return this.#identity.slice();
  }

  /** The one for a connectable advertisement with these data. */
  addressOf(kind: AdvertisingAddress, data: Uint8Array): Uint8Array {
    return kind === "identity" ? this.identity : this.#privateAddresses.of(data).slice();
  }

  /** The one for a transmission. */
  addressFor(kind: AdvertisingAddress): Uint8Array {
    return kind === "identity" ? this.identity : drawAddress(this.#random, AddressType.NonResolvable);
  }

  /** Another identity from now on. */
  renew(): void {
    this.#identity = this.#draw();
  }

  #draw(): Uint8Array {
    const identity = drawAddress(this.#random, AddressType.Static);
    this.#keepIdentity?.(identity.slice());
    return identity;
  }
}
