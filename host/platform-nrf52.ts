/** The platform of the nRF52840 boards: the manifest gives this file the name host/platform there. */

import { nrf52 } from "./nrf52/platform.js";
import { runOnChip } from "./xs/microcontroller.js";
import type { Program } from "./xs/program.js";

/** Run a program on the board. */
export function run(program: Program): void {
  runOnChip(nrf52(), program);
}
