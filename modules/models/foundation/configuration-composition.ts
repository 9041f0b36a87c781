/** The Configuration Server's Composition Data, pages 0 and 1. MshPRT 4.4.1.2.2, 4.2.2. */

import type { Access } from "../../access/access.js";
import { concat, octet } from "../../bytes.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";
import type { Handlers, Stack } from "./stack.js";

/** By opcode. */
export const compositionHandlers: Handlers = Object.freeze({
  [Opcode.CompositionDataGet]: getCompositionData,
});

/** A page that there is not: the one with the largest number below it. Each fits one message: page 0 is checked to. */
function getCompositionData(stack: Stack, parameters: Uint8Array): Uint8Array {
  return octet(parameters, 0) === 0
    ? concat(Uint8Array.of(0), stack.compositionPage0)
    : concat(Uint8Array.of(1), encodePage1(stack.access.elements));
}

/** How page 1 describes a model that neither extends another one nor corresponds to any. MshPRT 4.2.2.2. */
const ROOT_MODEL = 0x00;

/** Per element: how many SIG and vendor models, and then one octet each, because all of ours are root models. */
function encodePage1(elements: Access["elements"]): Uint8Array {
  const page: number[] = [];
  for (const { models } of elements) {
    const vendors = models.filter(({ model }) => model.companyId !== undefined).length;
    page.push(models.length - vendors, vendors);
    for (let i = 0; i < models.length; i++) page.push(ROOT_MODEL);
  }
  return new Uint8Array(page);
}
