import { fromHex, octet, toHex } from "../../modules/bytes.js";
import type { Platform, Random, Settings } from "../../modules/platform.js";
import { createNobleCrypto } from "../noble-crypto.js";
import { Medium } from "../simulator/medium.js";
import { SimulatedRadio } from "../simulator/radio.js";
import { XsClock } from "../xs/clock.js";
import { HardwareRandom } from "../xs/random.js";
import { ConfigSettings } from "../xs/settings.js";
import { LineTrace } from "../xs/trace.js";
import { TracingBoard } from "./board.js";
import { VolatileStorage } from "./storage.js";

const UUID_LENGTH = 16;

/**
 * The platform of a desktop build for XS: it shows that the firmware compiles, links and runs. It is alone in the
 * air, and it forgets everything when it ends. Throws Error when the setting `uuid` is no UUID.
 */
export function createPlatform(): Platform {
  const clock = new XsClock();
  const random = new HardwareRandom();
  const settings = new ConfigSettings();
  const deviceUuid = readUuid(settings) ?? drawUuid(random);
  trace(`device ${toHex(deviceUuid)}\n`);
  return {
    deviceUuid,
    clock,
    random,
    storage: new VolatileStorage(),
    radio: new SimulatedRadio({ medium: new Medium(clock), name: "device", clock, random }),
    gattServer: undefined,
    crypto: createNobleCrypto(clock),
    board: new TracingBoard(),
    trace: new LineTrace(),
    settings,
  };
}

function readUuid(settings: Settings): Uint8Array | undefined {
  const text = settings.get("uuid");
  if (text === undefined) return undefined;
  const uuid = fromHex(text);
  if (uuid?.length !== UUID_LENGTH) throw new Error(`uuid: "${text}" is not 32 hexadecimal digits`);
  return uuid;
}

/** For one run, as nothing here outlives a run. Version 4: made of random octets. RFC 4122, 4.4. */
function drawUuid(random: Random): Uint8Array {
  const uuid = new Uint8Array(UUID_LENGTH);
  random.fill(uuid);
  uuid[6] = (octet(uuid, 6) & 0x0f) | 0x40;
  uuid[8] = (octet(uuid, 8) & 0x3f) | 0x80;
  return uuid;
}
