/** `npm run firmware -- PLATFORM --size`: what linked programs take, read from ELF files made by hand. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Desk } from "./firmware-desk.js";

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

/** In memory, and what it may do there. Kinds: 1 has content in the file, 8 has none. */
interface Section {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly kind?: 1 | 8;
  /** 1: written, 2: in memory, 4: executed. */
  readonly flags?: number;
}

const NAMES = ".shstrtab";

/** A linked program of 32 or 64 bits with these sections and no content. ELF specification, chapter 1. */
function elf(bits: 32 | 64, sections: readonly Section[]): Uint8Array {
  const word = bits / 8;
  const all = [
    { name: "", address: 0, size: 0, flags: 0 },
    ...sections,
    { name: NAMES, address: 0, size: 0, flags: 0 },
  ];
  const names = Buffer.from(`${all.map(({ name }) => name).join("\0")}\0`, "latin1");
  const headAt = bits === 64 ? 64 : 52;
  const entry = bits === 64 ? 64 : 40;
  const tableAt = headAt + names.length;
  const file = Buffer.alloc(tableAt + all.length * entry);
  file.write("\x7fELF", 0, "latin1");
  file[4] = bits / 32;
  file[5] = 1;
  const writeWord = (value: number, at: number): unknown =>
    bits === 64 ? file.writeBigUInt64LE(BigInt(value), at) : file.writeUInt32LE(value, at);
  writeWord(tableAt, bits === 64 ? 0x28 : 0x20);
  const shapeAt = bits === 64 ? 0x3a : 0x2e;
  for (const [index, value] of [entry, all.length, all.length - 1].entries())
    file.writeUInt16LE(value, shapeAt + 2 * index);
  names.copy(file, headAt);
  for (const [index, { name, address, size, kind = 1, flags = 2 }] of all.entries()) {
    const at = tableAt + index * entry;
    file.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, at);
    file.writeUInt32LE(kind, at + 4);
    const place = name === NAMES ? headAt : 0;
    for (const [column, value] of [flags, address, place, size].entries())
      writeWord(value, at + 8 + column * word);
  }
  return file;
}

function table(platform: string, ...options: readonly string[]): readonly string[] {
  const { status, stdout, stderr } = desk.run(platform, "--size", ...options);
  assert.equal(status, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("/"));
}

test("nRF52: flash holds the program and what RAM begins with; RAM what is written", () => {
  desk.makes({
    "bin/xs_nrf52.hex": "",
    "tmp/xs_nrf52.out": elf(32, [
      { name: ".text", address: 0x27000, size: 500_000, flags: 6 },
      { name: ".ARM.exidx", address: 0xa2000, size: 8 },
      { name: ".xs6ro2", address: 0xa3000, size: 100_000 },
      { name: ".data", address: 0x20004200, size: 1000, flags: 3 },
      { name: ".bss", address: 0x20005000, size: 230_000, kind: 8, flags: 3 },
      { name: ".stack_dummy", address: 0x2003fe00, size: 512, flags: 1 },
      { name: ".debug_info", address: 0, size: 9_000_000, flags: 0 },
    ]),
    "tmp/manifest_flat.json": JSON.stringify({ creation: { static: 131_072, chunk: { initial: 1 } } }),
  });
  assert.deepEqual(table("nrf52/dk"), [
    "              used      of    free",
    "flash       601008  819200  218192",
    "RAM         231512  245248   13736  with the heap that XS lives in",
    "XS machine  131072",
  ]);
});

test("ESP32: flash is the image in its partition; addresses of the cache are no RAM, nor are gaps", () => {
  desk.makes({
    "bin/xs_esp32.bin": "x".repeat(900_000),
    "tmp/xsProj-esp32c3/partitions.csv":
      "# Name, Type\nnvs, data, nvs, 0x9000, 0x20000,\nfactory, app, factory, , 1M,\n",
    "tmp/xsProj-esp32c3/build/xs_esp32.elf": elf(32, [
      { name: ".flash.text", address: 0x42000020, size: 600_000, flags: 6 },
      { name: ".flash.rodata", address: 0x3c0a0020, size: 200_000 },
      { name: ".iram0.text", address: 0x40380000, size: 60_000, flags: 7 },
      { name: ".dram0.dummy", address: 0x3fc80000, size: 60_000, kind: 8, flags: 3 },
      { name: ".dram0.data", address: 0x3fc90000, size: 12_000, flags: 3 },
      { name: ".dram0.bss", address: 0x3fc93000, size: 20_000, kind: 8, flags: 3 },
    ]),
    "tmp/manifest_flat.json": JSON.stringify({
      creation: { static: 0, chunk: { initial: 78_848 }, heap: { initial: 4928 } },
    }),
  });
  assert.deepEqual(table("esp32/esp32c3"), [
    "              used       of    free",
    "flash       900000  1048576  148576",
    "RAM          92000                   before the heap, that XS and Bluetooth live in",
    "XS machine  157696                   at the start",
  ]);
});

test("lin: a program of 64 bits, where slots are twice as large; debug builds are found, too", () => {
  const program = elf(64, [
    { name: ".text", address: 0x1000, size: 800_000, flags: 6 },
    { name: ".data", address: 0x200000, size: 500, flags: 3 },
    { name: ".bss", address: 0x201000, size: 100, kind: 8, flags: 3 },
  ]);
  desk.makes({
    "bin/mc.so": program,
    "tmp/manifest_flat.json": JSON.stringify({ creation: { chunk: { initial: 0 }, heap: { initial: 10 } } }),
  });
  const expected = [
    "              used  of  free",
    "flash       800000            of a 64-bit program",
    "RAM            600            of a 64-bit program",
    "XS machine     320            at the start",
  ];
  assert.deepEqual(table("lin"), expected);
  assert.deepEqual(table("lin", "--debug"), expected);
});

test("what has no size to read says so, and the build stands", () => {
  desk.makes({ "bin/xs_nrf52.hex": "" });
  assert.deepEqual(table("nrf52/dk"), [
    "the linked program is not where it should be; there is no size to tell",
  ]);
  desk.makes({ "bin/xs_nrf52.hex": "", "tmp/xs_nrf52.out": "not a program" });
  assert.match(
    desk.run("nrf52/dk", "--size").stdout,
    /xs_nrf52\.out has no sections; there is no size to tell\n$/,
  );
});

test("the first ESP32 has its RAM where later chips have their flash", () => {
  desk.makes({
    "bin/xs_esp32.bin": "",
    "tmp/xsProj-esp32/build/xs_esp32.elf": elf(32, [
      { name: ".flash.text", address: 0x400d0020, size: 600_000, flags: 6 },
      { name: ".flash.rodata", address: 0x3f400020, size: 200_000 },
      { name: ".iram0.text", address: 0x40080000, size: 60_000, flags: 7 },
      { name: ".dram0.bss", address: 0x3ffb0000, size: 20_000, kind: 8, flags: 3 },
    ]),
  });
  assert.deepEqual(table("esp32/nodemcu"), [
    "        used  of  free",
    "flash      0",
    "RAM    80000            before the heap, that XS and Bluetooth live in",
  ]);
});
