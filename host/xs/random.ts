import type { Random } from "../../modules/platform.js";
import { fillRandom } from "./native.js";

/** Randomness of the chip, or of the kernel. */
export class HardwareRandom implements Random {
  fill(target: Uint8Array): void {
    fillRandom(target);
  }
}
