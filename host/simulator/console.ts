/** Where a person, or a program, sees the device and acts on it. */

import type { Report } from "./events.js";

/** What can be done to the device from outside. */
export interface Controls {
  /** The button goes down, or up; false: it is there already. */
  press(down: boolean): boolean;
  /** Positive is clockwise. */
  turn(steps: number): void;
  enter(text: string): void;
  /** Forget the network and be new again. */
  reset(): void;
  quit(): void;
}

/** One way to show events and to take commands. */
export interface Console {
  readonly show: Report;
  /** Take commands from now on. */
  open(controls: Controls): void;
  /** Give the terminal back as it was; at once, also in the middle of a fault. Idempotent. */
  restore(): void;
  /** Resolves when everything shown has been written, or cannot be. */
  flush(): Promise<void>;
}
