/** The reading of what a tap has noted. */

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { TappedPacket } from "../interop/gatt/tap.js";
import { readExchange, readProvisioning } from "./gatt-log.js";

const connection = "043e13010040000000000000000000000000000000".slice(0, 44);
/** ACL data with an ATT PDU in it. */
const acl = (att: string) => {
  const length = att.length / 2;
  return `024000${(length + 4).toString(16).padStart(2, "0")}00${length.toString(16).padStart(2, "0")}000400${att}`;
};
const said = (tMs: number, from: TappedPacket["from"], hex: string): TappedPacket => ({
  tMs,
  from,
  packet: Buffer.from(hex, "hex"),
});

const conversation = [
  said(5, "host", "01061000"),
  said(100, "controller", connection),
  said(110, "controller", acl("52030003000500")),
  said(112, "host", acl("1b0500030100")),
  said(113, "host", acl("1b0500038100")),
  said(150, "controller", acl("5203000307")),
  said(151, "controller", "040500"),
  said(157, "host", acl("1b05000308")),
  said(300, "controller", acl("0a0100")),
];

test("the time of a provisioning ends with Complete, and what passes before each answer is the device's", () => {
  deepEqual(readProvisioning(conversation), { totalMs: 57, oursMs: 2 + 1 + 7 });
});

test("a provisioning without Complete has no time", () => {
  equal(readProvisioning(conversation.slice(0, 7)), undefined);
});

test("an exchange begins with what the device hears, and ends with its last word", () => {
  deepEqual(readExchange(conversation.slice(3)), { totalMs: 7, oursMs: 7 });
});
