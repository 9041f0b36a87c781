/** The filter of a proxy client. MshPRT 6.4, 6.7. */

import { FilterType, ProxyFilter } from "../../../modules/network/proxy-filter.js";
import type { Suite } from "../../support/harness.js";

export const suite: Suite = ({ test, equal }) => {
  test("it begins as an empty accept list, which nothing passes", () => {
    const filter = new ProxyFilter(32);
    equal([filter.type, filter.size], [FilterType.Accept, 0]);
    equal(
      [0x0001, 0x8000, 0xc000, 0xffff].map((dst) => filter.passes(dst)),
      [false, false, false, false],
    );
  });

  test("an accept list passes what is on it, a reject list everything else", () => {
    const filter = new ProxyFilter(32);
    filter.add(0xc000);
    equal([filter.passes(0xc000), filter.passes(0xc001)], [true, false]);
    filter.setType(FilterType.Reject);
    equal([filter.size, filter.passes(0xc000)], [0, true], "setting the type empties the list");
    filter.add(0xc000);
    equal([filter.passes(0xc000), filter.passes(0xc001)], [false, true]);
    filter.setType(FilterType.Reject);
    equal([filter.size, filter.passes(0xc000)], [0, true], "also when it was of that type");
  });

  test("the size is what is there: nothing twice, no unassigned address, no more than there is room for", () => {
    const filter = new ProxyFilter(32);
    for (const address of [0xc000, 0xc000, 0x0000, 0x0001]) filter.add(address);
    equal(filter.size, 2);
    for (let address = 0xd000; address < 0xd080; address++) filter.add(address);
    equal([filter.size, filter.passes(0xd01d), filter.passes(0xd01e)], [32, true, false]);
    filter.add(0xc000);
    equal(filter.size, 32);
  });

  test("what is removed is gone, and the others stay; what is not there is left out", () => {
    const filter = new ProxyFilter(32);
    for (const address of [0xc000, 0xc001, 0xc002]) filter.add(address);
    for (const address of [0xc000, 0xc009, 0x0000]) filter.remove(address);
    equal(filter.size, 2);
    equal(
      [0xc000, 0xc001, 0xc002].map((dst) => filter.passes(dst)),
      [false, true, true],
    );
    filter.add(0xc005);
    equal([filter.size, filter.passes(0xc005)], [3, true]);
  });

  test("whoever speaks is added to an accept list, and taken off a reject list", () => {
    const filter = new ProxyFilter(32);
    filter.heard(0x0005);
    equal([filter.size, filter.passes(0x0005)], [1, true]);
    filter.setType(FilterType.Reject);
    filter.add(0x0005);
    filter.add(0x0006);
    filter.heard(0x0005);
    filter.heard(0x0007);
    equal([filter.size, filter.passes(0x0005), filter.passes(0x0006)], [1, true, false]);
  });
};
