/** Solicitation: a proxy client asks nodes that hide to advertise. MshPRT 6.9. */

import { concat } from "../../../../modules/bytes.js";
import type { NetKeyMaterial } from "./keys.js";
import { encodeNetworkPdu } from "./network.js";

/** Flags, the list of UUIDs with 0x1859, and the head of its service data. MshPRT 6.9.1. */
const HEAD = Object.freeze([0x02, 0x01, 0x06, 0x03, 0x03, 0x59, 0x18] as const);

/** The Solicitation PDU. ssrc: any own element; sseq: greater than ever before. MshPRT 6.9.1. */
export function encodeSolicitationPdu(key: NetKeyMaterial, ssrc: number, sseq: number): Uint8Array {
  const fields = { ctl: 1, ttl: 0, seq: sseq, src: ssrc, dst: 0, transportPdu: new Uint8Array(0) } as const;
  return encodeNetworkPdu(key.credentials, 0, fields, { nonce: "solicitation" });
}

/** The AD structures of a non-connectable advertisement that carries it. MshPRT 6.9.1. */
export function encodeSolicitation(key: NetKeyMaterial, ssrc: number, sseq: number): Uint8Array {
  const pdu = encodeSolicitationPdu(key, ssrc, sseq);
  const service = new Uint8Array([pdu.length + 4, 0x16, 0x59, 0x18, 0x00]);
  return concat(new Uint8Array(HEAD), service, pdu);
}
