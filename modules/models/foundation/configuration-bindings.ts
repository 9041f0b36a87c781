/** The Configuration Server's lists of the AppKeys that each model is bound to. MshPRT 4.4.1.2.11. */

import { concat, getUint16LE } from "../../bytes.js";
import { isUnicast } from "../../network/address.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";
import { getKeyIndex, packKeyIndexes } from "./key-indexes.js";
import { findModel, isConfigurable } from "./model-identifier.js";
import type { Handlers, Stack } from "./stack.js";
import { listStatus, StatusCode } from "./status-code.js";

/** By opcode. */
export const bindingHandlers: Handlers = Object.freeze({
  [Opcode.ModelAppBind]: bind,
  [Opcode.ModelAppUnbind]: unbind,
  [Opcode.SigModelAppGet]: listBindings,
  [Opcode.VendorModelAppGet]: listBindings,
});

function bind(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return changeBinding(stack, parameters, "bind");
}

function unbind(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return changeBinding(stack, parameters, "unbind");
}

function changeBinding(
  stack: Stack,
  parameters: Uint8Array,
  change: "bind" | "unbind",
): Uint8Array | undefined {
  const element = getUint16LE(parameters, 0);
  if (!isUnicast(element)) return undefined;
  const appKeyIndex = getKeyIndex(parameters, 2);
  const modelId = parameters.subarray(4);
  const code = ((): StatusCode => {
    const entry = findModel(stack.access, { element, modelId });
    if (typeof entry === "number") return entry;
    if (stack.appKeys.get(appKeyIndex) === undefined) return StatusCode.InvalidAppKeyIndex;
    if (!isConfigurable(entry)) return change === "bind" ? StatusCode.CannotBind : StatusCode.Success;
    return listStatus(entry[change](appKeyIndex));
  })();
  return concat(Uint8Array.of(code), parameters.subarray(0, 2), packKeyIndexes([appKeyIndex]), modelId);
}

function listBindings(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const element = getUint16LE(parameters, 0);
  if (!isUnicast(element)) return undefined;
  const entry = findModel(stack.access, { element, modelId: parameters.subarray(2) });
  if (typeof entry === "number") return concat(Uint8Array.of(entry), parameters);
  return concat(Uint8Array.of(StatusCode.Success), parameters, packKeyIndexes(entry.bindings));
}
