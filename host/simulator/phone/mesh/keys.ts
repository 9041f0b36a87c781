/** What is derived from a network's keys, by libraries only. MshPRT 3.4.2.3, 3.9.2, 3.9.6. */

import { cmac } from "@noble/ciphers/aes.js";
import { ascii, concat, getUint16BE, octet } from "../../../../modules/bytes.js";
import { k1, s1 } from "../security.js";

/** What secures network PDUs. nid: 7 bits; both keys: 16 octets. MshPRT 3.9.6.3.1. */
export interface NetworkCredentials {
  readonly nid: number;
  readonly encryptionKey: Uint8Array;
  readonly privacyKey: Uint8Array;
}

/** Everything that follows from one NetKey. MshPRT 3.9.6.3. */
export interface NetKeyMaterial {
  readonly netKey: Uint8Array;
  readonly credentials: NetworkCredentials;
  /** 8 octets. */
  readonly networkId: Uint8Array;
  readonly beaconKey: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly privateBeaconKey: Uint8Array;
}

/** An AppKey and its 6-bit identifier. MshPRT 3.9.6.2. */
export interface AppKeyMaterial {
  readonly appKey: Uint8Array;
  readonly aid: number;
}

/** Credentials of a NetKey; p: 00 for flooding, or what makes other ones. MshPRT 3.9.2.6. */
export function k2(netKey: Uint8Array, p: Uint8Array): NetworkCredentials {
  const t = cmac(netKey, s1(ascii("smk2")));
  const t1 = cmac(concat(p, new Uint8Array([1])), t);
  const encryptionKey = cmac(concat(t1, p, new Uint8Array([2])), t);
  const privacyKey = cmac(concat(encryptionKey, p, new Uint8Array([3])), t);
  return { nid: octet(t1, 15) & 0x7f, encryptionKey, privacyKey };
}

/** The Network ID, 8 octets. MshPRT 3.9.2.7. */
export function k3(netKey: Uint8Array): Uint8Array {
  const t = cmac(netKey, s1(ascii("smk3")));
  return cmac(concat(ascii("id64"), new Uint8Array([1])), t).slice(8);
}

/** The AID, 6 bits. MshPRT 3.9.2.8. */
export function k4(appKey: Uint8Array): number {
  const t = cmac(appKey, s1(ascii("smk4")));
  return octet(cmac(concat(ascii("id6"), new Uint8Array([1])), t), 15) & 0x3f;
}

/** All that follows from a NetKey. Throws RangeError unless it has 16 octets. */
export function netKeyMaterial(netKey: Uint8Array): NetKeyMaterial {
  if (netKey.length !== 16) throw new RangeError("a NetKey has 16 octets");
  const label = concat(ascii("id128"), new Uint8Array([1]));
  return {
    netKey: netKey.slice(),
    credentials: k2(netKey, new Uint8Array(1)),
    networkId: k3(netKey),
    beaconKey: k1(netKey, s1(ascii("nkbk")), label),
    identityKey: k1(netKey, s1(ascii("nkik")), label),
    privateBeaconKey: k1(netKey, s1(ascii("nkpk")), label),
  };
}

/** An AppKey with its AID. Throws RangeError unless it has 16 octets. */
export function appKeyMaterial(appKey: Uint8Array): AppKeyMaterial {
  if (appKey.length !== 16) throw new RangeError("an AppKey has 16 octets");
  return { appKey: appKey.slice(), aid: k4(appKey) };
}

/** The virtual address of a Label UUID. MshPRT 3.4.2.3. */
export function virtualAddress(label: Uint8Array): number {
  if (label.length !== 16) throw new RangeError("a Label UUID has 16 octets");
  return 0x8000 | (getUint16BE(cmac(label, s1(ascii("vtad"))), 14) & 0x3fff);
}

/** Whether an address is that of one element. MshPRT 3.4.2.2. */
export function isUnicast(address: number): boolean {
  return address > 0 && address < 0x8000;
}

/** Whether an address stands for Label UUIDs. MshPRT 3.4.2.3. */
export function isVirtual(address: number): boolean {
  return address >= 0x8000 && address < 0xc000;
}
