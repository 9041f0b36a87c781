/** What a linked program takes of flash and RAM, read from its ELF file, so that no vendor's tool is needed for it. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { linkedProgram } from "./build.mjs";

/** ELF: a section without content in the file, and one that has a place in memory. */
const NOBITS = 8;
const ALLOC = 0x2;
const WRITE = 0x1;

/** nRF52840, between S140 with its RAM and the boot loader: the SDK's linker script. */
const NRF52 = { flash: [0x27000, 0xef000], ram: [0x20004200, 0x20040000] };

/** Where flash is seen through the cache; all else is RAM. */
const CACHED_ON_ESP32 = [
  [0x3f400000, 0x3f800000],
  [0x400d0000, 0x40400000],
];
const CACHED_ON_LATER_CHIPS = [
  [0x3c000000, 0x3e000000],
  [0x42000000, 0x44000000],
];

/** The table of a build, as lines; the numbers are octets. */
export function sizeTable(platform, places) {
  const program = linkedProgram(platform, places);
  if (program === undefined)
    return ["the linked program is not where it should be; there is no size to tell"];
  const sections = sectionsOf(readFileSync(program));
  if (sections.length === 0) return [`${program} has no sections; there is no size to tell`];
  const rows = { lin: linRows, nrf52: nrf52Rows, esp32: esp32Rows }[platform.family](sections, places);
  const machine = xsMachine(places, platform.family === "lin" ? 32 : 16);
  return formatTable(machine === undefined ? rows : [...rows, machine]);
}

/** The sections that have a place in memory: { name, address, size, isInFile, isWritable }. */
export function sectionsOf(elf) {
  if (elf.length < 52 || elf.readUInt32BE(0) !== 0x7f454c46) return [];
  const layout = elf[4] === 2 ? WIDE : NARROW;
  const table = layout.read(elf, layout.tableAt);
  const [size, count, names] = [0, 2, 4].map((skip) => elf.readUInt16LE(layout.shapeAt + skip));
  const headers = Array.from({ length: count }, (_, index) => readHeader(elf, table + index * size, layout));
  const text = headers[names];
  return (
    headers
      // The nRF5 SDK's stack has a place and no flag.
      .filter(({ flags, address }) => (flags & ALLOC) !== 0 || address !== 0)
      .map(({ name, type, flags, address, size: octets }) => ({
        name: elf.toString("latin1", text.at + name, elf.indexOf(0, text.at + name)),
        address,
        size: octets,
        isInFile: type !== NOBITS && (flags & ALLOC) !== 0,
        isWritable: (flags & WRITE) !== 0,
      }))
  );
}

/** Where things stand in ELF32 and ELF64. */
const NARROW = { tableAt: 0x20, shapeAt: 0x2e, step: 4, read: (elf, at) => elf.readUInt32LE(at) };
const WIDE = { tableAt: 0x28, shapeAt: 0x3a, step: 8, read: (elf, at) => Number(elf.readBigUInt64LE(at)) };

function readHeader(elf, at, { step, read }) {
  const [flags, address, place, size] = [0, 1, 2, 3].map((index) => read(elf, at + 8 + index * step));
  return { name: elf.readUInt32LE(at), type: elf.readUInt32LE(at + 4), flags, address, at: place, size };
}

function nrf52Rows(sections) {
  const isIn =
    ([from, to]) =>
    (section) =>
      section.address >= from && section.address < to;
  const inRam = sections.filter(isIn(NRF52.ram));
  const flash = [...sections.filter(isIn(NRF52.flash)), ...inRam].filter(({ isInFile }) => isInFile);
  return [
    { what: "flash", used: total(flash), of: NRF52.flash[1] - NRF52.flash[0] },
    {
      what: "RAM",
      used: total(inRam),
      of: NRF52.ram[1] - NRF52.ram[0],
      note: "with the heap that XS lives in",
    },
  ];
}

function esp32Rows(sections, places) {
  const cached = espIdfProject(places) === "xsProj-esp32" ? CACHED_ON_ESP32 : CACHED_ON_LATER_CHIPS;
  const real = sections.filter(({ name }) => !name.includes("dummy"));
  const inRam = real.filter(({ address }) => !cached.some(([from, to]) => address >= from && address < to));
  const image = join(places.bin, "xs_esp32.bin");
  const flash = existsSync(image) ? statSync(image).size : total(real.filter(({ isInFile }) => isInFile));
  return [
    { what: "flash", used: flash, of: appPartition(places) },
    { what: "RAM", used: total(inRam), note: "before the heap, that XS and Bluetooth live in" },
  ];
}

function linRows(sections) {
  return [
    {
      what: "flash",
      used: total(sections.filter(({ isWritable }) => !isWritable)),
      note: "of a 64-bit program",
    },
    {
      what: "RAM",
      used: total(sections.filter(({ isWritable }) => isWritable)),
      note: "of a 64-bit program",
    },
  ];
}

/** The folder of ESP-IDF's part, which bears the chip's name. */
function espIdfProject({ tmp }) {
  return readdirSync(tmp).find((name) => name.startsWith("xsProj-")) ?? "";
}

/** The size of the first application partition that ESP-IDF was given. */
function appPartition(places) {
  const path = join(places.tmp, espIdfProject(places), "partitions.csv");
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, "utf8").split("\n");
  const app = lines
    .map((line) => line.split(",").map((cell) => cell.trim()))
    .find(([, kind]) => kind === "app");
  const [, digits = "", unit = ""] = /^(0x[0-9a-f]+|\d+)([KM]?)$/i.exec(app?.[4] ?? "") ?? [];
  return digits === "" ? undefined : Number(digits) * { "": 1, K: 1024, M: 1024 * 1024 }[unit.toUpperCase()];
}

/** The memory that the manifests give to the XS machine. */
function xsMachine({ tmp }, slotSize) {
  const path = join(tmp, "manifest_flat.json");
  if (!existsSync(path)) return undefined;
  const { static: fixed = 0, chunk, heap } = JSON.parse(readFileSync(path, "utf8")).creation ?? {};
  if (fixed > 0) return { what: "XS machine", used: fixed };
  const used = (chunk?.initial ?? 0) + (heap?.initial ?? 0) * slotSize;
  return used > 0 ? { what: "XS machine", used, note: "at the start" } : undefined;
}

function total(sections) {
  return sections.reduce((sum, { size }) => sum + size, 0);
}

function formatTable(rows) {
  const lines = rows.map(({ what, used, of, note = "" }) => [
    what,
    String(used),
    of === undefined ? "" : String(of),
    of === undefined ? "" : String(of - used),
    note,
  ]);
  const cells = [["", "used", "of", "free", ""], ...lines];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column].length)));
  return cells.map(([what, ...numbers]) => {
    const [note, ...reversed] = numbers.reverse();
    const columns = reversed.reverse().map((number, index) => number.padStart(widths[index + 1]));
    return `${what.padEnd(widths[0])}  ${columns.join("  ")}  ${note}`.trimEnd();
  });
}
