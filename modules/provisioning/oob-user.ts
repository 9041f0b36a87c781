/** How a person takes part in a provisioning: what the provisionee asks of whoever drives lamp, sounder and buttons. */

import type { InputAction, OutputAction } from "../oob-actions.js";

/** The person's side of the board. */
export interface OobUser {
  /** A bit for each OutputAction that this board can do. */
  readonly outputActions: number;
  /** A bit for each InputAction that this board can do. */
  readonly inputActions: number;
  /** Show `value` until `cancel`: events to count, or the text to read. MshPRT 5.4.2.4.3. */
  output(action: OutputAction, value: number | string): void;
  /**
   * Let the person enter a value of `size` digits or characters; `entered` comes once, in a later turn, unless
   * `cancel` comes first. MshPRT 5.4.2.4.4.
   */
  input(action: InputAction, size: number, entered: (value: number | string) => void): void;
  /** Stop showing and asking. Idempotent. */
  cancel(): void;
}
