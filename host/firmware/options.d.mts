/** The settings that --config takes. */
export const SETTINGS: readonly string[];
