/** Packets in a stream of octets. Core Specification, Vol 4, Part A. */

import { Deframer, framed } from "../../host/simulator/hci/h4.js";
import { concat, fromHex, toHex } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";

const RESET_ANSWER = "040e0401030c00";

function octetsOf(hex: string): Uint8Array {
  const octets = fromHex(hex.replaceAll(" ", ""));
  if (octets === undefined) throw new Error(`not hexadecimal: ${hex}`);
  return octets;
}

export const suite: Suite = ({ test, equal }) => {
  const stream = octetsOf(
    `${RESET_ANSWER} 02 4020 0300 aabbcc 03 0000 01 dd 04 0f 04 00010620 05 0000 0140 ee 01 0304 01 ff`,
  );
  const packets = [
    "4 0e0401030c00",
    "2 40200300aabbcc",
    "3 000001dd",
    "4 0f0400010620",
    "5 00000140ee",
    "1 030401ff",
  ];
  const deframed = (...chunks: readonly Uint8Array[]): readonly string[] => {
    const found: string[] = [];
    const deframer = new Deframer({
      packet: (type, packet) => found.push(`${type} ${toHex(packet)}`),
      outOfStep: () => found.push("out of step"),
    });
    for (const chunk of chunks) deframer.feed(chunk);
    return found;
  };

  test("packets are found wherever the stream is cut", () => {
    equal(deframed(stream), packets);
    equal(deframed(...Array.from(stream, (value) => Uint8Array.of(value))), packets);
    for (let at = 0; at <= stream.length; at++) {
      equal(deframed(stream.subarray(0, at), stream.subarray(at)), packets, `cut at ${at}`);
    }
  });

  test("what comes before the answer to Reset is passed over", () => {
    for (const before of ["00", "ff040e", "043e0502", "040e0401052000", "04".repeat(50)]) {
      const octets = concat(octetsOf(before), stream);
      equal(deframed(octets), packets, before);
      equal(deframed(...Array.from(octets, (value) => Uint8Array.of(value))), packets, before);
    }
  });

  test("an octet that is no type ends it", () => {
    equal(deframed(octetsOf(`${RESET_ANSWER} 07 00`), stream), ["4 0e0401030c00", "out of step"]);
  });

  test("a packet has its type before it", () => {
    equal(toHex(framed(1, octetsOf("030c"), octetsOf("00"))), "01030c00");
  });
};
