/** Puts the device's transactions together again. MshPRT 5.3.3. */

import { concat } from "../../../modules/bytes.js";
import { frameCheckSequence, type GenericPdu, segmentLength } from "./pb-adv-pdu.js";

/** What one segment led to: a whole PDU, a repetition of an acknowledged one, or nothing yet. */
export type Incoming =
  | { readonly kind: "complete"; readonly pdu: Uint8Array }
  | { readonly kind: "repeated" }
  | { readonly kind: "incomplete" }
  | { readonly kind: "dropped"; readonly reason: IncomingDrop };

/** Why a segment was dropped: the device's fault, or what the air lost. */
export type IncomingDrop = "unexpectedTransaction" | "badSegment" | "badFcs";

/** The generic provisioning PDUs that carry a segment. */
export type SegmentPdu = Extract<GenericPdu, { readonly kind: "start" | "continuation" }>;

type StartPdu = Omit<Extract<GenericPdu, { readonly kind: "start" }>, "segment">;

/** The device's transactions on one link: 80 to ff, one after the other. */
export class IncomingTransactions {
  #expected = 0x80;
  #acknowledged: number | undefined;
  #start: StartPdu | undefined;
  readonly #segments: (Uint8Array | undefined)[] = [];

  /** A segment; "complete" and "repeated" are to be acknowledged. MshPRT 5.3.3. */
  take(transaction: number, generic: SegmentPdu): Incoming {
    if (transaction === this.#acknowledged) return { kind: "repeated" };
    if (transaction !== this.#expected) return { kind: "dropped", reason: "unexpectedTransaction" };
    if (generic.kind === "start") {
      const { lastSegment, totalLength } = generic;
      if (lastSegment !== Math.max(0, Math.ceil((totalLength - 20) / 23)) || totalLength === 0) {
        return { kind: "dropped", reason: "badSegment" };
      }
      this.#start = { kind: "start", lastSegment, totalLength, fcs: generic.fcs };
      this.#segments[0] = generic.segment.slice();
    } else {
      this.#segments[generic.index] = generic.segment.slice();
    }
    return this.#whole();
  }

  #whole(): Incoming {
    const start = this.#start;
    // Continuations that overtook their Transaction Start are kept until it tells how many there are.
    if (start === undefined) return { kind: "incomplete" };
    if (this.#segments.length > start.lastSegment + 1) {
      this.#segments.length = start.lastSegment + 1;
      return { kind: "dropped", reason: "badSegment" };
    }
    const parts: Uint8Array[] = [];
    for (let index = 0; index <= start.lastSegment; index++) {
      const segment = this.#segments[index];
      if (segment === undefined) return { kind: "incomplete" };
      if (segment.length !== segmentLength(index, start.totalLength)) {
        this.#segments[index] = undefined;
        return { kind: "dropped", reason: "badSegment" };
      }
      parts.push(segment);
    }
    const pdu = concat(...parts);
    this.#start = undefined;
    this.#segments.length = 0;
    if (frameCheckSequence(pdu) !== start.fcs) return { kind: "dropped", reason: "badFcs" };
    this.#acknowledged = this.#expected;
    this.#expected = 0x80 | ((this.#expected + 1) & 0x7f);
    return { kind: "complete", pdu };
  }
}
