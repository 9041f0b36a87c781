/** The portable suites on Node; tests/support/run-xs.mjs runs the same ones on XS. */

import { suites } from "./suites.js";
import { runOnNode } from "./support/node-harness.js";

for (const [name, suite] of Object.entries(suites)) runOnNode(name, suite);
