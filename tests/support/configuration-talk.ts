/** How a conversation with a Configuration Server is written down. */

import { type ConfigurationBench, octetsOf } from "./configuration-bench.js";
import type { Harness } from "./harness.js";

/** The two ways in which a request can end. Messages: hexadecimal digits, with the opcode; spaces do not count. */
export interface Talk {
  /** It is answered. netKeyIndex: of the NetKey that it comes with. */
  says(bench: ConfigurationBench, request: string, answer: string, netKeyIndex?: number): void;
  /** A value in it is prohibited: there is no answer, nothing is stored, and the trace says why. */
  ignores(bench: ConfigurationBench, request: string): void;
}

/** Assertions over a harness. */
export function talk({ equal }: Harness): Talk {
  return {
    says(bench, request, answer, netKeyIndex) {
      equal(bench.ask(request, netKeyIndex), answer.replaceAll(" ", ""), request);
    },
    ignores(bench, request) {
      const writes = bench.storage.changes;
      const drops = bench.trace.drops.length;
      equal(bench.ask(request), undefined, request);
      const opcodeSize =
        octetsOf(request).length > 0 && Number.parseInt(request.slice(0, 2), 16) < 0x80 ? 1 : 2;
      const pdu = octetsOf(request).slice(opcodeSize);
      equal(bench.trace.drops.slice(drops), [{ layer: "access", reason: "prohibitedValue", pdu }], request);
      equal(bench.storage.changes, writes, request);
    },
  };
}
