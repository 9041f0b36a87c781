import type { Random } from "../../modules/platform.js";
import { fillRandom } from "./native.js";

/** The kernel's randomness. */
export class KernelRandom implements Random {
  fill(target: Uint8Array): void {
    fillRandom(target);
  }
}
