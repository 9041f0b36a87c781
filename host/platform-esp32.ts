/** The platform of the ESP32 boards: the manifest gives this file the name host/platform there. */

import { esp32 } from "./esp32/platform.js";
import { runOnChip } from "./xs/microcontroller.js";
import type { Program } from "./xs/program.js";

/** Run a program on the board. */
export function run(program: Program): void {
  runOnChip(esp32(), program);
}
