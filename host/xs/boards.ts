/** The boards, and how they differ: the one table. */

/** How an LED is driven: switched; dimmed by PWM; one of three colours that takes data (WS2812). */
export type LedKind = "switched" | "dimmed" | "pixel";

/** Where a board has its LED. pin: as the SDK counts them, on nRF52 32 times the port plus the number there. */
export interface LedFacts {
  readonly pin: number;
  readonly kind: LedKind;
  /** It is lit while the pin is low. */
  readonly activeLow: boolean;
}

/** Where a board has its button; the chip's own resistor keeps the pin at rest. */
export interface ButtonFacts {
  readonly pin: number;
  /** The pin is low while the button is down. */
  readonly activeLow: boolean;
}

/** undefined: there is none. */
export interface BoardFacts {
  readonly led: LedFacts | undefined;
  readonly button: ButtonFacts | undefined;
  /** Where the chip prints, if it has no serial port of its own for that. */
  readonly tracePin?: number;
}

/** By the names of Moddable's targets. */
export const Boards: Readonly<Record<string, BoardFacts>> = Object.freeze({
  /** nRF52840 DK: LED 1 and Button 1, P0.13 and P0.11; both switch to ground. */
  "nrf52/dk": Object.freeze({
    led: Object.freeze({ pin: 13, kind: "switched", activeLow: true } as const),
    button: Object.freeze({ pin: 11, activeLow: true } as const),
    // P0.06, to the serial port of the board's debugger.
    tracePin: 6,
  } as const),
  /** XIAO nRF52840: the blue one of its three colours, P0.06, to ground. Its one button is the reset. */
  "nrf52/xiao": Object.freeze({
    led: Object.freeze({ pin: 6, kind: "switched", activeLow: true } as const),
    button: undefined,
    // P1.11, marked D6 or TX.
    tracePin: 43,
  } as const),
  /** The ESP32 boards with 30 or 38 pins: a blue LED at GPIO2, the button BOOT at GPIO0. */
  "esp32/nodemcu": Object.freeze({
    led: Object.freeze({ pin: 2, kind: "switched", activeLow: false } as const),
    button: Object.freeze({ pin: 0, activeLow: true } as const),
  } as const),
  /** ESP32-C3-DevKitM-1: a WS2812 at GPIO8, the button BOOT at GPIO9 (the SDK assumes one wired to GPIO0). */
  "esp32/esp32c3": Object.freeze({
    led: Object.freeze({ pin: 8, kind: "pixel", activeLow: false } as const),
    button: Object.freeze({ pin: 9, activeLow: true } as const),
  } as const),
  /** ESP32-S3-DevKitC-1: a WS2812 at GPIO48, with version 1.1 of the board at GPIO38; BOOT at GPIO0. */
  "esp32/esp32s3": Object.freeze({
    led: Object.freeze({ pin: 48, kind: "pixel", activeLow: false } as const),
    button: Object.freeze({ pin: 0, activeLow: true } as const),
  } as const),
} as const);
