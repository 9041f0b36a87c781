/** Network PDUs: obfuscation, encryption, both nonces' halves. MshPRT 3.4.4, 3.9.5.1, 3.9.7. */

import { ecb } from "@noble/ciphers/aes.js";
import { concat, getUint16BE, octet, setUint16BE, setUint32BE } from "../../../../modules/bytes.js";
import { ccmDecrypt, ccmEncrypt } from "../ccm.js";
import type { NetworkCredentials } from "./keys.js";
import type { NetworkFields } from "./peer-types.js";

/** Network PDUs, proxy configuration messages and solicitations differ by their nonces only. MshPRT 3.9.5. */
export type NonceKind = "network" | "proxy" | "solicitation";

/** What differs from what a network PDU, its credentials and its IV Index ask for. */
export interface FirstOctet {
  readonly ivi?: 0 | 1;
  readonly nid?: number;
  readonly nonce?: NonceKind;
}

const NONCE_TYPES = Object.freeze({ network: 0x00, proxy: 0x03, solicitation: 0x04 } as const);

/** A network PDU with any fields, also illegal ones. MshPRT 3.4.4. */
export function encodeNetworkPdu(
  credentials: NetworkCredentials,
  ivIndex: number,
  fields: NetworkFields,
  first: FirstOctet = {},
): Uint8Array {
  const header = headerOf(fields);
  const nonce = networkNonce(header, ivIndex, first.nonce);
  const plain = concat(uint16(fields.dst), fields.transportPdu);
  const micSize = fields.ctl === 1 ? 8 : 4;
  const sealed = ccmEncrypt(credentials.encryptionKey, nonce, plain, { micSize });
  const { ivi = ivIndex & 1, nid = credentials.nid } = first;
  const hidden = obfuscate(header, credentials.privacyKey, ivIndex, sealed);
  return concat(new Uint8Array([(ivi << 7) | (nid & 0x7f)]), hidden, sealed);
}

/** The fields of a PDU secured with these credentials under this IV Index; undefined: it is not. */
export function decodeNetworkPdu(
  credentials: NetworkCredentials,
  ivIndex: number,
  pdu: Uint8Array,
  kind: NonceKind = "network",
): NetworkFields | undefined {
  if (pdu.length < 14) return undefined;
  const first = octet(pdu, 0);
  if ((first & 0x7f) !== credentials.nid || first >> 7 !== (ivIndex & 1)) return undefined;
  const sealed = pdu.slice(7);
  const header = obfuscate(pdu.slice(1, 7), credentials.privacyKey, ivIndex, sealed);
  const ctl = octet(header, 0) >> 7 === 1 ? 1 : 0;
  const micSize = ctl === 1 ? 8 : 4;
  const nonce = networkNonce(header, ivIndex, kind);
  const plain = ccmDecrypt(credentials.encryptionKey, nonce, sealed, { micSize });
  if (plain === undefined || plain.length < 2) return undefined;
  return {
    ctl,
    ttl: octet(header, 0) & 0x7f,
    seq: (octet(header, 1) << 16) | getUint16BE(header, 2),
    src: getUint16BE(header, 4),
    dst: getUint16BE(plain, 0),
    transportPdu: plain.slice(2),
  };
}

/** CTL and TTL, SEQ, SRC: the 6 octets that are obfuscated. */
function headerOf({ ctl, ttl, seq, src }: NetworkFields): Uint8Array {
  return concat(new Uint8Array([(ctl << 7) | (ttl & 0x7f), seq >> 16]), uint16(seq & 0xffff), uint16(src));
}

function networkNonce(header: Uint8Array, ivIndex: number, kind: NonceKind = "network"): Uint8Array {
  const nonce = new Uint8Array(13);
  nonce.set(header, 1);
  nonce[0] = NONCE_TYPES[kind];
  // Padding in the place of CTL and TTL. MshPRT 3.9.5.4, 3.9.5.5.
  if (kind !== "network") nonce[1] = 0;
  setUint32BE(nonce, 9, ivIndex);
  return nonce;
}

/** Its own inverse. MshPRT 3.9.7.3. */
function obfuscate(
  header: Uint8Array,
  privacyKey: Uint8Array,
  ivIndex: number,
  sealed: Uint8Array,
): Uint8Array {
  const plain = new Uint8Array(16);
  setUint32BE(plain, 5, ivIndex);
  plain.set(sealed.subarray(0, 7), 9);
  const pecb = ecb(privacyKey, { disablePadding: true }).encrypt(plain);
  return header.map((value, at) => value ^ octet(pecb, at));
}

function uint16(value: number): Uint8Array {
  const octets = new Uint8Array(2);
  setUint16BE(octets, 0, value);
  return octets;
}
