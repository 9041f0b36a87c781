/** What an LED or a button is used for, when there is one of it for everything. */

/** The higher one goes first: it is shown, and it hears. */
export const Purpose = Object.freeze({
  /** What the device is for. */
  Product: 0,
  /** "It is me": MshPRT 4.2.10. */
  Attention: 1,
  /** A value for a provisioner, shown or entered: MshPRT 5.4.2.4.3, 5.4.2.4.4. */
  Oob: 2,
  /** The way to factory reset. */
  Reset: 3,
} as const);
export type Purpose = (typeof Purpose)[keyof typeof Purpose];
