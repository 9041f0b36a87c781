import { describe, test } from "node:test";
import { createHarness, type Suite } from "./harness.js";

/** Hand a portable suite to Node's test runner, under `name`. */
export function runOnNode(name: string, suite: Suite): void {
  describe(name, () => {
    suite(createHarness((title, body) => void test(title, body)));
  });
}
