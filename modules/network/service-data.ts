/** The service data of the Mesh Proxy Service: whom a client would reach. MshPRT 7.2.2.2. */

import { concat, setUint16BE } from "../bytes.js";
import type { BlockCipher } from "../platform.js";
import type { NetworkKey } from "./subnet.js";

/** What the service data says. MshPRT 7.2.2.2.1, table 7.8. */
export const IdentificationType = Object.freeze({
  NetworkId: 0x00,
  NodeIdentity: 0x01,
  PrivateNetworkIdentity: 0x02,
  PrivateNodeIdentity: 0x03,
} as const);

/** Octets of the Random field. */
export const IDENTITY_RANDOM_SIZE = 8;

/** Anybody sees which network it is. 9 octets. MshPRT 7.2.2.2.2. */
export function encodeNetworkId({ networkId }: NetworkKey): Uint8Array {
  return concat(Uint8Array.of(IdentificationType.NetworkId), networkId);
}

/** Whoever has the NetKey sees which node it is. 17 octets. MshPRT 7.2.2.2.3. */
export function encodeNodeIdentity(
  { identityKey }: NetworkKey,
  random: Uint8Array,
  address: number,
): Uint8Array {
  const plaintext = new Uint8Array(16);
  plaintext.set(random, 6);
  setUint16BE(plaintext, 14, address);
  return encode(IdentificationType.NodeIdentity, identityKey, plaintext, random);
}

/** Whoever has the NetKey sees which network it is. 17 octets. MshPRT 7.2.2.2.4. */
export function encodePrivateNetworkIdentity(
  { identityKey, networkId }: NetworkKey,
  random: Uint8Array,
): Uint8Array {
  return encode(IdentificationType.PrivateNetworkIdentity, identityKey, concat(networkId, random), random);
}

/** As Node Identity; both have the NetKey's owners for readers, but only this one a changing address. MshPRT 7.2.2.2.5. */
export function encodePrivateNodeIdentity(
  { identityKey }: NetworkKey,
  random: Uint8Array,
  address: number,
): Uint8Array {
  const plaintext = new Uint8Array(16);
  plaintext[5] = IdentificationType.PrivateNodeIdentity;
  plaintext.set(random, 6);
  setUint16BE(plaintext, 14, address);
  return encode(IdentificationType.PrivateNodeIdentity, identityKey, plaintext, random);
}

/** Type, the last 8 octets of the encrypted plaintext, which is overwritten, and Random. */
function encode(type: number, key: BlockCipher, plaintext: Uint8Array, random: Uint8Array): Uint8Array {
  key.encrypt(plaintext, plaintext);
  return concat(Uint8Array.of(type), plaintext.subarray(8), random);
}
