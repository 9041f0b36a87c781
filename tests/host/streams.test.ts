import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { LineReader } from "../../host/simulator/lines.js";
import { Output } from "../../host/simulator/output.js";

describe("LineReader", () => {
  test("puts lines together from any pieces, and keeps what has no end yet", () => {
    const { reader, seen } = newReader();
    for (const piece of ["pre", "ss\nrel", "ease\r\n\nqu"]) reader.push(octets(piece));
    assert.deepEqual(seen, ["press", "release", ""]);
    reader.push(octets("it\n"));
    assert.deepEqual(seen, ["press", "release", "", "quit"]);
  });

  test("puts a character together whose octets come apart", () => {
    const { reader, seen } = newReader();
    for (const octet of octets("ü\n")) reader.push(new Uint8Array([octet]));
    assert.deepEqual(seen, ["ü"]);
  });

  test("passes over a line that is too long, once, and finds the next", () => {
    const { reader, seen } = newReader();
    for (let piece = 0; piece < 5; piece++) reader.push(octets("1234"));
    reader.push(octets("12345678\nquit\n12345678\n123456789\n"));
    assert.deepEqual(seen, ["too long", "quit", "12345678", "too long"]);
  });
});

describe("Output", () => {
  test("leaves lines out while nobody reads, and says how many when somebody does", () => {
    const reader = new SlowReader();
    const output = new Output(reader, (lines) => `${lines} lost`, assert.fail);
    const megabyte = "x".repeat(1024 * 1024);
    for (let line = 0; line < 10; line++) output.line(megabyte);
    assert.ok(reader.writableLength < 6 * megabyte.length, "what waits is bounded");
    reader.readAll();
    output.line("and on");
    reader.readAll();
    const short = reader.lines.filter((line) => line.length < 100);
    assert.deepEqual(short, [`${10 - (reader.lines.length - short.length)} lost`, "and on"]);
  });

  test("tells once that the reader is gone, and is silent from then on", async () => {
    let broken = 0;
    const reader = new SlowReader();
    const output = new Output(reader, String, () => broken++);
    reader.destroy(new Error("EPIPE"));
    await new Promise((resolve) => reader.once("close", resolve));
    output.line("to nobody");
    await output.flush();
    assert.equal(broken, 1);
    assert.deepEqual(reader.lines, []);
  });

  test("flush is done when everything has been read", async () => {
    const reader = new SlowReader();
    const output = new Output(reader, String, assert.fail);
    output.line("last words");
    const flushed = output.flush();
    reader.readAll();
    await flushed;
    assert.deepEqual(reader.lines, ["last words"]);
  });
});

/** Reads when it is told to. */
class SlowReader extends Writable {
  readonly lines: string[] = [];
  #reading = false;
  #next: (() => void) | undefined;

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    const text = new TextDecoder().decode(chunk);
    if (text !== "") this.lines.push(text.trimEnd());
    if (this.#reading) done();
    else this.#next = done;
  }

  /** All that waits, and all that comes from now on. */
  readAll(): void {
    this.#reading = true;
    this.#next?.();
    this.#next = undefined;
  }
}

function newReader() {
  const seen: string[] = [];
  const reader = new LineReader(
    8,
    (line) => seen.push(line),
    () => seen.push("too long"),
  );
  return { reader, seen };
}

function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
