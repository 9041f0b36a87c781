import { randomFillSync } from "node:crypto";
import type { Random } from "../../modules/platform.js";

/** The operating system's randomness. */
export class SecureRandom implements Random {
  fill(target: Uint8Array): void {
    randomFillSync(target);
  }
}
