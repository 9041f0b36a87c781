/**
 * Install the packages that package-lock.json names, unless they are there; dev: those of the tests as well. Throws
 * SetupError. Never takes away packages that are installed already.
 */
export function install(options: { readonly dev: boolean }): Promise<void>;

/** Bundle the simulator and its libraries into build/simulator.mjs. Throws SetupError. */
export function bundle(): Promise<void>;

/** Something outside the program is missing; its message is one line for the user. */
export class SetupError extends Error {}
