/** The Provisioning PDUs. First octet: two padding bits and the type; then the parameters. MshPRT 5.4.1. */

import { concat, getUint16BE, getUint32BE, octet, setUint16BE } from "../bytes.js";
import { type InputAction, isInputAction, isOutputAction, type OutputAction } from "../oob-actions.js";
import type { Policy } from "../policy.js";

/** The Type field. MshPRT 5.4.1, Assigned Numbers. */
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

/** The Error Code of Provisioning Failed. MshPRT 5.4.1.10, table 5.41. */
export const ProvisioningError = Object.freeze({
  InvalidPdu: 0x01,
  InvalidFormat: 0x02,
  UnexpectedPdu: 0x03,
  ConfirmationFailed: 0x04,
  OutOfResources: 0x05,
  DecryptionFailed: 0x06,
  UnexpectedError: 0x07,
  CannotAssignAddresses: 0x08,
  InvalidData: 0x09,
} as const);
export type ProvisioningError = (typeof ProvisioningError)[keyof typeof ProvisioningError];

/** The Algorithm of Provisioning Start; its bit in Capabilities is 1 << value. MshPRT 5.4.1.3, table 5.29. */
export const Algorithm = Object.freeze({
  /** BTM_ECDH_P256_CMAC_AES128_AES_CCM */
  Cmac: 0x00,
  /** BTM_ECDH_P256_HMAC_SHA256_AES_CCM */
  Hmac: 0x01,
} as const);
export type Algorithm = (typeof Algorithm)[keyof typeof Algorithm];

/** The Authentication Method of Provisioning Start. MshPRT 5.4.1.3, table 5.31. */
const AuthenticationMethod = Object.freeze({
  NoOob: 0,
  StaticOob: 1,
  OutputOob: 2,
  InputOob: 3,
} as const);

/** What the device offers. MshPRT 5.4.1.2. */
export interface ProvisioningCapabilities {
  /** 1 to 255. */
  readonly numberOfElements: number;
  /** A bit for each Algorithm. */
  readonly algorithms: number;
  /** Bit 0: a public key is available out of band. */
  readonly publicKeyType: number;
  /** Bit 0: static OOB is available; bit 1: provisioning without OOB is refused. */
  readonly oobType: number;
  /** Digits or characters, 0 to 8; 0: no output. */
  readonly outputOobSize: number;
  readonly outputOobAction: number;
  /** Digits or characters, 0 to 8; 0: no input. */
  readonly inputOobSize: number;
  readonly inputOobAction: number;
}

/** What a policy offers. numberOfElements: 1 to 255. MshPRT 5.4.1.2. */
export function capabilitiesOf(policy: Policy, numberOfElements: number): ProvisioningCapabilities {
  return {
    numberOfElements,
    algorithms: policy.algorithms,
    publicKeyType: policy.oobPrivateKey === undefined ? 0 : 0x01,
    oobType: (policy.staticOob === undefined ? 0 : 0x01) | (policy.onlyOobAuthenticated ? 0x02 : 0),
    outputOobSize: policy.outputSize,
    outputOobAction: policy.outputActions,
    inputOobSize: policy.inputSize,
    inputOobAction: policy.inputActions,
  };
}

/** The parameters of Provisioning Capabilities, 11 octets, as they stand in ConfirmationInputs. MshPRT 5.4.1.2. */
export function encodeCapabilities(capabilities: ProvisioningCapabilities): Uint8Array {
  const parameters = new Uint8Array(11);
  parameters[0] = capabilities.numberOfElements;
  setUint16BE(parameters, 1, capabilities.algorithms);
  parameters[3] = capabilities.publicKeyType;
  parameters[4] = capabilities.oobType;
  parameters[5] = capabilities.outputOobSize;
  setUint16BE(parameters, 6, capabilities.outputOobAction);
  parameters[8] = capabilities.inputOobSize;
  setUint16BE(parameters, 9, capabilities.inputOobAction);
  return parameters;
}

/** What the provisioner has chosen. MshPRT 5.4.1.3. */
export interface ProvisioningStart {
  readonly algorithm: Algorithm;
  /** The device's public key is known out of band, and not sent. */
  readonly oobPublicKey: boolean;
  readonly authentication: Authentication;
}

/** How the two sides authenticate each other. size: digits or characters, 1 to 8. MshPRT 5.4.1.3. */
export type Authentication =
  | { readonly method: "none" }
  | { readonly method: "static" }
  | { readonly method: "output"; readonly action: OutputAction; readonly size: number }
  | { readonly method: "input"; readonly action: InputAction; readonly size: number };

/**
 * The parameters of Provisioning Start, 5 octets; undefined: a value that is prohibited, reserved, or not offered by
 * `capabilities`. MshPRT 5.4.1.3, 5.4.2.3, 5.4.4.
 */
export function decodeStart(
  parameters: Uint8Array,
  capabilities: ProvisioningCapabilities,
): ProvisioningStart | undefined {
  const algorithm = octet(parameters, 0);
  const publicKey = octet(parameters, 1);
  if (algorithm !== Algorithm.Cmac && algorithm !== Algorithm.Hmac) return undefined;
  // A device that wants OOB authentication does not offer CMAC, so the two rules of 5.4.2.3 are one here.
  if (!isOffered(algorithm, capabilities.algorithms)) return undefined;
  if (publicKey > (capabilities.publicKeyType & 0x01)) return undefined;
  const authentication = decodeAuthentication(parameters, capabilities);
  if (authentication === undefined) return undefined;
  return { algorithm, oobPublicKey: publicKey === 1, authentication };
}

function decodeAuthentication(
  parameters: Uint8Array,
  capabilities: ProvisioningCapabilities,
): Authentication | undefined {
  const action = octet(parameters, 3);
  const size = octet(parameters, 4);
  switch (octet(parameters, 2)) {
    case AuthenticationMethod.NoOob:
      if ((capabilities.oobType & 0x02) !== 0 || action !== 0 || size !== 0) return undefined;
      return { method: "none" };
    case AuthenticationMethod.StaticOob:
      if ((capabilities.oobType & 0x01) === 0 || action !== 0 || size !== 0) return undefined;
      return { method: "static" };
    case AuthenticationMethod.OutputOob:
      if (!isOutputAction(action) || !isOffered(action, capabilities.outputOobAction)) return undefined;
      if (size === 0 || size > capabilities.outputOobSize) return undefined;
      return { method: "output", action, size };
    case AuthenticationMethod.InputOob:
      if (!isInputAction(action) || !isOffered(action, capabilities.inputOobAction)) return undefined;
      if (size === 0 || size > capabilities.inputOobSize) return undefined;
      return { method: "input", action, size };
    default:
      return undefined;
  }
}

function isOffered(bit: number, offered: number): boolean {
  return (offered & (1 << bit)) !== 0;
}

/** What makes a device a node. MshPRT 5.4.2.5, table 5.47. */
export interface ProvisioningData {
  /** 16 octets. */
  readonly netKey: Uint8Array;
  /** 000 to fff. */
  readonly netKeyIndex: number;
  /** The NetKey is the new one of a key refresh in phase 2. */
  readonly keyRefresh: boolean;
  readonly ivUpdate: boolean;
  readonly ivIndex: number;
  /** Of the primary element; not yet checked. */
  readonly unicastAddress: number;
}

/** Octets of the provisioning data in clear, and of its MIC. MshPRT 5.4.1.8. */
export const PROVISIONING_DATA_SIZE = 25;
export const PROVISIONING_DATA_MIC_SIZE = 8;

/** 25 decrypted octets; undefined: bits that are reserved for future use. MshPRT 5.4.2.5, 4.3.1.1, 5.4.4. */
export function decodeProvisioningData(data: Uint8Array): ProvisioningData | undefined {
  const netKeyIndex = getUint16BE(data, 16);
  const flags = octet(data, 18);
  if (netKeyIndex > 0xfff || flags > 0x03) return undefined;
  return {
    netKey: data.slice(0, 16),
    netKeyIndex,
    keyRefresh: (flags & 0x01) !== 0,
    ivUpdate: (flags & 0x02) !== 0,
    ivIndex: getUint32BE(data, 19),
    unicastAddress: getUint16BE(data, 23),
  };
}

/** A Provisioning PDU of its type and parameters. MshPRT 5.4.1. */
export function encodePdu(type: ProvisioningPduType, parameters: Uint8Array): Uint8Array {
  return concat(new Uint8Array([type]), parameters);
}

/** Provisioning Records List of a device without records. MshPRT 5.4.1.14. */
export function encodeEmptyRecordsList(): Uint8Array {
  return encodePdu(ProvisioningPduType.RecordsList, new Uint8Array(2));
}

/**
 * Provisioning Record Response: Requested Record Is Not Present. request: the parameters of the Provisioning Record
 * Request, 6 octets; undefined: its Fragment Maximum Size is the prohibited 0. MshPRT 5.4.1.11, 5.4.1.12.
 */
export function encodeRecordNotPresent(request: Uint8Array): Uint8Array | undefined {
  if (getUint16BE(request, 4) === 0) return undefined;
  const parameters = new Uint8Array(7);
  parameters[0] = 0x01;
  parameters.set(request.subarray(0, 4), 1);
  return encodePdu(ProvisioningPduType.RecordResponse, parameters);
}
