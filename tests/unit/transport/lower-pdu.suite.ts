/** The Lower Transport PDUs, octet for octet. */

import {
  allSegments,
  decodeSegmentAck,
  decodeSegmentHeader,
  encodeSegmentAck,
  encodeSegmentHeader,
  lastSegmentOf,
  seqAuthOf,
} from "../../../modules/transport/lower-pdu.js";
import type { Suite } from "../../support/harness.js";
import { octets } from "../../support/transport-bench.js";

export const suite: Suite = ({ test, equal }) => {
  test("the header of a segment, both ways", () => {
    const headers = [
      ["8026ac21", { head: 0x00, szmic: false, seqZero: 0x09ab, segO: 1, segN: 1 }],
      ["e6a03401", { head: 0x66, szmic: true, seqZero: 0x080d, segO: 0, segN: 1 }],
      ["ffffffff", { head: 0x7f, szmic: true, seqZero: 0x1fff, segO: 31, segN: 31 }],
      ["80000000", { head: 0, szmic: false, seqZero: 0, segO: 0, segN: 0 }],
    ] as const;
    for (const [pdu, header] of headers) {
      equal(decodeSegmentHeader(octets(pdu)), header);
      const written = new Uint8Array(4);
      encodeSegmentHeader(header, written);
      equal(written, octets(pdu));
    }
  });

  test("of a sequence number the low 13 bits are written", () => {
    const written = new Uint8Array(4);
    encodeSegmentHeader({ head: 0, szmic: false, seqZero: 0x3129ab, segO: 0, segN: 1 }, written);
    equal(written, octets("8026ac01"));
  });

  test("an acknowledgment, both ways; its reserved bits say nothing", () => {
    const ack = { obo: true, seqZero: 0x09ab, ackedSegments: 0x80000002 };
    const written = new Uint8Array(7);
    encodeSegmentAck(ack, written);
    equal(written, octets("00a6ac80000002"));
    equal(decodeSegmentAck(written), ack);
    equal(decodeSegmentAck(octets("00a6af80000002")), ack);
    equal(decodeSegmentAck(octets("0026ac00000000")), { obo: false, seqZero: 0x09ab, ackedSegments: 0 });
  });

  test("an acknowledgment has seven octets", () => {
    equal(decodeSegmentAck(octets("00a6ac800000")), undefined);
    equal(decodeSegmentAck(octets("00a6ac8000000200")), undefined);
  });

  test("SeqAuth, with the specification's examples", () => {
    equal(seqAuthOf(0x647262, 0x1849), 0x645849);
    equal(seqAuthOf(0x647262, 0x1263), 0x645263);
    equal(seqAuthOf(0x647262, 0x1262), 0x647262);
    equal(seqAuthOf(5, 6) < 0, true);
    equal(seqAuthOf(0, 0), 0);
  });

  test("how many segments, and the bits of all of them", () => {
    equal(
      [1, 12, 13, 24, 25, 384].map((length) => lastSegmentOf(length, false)),
      [0, 0, 1, 1, 2, 31],
    );
    equal(
      [8, 9, 256].map((length) => lastSegmentOf(length, true)),
      [0, 1, 31],
    );
    equal([allSegments(0), allSegments(1), allSegments(31)], [1, 3, 0xffffffff]);
  });
};
