/** The records in storage. */

import { decodeNodeRecord, encodeNodeRecord } from "../../modules/records.js";
import type { Suite } from "../support/harness.js";
import { hex } from "../support/provisionee-bench.js";

const NODE = Object.freeze({
  netKey: hex("efb2255e6422d330088e09bb015ed707"),
  netKeyIndex: 0x0567,
  keyRefresh: true,
  ivUpdate: false,
  ivIndex: 0xfffefdfc,
  unicastAddress: 0x7fff,
  deviceKey: hex("0520adad5e0142aa3e325087b4ec16d8"),
});
const RECORD = hex("01efb2255e6422d330088e09bb015ed707056701fffefdfc7fff0520adad5e0142aa3e325087b4ec16d8");

export const suite: Suite = ({ test, equal }) => {
  test("the node's record, octet for octet, both ways", () => {
    equal(encodeNodeRecord(NODE), RECORD);
    equal(decodeNodeRecord(RECORD), NODE);
    const other = { ...NODE, keyRefresh: false, ivUpdate: true, netKeyIndex: 0, unicastAddress: 1 };
    equal(decodeNodeRecord(encodeNodeRecord(other)), other);
  });

  test("a record of another version, of another length, or with values that cannot be", () => {
    equal(decodeNodeRecord(RECORD.subarray(0, 41)), undefined);
    equal(decodeNodeRecord(new Uint8Array(43)), undefined);
    equal(decodeNodeRecord(new Uint8Array(0)), undefined);
    const changes = [
      [0, 2],
      [0, 0],
      [17, 0x10],
      [19, 4],
      [24, 0x80],
      [24, 0xff],
    ] as const;
    for (const [at, value] of changes) {
      const record = RECORD.slice();
      record[at] = value;
      equal(decodeNodeRecord(record), undefined, `octet ${at}`);
    }
    const nowhere = RECORD.slice();
    nowhere.fill(0, 24, 26);
    equal(decodeNodeRecord(nowhere), undefined);
  });
};
