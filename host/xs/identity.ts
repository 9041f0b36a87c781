/** Which device this is: the same at every start, whatever is erased. */

import { ascii, fromHex, octet } from "../../modules/bytes.js";
import type { Crypto, Settings } from "../../modules/platform.js";

const UUID_SIZE = 16;
const LABEL = "Fledgling Device UUID";

/**
 * The Device UUID: the setting `uuid`, else one that follows from what the factory wrote into the chip. So a label on
 * the device stays right when its flash is erased. The UUID does not show the chip's number; yet where that is an address,
 * as on ESP32, whoever tries all addresses of its maker finds it.
 * Its version says "pseudo-random". MshPRT 3.11.3; RFC 4122, 4.4. Throws Error when the setting is no UUID.
 */
export function deviceUuidOf(settings: Settings, crypto: Crypto, chipId: Uint8Array): Uint8Array {
  const text = settings.get("uuid");
  if (text !== undefined) return readUuid(text);
  const uuid = crypto.hmacSha256(ascii(LABEL), chipId).slice(0, UUID_SIZE);
  uuid[6] = (octet(uuid, 6) & 0x0f) | 0x40;
  uuid[8] = (octet(uuid, 8) & 0x3f) | 0x80;
  return uuid;
}

function readUuid(text: string): Uint8Array {
  const uuid = fromHex(text);
  if (uuid?.length !== UUID_SIZE) throw new Error(`uuid: "${text}" is not 32 hexadecimal digits`);
  return uuid;
}
