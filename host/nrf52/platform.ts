/** nRF52840: what it brings, with the SoftDevice S140 and FreeRTOS below. */

import type { Storage } from "../../modules/platform.js";
import { FlashStorage } from "../flash/flash-storage.js";
import type { Chip, ChipRadio, RadioParts } from "../xs/microcontroller.js";
import { print } from "../xs/native-chip.js";
import { NativeRadio } from "../xs/radio.js";
import { SdkPins } from "../xs/sdk-pins.js";
import { ChipFlash } from "./flash.js";
import { openPrint, resetReason } from "./native-start.js";

/** Octets of DEVICEID, which the factory draws. */
const ID_SIZE = 8;

/** The SDK's driver hands the chip the moment at which the pin rises, up to the end of the period. */
const PWM = Object.freeze({ takesFull: true, isHigh: false } as const);

/** RESETREAS, nRF52840 Product Specification 5.3.7.11; the first that fits tells most. */
const REASONS = Object.freeze([
  Object.freeze({ bit: 0x02, text: "by a watchdog" } as const),
  Object.freeze({ bit: 0x08, text: "after the CPU has locked up" } as const),
  Object.freeze({ bit: 0x04, text: "by the program" } as const),
  Object.freeze({ bit: 0x01, text: "by the reset pin" } as const),
  Object.freeze({ bit: 0x1f_0000, text: "from deep sleep" } as const),
] as const);

/** What the nRF52840 boards have in common; where they differ is in the table of boards. */
export function nrf52(): Chip {
  return {
    idSize: ID_SIZE,
    pins: new SdkPins(PWM),
    openStorage,
    openRadio: ({ identity, keepIdentity, clock, random }: RadioParts): ChipRadio => {
      const radio = new NativeRadio({ identity, keepIdentity, clock, random, print });
      return { radio, gattServer: radio };
    },
    openTrace: openPrint,
    startReason,
  };
}

function openStorage(): Storage {
  const storage = new FlashStorage(new ChipFlash());
  if (storage.found === "foreign") print("storage: what lies in flash is not ours and is not used\n");
  if (storage.found === "damaged") print("storage: what lies in flash is damaged and is not used\n");
  return storage;
}

function startReason(): string {
  const bits = resetReason();
  return REASONS.find(({ bit }) => (bits & bit) !== 0)?.text ?? "by power";
}
