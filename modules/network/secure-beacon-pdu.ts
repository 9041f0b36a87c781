/** The secure network beacon, octet by octet. MshPRT 3.10.3. */

import { equal, getUint32BE, octet, setUint32BE } from "../bytes.js";
import { cmac } from "../crypto/cmac.js";
import type { BlockCipher } from "../platform.js";

/** The first octet of a mesh beacon that is a secure network beacon. MshPRT 3.10.3. */
export const SECURE_NETWORK_BEACON = 0x01;

/** Octets of the whole beacon, its type included. */
export const SECURE_NETWORK_BEACON_SIZE = 22;

const KEY_REFRESH_FLAG = 0x01;
const IV_UPDATE_FLAG = 0x02;
const FLAGS_AT = 1;
const NETWORK_ID_AT = 2;
const IV_INDEX_AT = 10;
const AUTHENTICATION_VALUE_AT = 14;

/** What a beacon tells. The reserved flags are not looked at, but authenticated. MshPRT 3.10.3. */
export interface SecureNetworkBeaconFields {
  readonly keyRefresh: boolean;
  readonly ivUpdate: boolean;
  readonly ivIndex: number;
}

/** The fields of a beacon, whose length and type are right. */
export function decodeSecureNetworkBeacon(pdu: Uint8Array): SecureNetworkBeaconFields {
  const flags = octet(pdu, FLAGS_AT);
  return {
    keyRefresh: (flags & KEY_REFRESH_FLAG) !== 0,
    ivUpdate: (flags & IV_UPDATE_FLAG) !== 0,
    ivIndex: getUint32BE(pdu, IV_INDEX_AT),
  };
}

/** The beacon with that Network ID, into at least 22 octets. Returns their number. */
export function encodeSecureNetworkBeacon(
  fields: SecureNetworkBeaconFields,
  networkId: Uint8Array,
  beaconKey: BlockCipher,
  target: Uint8Array,
): number {
  target[0] = SECURE_NETWORK_BEACON;
  target[FLAGS_AT] = (fields.keyRefresh ? KEY_REFRESH_FLAG : 0) | (fields.ivUpdate ? IV_UPDATE_FLAG : 0);
  target.set(networkId, NETWORK_ID_AT);
  setUint32BE(target, IV_INDEX_AT, fields.ivIndex);
  target.set(authenticationValue(target, beaconKey), AUTHENTICATION_VALUE_AT);
  return SECURE_NETWORK_BEACON_SIZE;
}

/** Whether the beacon has that Network ID, which is public. pdu: its length and type are right. */
export function hasNetworkId(pdu: Uint8Array, networkId: Uint8Array): boolean {
  for (let i = 0; i < 8; i++) if (pdu[NETWORK_ID_AT + i] !== networkId[i]) return false;
  return true;
}

/** Whether the authentication value fits the key. pdu: its length and type are right. */
export function isAuthentic(pdu: Uint8Array, beaconKey: BlockCipher): boolean {
  const value = pdu.subarray(AUTHENTICATION_VALUE_AT, SECURE_NETWORK_BEACON_SIZE);
  return equal(authenticationValue(pdu, beaconKey), value);
}

/** The first half of the CMAC over Flags, Network ID and IV Index. */
function authenticationValue(pdu: Uint8Array, beaconKey: BlockCipher): Uint8Array {
  return cmac(beaconKey, pdu.subarray(FLAGS_AT, AUTHENTICATION_VALUE_AT)).subarray(0, 8);
}
