/** A label as text for a terminal or a file, with a QR code. */

import { encodeQR } from "qr";
import { toHex } from "../../modules/bytes.js";
import type { Label } from "./label.js";
import { uuidGroups } from "./uuid.js";

/** Where the label is printed. */
export interface Paper {
  /** Black on white for the QR code, by the control sequences of terminals; else its dark parts are "ink". */
  readonly colours: boolean;
  /** Characters of a line; undefined: as many as are needed. */
  readonly columns: number | undefined;
}

/** 2D machine-readable code, string, on the box: MshPRT 3.10.2, table 3.71, bits 2, 6 and 11. */
const LABEL_BITS = "0x0844";

/** Modules of light around a QR code, so that it is found. ISO/IEC 18004, 9.1. */
const QUIET_ZONE = 4;

/** The whole label; each line ends with a line feed. */
export function labelText(label: Label, paper: Paper): string {
  const { name, uuid, staticOob, publicKey } = label;
  const lines = [`Device           ${name}`, `UUID             ${uuidGroups(toHex(uuid))}`];
  if (staticOob !== undefined) lines.push(`Static OOB       ${toHex(staticOob)}`);
  if (publicKey !== undefined) {
    lines.push(`Public key X     ${toHex(publicKey.subarray(0, 32))}`);
    lines.push(`           Y     ${toHex(publicKey.subarray(32))}`);
  }
  lines.push(`OOB information  ${oobInformationText(label)}`, "", ...codeLines(codeText(label), paper), "");
  return lines.join("\n");
}

/**
 * What the QR code says: words with one space between them, in capital letters and digits, which make it small.
 * "FLEDGLING:1", the version of this form; "UUID:" and 32 hexadecimal digits; if there is a static OOB value,
 * "STATIC:" and 32 or 64; if the public key is known out of band, "KEY:" and 128, X and Y.
 */
export function codeText({ uuid, staticOob, publicKey }: Label): string {
  const words = ["fledgling:1", `uuid:${toHex(uuid)}`];
  if (staticOob !== undefined) words.push(`static:${toHex(staticOob)}`);
  if (publicKey !== undefined) words.push(`key:${toHex(publicKey)}`);
  return words.join(" ").toUpperCase();
}

/** Only what authenticates is OOB information: a UUID is on the air anyway. */
function oobInformationText({ staticOob, publicKey, announced }: Label): string {
  if (staticOob === undefined && publicKey === undefined) {
    return "none on this label, which has neither a static value nor a public key";
  }
  const meaning = `${LABEL_BITS}: a 2D code and a text, on the box`;
  return Number(announced) === Number(LABEL_BITS)
    ? `${meaning}; the device announces it`
    : `${meaning}; start with --oob-info ${LABEL_BITS}`;
}

/** Two rows of modules a line, as half blocks. */
function codeLines(text: string, { colours, columns }: Paper): readonly string[] {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET_ZONE });
  if (columns !== undefined && columns < rows.length) {
    return [`The QR code needs ${rows.length} columns; this terminal has ${columns}.`];
  }
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const [upper = [], lower = []] = [rows[y], rows[y + 1]];
    const line = upper.map((dark, x) => halfBlock(dark, lower[x] ?? false)).join("");
    lines.push(colours ? `\x1b[30;107m${line}\x1b[0m` : line);
  }
  return lines;
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}
