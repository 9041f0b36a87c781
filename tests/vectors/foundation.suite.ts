/** The published samples of composition data and of opcodes: MshPRT 8.10.1, 8.3.6, 8.3.16 to 8.3.24, 8.12, 8.16. */

import { checkComposition, encodeCompositionPage0 } from "../../modules/access/composition.js";
import type { Element } from "../../modules/access/model.js";
import { decodeOpcode, encodeOpcode, opcodeSize } from "../../modules/access/opcode.js";
import { Feature } from "../../modules/network/node-states.js";
import { RecordingModel } from "../support/access-bench.js";
import type { Suite } from "../support/harness.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import file from "./foundation.json" with { type: "json" };

/** A vector with its fields as a table of names. */
interface Sample {
  readonly name: string;
  readonly type: string;
  readonly fields: Fields;
  readonly outputs: Fields;
}

interface SampleElement {
  readonly Location: string;
  readonly SIGModels: readonly string[];
  readonly VendorModels: readonly { readonly CompanyID: string; readonly ModelID: string }[];
}

function elementsOf(fields: Fields): readonly SampleElement[] {
  const elements = fields.Elements;
  return Array.isArray(elements) ? elements.filter(isSampleElement) : [];
}

function isSampleElement(element: unknown): element is SampleElement {
  return (
    typeof element === "object" &&
    element !== null &&
    "Location" in element &&
    "SIGModels" in element &&
    "VendorModels" in element
  );
}

function numberOf(fields: Fields, name: string): number {
  return Number.parseInt(String(fields[name]), 16);
}

function elementOf({ Location, SIGModels, VendorModels }: SampleElement): Element {
  const sig = SIGModels.map((id) => new RecordingModel(Number.parseInt(id, 16), []));
  const vendor = VendorModels.map(
    ({ CompanyID, ModelID }) =>
      new RecordingModel(Number.parseInt(ModelID, 16), [], { companyId: Number.parseInt(CompanyID, 16) }),
  );
  // The page has the kinds apart, whatever the order of the element.
  return { location: Number.parseInt(Location, 16), models: [...vendor, ...sig] };
}

export const suite: Suite = ({ test, equal, ok }) => {
  const samples: readonly Sample[] = file.vectors;
  const pages = samples.filter(({ type }) => type === "compositionPage0");

  test("there are two samples of page 0", () => equal(pages.length, 2));

  for (const { name, fields, outputs } of pages) {
    test(name, () => {
      const elements = elementsOf(fields).map(elementOf);
      ok(elements.length > 0);
      checkComposition(elements);
      const features = numberOf(fields, "Features");
      const page = encodeCompositionPage0(
        {
          companyId: numberOf(fields, "CID"),
          productId: numberOf(fields, "PID"),
          versionId: numberOf(fields, "VID"),
          elements,
        },
        elements,
        {
          relay: (features & Feature.Relay) !== 0,
          proxy: (features & Feature.Proxy) !== 0,
          friend: (features & Feature.Friend) !== 0,
          lowPower: (features & Feature.LowPower) !== 0,
        },
        numberOf(fields, "CRPL"),
      );
      equal(page, octetsOf(outputs, "Data"));
    });
  }

  const messages = samples.filter(({ type }) => type === "accessMessage");

  test("there are twelve samples of messages", () => equal(messages.length, 12));

  messages.forEach(({ name, fields, outputs }, index) => {
    test(`the opcode of sample ${index + 1}, ${name}`, () => {
      const message = octetsOf(outputs, "Message");
      const isVendors = fields.Opcode === "vendor";
      const opcode = isVendors
        ? ((0xc0 | numberOf(fields, "VendorOpcode")) << 16) | numberOf(fields, "CompanyID")
        : numberOf(fields, "Opcode");
      equal(decodeOpcode(message), opcode);
      const target = new Uint8Array(opcodeSize(opcode));
      encodeOpcode(opcode, target);
      equal(target, message.subarray(0, target.length));
    });
  });
};
