/** Which elements a node can have. */

import { checkComposition, encodeCompositionPage0 } from "../../../modules/access/composition.js";
import type { Element, Model } from "../../../modules/access/model.js";
import { RecordingModel } from "../../support/access-bench.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";

const NONE = { minLength: 0, maxLength: 0 };

function element(...models: readonly Model[]): Element {
  return { location: 0x0100, models };
}

function vendorModels(count: number): readonly Model[] {
  return Array.from(
    { length: count },
    (_, modelId) => new RecordingModel(modelId, [], { companyId: 0x05f1 }),
  );
}

export const suite: Suite = ({ test, equal, throws }) => {
  test("page 0 shows models of both kinds, each kind in the order of the element", () => {
    const models = [
      new RecordingModel(0x0001, [], { companyId: 0x05f1 }),
      new RecordingModel(0x1000, []),
      new RecordingModel(0x0002, [], { companyId: 0x05f1 }),
      new RecordingModel(0x0000, [], { security: "device" }),
    ];
    const page = encodeCompositionPage0(
      { companyId: 0x05f1, productId: 0x0203, versionId: 0x0405, elements: [] },
      [element(...models), element()],
      { relay: true, proxy: false, friend: true, lowPower: false },
      0x0102,
    );
    equal(
      page,
      hex(`f1050302050402010500${"0001 02 02 0010 0000 f1050100 f1050200 0001 00 00".replaceAll(" ", "")}`),
    );
  });

  test("1 to 255 elements", () => {
    throws(() => checkComposition([]));
    throws(() => checkComposition(new Array<Element>(256).fill(element())));
    checkComposition([element()]);
    checkComposition(new Array<Element>(92).fill(element()));
    throws(() => checkComposition(new Array<Element>(93).fill(element())), "page 0 has more than 378 octets");
    equal(page0Size(92), 378);
  });

  test("page 0 fits into one status message", () => {
    const most = vendorModels(91);
    checkComposition([element(...most)]);
    throws(() => checkComposition([element(...most, new RecordingModel(0x1000, []))]));
  });

  test("no two models of one element take the same opcode; on two elements they may", () => {
    const one = new RecordingModel(0x1000, [{ opcode: 0x8201, ...NONE }]);
    const other = new RecordingModel(0x1002, [
      { opcode: 0x8205, ...NONE },
      { opcode: 0x8201, ...NONE },
    ]);
    throws(() => checkComposition([element(one, other)]));
    checkComposition([element(one), element(other)]);
    equal(page0Size(2), 18);
  });

  test("a model is on an element once; a vendor's with the same number is another", () => {
    throws(() => checkComposition([element(new RecordingModel(1, []), new RecordingModel(1, []))]));
    const models = [new RecordingModel(1, []), new RecordingModel(1, [], { companyId: 1 })];
    checkComposition([element(...models)]);
    throws(() => checkComposition([element(...models, new RecordingModel(1, [], { companyId: 1 }))]));
  });

  test("a model of device key security sits on the primary element", () => {
    const model = new RecordingModel(0, [], { security: "device" });
    checkComposition([element(model), element()]);
    throws(() => checkComposition([element(), element(model)]));
  });

  test("identifiers, opcodes and lengths that cannot be", () => {
    const broken: readonly Model[] = [
      new RecordingModel(0x10000, []),
      new RecordingModel(-1, []),
      new RecordingModel(0.5, []),
      new RecordingModel(1, [], { companyId: 0x10000 }),
      new RecordingModel(1, [{ opcode: 0x7f, ...NONE }]),
      new RecordingModel(1, [{ opcode: 0x00, minLength: 2, maxLength: 1 }]),
      new RecordingModel(1, [{ opcode: 0x00, minLength: -1, maxLength: 1 }]),
      new RecordingModel(1, [{ opcode: 0x00, minLength: 0, maxLength: 380 }]),
      new RecordingModel(1, [{ opcode: 0x8000, minLength: 0, maxLength: 379 }]),
      new RecordingModel(1, [{ opcode: 0xc105f1, minLength: 0, maxLength: 378 }]),
    ];
    for (const model of broken) throws(() => checkComposition([element(model)]));
    throws(() => checkComposition([{ location: 0x10000, models: [] }]));
    checkComposition([element(new RecordingModel(1, [{ opcode: 0xc105f1, minLength: 0, maxLength: 377 }]))]);
  });
};

function page0Size(elements: number): number {
  const composition = { companyId: 0, productId: 0, versionId: 0, elements: [] };
  const features = { relay: false, proxy: false, friend: false, lowPower: false };
  return encodeCompositionPage0(composition, new Array<Element>(elements).fill(element()), features, 0)
    .length;
}
