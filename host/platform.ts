/** The platform that Node sees; a board's build puts its own file in this place. */

import { createPlatform } from "./simulator/platform.js";
import type { Program } from "./xs/program.js";

/** Run a program on a simulated platform of this process's arguments. */
export function run(program: Program): void {
  program(createPlatform()).start();
}
