import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { Transmission } from "../interop/bluez/air.js";
import { median, readLinkTimes } from "./link-log.js";

/** from, time, transaction number, and Generic Provisioning PDU. */
function log(...lines: readonly (readonly [string, number, string, string])[]): Transmission[] {
  return lines.map(([from, tMs, number, generic]) => {
    const payload = Buffer.from(`2900000001${number}${generic}`, "hex");
    return { from, tMs, ad: Buffer.concat([Buffer.of(payload.length), payload]) };
  });
}

const conversation = log(
  ["device", 0, "00", "07"],
  ["provisioner", 1000, "00", "03aa"],
  ["device", 1040, "00", "07"],
  ["provisioner", 1045, "00", "0000020000"],
  ["device", 1080, "00", "01"],
  ["device", 1110, "80", "00000c0001"],
  ["provisioner", 1111, "80", "01"],
  ["device", 1300, "80", "00000c0001"],
  ["provisioner", 1600, "01", "0000020007"],
  ["device", 1640, "01", "01"],
  ["device", 1690, "81", "0000010008"],
  ["device", 1900, "81", "0000010008"],
);

test("the provisioner's pauses, and 35 ms for each different PDU of the device, are the bound", () => {
  deepEqual(readLinkTimes(conversation), {
    totalMs: 690,
    pausesMs: 5 + 490,
    devicePdus: 5,
    repeatedPdus: 1,
    boundMs: 495 + 5 * 35,
  });
});

test("a provisioning without an end has no times", () => {
  equal(readLinkTimes(conversation.slice(0, -2)), undefined);
  equal(readLinkTimes(conversation.slice(2)), undefined);
  equal(readLinkTimes([]), undefined);
});

test("the median", () => {
  equal(median([30, 1, 2]), 2);
  equal(median([4, 1, 30, 2]), 3);
  throws(() => median([]), RangeError);
});
