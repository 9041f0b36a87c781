import assert from "node:assert/strict";
import { test } from "node:test";
import decodeQR from "qr/decode.js";
import type { Label } from "../../host/simulator/label.js";
import { labelText } from "../../host/simulator/label-text.js";

const uuid = new Uint8Array(16).fill(0xab);
const staticOob = new Uint8Array(32).fill(0x12);
const publicKey = new Uint8Array(64).map((_, at) => at);
const everything: Label = { name: "desk", uuid, staticOob, publicKey, announced: undefined };

const UUID = `FLEDGLING:1 UUID:${"AB".repeat(16)}`;
const STATIC = `STATIC:${"12".repeat(32)}`;
const KEY =
  `KEY:${[...publicKey].map((octet) => octet.toString(16).padStart(2, "0")).join("")}`.toUpperCase();

test("A label says in words what stands in its code", () => {
  assert.deepEqual(wordsOf(everything), [
    "Device           desk",
    "UUID             abababab-abab-abab-abab-abababababab",
    `Static OOB       ${"12".repeat(32)}`,
    "Public key X     000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "           Y     202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
    "OOB information  0x0844: a 2D code and a text, on the box; start with --oob-info 0x0844",
  ]);
});

test("A label knows when the device announces it already", () => {
  for (const [announced, ends] of [
    ["0x0844", "; the device announces it"],
    ["0x0004", "; start with --oob-info 0x0844"],
  ] as const) {
    assert.ok(
      wordsOf({ ...everything, announced })
        .at(-1)
        ?.endsWith(ends),
    );
  }
});

test("Without anything that authenticates, a label has the UUID and nothing to announce", () => {
  const label = { ...everything, staticOob: undefined, publicKey: undefined };
  assert.deepEqual(wordsOf(label).slice(2), [
    "OOB information  none on this label, which has neither a static value nor a public key",
  ]);
  assert.equal(scan(labelText(label, { colours: false, columns: undefined })), UUID);
});

test("The code on a label can be read, whatever it holds and wherever it is printed", () => {
  for (const [label, said] of [
    [everything, `${UUID} ${STATIC} ${KEY}`],
    [{ ...everything, publicKey: undefined }, `${UUID} ${STATIC}`],
    [{ ...everything, staticOob: undefined }, `${UUID} ${KEY}`],
    [
      { ...everything, staticOob: staticOob.subarray(16), publicKey: undefined },
      `${UUID} STATIC:${"12".repeat(16)}`,
    ],
  ] as const) {
    for (const colours of [false, true]) {
      const text = labelText(label, { colours, columns: 80 });
      assert.equal(scan(text), said);
      for (const line of codeLinesOf(text)) {
        assert.equal(line.startsWith("\x1b[30;107m") && line.endsWith("\x1b[0m"), colours, line);
      }
    }
  }
});

test("A code that is wider than the terminal is left out, with the reason", () => {
  const text = labelText(everything, { colours: true, columns: 40 });
  assert.match(text, /\n\nThe QR code needs \d\d columns; this terminal has 40\.\n$/);
  assert.deepEqual(codeLinesOf(text), []);
});

/** The lines before the code. */
function wordsOf(label: Label): readonly string[] {
  const lines = labelText(label, { colours: false, columns: undefined }).split("\n");
  return lines.slice(0, lines.indexOf(""));
}

function codeLinesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => /[█▀▄]/u.test(line));
}

/** What a camera reads off the printed label: each half of a character becomes a square of pixels. */
function scan(text: string): string {
  const printed = text
    .slice(text.indexOf("\n\n") + 2)
    .replaceAll("\x1b[30;107m", "")
    .replaceAll("\x1b[0m", "");
  const rows = printed.split("\n").flatMap((line) => {
    const characters = [...line];
    return [characters.map((part) => "█▀".includes(part)), characters.map((part) => "█▄".includes(part))];
  });
  const scale = 4;
  const width = (rows[0]?.length ?? 0) * scale;
  const height = rows.length * scale;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rows[Math.floor(y / scale)]?.[Math.floor(x / scale)] !== true) continue;
      data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return decodeQR({ width, height, data });
}
