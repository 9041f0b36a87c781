/** Opcodes: every size, its edges, and what is none. */

import { decodeOpcode, encodeOpcode, opcodeSize } from "../../../modules/access/opcode.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";

const SAMPLES = [
  [0x00, "00"],
  [0x7e, "7e"],
  [0x8000, "8000"],
  [0x8202, "8202"],
  [0xbfff, "bfff"],
  [0xc00000, "c00000"],
  [0xc105f1, "c1f105"],
  // "when the manufacturer-specific opcode is equal to 0x23 and the company identifier is equal to 0x0136".
  [0xe30136, "e33601"],
  [0xffffff, "ffffff"],
] as const;

export const suite: Suite = ({ test, equal, throws }) => {
  test("opcodes of one, two and three octets, both ways", () => {
    for (const [opcode, octets] of SAMPLES) {
      const expected = hex(octets);
      const target = new Uint8Array(expected.length);
      equal(encodeOpcode(opcode, target), expected.length, octets);
      equal(target, expected);
      equal(opcodeSize(opcode), expected.length);
      equal(decodeOpcode(expected), opcode);
      equal(decodeOpcode(hex(`${octets}aabb`)), opcode, "with parameters");
    }
  });

  test("no octets, an opcode that is cut off, and the reserved one are no opcodes", () => {
    for (const octets of ["", "7f", "7f00", "80", "bf", "c1", "c1f1", "ff00"]) {
      equal(decodeOpcode(hex(octets)), undefined, octets);
    }
  });

  test("a number that is no opcode is our own mistake", () => {
    for (const number of [-1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xc000, 0xbfffff, 0x1000000, Number.NaN]) {
      throws(() => opcodeSize(number), String(number));
      throws(() => encodeOpcode(number, new Uint8Array(3)), String(number));
    }
  });
};
