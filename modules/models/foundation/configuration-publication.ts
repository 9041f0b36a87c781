/** The Configuration Server's Model Publication states. MshPRT 4.4.1.2.7. */

import type { ModelEntry } from "../../access/model-entry.js";
import type { PublicationState } from "../../access/publication.js";
import { getUint16LE, octet, setUint16LE } from "../../bytes.js";
import { virtualAddress } from "../../crypto/toolbox.js";
import { Address, isUnicast, isVirtual } from "../../network/address.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";
import { getKeyIndex } from "./key-indexes.js";
import { findModel, isConfigurable, type ModelIdentifier } from "./model-identifier.js";
import type { Handlers, Stack } from "./stack.js";
import { listStatus, StatusCode } from "./status-code.js";

/** By opcode. */
export const publicationHandlers: Handlers = Object.freeze({
  [Opcode.ModelPublicationGet]: getPublication,
  [Opcode.ModelPublicationSet]: setPublication,
  [Opcode.ModelPublicationVirtualAddressSet]: setVirtualPublication,
});

/** Beside the AppKey index. */
const CREDENTIAL_FLAG = 0x1000;

/** Publish TTL: use the Default TTL. MshPRT 4.2.3.5. */
const DEFAULT_TTL = 0xff;

function getPublication(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const of = { element: getUint16LE(parameters, 0), modelId: parameters.subarray(2) };
  if (!isUnicast(of.element)) return undefined;
  const entry = findPublisher(stack, of);
  if (typeof entry === "number") return publicationStatus(entry, of, undefined);
  return publicationStatus(StatusCode.Success, of, entry.publication);
}

function setPublication(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const address = getUint16LE(parameters, 2);
  if (isVirtual(address)) return undefined;
  return change(stack, getUint16LE(parameters, 0), decode(address, undefined, parameters.subarray(4)));
}

function setVirtualPublication(stack: Stack, parameters: Uint8Array): Uint8Array | undefined {
  const label = parameters.subarray(2, 18);
  const address = virtualAddress(stack.crypto, label);
  return change(stack, getUint16LE(parameters, 0), decode(address, label, parameters.subarray(18)));
}

/** What a Set asks for. */
interface Request {
  readonly publication: PublicationState;
  readonly modelId: Uint8Array;
}

/** fields: all that follows the destination. */
function decode(address: number, label: Uint8Array | undefined, fields: Uint8Array): Request {
  const publication = {
    address,
    label,
    appKeyIndex: getKeyIndex(fields, 0),
    credentialFlag: (getUint16LE(fields, 0) & CREDENTIAL_FLAG) !== 0,
    ttl: octet(fields, 2),
    period: octet(fields, 3),
    retransmit: octet(fields, 4),
  };
  return { publication, modelId: fields.subarray(5) };
}

function change(stack: Stack, element: number, { publication, modelId }: Request): Uint8Array | undefined {
  if (!isUnicast(element)) return undefined;
  // The unassigned address switches publication off, and whatever else the message says is ignored.
  const isOff = publication.address === Address.Unassigned;
  if (!isOff && publication.ttl > 0x7f && publication.ttl !== DEFAULT_TTL) return undefined;
  const of = { element, modelId };
  const entry = findPublisher(stack, of);
  if (typeof entry === "number") return publicationStatus(entry, of, undefined);
  const code = isOff ? listStatus(entry.publishTo(undefined)) : switchOn(stack, entry, publication);
  return publicationStatus(code, of, code === StatusCode.Success ? entry.publication : undefined);
}

function switchOn(stack: Stack, entry: ModelEntry, publication: PublicationState): StatusCode {
  const { appKeyIndex, credentialFlag } = publication;
  const isBound = stack.appKeys.get(appKeyIndex) !== undefined && entry.bindings.includes(appKeyIndex);
  if (!isBound) return StatusCode.InvalidAppKeyIndex;
  if (credentialFlag && !stack.features.lowPower) return StatusCode.FeatureNotSupported;
  return listStatus(entry.publishTo(publication));
}

/** The specification asks first whether the model publishes at all, which takes the element and the model to know. */
function findPublisher(stack: Stack, of: ModelIdentifier): ModelEntry | StatusCode {
  const entry = findModel(stack.access, of);
  if (typeof entry === "number") return entry;
  return isConfigurable(entry) ? entry : StatusCode.InvalidPublishParameters;
}

/** publication: undefined after an error, and where there is none: all its fields are 0. */
function publicationStatus(
  code: StatusCode,
  { element, modelId }: ModelIdentifier,
  publication: PublicationState | undefined,
): Uint8Array {
  const status = new Uint8Array(10 + modelId.length);
  status[0] = code;
  setUint16LE(status, 1, element);
  if (publication !== undefined) {
    setUint16LE(status, 3, publication.address);
    setUint16LE(status, 5, publication.appKeyIndex | (publication.credentialFlag ? CREDENTIAL_FLAG : 0));
    status[7] = publication.ttl;
    status[8] = publication.period;
    status[9] = publication.retransmit;
  }
  status.set(modelId, 10);
  return status;
}
