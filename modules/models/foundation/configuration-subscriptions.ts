/** The Configuration Server's Subscription Lists. MshPRT 4.4.1.2.8. */

import type { ListResult, ModelEntry } from "../../access/model-entry.js";
import { concat, getUint16LE, setUint16LE } from "../../bytes.js";
import { virtualAddress } from "../../crypto/toolbox.js";
import { Address, isGroup, isUnicast } from "../../network/address.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";
import { findModel, isConfigurable, type ModelIdentifier } from "./model-identifier.js";
import type { Handlers, Stack } from "./stack.js";
import { listStatus, StatusCode } from "./status-code.js";

/** By opcode. */
export const subscriptionHandlers: Handlers = Object.freeze({
  [Opcode.ModelSubscriptionAdd]: add,
  [Opcode.ModelSubscriptionDelete]: remove,
  [Opcode.ModelSubscriptionOverwrite]: overwrite,
  [Opcode.ModelSubscriptionVirtualAddressAdd]: addVirtual,
  [Opcode.ModelSubscriptionVirtualAddressDelete]: removeVirtual,
  [Opcode.ModelSubscriptionVirtualAddressOverwrite]: overwriteVirtual,
  [Opcode.ModelSubscriptionDeleteAll]: removeAll,
  [Opcode.SigModelSubscriptionGet]: listSubscriptions,
  [Opcode.VendorModelSubscriptionGet]: listSubscriptions,
});

/** What a message does to a list. */
type Change = "subscribe" | "unsubscribe" | "overwrite";

function add(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return changeGroup(stack, parameters, "subscribe");
}

function remove(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return changeGroup(stack, parameters, "unsubscribe");
}

function overwrite(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return changeGroup(stack, parameters, "overwrite");
}

function addVirtual(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return changeVirtual(stack, parameters, "subscribe");
}

function removeVirtual(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return changeVirtual(stack, parameters, "unsubscribe");
}

function overwriteVirtual(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  return changeVirtual(stack, parameters, "overwrite");
}

function changeGroup(stack: Stack, parameters: Uint8Array, change: Change): Uint8Array | undefined {
  const address = getUint16LE(parameters, 2);
  if (!isGroup(address) || address === Address.AllNodes) return undefined;
  const of = { element: getUint16LE(parameters, 0), modelId: parameters.subarray(4) };
  return answer(stack, of, address, (entry) => entry[change](address, undefined));
}

function changeVirtual(stack: Stack, parameters: Uint8Array, change: Change): Uint8Array | undefined {
  const label = parameters.subarray(2, 18);
  const address = virtualAddress(stack.crypto, label);
  const of = { element: getUint16LE(parameters, 0), modelId: parameters.subarray(18) };
  return answer(stack, of, address, (entry) => entry[change](address, label));
}

function removeAll(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const of = { element: getUint16LE(parameters, 0), modelId: parameters.subarray(2) };
  return answer(stack, of, Address.Unassigned, (entry) => entry.unsubscribeAll());
}

/** Does it, if the model is there. address: what the status tells; of a label, its virtual address. */
function answer(
  stack: Stack,
  of: ModelIdentifier,
  address: number,
  change: (entry: ModelEntry) => ListResult,
): Uint8Array | undefined {
  if (!isUnicast(of.element)) return undefined;
  const entry = findSubscriber(stack, of);
  const status = new Uint8Array(5 + of.modelId.length);
  status[0] = typeof entry === "number" ? entry : listStatus(change(entry));
  setUint16LE(status, 1, of.element);
  setUint16LE(status, 3, address);
  status.set(of.modelId, 5);
  return status;
}

function listSubscriptions(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const of = { element: getUint16LE(parameters, 0), modelId: parameters.subarray(2) };
  if (!isUnicast(of.element)) return undefined;
  const entry = findSubscriber(stack, of);
  if (typeof entry === "number") return concat(Uint8Array.of(entry), parameters);
  const addresses = new Uint8Array(2 * entry.subscriptions.length);
  entry.subscriptions.forEach(({ address }, i) => {
    setUint16LE(addresses, 2 * i, address);
  });
  return concat(Uint8Array.of(StatusCode.Success), parameters, addresses);
}

/** The specification asks first whether the model subscribes at all, which takes the element and the model to know. */
function findSubscriber(stack: Stack, of: ModelIdentifier): ModelEntry | StatusCode {
  const entry = findModel(stack.access, of);
  if (typeof entry === "number") return entry;
  return isConfigurable(entry) ? entry : StatusCode.NotASubscribeModel;
}
