/** Properties in place of private names. Throws Error, in one line, where that would change what the program does. */
export function withoutPrivateNames(text: string): string;

/** Class declarations in place of variables that hold classes, and constants in place of other variables. */
export function withClasses(text: string): string;

/** Arrows in place of the module's functions, as far as they can be arrows. */
export function withArrows(text: string): string;
