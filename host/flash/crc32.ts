/** The check sum of everything in the log: CRC-32 as of IEEE 802.3, four bits at a step. */

import { octet } from "../../modules/bytes.js";

const STEPS: readonly number[] = Object.freeze([
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320,
  0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
]);

/** What `crcOf` begins with. */
const START = 0xffffffff;

/** Of `octets` from `from` up to, but not with, `to`; 0 to 0xffffffff. */
export function crcOf(octets: Uint8Array, from: number, to: number): number {
  let crc = START;
  for (let i = from; i < to; i++) {
    crc ^= octet(octets, i);
    crc = (crc >>> 4) ^ (STEPS[crc & 0x0f] ?? 0);
    crc = (crc >>> 4) ^ (STEPS[crc & 0x0f] ?? 0);
  }
  return (crc ^ START) >>> 0;
}
