/** What has been here already: by what it is known, and what goes first. */

import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { MessageCache } from "../../../modules/network/message-cache.js";
import { RecentPdus } from "../../../modules/network/recent-pdus.js";
import type { Suite } from "../../support/harness.js";

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("a PDU is known by IV Index, SRC, SEQ and NetKey: each of them makes another one", () => {
    const cache = new MessageCache(4);
    cache.add(5, 0x0102, 0x030405, 0x678);
    ok(cache.has(5, 0x0102, 0x030405, 0x678));
    equal(cache.has(4, 0x0102, 0x030405, 0x678), false);
    equal(cache.has(7, 0x0102, 0x030405, 0x678), false);
    equal(cache.has(5, 0x0103, 0x030405, 0x678), false);
    equal(cache.has(5, 0x0102, 0x030404, 0x678), false);
    equal(cache.has(5, 0x0102, 0x030405, 0x679), false);
  });

  test("the greatest values fit", () => {
    const cache = new MessageCache(2);
    cache.add(0xffffffff, 0x7fff, 0xffffff, 0xfff);
    ok(cache.has(0xffffffff, 0x7fff, 0xffffff, 0xfff));
    equal(cache.has(0xffffffff, 0x7fff, 0xffffff, 0), false);
  });

  test("full, the oldest goes, and it alone", () => {
    const cache = new MessageCache(3);
    for (let seq = 0; seq < 10; seq++) {
      cache.add(0, 1, seq, 0);
      const known = [];
      for (let before = 0; before <= seq; before++) if (cache.has(0, 1, before, 0)) known.push(before);
      equal(
        known,
        [seq - 2, seq - 1, seq].filter((each) => each >= 0),
      );
    }
  });

  test("it agrees with a plain list over ten thousand PDUs of few sources, which share their chains", () => {
    const random = new SeededRandom(1);
    for (const capacity of [2, 5, 64]) {
      const cache = new MessageCache(capacity);
      const list: string[] = [];
      for (let i = 0; i < 10_000; i++) {
        const [ivIndex, src, seq, key] = [
          random.below(2),
          1 + random.below(4),
          random.below(40),
          random.below(2),
        ];
        const name = `${ivIndex} ${src} ${seq} ${key}`;
        if (cache.has(ivIndex, src, seq, key) !== list.includes(name)) throw new Error(`not so: ${name}`);
        if (list.includes(name)) continue;
        cache.add(ivIndex, src, seq, key);
        list.push(name);
        if (list.length > capacity) list.shift();
      }
      equal(list.length, capacity);
    }
  });

  test("it has two entries at least", () => {
    throws(() => new MessageCache(1));
    throws(() => new MessageCache(0x10000));
    ok(new MessageCache(2));
  });

  test("a copy is known by all its octets; a shorter one, or one with another octet, is none", () => {
    const recent = new RecentPdus();
    const pdu = new Uint8Array(20).fill(0x55);
    equal(recent.has(pdu), false);
    recent.add(pdu);
    ok(recent.has(pdu));
    equal(recent.has(pdu.slice(1)), false);
    for (let i = 0; i < pdu.length; i++) {
      const other = pdu.slice();
      other[i] = 0x54;
      equal(recent.has(other), false, `octet ${i}`);
    }
    const shorter = pdu.slice(0, 15);
    recent.add(shorter);
    ok(recent.has(shorter));
    equal(recent.has(pdu), false);
  });
};
