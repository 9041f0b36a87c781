/** The fixed channels of a link that are not ATT: signalling and security. Core Specification, Vol 3, Parts A and H. */

import { getUint16LE, octet } from "../../../modules/bytes.js";

/** Channels that every LE link has. Vol 3, Part A, 2.1. */
export const Channel = Object.freeze({ Att: 0x0004, Signalling: 0x0005, Security: 0x0006 } as const);

/** Commands on the signalling channel. Vol 3, Part A, 4. */
const SignalCode = Object.freeze({
  CommandReject: 0x01,
  DisconnectionRequest: 0x06,
  ParameterUpdateRequest: 0x12,
  CreditBasedConnectionRequest: 0x14,
  EnhancedConnectionRequest: 0x17,
  EnhancedReconfigureRequest: 0x19,
} as const);
/** Requests: whatever else comes is an answer, or needs none. */
const REQUESTS: readonly number[] = Object.freeze([
  SignalCode.DisconnectionRequest,
  SignalCode.ParameterUpdateRequest,
  SignalCode.CreditBasedConnectionRequest,
  SignalCode.EnhancedConnectionRequest,
  SignalCode.EnhancedReconfigureRequest,
]);
const NOT_UNDERSTOOD = 0x0000;

/** Vol 3, Part H, 3.5. */
const PAIRING_REQUEST = 0x01;
const PAIRING_FAILED = 0x05;
const PAIRING_NOT_SUPPORTED = 0x05;

/**
 * The answer to a signalling packet; undefined: none is due. A peripheral takes no request: only it may ask for other
 * connection parameters, and there are no channels but the fixed ones. Vol 3, Part A, 4.1, 4.20.
 */
export function answerSignal(packet: Uint8Array): Uint8Array | undefined {
  if (packet.length < 4) return undefined;
  const [code, identifier] = [octet(packet, 0), octet(packet, 1)];
  const isWhole = getUint16LE(packet, 2) === packet.length - 4;
  if (!isWhole || identifier === 0 || !REQUESTS.includes(code)) return undefined;
  return Uint8Array.of(SignalCode.CommandReject, identifier, 2, 0, NOT_UNDERSTOOD, 0);
}

/** The answer to a security packet; undefined: none is due. Nothing of mesh needs pairing. Vol 3, Part H, 3.5.5. */
export function answerSecurity(packet: Uint8Array): Uint8Array | undefined {
  return packet[0] === PAIRING_REQUEST ? Uint8Array.of(PAIRING_FAILED, PAIRING_NOT_SUPPORTED) : undefined;
}
