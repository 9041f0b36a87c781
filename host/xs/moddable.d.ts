/**
 * What host/ uses of the Moddable SDK, for a check of types where the SDK is not. The SDK's own build does not
 * see this file: it has the SDK's declarations.
 */

declare module "timer" {
  interface Handle {
    readonly brand: unique symbol;
  }
  const Timer: {
    /** Call once, at least so many whole milliseconds from now, in a later turn. */
    set(callback: () => void, delayMs: number): Handle;
    /** Only for a timer that has not yet called. */
    clear(timer: Handle): void;
  };

  export default Timer;
}

declare module "mc/config" {
  /** The manifest's `config`, and what the command line of the build has added to it. */
  const config: Readonly<Record<string, unknown>>;

  export default config;
}

/** A line of output; it ends where the text has a line feed. */
declare function trace(text: string): void;

/** The C function of that name, which must be written out; those of host/ give a number or nothing. */
declare function native(name: string): (...values: readonly unknown[]) => number;
