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

declare module "modules" {
  /** Modules by name, at run time. */
  const Modules: {
    /** The default of a module of this build; throws where there is none of that name. */
    importNow(name: string): unknown;
  };

  export default Modules;
}

declare module "embedded:io/digital" {
  /** A pin of the chip. It throws for one that is not there or taken. */
  class Digital {
    static readonly InputPullUp: number;
    static readonly InputPullDown: number;
    static readonly Output: number;
    static readonly Rising: number;
    static readonly Falling: number;
    constructor(options: {
      readonly pin: number;
      readonly mode: number;
      readonly initialValue?: 0 | 1;
      readonly edge?: number;
      readonly onReadable?: () => void;
    });
    read(): 0 | 1;
    write(value: 0 | 1): void;
  }

  export default Digital;
}

declare module "embedded:io/pwm" {
  /** A pin that is high for a part of the time: 0 to 2 ** resolution - 1. */
  class PWM {
    constructor(options: { readonly pin: number });
    readonly resolution: number;
    write(value: number): void;
  }

  export default PWM;
}

declare module "neopixel" {
  /** LEDs of three colours, one after the other on a pin. */
  class NeoPixel {
    constructor(options: { readonly length: number; readonly pin: number; readonly order: "GRB" });
    /** 0 to 255 each. */
    makeRGB(red: number, green: number, blue: number): number;
    setPixel(index: number, colour: number): void;
    /** Send what is set. */
    update(): void;
  }

  export default NeoPixel;
}

/** A line of output; it ends where the text has a line feed. */
declare function trace(text: string): void;

/** The C function of that name, which must be written out; those of host/ give a number or nothing. */
declare function native(name: string): (...values: readonly unknown[]) => number;
