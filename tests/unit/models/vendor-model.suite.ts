/** A product's own model, in one file and one line: tests/support/vendor-model.ts. */

import { toHex } from "../../../modules/bytes.js";
import { GenericOnOffServer } from "../../../modules/models/generic-on-off-server.js";
import { AccessBench, publication } from "../../support/access-bench.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { hex } from "../../support/provisionee-bench.js";
import { readStored } from "../../support/stored-record.js";
import { LONGEST_ECHO, VendorModel } from "../../support/vendor-model.js";

/** A node with a lamp and the vendor's model beside it. */
function product(storage = new MemoryStorage()) {
  const vendor = new VendorModel();
  const node = new AccessBench([[new GenericOnOffServer(() => {}), vendor]], { storage });
  node.entry(vendor).bind(0);
  return {
    vendor,
    node,
    ask: (octets: Uint8Array) => {
      node.upper.sent.length = 0;
      node.upper.hear(octets);
      node.clock.advance(1000);
      return node.upper.sent.map(({ accessPdu }) => toHex(accessPdu));
    },
  };
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("a name is set, shown, and there after a restart", () => {
    const { ask, node, vendor } = product();
    equal(ask(hex("c1f105")), ["c3f105"]);
    equal(ask(hex("c2f1054c616d70")), ["c3f1054c616d70"]);
    equal(ask(hex("c1f105")), ["c3f1054c616d70"]);
    equal(readStored(node.storage, "m.00.05f11234"), hex("014c616d70"));
    const restarted = product(node.storage);
    equal(restarted.ask(hex("c1f105")), ["c3f1054c616d70"]);
    node.access.stop();
    equal(vendor.name, new Uint8Array(0));
  });

  test("a name that is too long or empty is no name, and one that cannot be stored is not acknowledged", () => {
    const { ask, node } = product();
    equal(ask(hex(`c2f105${"41".repeat(40)}`)), [`c3f105${"41".repeat(40)}`]);
    equal(ask(hex(`c2f105${"42".repeat(41)}`)), []);
    equal(ask(hex("c2f105")), []);
    equal(node.trace.reasons, ["badLength", "badLength"]);
    node.storage.failAt(1);
    equal(ask(hex("c2f10543")), []);
    equal(ask(hex("c1f105")), [`c3f105${"41".repeat(40)}`]);
  });

  test("the longest message that there is, there and back", () => {
    const { ask } = product();
    const octets = "5a".repeat(LONGEST_ECHO);
    equal(ask(hex(`c4f105${octets}`)), [`c5f105${octets}`]);
    equal(ask(hex("c4f105")), ["c5f105"]);
  });

  test("another company's opcode, and one of its own that it does not take", () => {
    const { ask, node } = product();
    equal(ask(hex("c1f205")), []);
    equal(ask(hex("c3f10541")), []);
    equal(node.trace.reasons, ["unknownOpcode", "unknownOpcode"]);
  });

  test("it publishes by its own publication", () => {
    const { vendor, node, ask } = product();
    equal(vendor.call(hex("01")), false);
    ask(hex("c2f10541"));
    node.entry(vendor).publishTo(publication({ address: 0xc001, period: 0x41 }));
    node.upper.sent.length = 0;
    ok(vendor.call(hex("0102")));
    node.clock.advance(2000);
    equal(
      node.upper.sent.map(({ accessPdu }) => toHex(accessPdu)),
      ["c4f1050102", "c3f10541", "c3f10541"],
    );
  });
};
