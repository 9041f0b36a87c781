/** The secure network beacon: type, flags, Network ID, IV Index, authentication value. MshPRT 3.10.3. */

import { cmac } from "@noble/ciphers/aes.js";
import { concat, equal, getUint32BE, octet, setUint32BE } from "../../../../modules/bytes.js";
import type { NetKeyMaterial } from "./keys.js";

const TYPE = 0x01;
const LENGTH = 22;

/** What stands in one. */
export interface SecureNetworkBeacon {
  readonly flags: number;
  readonly networkId: Uint8Array;
  readonly ivIndex: number;
  readonly authenticationValue: Uint8Array;
}

/** The payload of a Mesh Beacon AD structure. */
export function encodeSecureNetworkBeacon(
  key: NetKeyMaterial,
  flags: number,
  ivIndex: number,
  authenticationValue?: Uint8Array,
): Uint8Array {
  const clear = concat(new Uint8Array([flags]), key.networkId, new Uint8Array(4));
  setUint32BE(clear, 9, ivIndex);
  const value = authenticationValue ?? cmac(clear, key.beaconKey).subarray(0, 8);
  return concat(new Uint8Array([TYPE]), clear, value);
}

/** undefined: not a secure network beacon. */
export function decodeSecureNetworkBeacon(payload: Uint8Array): SecureNetworkBeacon | undefined {
  if (payload.length !== LENGTH || octet(payload, 0) !== TYPE) return undefined;
  return {
    flags: octet(payload, 1),
    networkId: payload.slice(2, 10),
    ivIndex: getUint32BE(payload, 10),
    authenticationValue: payload.slice(14),
  };
}

/** Whether its authentication value was made with this key. */
export function isAuthentic(beacon: SecureNetworkBeacon, key: NetKeyMaterial): boolean {
  const { flags, ivIndex, authenticationValue } = beacon;
  return equal(encodeSecureNetworkBeacon(key, flags, ivIndex).subarray(14), authenticationValue);
}
