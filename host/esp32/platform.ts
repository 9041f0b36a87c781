/** ESP32, ESP32-C3 and ESP32-S3: what they bring, with ESP-IDF below. */

import type { Storage } from "../../modules/platform.js";
import type { Chip, ChipRadio, RadioParts } from "../xs/microcontroller.js";
import { print } from "../xs/native-chip.js";
import { NativeRadio } from "../xs/radio.js";
import { SdkPins } from "../xs/sdk-pins.js";
import { startReason } from "./native-start.js";
import { openPixel } from "./pixel.js";
import { NvsStorage } from "./storage.js";

/** Octets of the address that the factory burns into the chip. */
const ID_SIZE = 6;

/** ESP-IDF's esp_reset_reason_t, by number. */
const REASONS = Object.freeze([
  "for an unknown reason",
  "by power",
  "by the reset pin",
  "by the program",
  "after a panic",
  "by the interrupt watchdog",
  "by the task watchdog",
  "by a watchdog",
  "from deep sleep",
  "after a brownout",
] as const);

/** The SDK's driver takes its highest value for all of the time. */
const PWM = Object.freeze({ takesFull: false, isHigh: true } as const);

/** What the ESP32 boards have in common; where they differ is in the table of boards. */
export function esp32(): Chip {
  return {
    idSize: ID_SIZE,
    pins: new SdkPins(PWM, openPixel),
    openStorage,
    openRadio: ({ identity, keepIdentity, clock, random }: RadioParts): ChipRadio => {
      const radio = new NativeRadio({ identity, keepIdentity, clock, random, print });
      return { radio, gattServer: radio };
    },
    startReason: () => REASONS[startReason()] ?? REASONS[0],
  };
}

function openStorage(): Storage {
  const storage = new NvsStorage();
  if (storage.wasErased) print("storage: what lay there could not be used and is erased\n");
  return storage;
}
