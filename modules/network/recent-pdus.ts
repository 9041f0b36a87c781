import { octet } from "../bytes.js";
import { MAX_NETWORK_PDU } from "./network-pdu.js";

/** How many are kept; a power of two. */
const PLACES = 16;

/** A length, and so many octets. */
const PLACE_SIZE = 1 + MAX_NETWORK_PDU;

/**
 * Copies of the Network PDUs that were authenticated last, so that a repetition is known by its octets alone. Each
 * has one place, given by its last octet, which is as good as random; it goes when another one wants that place.
 */
export class RecentPdus {
  readonly #places = new Uint8Array(PLACES * PLACE_SIZE);

  /** pdu: as on the air, 14 to 29 octets. */
  has(pdu: Uint8Array): boolean {
    const place = placeOf(pdu);
    if (this.#places[place] !== pdu.length) return false;
    // From behind: the NetMIC differs at once, the NID never.
    for (let i = pdu.length; i > 0; i--) if (this.#places[place + i] !== pdu[i - 1]) return false;
    return true;
  }

  /** pdu: as on the air, 14 to 29 octets, authenticated. */
  add(pdu: Uint8Array): void {
    const place = placeOf(pdu);
    this.#places[place] = pdu.length;
    this.#places.set(pdu, place + 1);
  }
}

function placeOf(pdu: Uint8Array): number {
  return (octet(pdu, pdu.length - 1) & (PLACES - 1)) * PLACE_SIZE;
}
