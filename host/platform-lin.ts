/** The platform of Moddable's desktop simulator: the manifest gives this file the name host/platform there. */

import { createPlatform } from "./lin/platform.js";
import type { Program } from "./xs/program.js";

/** Run a program on the desktop. Nothing catches what it throws: xsbug is to stop there. */
export function run(program: Program): void {
  program(createPlatform()).start();
}
