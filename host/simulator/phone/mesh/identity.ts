/** Whose advertisement it is: hashes that only the holder of the NetKey can make. MshPRT 7.2.2.2.3-5. */

import { ecb } from "@noble/ciphers/aes.js";
import { concat, equal, setUint16BE } from "../../../../modules/bytes.js";
import type { MeshAdvertisement } from "../gatt/advertisement.js";
import type { NetKeyMaterial } from "./keys.js";

/** The hash of a Node Identity. random: 8 octets. MshPRT 7.2.2.2.3. */
export function nodeIdentityHash(key: NetKeyMaterial, random: Uint8Array, address: number): Uint8Array {
  return lastHalf(key, concat(new Uint8Array(6), random, addressOctets(address)));
}

/** The hash of a Private Network Identity. MshPRT 7.2.2.2.4. */
export function privateNetworkIdentityHash(key: NetKeyMaterial, random: Uint8Array): Uint8Array {
  return lastHalf(key, concat(key.networkId, random));
}

/** The hash of a Private Node Identity. MshPRT 7.2.2.2.5. */
export function privateNodeIdentityHash(
  key: NetKeyMaterial,
  random: Uint8Array,
  address: number,
): Uint8Array {
  return lastHalf(key, concat(new Uint8Array([0, 0, 0, 0, 0, 3]), random, addressOctets(address)));
}

/** Whether the advertisement is of this subnet: of any node, or, when an address is given, of that one. */
export function isOfSubnet(advertisement: MeshAdvertisement, key: NetKeyMaterial, address?: number): boolean {
  switch (advertisement.kind) {
    case "unprovisioned":
      return false;
    case "networkId":
      return address === undefined && equal(advertisement.networkId, key.networkId);
    case "privateNetworkIdentity":
      if (address !== undefined) return false;
      return equal(advertisement.hash, privateNetworkIdentityHash(key, advertisement.random));
    case "nodeIdentity":
      if (address === undefined) return false;
      return equal(advertisement.hash, nodeIdentityHash(key, advertisement.random, address));
    case "privateNodeIdentity":
      if (address === undefined) return false;
      return equal(advertisement.hash, privateNodeIdentityHash(key, advertisement.random, address));
  }
}

function lastHalf(key: NetKeyMaterial, plain: Uint8Array): Uint8Array {
  return ecb(key.identityKey, { disablePadding: true }).encrypt(plain).slice(8);
}

function addressOctets(address: number): Uint8Array {
  const octets = new Uint8Array(2);
  setUint16BE(octets, 0, address);
  return octets;
}
