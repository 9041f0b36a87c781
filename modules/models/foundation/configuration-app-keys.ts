/** The Configuration Server's AppKey list. MshPRT 4.4.1.2.10. */

import { concat } from "../../bytes.js";
import type { KeyResult } from "../../network/key-result.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";
import { getKeyIndex, getSecondKeyIndex, packKeyIndexes } from "./key-indexes.js";
import type { Handlers, Stack } from "./stack.js";
import { keyStatus, StatusCode } from "./status-code.js";

/** By opcode. */
export const appKeyHandlers: Handlers = Object.freeze({
  [Opcode.AppKeyAdd]: addAppKey,
  [Opcode.AppKeyUpdate]: updateAppKey,
  [Opcode.AppKeyDelete]: deleteAppKey,
  [Opcode.AppKeyGet]: listAppKeys,
});

function addAppKey({ appKeys }: Stack, parameters: Uint8Array): Uint8Array {
  const result = appKeys.add(
    getKeyIndex(parameters, 0),
    getSecondKeyIndex(parameters, 0),
    parameters.subarray(3),
  );
  // Only an Update knows Invalid Binding; to Add, a NetKey that is not that of the AppKey is the wrong NetKey.
  return appKeyStatus(result === "wrongPair" ? "unknownNetKey" : result, parameters);
}

function updateAppKey({ appKeys }: Stack, parameters: Uint8Array): Uint8Array {
  const result = appKeys.update(
    getKeyIndex(parameters, 0),
    getSecondKeyIndex(parameters, 0),
    parameters.subarray(3),
  );
  return appKeyStatus(result, parameters);
}

function deleteAppKey({ appKeys }: Stack, parameters: Uint8Array): Uint8Array {
  const result = appKeys.delete(getKeyIndex(parameters, 0), getSecondKeyIndex(parameters, 0));
  return appKeyStatus(result, parameters);
}

/** Status, and both indexes as the request has them. */
function appKeyStatus(result: KeyResult, parameters: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(keyStatus(result)), parameters.subarray(0, 3));
}

function listAppKeys({ netKeys, appKeys }: Stack, parameters: Uint8Array): Uint8Array {
  const netKeyIndex = getKeyIndex(parameters, 0);
  const netKey = packKeyIndexes([netKeyIndex]);
  if (netKeys.get(netKeyIndex) === undefined) {
    return concat(Uint8Array.of(StatusCode.InvalidNetKeyIndex), netKey);
  }
  return concat(Uint8Array.of(StatusCode.Success), netKey, packKeyIndexes(appKeys.of(netKeyIndex)));
}
