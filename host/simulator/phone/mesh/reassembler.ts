/** Segments into messages, and acknowledgments of them. MshPRT 3.5.3.4. */

import type { Clock, Timer } from "../../../../modules/platform.js";
import type { NetworkPduHeard } from "./peer-types.js";
import type { SegmentHeader } from "./transport.js";

/** A segment that was not followed by another one is acknowledged after this. */
const ACKNOWLEDGMENT_MS = 150;

/** A whole message; last: the PDU that completed it. */
export interface Reassembled {
  readonly last: NetworkPduHeard;
  readonly first: number;
  readonly szmic: 0 | 1;
  /** Of segment 0. */
  readonly seq: number;
  readonly body: Uint8Array;
}

/** Asked to say which segments of a message have come; about: one of its PDUs. */
export type Acknowledge = (about: NetworkPduHeard, seqZero: number, ackedSegments: number) => void;

interface Incomplete {
  readonly header: SegmentHeader;
  /** Of segment 0. */
  readonly seq: number;
  readonly ivIndex: number;
  readonly about: NetworkPduHeard;
  readonly parts: Map<number, Uint8Array>;
  readonly timer: Timer;
}

/** One message at a time from each source to each destination; a newer one takes an older one's place. */
export class Reassembler {
  readonly #clock: Clock;
  readonly #acknowledge: Acknowledge;
  readonly #partials = new Map<string, Incomplete>();

  constructor(clock: Clock, acknowledge: Acknowledge) {
    this.#clock = clock;
    this.#acknowledge = acknowledge;
  }

  /** A segment has come; answers the message that it completes. */
  take(
    pdu: NetworkPduHeard,
    segment: SegmentHeader & { readonly body: Uint8Array },
  ): Reassembled | undefined {
    const size = pdu.ctl === 1 ? 8 : 12;
    const { segO, segN, body } = segment;
    if (segO > segN || body.length > size || (segO < segN && body.length < size)) return undefined;
    const partial = this.#partialFor(pdu, segment);
    if (partial === undefined) return undefined;
    const wasComplete = partial.parts.size > segN;
    if (!partial.parts.has(segO)) partial.parts.set(segO, body);
    else if (partial.timer.running) return undefined;
    if (wasComplete || partial.parts.size <= segN) {
      partial.timer.start(ACKNOWLEDGMENT_MS);
      return undefined;
    }
    partial.timer.stop();
    this.#report(partial);
    return { last: pdu, first: segment.first, szmic: segment.szmic, seq: partial.seq, body: joined(partial) };
  }

  #partialFor(pdu: NetworkPduHeard, header: SegmentHeader): Incomplete | undefined {
    const seq = pdu.seq - ((pdu.seq - header.seqZero) & 0x1fff);
    if (seq < 0) return undefined;
    const key = `${pdu.src}/${pdu.dst}`;
    const known = this.#partials.get(key);
    const { ivIndex } = pdu;
    if (known !== undefined && known.ivIndex === ivIndex && known.seq === seq) {
      const { first, szmic, segN } = known.header;
      return first === header.first && szmic === header.szmic && segN === header.segN ? known : undefined;
    }
    if (known !== undefined && (ivIndex < known.ivIndex || (ivIndex === known.ivIndex && seq < known.seq)))
      return undefined;
    known?.timer.stop();
    const timer = this.#clock.createTimer(() => this.#report(partial));
    const partial: Incomplete = { header, seq, ivIndex, about: pdu, parts: new Map(), timer };
    this.#partials.set(key, partial);
    return partial;
  }

  #report({ about, header, parts }: Incomplete): void {
    let ackedSegments = 0;
    for (const segO of parts.keys()) ackedSegments |= 1 << segO;
    this.#acknowledge(about, header.seqZero, ackedSegments >>> 0);
  }
}

function joined({ header, parts }: Incomplete): Uint8Array {
  const octets: number[] = [];
  for (let segO = 0; segO <= header.segN; segO++) octets.push(...(parts.get(segO) ?? []));
  return new Uint8Array(octets);
}
