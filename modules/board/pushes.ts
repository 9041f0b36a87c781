/** What a push of a button is, where the same button is held for something else. */

import type { Button, Clock } from "../platform.js";

/** From then on a ResetButton counts visibly. */
const HOLD_MS = 1000;

/**
 * Call `pushed` when the button comes up within a second. Not when it goes down: nobody knows then whether it will
 * be held, and a lamp that switches at the beginning of every factory reset is confusing.
 */
export function listenForPushes(button: Button, clock: Clock, pushed: () => void): void {
  let downSinceMs: number | undefined;
  button.listen((down) => {
    const isPush = !down && downSinceMs !== undefined && clock.now() - downSinceMs < HOLD_MS;
    downSinceMs = down ? clock.now() : undefined;
    if (isPush) pushed();
  });
}
