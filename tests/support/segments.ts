/** Reading what a segmenter has sent, and acknowledging it. */

import { toHex } from "../../modules/bytes.js";
import type { NetworkPdu } from "../../modules/network/network.js";
import { encodeSegmentAck, type SegmentAck } from "../../modules/transport/lower-pdu.js";
import type { SentPdu, TransportBench } from "./transport-bench.js";

function segOOf({ pdu }: SentPdu): number {
  return (Number.parseInt(pdu.slice(4, 8), 16) >> 5) & 0x1f;
}

/** SegO of every segment, with the time since the first one. */
export function planOf(sent: readonly SentPdu[]): readonly string[] {
  const begin = sent[0]?.atMs ?? 0;
  return sent.map((pdu) => `${segOOf(pdu)}@${pdu.atMs - begin}`);
}

/** SegO of every segment. */
export function segOs(sent: readonly SentPdu[]): readonly number[] {
  return sent.map(segOOf);
}

/** 0011 acknowledges what begins with the sequence number `seqAuth`. */
export function acknowledge(
  bench: TransportBench,
  ack: Partial<SegmentAck> & { readonly seqAuth: number },
  how: Partial<Omit<NetworkPdu, "transportPdu">> & { readonly seq: number },
): void {
  const pdu = new Uint8Array(7);
  encodeSegmentAck({ obo: false, ackedSegments: 0, seqZero: ack.seqAuth & 0x1fff, ...ack }, pdu);
  bench.hear(toHex(pdu), { ctl: true, src: 0x0011, ...how });
}
