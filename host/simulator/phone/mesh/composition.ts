/** Composition Data Page 0, read. MshPRT 4.2.2.1. */

import type { ModelId } from "./config-messages.js";
import { readLittleEndian } from "./opcode.js";

/** One element: location, models of the SIG, models of vendors. */
export interface ElementOf {
  readonly location: number;
  readonly models: readonly ModelId[];
}

/** What a node is made of. features: bit 0 relay, 1 proxy, 2 friend, 3 low power. */
export interface Composition {
  readonly cid: number;
  readonly pid: number;
  readonly vid: number;
  readonly crpl: number;
  readonly features: number;
  readonly elements: readonly ElementOf[];
}

/** Throws RangeError when it ends too early. */
export function decodeComposition(data: Uint8Array): Composition {
  const word = (at: number): number => readLittleEndian(data, at, 2);
  const elements: ElementOf[] = [];
  for (let at = 10; at < data.length; ) {
    const [location, sig, vendor] = [
      word(at),
      readLittleEndian(data, at + 2, 1),
      readLittleEndian(data, at + 3, 1),
    ];
    at += 4;
    const models: ModelId[] = [];
    for (let i = 0; i < sig; i++, at += 2) models.push(word(at));
    for (let i = 0; i < vendor; i++, at += 4) models.push({ company: word(at), model: word(at + 2) });
    elements.push({ location, models });
  }
  return { cid: word(0), pid: word(2), vid: word(4), crpl: word(6), features: word(8), elements };
}
