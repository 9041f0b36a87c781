/**
 * Whether a captured provisioning holds together. Rebuilds it from its PDUs and the device's private key, and opens
 * every network PDU with the NetKey that it delivered. Independent of our own protocol code, for it is to be judged.
 */

import { equal, notEqual, ok } from "node:assert/strict";
import { createECDH } from "node:crypto";
import { readFileSync } from "node:fs";
import { k1, mac, networkKeys, openCcm, openNetworkPdu, s1 } from "./mesh-security.js";

/** What was found, when everything fits. method: the AuthenticationMethod of Start. */
export interface Verified {
  readonly method: number;
  readonly publicKeyOob: boolean;
  readonly unicastAddress: number;
  readonly networkPdus: number;
}

/** A line of the log: an AD structure (hex) and its sender, or a note with some of the other fields. */
interface Line {
  readonly ad?: string;
  readonly note?: string;
  readonly staticOob?: string;
  readonly netKeys?: readonly { readonly key: string }[];
  readonly devKeys?: readonly { readonly unicast: number; readonly key: string }[];
  readonly PrivateKeyLocal?: string;
  readonly ConfirmationInputs?: string;
}

/** Throws an AssertionError that names what does not fit. */
export function verifyLog(file: URL): Verified {
  const lines = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): Line => JSON.parse(line));
  const ads = lines.flatMap(({ ad }) => (ad === undefined ? [] : [hex(ad)]));
  const note = (name: string): Line => lines.find((line) => line.note === name) ?? {};
  const pdu = provisioningPdus(ads);
  const start = pdu("p2");
  const session = openSession(pdu, note("device material"), hex(lines[0]?.staticOob ?? ""));

  const { netKeys, devKeys } = note("keys");
  const netKey = session.data.subarray(0, 16);
  const unicastAddress = session.data.readUInt16BE(23);
  const exported = devKeys?.find(({ unicast }) => unicast === unicastAddress);
  equal(netKey.toString("hex"), netKeys?.[0]?.key, "NetKey");
  equal(session.deviceKey.toString("hex"), exported?.key, "device key");

  const network = ads.filter((ad) => ad[1] === 0x2a).map((ad) => ad.subarray(2));
  for (const sealed of network) {
    const opened = openNetworkPdu(sealed, networkKeys(netKey), session.data.readUInt32BE(19));
    notEqual(opened, undefined, "a network PDU");
  }
  return {
    method: start.readUInt8(2),
    publicKeyOob: start.readUInt8(1) === 1,
    unicastAddress,
    networkPdus: network.length,
  };
}

/** Gives a PDU's parameters by its sender, "p" or "d", and its type. */
type Pdus = (name: string) => Buffer;

/** The provisioning PDUs, put together from PB-ADV. MshPRT 5.3. */
function provisioningPdus(ads: readonly Buffer[]): Pdus {
  const transactions = new Map<number, { start: Buffer; parts: Map<number, Buffer> }>();
  const found = new Map<string, Buffer>();
  for (const ad of ads.filter((each) => each[1] === 0x29)) {
    const number = ad.readUInt8(6);
    const generic = ad.subarray(7);
    const control = generic.readUInt8(0);
    const transaction = transactions.get(number) ?? { start: Buffer.alloc(4), parts: new Map() };
    transactions.set(number, transaction);
    if ((control & 0x03) === 0) {
      transaction.start = generic.subarray(0, 4);
      transaction.parts.set(0, generic.subarray(4));
    } else if ((control & 0x03) === 2) transaction.parts.set(control >> 2, generic.subarray(1));
    if (transaction.parts.size <= transaction.start.readUInt8(0) >> 2 || !transaction.parts.has(0)) continue;
    const parts = [...transaction.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    const whole = Buffer.concat(parts);
    equal(whole.length, transaction.start.readUInt16BE(1), "length of a provisioning PDU");
    equal(fcs(whole), transaction.start.readUInt8(3), "FCS of a provisioning PDU");
    found.set(`${number < 0x80 ? "p" : "d"}${whole[0]}`, whole.subarray(1));
  }
  return (name) => found.get(name) ?? Buffer.alloc(0);
}

/** Check both confirmations and open the provisioning data. MshPRT 5.4.2. */
function openSession(pdu: Pdus, device: Line, staticOob: Buffer): { data: Buffer; deviceKey: Buffer } {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(hex(device.PrivateKeyLocal ?? ""));
  const ownKey = ecdh.getPublicKey().subarray(1);
  // A key that is known out of band is not on the air.
  if (pdu("p2")[1] === 0) equal(pdu("d3").toString("hex"), ownKey.toString("hex"), "public key");
  const secret = ecdh.computeSecret(Buffer.concat([Buffer.of(0x04), pdu("p3")]));
  const inputs = Buffer.concat([pdu("p0"), pdu("d1"), pdu("p2"), pdu("p3"), ownKey]);
  equal(inputs.toString("hex"), device.ConfirmationInputs, "ConfirmationInputs");

  const salt = s1(inputs);
  const confirmationKey = k1(secret, salt, "prck");
  const authValue = pdu("p2")[2] === 1 ? staticOob : Buffer.alloc(16);
  for (const side of ["p", "d"]) {
    const confirmation = mac(confirmationKey, pdu(`${side}6`), authValue);
    equal(confirmation.toString("hex"), pdu(`${side}5`).toString("hex"), `confirmation of ${side}`);
  }
  const provisioningSalt = s1(Buffer.concat([salt, pdu("p6"), pdu("d6")]));
  const nonce = k1(secret, provisioningSalt, "prsn").subarray(3);
  const data = openCcm(k1(secret, provisioningSalt, "prsk"), nonce, pdu("p7"), 8);
  ok(data !== undefined, "provisioning data");
  return { data, deviceKey: k1(secret, provisioningSalt, "prdk") };
}

/** CRC-8 of 3GPP TS 27.010. MshPRT 5.3.3. */
function fcs(octets: Buffer): number {
  let crc = 0xff;
  for (const octet of octets) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xe0 : crc >> 1;
  }
  return 0xff - crc;
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, "hex");
}
