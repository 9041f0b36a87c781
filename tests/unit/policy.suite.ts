/** The product's choices, read from what its user has set. */

import { toHex } from "../../modules/bytes.js";
import { readPolicy, SettingsError } from "../../modules/policy.js";
import type { Suite } from "../support/harness.js";

function policyOf(settings: Readonly<Record<string, string>>) {
  return readPolicy({ get: (name) => settings[name] }, { outputActions: 0x1f, inputActions: 0x0f });
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

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("nothing set: both algorithms, one output, one input, and doing without allowed", () => {
    equal(policyOf({}), {
      algorithms: 3,
      allowNoOob: true,
      onlyOobAuthenticated: false,
      staticOob: undefined,
      oobPrivateKey: undefined,
      outputActions: 0x08,
      outputSize: 6,
      inputActions: 0x04,
      inputSize: 6,
      oobInformation: 0,
      uri: undefined,
      replayStoreDelayMs: 5000,
    });
    const bare = readPolicy({ get: () => undefined }, { outputActions: 0x01, inputActions: 0x01 });
    equal([bare.outputActions, bare.outputSize, bare.inputActions, bare.inputSize], [1, 1, 1, 1]);
    const blind = readPolicy({ get: () => undefined }, { outputActions: 0, inputActions: 0 });
    equal([blind.outputActions, blind.outputSize, blind.inputActions, blind.inputSize], [0, 0, 0, 0]);
  });

  test("actions and sizes: one digit where anything is counted, unless forced", () => {
    const sizes = (settings: Readonly<Record<string, string>>) => {
      const { outputActions, outputSize, inputActions, inputSize } = policyOf(settings);
      return [outputActions, outputSize, inputActions, inputSize];
    };
    equal(sizes({ output: "blink", input: "push" }), [0x01, 1, 0x01, 1]);
    equal(sizes({ output: "blink,number", input: "twist,text" }), [0x09, 1, 0x0a, 1]);
    equal(sizes({ output: "beep,vibrate", "counted-digits": "2" }), [0x06, 2, 0x04, 6]);
    equal(sizes({ output: "text", input: "none", "text-digits": "8" }), [0x10, 8, 0, 0]);
    equal(sizes({ output: "none", input: "number", "text-digits": "4" }), [0, 0, 0x04, 4]);
    equal(sizes({ output: "blink", input: "number", "text-digits": "8" }), [0x01, 1, 0x04, 8]);
    equal(sizes({ output: "blink,text", "counted-digits": "2", "text-digits": "2" }), [0x11, 2, 0x04, 2]);
  });

  test("algorithms and profiles", () => {
    equal(policyOf({ algorithms: "hmac" }).algorithms, 2);
    equal(policyOf({ algorithms: "both", profile: "standard" }).algorithms, 3);
    equal(policyOf({ profile: "cmacOnly" }).algorithms, 1);
    equal(policyOf({ profile: "cmacOnly", algorithms: "cmac" }).algorithms, 1);
    const only = policyOf({ "oob-only": "true" });
    equal([only.algorithms, only.onlyOobAuthenticated, only.allowNoOob], [2, true, false]);
    equal(policyOf({ "oob-only": "false" }).onlyOobAuthenticated, false);
    const strict = policyOf({ "no-oob": "refuse" });
    equal([strict.algorithms, strict.onlyOobAuthenticated, strict.allowNoOob], [3, false, false]);
  });

  test("static values and keys", () => {
    equal(policyOf({ "static-oob": "00".repeat(16) }).staticOob, new Uint8Array(16));
    equal(policyOf({ "static-oob": "ff".repeat(32), algorithms: "hmac" }).staticOob?.length, 32);
    const late = `${"00".repeat(31)}01`;
    equal(policyOf({ "static-oob": late, "oob-only": "true" }).staticOob?.length, 32, "HMAC takes all of it");
    equal(policyOf({ "oob-key": `7e${"ff".repeat(31)}` }).oobPrivateKey?.length, 32);
  });

  test("what contradicts itself, the board or the specification is refused with the reason", () => {
    const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [{ algorithms: "aes" }, "none of cmac, hmac, both"],
      [{ algorithms: "cmac" }, "must offer HMAC"],
      [{ algorithms: "both", profile: "cmacOnly" }, "contradicts the profile"],
      [{ algorithms: "hmac", profile: "cmacOnly" }, "contradicts the profile"],
      [{ profile: "old" }, "none of standard, cmacOnly"],
      [{ "oob-only": "true", profile: "cmacOnly" }, "needs HMAC"],
      [{ "oob-only": "true", algorithms: "both" }, "leaves out CMAC"],
      [{ "oob-only": "true", "no-oob": "allow" }, "contradicts oob-only"],
      [{ "oob-only": "true", output: "none", input: "none" }, "no authentication left"],
      [{ "no-oob": "refuse", output: "none", input: "none" }, "no authentication left"],
      [{ "no-oob": "maybe" }, "neither allow nor refuse"],
      [{ "oob-only": "yes" }, "none of true, false"],
      [{ "static-oob": "00" }, "16 or 32 octets"],
      [{ "static-oob": "00".repeat(17) }, "16 or 32 octets"],
      [{ "static-oob": "0g".repeat(16) }, "16 or 32 octets"],
      [{ "static-oob": "" }, "16 or 32 octets"],
      [{ "static-oob": "00".repeat(16), algorithms: "hmac" }, "32 octets are needed"],
      [{ "static-oob": "00".repeat(16), "oob-only": "true" }, "32 octets are needed"],
      [{ "static-oob": "00".repeat(16), "no-oob": "refuse" }, "zeros alone"],
      [{ "static-oob": "00".repeat(16) + "11".repeat(16), "no-oob": "refuse" }, "zeros alone"],
      [{ "static-oob": "00".repeat(32), "oob-only": "true" }, "zeros alone"],
      [{ "oob-key": "00" }, "64 hexadecimal digits"],
      [{ "oob-key": "00".repeat(32) }, "not zero"],
      [{ "oob-key": `7f${"00".repeat(31)}` }, "at most 7e"],
      [{ output: "shout" }, "none of none, blink"],
      [{ output: "" }, "none of none, blink"],
      [{ output: "toString" }, "none of none, blink"],
      [{ output: "blink,none" }, "none of none, blink"],
      [{ input: "number,,text" }, "none of none, push"],
      [{ "counted-digits": "0" }, "not a digit from 1 to 8"],
      [{ "text-digits": "9" }, "not a digit from 1 to 8"],
      [{ "text-digits": "12" }, "not a digit from 1 to 8"],
      [{ "text-digits": "" }, "not a digit from 1 to 8"],
      [{ output: "blink,number", "text-digits": "8" }, "8 digits cannot be had while output"],
      [{ input: "push,text", "text-digits": "4", "counted-digits": "2" }, "cannot be had while input"],
    ];
    for (const [settings, words] of cases) {
      const line = complaintAbout(settings);
      ok(line.includes(words), `${Object.values(settings).join(" ")}: ${line}`);
      ok(
        Object.keys(settings).some((name) => line.startsWith(`${name}: `)),
        line,
      );
    }
    const bare = { outputActions: 0x01, inputActions: 0 };
    throws(() => readPolicy({ get: (name) => (name === "output" ? "beep" : undefined) }, bare));
    throws(() => readPolicy({ get: (name) => (name === "input" ? "push" : undefined) }, bare));
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

  test("the replay protection list is stored after five seconds, at once, or after up to a minute", () => {
    equal(policyOf({ "replay-delay": "0" }).replayStoreDelayMs, 0);
    equal(policyOf({ "replay-delay": "60000" }).replayStoreDelayMs, 60_000);
    for (const text of ["", "-1", "60001", "1e3", "0x10", " 5", "5 s", "999999"]) {
      throws(() => policyOf({ "replay-delay": text }), text);
      equal(
        complaintAbout({ "replay-delay": text }),
        `replay-delay: "${text}" is not a number of milliseconds from 0 to 60000`,
      );
    }
  });
};
