/** The product's choices, read from what its user has set. */

import { toHex } from "../../modules/bytes.js";
import { readPolicy, SettingsError } from "../../modules/policy.js";
import type { Suite } from "../support/harness.js";

function policyOf(settings: Readonly<Record<string, string>>) {
  return readPolicy({ get: (name) => settings[name] });
}

/** The one line that a person reads. */
function complaintAbout(settings: Readonly<Record<string, string>>): string {
  try {
    policyOf(settings);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return "";
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("nothing set: both algorithms, no OOB, no URI", () => {
    equal(policyOf({}), { algorithms: 3, staticOob: undefined, oobInformation: 0, uri: undefined });
  });

  test("OOB information: 16 bits, but no certificates, no records, nothing reserved", () => {
    equal(policyOf({ "oob-info": "0xF87f" }).oobInformation, 0xf87f);
    for (const text of [
      "",
      "0",
      "0x1",
      "1234",
      "0x12345",
      "0x12 4",
      "0x+123",
      "0xghij",
      "0x-001",
      "-0x001",
    ]) {
      ok(complaintAbout({ "oob-info": text }).includes("four hexadecimal digits"), text);
    }
    for (const text of ["0x0080", "0x0100", "0x0200", "0x0400", "0xffff"]) {
      ok(complaintAbout({ "oob-info": text }).includes("bits 7 to 10"), text);
    }
  });

  test("URI: known schemes take one octet, others are written out behind the empty scheme", () => {
    const uris = [
      ["https://a.example/x", "172f2f612e6578616d706c652f78"],
      ["http://a.example", "162f2f612e6578616d706c65"],
      ["urn:x:1", "0175726e3a783a31"],
    ] as const;
    for (const [text, payload] of uris) {
      const { uri } = policyOf({ uri: text });
      equal(uri && toHex(uri), payload);
    }
    equal(policyOf({ uri: `https:${"x".repeat(28)}` }).uri?.length, 29);
  });

  test("URI: too long, empty, none at all, or not ASCII", () => {
    ok(complaintAbout({ uri: `https:${"x".repeat(29)}` }).includes("too long"));
    for (const text of ["", "https:", "lamp", ":x"])
      ok(complaintAbout({ uri: text }).includes("not a URI"), text);
    for (const text of ["https://x y", "https://ü", "https://x\n", "https://x\u007f"]) {
      ok(complaintAbout({ uri: text }).includes("visible ASCII"), text);
    }
  });
};
