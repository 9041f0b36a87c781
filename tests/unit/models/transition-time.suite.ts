/** Transition times: every octet, and the times between. */

import { decodeTransitionTime, encodeTransitionTime } from "../../../modules/models/transition-time.js";
import type { Suite } from "../../support/harness.js";

export const suite: Suite = ({ test, equal, ok }) => {
  test("what the octets stand for", () => {
    const times = [
      [0x00, 0],
      [0x01, 100],
      [0x3e, 6200],
      [0x40, 0],
      [0x41, 1000],
      [0x7e, 62_000],
      [0x83, 30_000],
      [0xc1, 600_000],
      [0xfe, 37_200_000],
    ] as const;
    for (const [octet, timeMs] of times) equal(decodeTransitionTime(octet), timeMs);
    for (const octet of [0x3f, 0x7f, 0xbf, 0xff]) equal(decodeTransitionTime(octet), undefined);
  });

  test("every known octet comes back as a time of the same length", () => {
    for (let octet = 0; octet <= 0xff; octet++) {
      const timeMs = decodeTransitionTime(octet);
      if (timeMs === undefined) continue;
      equal(decodeTransitionTime(encodeTransitionTime(timeMs)), timeMs, `octet ${octet}`);
    }
  });

  test("a time between two steps is rounded up", () => {
    equal(encodeTransitionTime(1), 0x01);
    equal(encodeTransitionTime(100), 0x01);
    equal(encodeTransitionTime(101), 0x02);
    equal(encodeTransitionTime(6200), 0x3e);
    equal(encodeTransitionTime(6201), 0x47);
    equal(encodeTransitionTime(62_001), 0x87);
    equal(encodeTransitionTime(620_001), 0xc2);
    equal(encodeTransitionTime(37_200_001), 0xfe, "the longest that can be said");
    for (let timeMs = 0; timeMs < 37_200_000; timeMs += 7919) {
      ok((decodeTransitionTime(encodeTransitionTime(timeMs)) ?? -1) >= timeMs);
    }
  });
};
