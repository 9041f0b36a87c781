/** The beacons of a network: secure network beacon and Mesh Private beacon. MshPRT 3.10.3, 3.10.4. */

import { cmac } from "@noble/ciphers/aes.js";
import { concat, equal, getUint32BE, octet, setUint32BE } from "../../../../modules/bytes.js";
import { ccmDecrypt, ccmEncrypt } from "../ccm.js";
import type { NetKeyMaterial } from "./keys.js";

const TYPE = 0x01;
const LENGTH = 22;
const PRIVATE_TYPE = 0x02;
const PRIVATE_LENGTH = 27;

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

/** The payload of a private beacon. random: 13 octets. MshPRT 3.10.4. */
export function encodePrivateBeacon(
  key: NetKeyMaterial,
  flags: number,
  ivIndex: number,
  random: Uint8Array,
): Uint8Array {
  const data = new Uint8Array(5);
  data[0] = flags;
  setUint32BE(data, 1, ivIndex);
  // Obfuscation and authentication together are CCM with the Random as its nonce. MshPRT 3.10.4.1.
  return concat(
    new Uint8Array([PRIVATE_TYPE]),
    random,
    ccmEncrypt(key.privateBeaconKey, random, data, { micSize: 8 }),
  );
}

/** undefined: no private beacon, or not one of this key. */
export function openPrivateBeacon(
  payload: Uint8Array,
  key: NetKeyMaterial,
): { readonly flags: number; readonly ivIndex: number } | undefined {
  if (payload.length !== PRIVATE_LENGTH || octet(payload, 0) !== PRIVATE_TYPE) return undefined;
  const data = ccmDecrypt(key.privateBeaconKey, payload.slice(1, 14), payload.slice(14), { micSize: 8 });
  return data && { flags: octet(data, 0), ivIndex: getUint32BE(data, 1) };
}
