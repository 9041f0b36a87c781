/** A person between provisioner and device, who reads what one shows and enters it at the other. */

import type { SimulatorLine, SimulatorProcess } from "./simulator.js";

/** The board pauses for 3 s between two rounds of pulses, and for 500 ms between two pulses. */
const PAUSE_MS = 2000;

/** What stands on the device's display, once something does. */
export function readDisplay(device: SimulatorProcess): Promise<string> {
  return device.events.first("a value on the display", 20_000, (event) =>
    event.event === "display" && event.text !== "" ? event.text : undefined,
  );
}

/** How often the device's LED lights up until it pauses. Watched from the moment when the device has a value to show. */
export function countPulses(device: SimulatorProcess): Promise<number> {
  let isWatching = false;
  let count = 0;
  let darkSinceMs = 0;
  const watch = (event: SimulatorLine) => {
    if (event.event === "note" && event.name === "waitConfirmation") isWatching = true;
    if (!isWatching || event.event !== "led") return undefined;
    if (event.level === 0) {
      darkSinceMs = event.t;
      return undefined;
    }
    // The first pulse of the next round.
    if (count > 0 && event.t - darkSinceMs > PAUSE_MS) return count;
    count++;
    return undefined;
  };
  return device.events.first("a round of pulses", 40_000, watch);
}

/** Push the device's button so often. */
export function push(device: SimulatorProcess, count: number): void {
  for (let i = 0; i < count; i++) {
    device.act("press");
    device.act("release");
  }
}
