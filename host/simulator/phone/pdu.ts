/** Provisioning PDUs: what a provisioner builds and what it reads. MshPRT 5.4.1. */

import { concat, getUint16BE, octet, setUint16BE, setUint32BE } from "../../../modules/bytes.js";

/** The first octet of a Provisioning PDU. Assigned Numbers, Provisioning PDU types. */
export const ProvisioningPduType = Object.freeze({
  Invite: 0x00,
  Capabilities: 0x01,
  Start: 0x02,
  PublicKey: 0x03,
  InputComplete: 0x04,
  Confirmation: 0x05,
  Random: 0x06,
  Data: 0x07,
  Complete: 0x08,
  Failed: 0x09,
  RecordRequest: 0x0a,
  RecordResponse: 0x0b,
  RecordsGet: 0x0c,
  RecordsList: 0x0d,
} as const);
export type ProvisioningPduType = (typeof ProvisioningPduType)[keyof typeof ProvisioningPduType];

/** What a device can do, as it said. Bits and sizes as in MshPRT 5.4.1.2. */
export interface Capabilities {
  readonly numberOfElements: number;
  readonly algorithms: number;
  readonly publicKeyType: number;
  readonly oobType: number;
  readonly outputOobSize: number;
  readonly outputOobAction: number;
  readonly inputOobSize: number;
  readonly inputOobAction: number;
}

/** What the provisioner chose. MshPRT 5.4.1.3. */
export interface Start {
  readonly algorithm: number;
  readonly publicKey: number;
  readonly authenticationMethod: number;
  readonly authenticationAction: number;
  readonly authenticationSize: number;
}

/** What a node gets. netKey: 16 octets; flags: bit 0 key refresh, bit 1 IV update. MshPRT 5.4.2.5. */
export interface ProvisioningData {
  readonly netKey: Uint8Array;
  readonly netKeyIndex: number;
  readonly flags: number;
  readonly ivIndex: number;
  readonly unicastAddress: number;
}

/** Which part of which record is wanted. MshPRT 5.4.1.11. */
export interface RecordRequest {
  readonly recordId: number;
  readonly fragmentOffset: number;
  readonly fragmentMaximumSize: number;
}

/** A part of a record. data: a view. MshPRT 5.4.1.12. */
export interface RecordResponse {
  readonly status: number;
  readonly recordId: number;
  readonly fragmentOffset: number;
  readonly totalLength: number;
  readonly data: Uint8Array;
}

/** Which records a device has. MshPRT 5.4.1.14. */
export interface RecordsList {
  readonly provisioningExtensions: number;
  readonly recordIds: readonly number[];
}

/** A Provisioning PDU whose parameters are octet strings only: Public Key, Confirmation, Random, Data, and so on. */
export function encodePdu(type: ProvisioningPduType, ...parameters: readonly Uint8Array[]): Uint8Array {
  return concat(Uint8Array.of(type), ...parameters);
}

/** Invite; attentionSeconds: 0 to 255. MshPRT 5.4.1.1. */
export function encodeInvite(attentionSeconds: number): Uint8Array {
  return Uint8Array.of(ProvisioningPduType.Invite, attentionSeconds);
}

/** Start, with whatever values are given. MshPRT 5.4.1.3. */
export function encodeStart(start: Start): Uint8Array {
  return Uint8Array.of(
    ProvisioningPduType.Start,
    start.algorithm,
    start.publicKey,
    start.authenticationMethod,
    start.authenticationAction,
    start.authenticationSize,
  );
}

/** The 25 octets that the Data PDU carries encrypted. MshPRT 5.4.2.5. */
export function encodeProvisioningData(data: ProvisioningData): Uint8Array {
  const octets = new Uint8Array(25);
  octets.set(data.netKey);
  setUint16BE(octets, 16, data.netKeyIndex);
  octets[18] = data.flags;
  setUint32BE(octets, 19, data.ivIndex);
  setUint16BE(octets, 23, data.unicastAddress);
  return octets;
}

/** Record Request. MshPRT 5.4.1.11. */
export function encodeRecordRequest(request: RecordRequest): Uint8Array {
  const pdu = new Uint8Array(7);
  pdu[0] = ProvisioningPduType.RecordRequest;
  setUint16BE(pdu, 1, request.recordId);
  setUint16BE(pdu, 3, request.fragmentOffset);
  setUint16BE(pdu, 5, request.fragmentMaximumSize);
  return pdu;
}

/** Capabilities; undefined: wrong type or length. Reserved bits are kept: a provisioner ignores them. */
export function decodeCapabilities(pdu: Uint8Array): Capabilities | undefined {
  if (pdu.length !== 12 || pdu[0] !== ProvisioningPduType.Capabilities) return undefined;
  return {
    numberOfElements: octet(pdu, 1),
    algorithms: getUint16BE(pdu, 2),
    publicKeyType: octet(pdu, 4),
    oobType: octet(pdu, 5),
    outputOobSize: octet(pdu, 6),
    outputOobAction: getUint16BE(pdu, 7),
    inputOobSize: octet(pdu, 9),
    inputOobAction: getUint16BE(pdu, 10),
  };
}

/** Records List; undefined: wrong type or length. */
export function decodeRecordsList(pdu: Uint8Array): RecordsList | undefined {
  if (pdu.length < 3 || pdu.length % 2 === 0 || pdu[0] !== ProvisioningPduType.RecordsList) return undefined;
  const recordIds: number[] = [];
  for (let at = 3; at < pdu.length; at += 2) recordIds.push(getUint16BE(pdu, at));
  return { provisioningExtensions: getUint16BE(pdu, 1), recordIds };
}

/** Record Response; undefined: wrong type or length. */
export function decodeRecordResponse(pdu: Uint8Array): RecordResponse | undefined {
  if (pdu.length < 8 || pdu[0] !== ProvisioningPduType.RecordResponse) return undefined;
  return {
    status: octet(pdu, 1),
    recordId: getUint16BE(pdu, 2),
    fragmentOffset: getUint16BE(pdu, 4),
    totalLength: getUint16BE(pdu, 6),
    data: pdu.subarray(8),
  };
}
