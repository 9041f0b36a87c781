/** The model that a message of the Configuration Server is about: an element's address and a model's id. */

import type { Access } from "../../access/access.js";
import type { ModelEntry } from "../../access/model-entry.js";
import { getUint16LE } from "../../bytes.js";
import { StatusCode } from "./status-code.js";

/** Which of a node's models. modelId: 2 octets of a SIG model, or company and model id of a vendor's. MshPRT 4.3.1.3. */
export interface ModelIdentifier {
  readonly element: number;
  readonly modelId: Uint8Array;
}

/** The model; a status: no element of this node has that address, or not that model. */
export function findModel(
  access: Access,
  { element, modelId }: ModelIdentifier,
): ModelEntry | typeof StatusCode.InvalidAddress | typeof StatusCode.InvalidModel {
  const isVendors = modelId.length === 4;
  const found = access.find(
    element,
    isVendors ? getUint16LE(modelId, 0) : undefined,
    getUint16LE(modelId, isVendors ? 2 : 0),
  );
  if (found === "noElement") return StatusCode.InvalidAddress;
  if (found === "noModel") return StatusCode.InvalidModel;
  return found;
}

/** Whether others may bind it, have it publish or let it hear groups: a model of device key security has none of it. */
export function isConfigurable({ model }: ModelEntry): boolean {
  return model.security === "application";
}
