/**
 * The security of the network layer, with OpenSSL and without any of our own protocol code, for that is what the tests
 * judge by it. MshPRT 3.4, 3.9, 3.10.3.
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { cmac } from "@noble/ciphers/aes.js";

/** What is derived from a NetKey to secure network PDUs. MshPRT 3.9.6.3.1. */
export interface NetworkKeys {
  readonly nid: number;
  readonly encryptionKey: Buffer;
  readonly privacyKey: Buffer;
}

/** A network PDU in the clear. sequence: SEQ; transport: the lower transport PDU. MshPRT 3.4.4. */
export interface NetworkPdu {
  readonly isControl: boolean;
  readonly ttl: number;
  readonly sequence: number;
  readonly source: number;
  readonly destination: number;
  readonly transport: Buffer;
}

/** The managed flooding credentials of a NetKey. */
export function networkKeys(netKey: Buffer): NetworkKeys {
  return k2(netKey, Buffer.of(0));
}

/** undefined: these keys do not open it. */
export function openNetworkPdu(pdu: Buffer, keys: NetworkKeys, ivIndex: number): NetworkPdu | undefined {
  if (pdu.length < 14 || (pdu.readUInt8(0) & 0x7f) !== keys.nid) return undefined;
  const header = obfuscate(pdu.subarray(1, 7), pdu.subarray(7, 14), keys, ivIndex);
  const isControl = (header.readUInt8(0) & 0x80) !== 0;
  const nonce = networkNonce(header, ivIndex);
  const clear = openCcm(keys.encryptionKey, nonce, pdu.subarray(7), micSize(isControl));
  if (clear === undefined) return undefined;
  return {
    isControl,
    ttl: header.readUInt8(0) & 0x7f,
    sequence: header.readUIntBE(1, 3),
    source: header.readUInt16BE(4),
    destination: clear.readUInt16BE(0),
    transport: clear.subarray(2),
  };
}

/** The AD structure of a network PDU. */
export function sealNetworkPdu(pdu: NetworkPdu, keys: NetworkKeys, ivIndex: number): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt8((pdu.isControl ? 0x80 : 0x00) | pdu.ttl, 0);
  header.writeUIntBE(pdu.sequence, 1, 3);
  header.writeUInt16BE(pdu.source, 4);
  const clear = Buffer.concat([Buffer.from([pdu.destination >> 8, pdu.destination & 0xff]), pdu.transport]);
  const nonce = networkNonce(header, ivIndex);
  const authTagLength = micSize(pdu.isControl);
  const ccm = createCipheriv("aes-128-ccm", keys.encryptionKey, nonce, { authTagLength });
  const sealed = Buffer.concat([ccm.update(clear), ccm.final(), ccm.getAuthTag()]);
  const hidden = obfuscate(header, sealed.subarray(0, 7), keys, ivIndex);
  const octets = Buffer.concat([Buffer.of(((ivIndex & 1) << 7) | keys.nid), hidden, sealed]);
  return Buffer.concat([Buffer.of(octets.length + 1, 0x2a), octets]);
}

/** The AD structure of a Secure Network beacon. flags: bit 0 key refresh, bit 1 IV update. MshPRT 3.10.3. */
export function secureNetworkBeacon(netKey: Buffer, flags: number, ivIndex: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt8(flags, 0);
  k3(netKey).copy(data, 1);
  data.writeUInt32BE(ivIndex, 9);
  const beaconKey = k1(netKey, s1(Buffer.from("nkbk")), "id128\u0001");
  const authentication = mac(beaconKey, data).subarray(0, 8);
  return Buffer.concat([Buffer.of(0x17, 0x2b, 0x01), data, authentication]);
}

/** undefined: the MIC does not fit. */
export function openCcm(
  key: Buffer,
  nonce: Buffer,
  sealed: Buffer,
  authTagLength: number,
): Buffer | undefined {
  const ccm = createDecipheriv("aes-128-ccm", key, nonce, { authTagLength });
  ccm.setAuthTag(sealed.subarray(sealed.length - authTagLength));
  const clear = ccm.update(sealed.subarray(0, sealed.length - authTagLength));
  try {
    ccm.final();
  } catch {
    return undefined;
  }
  return clear;
}

/** The virtual address of a Label UUID. MshPRT 3.4.2.3. */
export function virtualAddress(label: Uint8Array): number {
  const hash = mac(s1(Buffer.from("vtad")), Buffer.from(label)).readUInt16BE(14);
  return 0x8000 | (hash & 0x3fff);
}

/** Hides CTL, TTL, SEQ and SRC, or shows them. MshPRT 3.9.7.3. */
function obfuscate(header: Buffer, random: Buffer, keys: NetworkKeys, ivIndex: number): Buffer {
  const cipher = createCipheriv("aes-128-ecb", keys.privacyKey, null).setAutoPadding(false);
  const pecb = cipher.update(Buffer.concat([Buffer.alloc(5), uint32(ivIndex), random]));
  return Buffer.from(header.map((octet, i) => octet ^ pecb.readUInt8(i)));
}

function networkNonce(header: Buffer, ivIndex: number): Buffer {
  return Buffer.concat([Buffer.of(0x00), header, Buffer.of(0, 0), uint32(ivIndex)]);
}

function micSize(isControl: boolean): number {
  return isControl ? 8 : 4;
}

function uint32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

function k2(n: Buffer, p: Buffer): NetworkKeys {
  const t = mac(s1(Buffer.from("smk2")), n);
  const t1 = mac(t, p, Buffer.of(1));
  const encryptionKey = mac(t, t1, p, Buffer.of(2));
  return { nid: t1.readUInt8(15) & 0x7f, encryptionKey, privacyKey: mac(t, encryptionKey, p, Buffer.of(3)) };
}

/** The Network ID. MshPRT 3.9.2.5. */
function k3(n: Buffer): Buffer {
  return mac(mac(s1(Buffer.from("smk3")), n), Buffer.from("id64\u0001")).subarray(8);
}

/** MshPRT 3.9.2.3. */
export function k1(n: Buffer, salt: Buffer, p: string): Buffer {
  return mac(mac(salt, n), Buffer.from(p));
}

/** MshPRT 3.9.2.2. */
export function s1(m: Buffer): Buffer {
  return mac(Buffer.alloc(16), m);
}

/** AES-CMAC. */
export function mac(key: Buffer, ...message: readonly Buffer[]): Buffer {
  return Buffer.from(cmac(Buffer.concat(message), key));
}
