/** Heartbeats: the message, and the logarithms of its states. MshPRT 3.6.5.10, 4.1.2, 4.2.18, 4.2.19. */

import { getUint16BE, octet, setUint16BE } from "../bytes.js";

/** Octets of the parameters. */
export const HEARTBEAT_SIZE = 3;

/** The counts are full there. */
export const COUNT_UNLIMITED = 0xffff;

/** Parameters of the control message. */
export interface HeartbeatMessage {
  /** The TTL that it began with. */
  readonly initTtl: number;
  /** The features that are in use; bits as in Feature. */
  readonly features: number;
}

/** The 3 octets. */
export function encodeHeartbeat({ initTtl, features }: HeartbeatMessage): Uint8Array {
  const parameters = new Uint8Array(HEARTBEAT_SIZE);
  parameters[0] = initTtl;
  setUint16BE(parameters, 1, features);
  return parameters;
}

/** undefined: of a wrong length. The reserved bit says nothing. */
export function decodeHeartbeat(parameters: Uint8Array): HeartbeatMessage | undefined {
  if (parameters.length !== HEARTBEAT_SIZE) return undefined;
  return { initTtl: octet(parameters, 0) & 0x7f, features: getUint16BE(parameters, 1) };
}

/** What a logarithmic field stands for: 2^(n-1); 0 for 0. Of a PeriodLog, seconds. MshPRT 4.1.2. */
export function fromLogarithm(logarithm: number): number {
  return logarithm === 0 ? 0 : 2 ** (logarithm - 1);
}

/** Largest n with 2^(n-1) at or below the value; 0 for 0. MshPRT 4.1.2. */
export function logarithmOf(value: number): number {
  let n = 0;
  while (2 ** n <= value) n++;
  return n;
}
