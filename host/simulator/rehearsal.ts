/** Trying whether the node takes its settings, without air, state or display. */

import type { Platform, Radio } from "../../modules/platform.js";
import { createNobleCrypto } from "../noble-crypto.js";
import { SimulatedBoard } from "./board.js";
import { RealClock } from "./clock.js";
import { type Options, settingsOf } from "./options.js";
import { SecureRandom } from "./random.js";
import { UUID_LENGTH } from "./uuid.js";

/** Make the device of these options where nothing comes of it. Throws what `device` throws. */
export function rehearse(options: Options, device: (platform: Platform) => unknown): void {
  const clock = new RealClock();
  try {
    device({
      deviceUuid: new Uint8Array(UUID_LENGTH),
      clock,
      random: new SecureRandom(),
      storage: { read: () => undefined, write: () => true, erase: () => {}, keys: () => [] },
      radio: noRadio,
      gattServer: undefined,
      crypto: createNobleCrypto(clock),
      board: new SimulatedBoard(() => {}),
      trace: { drop: () => {}, note: () => {}, failed: () => {} },
      settings: settingsOf(options),
    });
  } finally {
    clock.close();
  }
}

const noRadio: Radio = Object.freeze({
  open: () => {},
  setScanning: () => {},
  transmit: () => {},
  setConnectable: () => {},
  renewAddress: () => {},
});
