/** The mesh private beacon, octet by octet. MshPRT 3.10.4. */

import { getUint32BE, octet, setUint32BE } from "../bytes.js";
import type { Ccm } from "../crypto/ccm.js";
import type { SecureNetworkBeaconFields } from "./secure-beacon-pdu.js";

/** The first octet of a mesh beacon that is a private one. MshPRT 3.10.4. */
export const MESH_PRIVATE_BEACON = 0x02;

/** Octets of the whole beacon, its type included. */
export const MESH_PRIVATE_BEACON_SIZE = 27;

/** Octets of the Random field. */
export const BEACON_RANDOM_SIZE = 13;

const RANDOM_AT = 1;
const DATA_AT = RANDOM_AT + BEACON_RANDOM_SIZE;
const DATA_SIZE = 5;
const KEY_REFRESH_FLAG = 0x01;
const IV_UPDATE_FLAG = 0x02;

/** The beacon, into at least 27 octets. random: 13 octets. Returns their number. */
export function encodeMeshPrivateBeacon(
  { keyRefresh, ivUpdate, ivIndex }: SecureNetworkBeaconFields,
  random: Uint8Array,
  privateBeaconKey: Ccm,
  target: Uint8Array,
): number {
  target[0] = MESH_PRIVATE_BEACON;
  target.set(random, RANDOM_AT);
  target[DATA_AT] = (keyRefresh ? KEY_REFRESH_FLAG : 0) | (ivUpdate ? IV_UPDATE_FLAG : 0);
  setUint32BE(target, DATA_AT + 1, ivIndex);
  privateBeaconKey.encrypt(random, target.subarray(DATA_AT, MESH_PRIVATE_BEACON_SIZE), 8);
  return MESH_PRIVATE_BEACON_SIZE;
}

/** undefined: the tag does not fit the key. pdu: its length and type are right; it is left as it is. */
export function decodeMeshPrivateBeacon(
  pdu: Uint8Array,
  privateBeaconKey: Ccm,
): SecureNetworkBeaconFields | undefined {
  const data = pdu.slice(DATA_AT);
  if (!privateBeaconKey.decrypt(pdu.subarray(RANDOM_AT, DATA_AT), data, 8)) return undefined;
  const flags = octet(data, 0);
  return {
    keyRefresh: (flags & KEY_REFRESH_FLAG) !== 0,
    ivUpdate: (flags & IV_UPDATE_FLAG) !== 0,
    ivIndex: getUint32BE(data.subarray(0, DATA_SIZE), 1),
  };
}
