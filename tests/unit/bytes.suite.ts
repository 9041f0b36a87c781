/** Octet strings. */

import {
  ascii,
  concat,
  equal as equalOctets,
  fromHex,
  getUint16BE,
  getUint32BE,
  octet,
  setUint16BE,
  setUint32BE,
  toHex,
  wipe,
} from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("equal: same octets, same length, wherever the difference is", () => {
    const a = new Uint8Array([1, 2, 3]);
    ok(equalOctets(a, a.slice()));
    ok(equalOctets(new Uint8Array(0), new Uint8Array(0)));
    for (let i = 0; i < 3; i++) {
      const b = a.slice();
      b[i] = 0x80;
      ok(!equalOctets(a, b));
    }
    ok(!equalOctets(a, a.subarray(0, 2)));
  });

  test("hexadecimal digits, both ways, and what is none", () => {
    const all = new Uint8Array(256).map((_, i) => i);
    equal(fromHex(toHex(all)), all);
    equal(toHex(new Uint8Array([0, 15, 16, 255])), "000f10ff");
    equal(fromHex("aAfF"), new Uint8Array([0xaa, 0xff]));
    equal(fromHex(""), new Uint8Array(0));
    for (const wrong of ["0", "0g", "g0", " 0", "0x", "/0", ":0", "@0", "`0", "ü0"]) {
      equal(fromHex(wrong), undefined, wrong);
    }
  });

  test("numbers, most significant octet first", () => {
    const octets = new Uint8Array(6);
    setUint16BE(octets, 1, 0xfedc);
    equal(octets, new Uint8Array([0, 0xfe, 0xdc, 0, 0, 0]));
    equal(getUint16BE(octets, 1), 0xfedc);
    setUint32BE(octets, 2, 0xfffefdfc);
    equal(octets, new Uint8Array([0, 0xfe, 0xff, 0xfe, 0xfd, 0xfc]));
    equal(getUint32BE(octets, 2), 0xfffefdfc);
    throws(() => getUint16BE(octets, 5));
    throws(() => octet(octets, 6));
  });

  test("concat, ascii, wipe", () => {
    const parts = [new Uint8Array([1]), new Uint8Array(0), new Uint8Array([2, 3])];
    equal(concat(...parts), new Uint8Array([1, 2, 3]));
    equal(ascii("prck"), new Uint8Array([0x70, 0x72, 0x63, 0x6b]));
    throws(() => ascii("é"));
    wipe(...parts);
    equal(concat(...parts), new Uint8Array(3));
  });
};
