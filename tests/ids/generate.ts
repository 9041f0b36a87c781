/** Writes the pages anew: npx tsx tests/ids/generate.ts */

import { writeFileSync } from "node:fs";
import { top } from "../support/files.mjs";
import { allTests, type Claim, readClaim } from "./names.js";
import { faults, PAGES, render } from "./pages.js";

const claims = allTests()
  .map(readClaim)
  .filter((claim): claim is Claim => claim !== undefined);
for (const page of PAGES) writeFileSync(top + page.path, render(page, claims));
const lines = faults(
  PAGES.flatMap(({ cases }) => cases),
  claims,
);
for (const line of lines) process.stderr.write(`${line}\n`);
process.exitCode = lines.length === 0 ? 0 : 1;
