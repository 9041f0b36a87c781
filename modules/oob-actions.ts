/** What a person can be asked to read off a device, or to do to it. MshPRT 5.4.1.2, 5.4.1.3. */

/** The Output OOB Actions: numbers of their bits, and values of Authentication Action. MshPRT 5.4.1.2, table 5.25. */
export const OutputAction = Object.freeze({
  Blink: 0,
  Beep: 1,
  Vibrate: 2,
  Numeric: 3,
  Alphanumeric: 4,
} as const);
export type OutputAction = (typeof OutputAction)[keyof typeof OutputAction];

/** The Input OOB Actions. MshPRT 5.4.1.2, table 5.27. */
export const InputAction = Object.freeze({ Push: 0, Twist: 1, Numeric: 2, Alphanumeric: 3 } as const);
export type InputAction = (typeof InputAction)[keyof typeof InputAction];

/** Whether a number names an output action. */
export function isOutputAction(value: number): value is OutputAction {
  return value <= OutputAction.Alphanumeric;
}

/** Whether a number names an input action. */
export function isInputAction(value: number): value is InputAction {
  return value <= InputAction.Alphanumeric;
}
