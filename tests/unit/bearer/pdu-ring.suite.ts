/** PDUs that wait in one array. */

import { PduRing } from "../../../modules/bearer/pdu-ring.js";
import type { Suite } from "../../support/harness.js";

const LONGEST = 4;

class Waiting {
  length = 0;
  tag = 0;
}

function ringOf(size: number): PduRing<Waiting> {
  return new PduRing(size, LONGEST, () => new Waiting());
}

function push(ring: PduRing<Waiting>, tag: number, length: number): boolean {
  const waiting = ring.push(length);
  if (waiting === undefined) return false;
  waiting.tag = tag;
  ring.lastOctets.fill(tag);
  return true;
}

/** Tag and octets of the first one, which then waits no more. */
function take(ring: PduRing<Waiting>): readonly (number | undefined)[] {
  const taken = [ring.first?.tag, ...ring.firstOctets];
  ring.shift();
  return taken;
}

/** The suite of the queue of PDUs. */
export const suite: Suite = ({ test, equal, ok }) => {
  test("PDUs leave in the order in which they came, each with its own octets and no more", () => {
    const ring = ringOf(3);
    ok(push(ring, 1, 4) && push(ring, 2, 0) && push(ring, 3, 2));
    equal([take(ring), take(ring), take(ring)], [[1, 1, 1, 1, 1], [2], [3, 3, 3]]);
    equal(take(ring), [undefined]);
  });

  test("a full one takes no more, and has room again for each that has left, round and round", () => {
    const ring = ringOf(2);
    push(ring, 1, 1);
    ok(ring.isOnlyOne && !ring.isFull);
    push(ring, 2, 4);
    ok(ring.isFull && !push(ring, 9, 4), "no room");
    for (let tag = 3; tag < 8; tag++) {
      equal(ring.first?.tag, tag - 2);
      take(ring);
      ok(push(ring, tag, tag % 5));
    }
    equal(
      [take(ring), take(ring)],
      [
        [6, 6],
        [7, 7, 7],
      ],
    );
  });

  test("nothing waits in a cleared one, whose octets are nobody's", () => {
    const ring = ringOf(2);
    push(ring, 1, 4);
    push(ring, 2, 4);
    ring.clear();
    equal([ring.first, ring.firstOctets.length, ring.lastOctets.length], [undefined, 0, 0]);
    ok(push(ring, 3, 3));
    equal(take(ring), [3, 3, 3, 3]);
  });
};
