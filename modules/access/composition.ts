/** Composition Data: what a product is made of, and whether it may be. MshPRT 4.2.2, 3.8.3, 3.8.4. */

import { setUint16LE } from "../bytes.js";
import { Feature, type Features } from "../network/node-states.js";
import type { Composition, Element, Model } from "./model.js";
import { MAX_ACCESS_MESSAGE, opcodeSize } from "./opcode.js";

const HEADER_SIZE = 10;
const ELEMENT_HEADER_SIZE = 4;
const SIG_MODEL_SIZE = 2;
const VENDOR_MODEL_SIZE = 4;

/** What a status message with a page has before the page: its opcode, and the number of the page. */
const STATUS_HEADER_SIZE = 2;

/**
 * Composition Data page 0. elements: those of the composition, with the stack's own models; replayList: the sources
 * that the replay protection list has room for. MshPRT 4.2.2.1.
 */
export function encodeCompositionPage0(
  composition: Composition,
  elements: readonly Element[],
  features: Features,
  replayList: number,
): Uint8Array {
  const page = new Uint8Array(pageSize(elements));
  setUint16LE(page, 0, composition.companyId);
  setUint16LE(page, 2, composition.productId);
  setUint16LE(page, 4, composition.versionId);
  setUint16LE(page, 6, replayList);
  setUint16LE(page, 8, featureBits(features));
  let at = HEADER_SIZE;
  for (const element of elements) at = encodeElement(page, at, element);
  return page;
}

function encodeElement(page: Uint8Array, start: number, { location, models }: Element): number {
  setUint16LE(page, start, location);
  let at = start + ELEMENT_HEADER_SIZE;
  for (const { companyId, modelId } of models) {
    if (companyId !== undefined) continue;
    setUint16LE(page, at, modelId);
    at += SIG_MODEL_SIZE;
  }
  page[start + 2] = (at - start - ELEMENT_HEADER_SIZE) / SIG_MODEL_SIZE;
  const vendorModels = at;
  for (const { companyId, modelId } of models) {
    if (companyId === undefined) continue;
    setUint16LE(page, at, companyId);
    setUint16LE(page, at + 2, modelId);
    at += VENDOR_MODEL_SIZE;
  }
  page[start + 3] = (at - vendorModels) / VENDOR_MODEL_SIZE;
  return at;
}

function featureBits({ relay, proxy, friend, lowPower }: Features): number {
  return (
    (relay ? Feature.Relay : 0) |
    (proxy ? Feature.Proxy : 0) |
    (friend ? Feature.Friend : 0) |
    (lowPower ? Feature.LowPower : 0)
  );
}

function pageSize(elements: readonly Element[]): number {
  let size = HEADER_SIZE;
  for (const { models } of elements) {
    size += ELEMENT_HEADER_SIZE;
    for (const { companyId } of models) size += companyId === undefined ? SIG_MODEL_SIZE : VENDOR_MODEL_SIZE;
  }
  return size;
}

/** Throws RangeError, with the reason, for elements that no node can have. */
export function checkComposition(elements: readonly Element[]): void {
  if (elements.length < 1 || elements.length > 255) throw new RangeError("a node has 1 to 255 elements");
  for (const element of elements) checkElement(element, element === elements[0]);
  if (pageSize(elements) > MAX_ACCESS_MESSAGE - STATUS_HEADER_SIZE) {
    throw new RangeError("page 0 of the composition data does not fit into one message");
  }
}

function checkElement({ location, models }: Element, isPrimary: boolean): void {
  checkUint16(location, "a location");
  const identifiers: string[] = [];
  const opcodes: number[] = [];
  for (const model of models) {
    checkModel(model);
    if (model.security === "device" && !isPrimary) {
      throw new RangeError("a model of device key security sits on the primary element");
    }
    const identifier = `${model.companyId} ${model.modelId}`;
    if (identifiers.includes(identifier)) throw new RangeError("one element has two instances of a model");
    identifiers.push(identifier);
    for (const { opcode } of model.messages) {
      // "an element cannot have instances of models with overlapping opcodes": MshPRT 3.8.3.
      if (opcodes.includes(opcode)) throw new RangeError("two models of one element take the same opcode");
      opcodes.push(opcode);
    }
  }
  const vendorModels = models.filter(({ companyId }) => companyId !== undefined).length;
  if (vendorModels > 255 || models.length - vendorModels > 255) {
    throw new RangeError("an element has at most 255 models of either kind");
  }
}

function checkModel({ companyId, modelId, messages }: Model): void {
  checkUint16(modelId, "a model identifier");
  if (companyId !== undefined) checkUint16(companyId, "a company identifier");
  for (const { opcode, minLength, maxLength } of messages) {
    const room = MAX_ACCESS_MESSAGE - opcodeSize(opcode);
    if (!(minLength >= 0 && minLength <= maxLength && maxLength <= room)) {
      throw new RangeError("a message has an impossible length");
    }
  }
}

function checkUint16(value: number, what: string): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= 0xffff)) {
    throw new RangeError(`${what} has 16 bits`);
  }
}
