/** The pages that tell how each item of a list is answered, and what is wrong with the answers. */

import { ATTACKS } from "./attacks.js";
import type { Case } from "./case.js";
import type { Claim } from "./names.js";
import { PHONES } from "./phones.js";
import { PTS } from "./pts.js";
import { PTS_CONFIGURATION } from "./pts-configuration.js";
import { PTS_GATT } from "./pts-gatt.js";
import { PTS_NETWORK } from "./pts-network.js";

/** A page and the list behind it. path: from the top. */
interface Page {
  readonly path: string;
  readonly title: string;
  readonly about: string;
  readonly cases: readonly Case[];
}

/** How the pages are written anew. */
export const COMMAND = "npx tsx tests/ids/generate.ts";

/** The pages. */
export const PAGES: readonly Page[] = [
  {
    path: "tests/pts.md",
    title: "The Bluetooth SIG's test cases for a node",
    about:
      "Their numbers are those of the suite MESH/NODE, as far as they are public; the sentences are ours. What runs here " +
      "are our own tests of the same behaviour, and no qualification. The cases for certificates and provisioning " +
      "records have no public numbers; the device announces neither. TNPT/BV-14 to BV-21 and BI-03, which test the SAR " +
      "states of version 1.1, and later numbers of IVU and KR are known by number only. MPXS and PROX are those of the " +
      "suite MESH/SR. Friendship (MESH/NODE/FRND) is not built yet.",
    cases: [...PTS, ...PTS_GATT, ...PTS_NETWORK, ...PTS_CONFIGURATION],
  },
  {
    path: "tests/attacks.md",
    title: "Known attacks, and the tests that try them",
    about:
      "A: the authentication of a provisioning. B: the protocol. C: faults that other implementations had. " +
      "D: the language and its engines.",
    cases: ATTACKS,
  },
  {
    path: "tests/phones.md",
    title: "Phone apps, and the tests that play them",
    about:
      "The apps are nRF Mesh for Android (Java and Kotlin) and iOS, EspBLEMesh of 2019 and later, and the one of Silicon " +
      "Labs. How each goes about it stands in tests/support/phone-apps.ts; it was read in their sources, and seen when one " +
      "of them ran against a stand-in node. No phone was used: what the apps' systems do beside them is not in it.",
    cases: PHONES,
  },
];

/** What is wrong with the cases and the tests' claims: one line each. */
export function faults(cases: readonly Case[], claims: readonly Claim[]): readonly string[] {
  const lines: string[] = [];
  const known = new Set(cases.map(({ id }) => id));
  if (known.size !== cases.length) lines.push("an id stands in the lists twice");
  for (const { file, title, ids } of claims) {
    for (const id of ids) if (!known.has(id)) lines.push(`${file}: "${title}" names the unknown id ${id}`);
    if (new Set(ids).size !== ids.length) lines.push(`${file}: "${title}" names an id twice`);
  }
  for (const { id, status, without } of cases) {
    const isTested = claims.some(({ ids }) => ids.includes(id));
    if (isTested && status !== undefined) lines.push(`${id} has a test, and is said to have none`);
    if (!isTested && status === undefined) lines.push(`${id} has neither a test nor a status`);
    if (!isTested && without !== undefined) lines.push(`${id} has no test that could leave something out`);
  }
  return lines;
}

/** A page's text. */
export function render({ title, about, cases }: Page, claims: readonly Claim[]): string {
  const counts = { tested: 0, notApplicable: 0, open: 0 };
  const rows = cases.map((item) => {
    if (item.status === undefined) counts.tested++;
    else if ("open" in item.status) counts.open++;
    else counts.notApplicable++;
    return `| ${item.id} | ${inCell(item.meaning)} | ${inCell(answerOf(item, claims))} |`;
  });
  return [
    `# ${title}`,
    "",
    `Written by \`${COMMAND}\` from the lists in tests/ids and the names of the tests; a test of the house fails when`,
    "this page is not what that command writes. A row says which tests answer it; that each of them passes is what",
    "`npm test` shows.",
    "",
    about,
    "",
    `${cases.length} items: ${counts.tested} tested, ${counts.notApplicable} not applicable, ${counts.open} open.`,
    "",
    "| Id | Meaning | Answer |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** The status in words, or the tests by file. */
function answerOf({ id, status, without }: Case, claims: readonly Claim[]): string {
  if (status !== undefined) {
    return "open" in status ? `**open**: ${status.open}` : `not applicable: ${status.notApplicable}`;
  }
  const byFile = new Map<string, string[]>();
  for (const { file, title, ids } of claims) {
    if (ids.includes(id)) byFile.set(file, [...(byFile.get(file) ?? []), `“${title}”`]);
  }
  const parts = [...byFile].map(([file, titles]) => `${file.replace(/^tests\//, "")}: ${titles.join("; ")}`);
  if (without !== undefined) parts.push(`*Not covered*: ${without}`);
  return parts.join("<br>");
}

function inCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
