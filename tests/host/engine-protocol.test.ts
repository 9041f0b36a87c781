/** What is said between the simulator and a worker of XS, and how it is framed. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode, deliver, encode, octetsOf } from "../../host/simulator/engine/messages.js";
import { NetstringReader, netstring } from "../../host/simulator/engine/netstrings.js";

/** What a reader makes of these pieces. */
function read(...pieces: readonly string[]): readonly string[] {
  const contents: string[] = [];
  const reader = new NetstringReader((content) => contents.push(content.toString("latin1")));
  for (const piece of pieces) reader.push(Buffer.from(piece, "latin1"));
  return contents;
}

describe("Netstrings", () => {
  test("are a length, a colon, the octets and a comma", () => {
    assert.equal(Buffer.from(netstring(Buffer.from("e"), Buffer.from("1+1"))).toString(), "4:e1+1,");
    assert.equal(Buffer.from(netstring()).toString(), "0:,");
  });

  test("are found wherever the pipe cuts them", () => {
    const text = "4:e1+1,0:,12:a,b:c,d,e,f,,";
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        assert.deepEqual(read(...pieces), ["e1+1", "", "a,b:c,d,e,f,"], pieces.join("|"));
      }
    }
  });

  test("that are none are refused", () => {
    for (const text of ["x", ":", "1x:", "2:abc,", "-1:a,", "1234567890:", " 1:a,"]) {
      assert.throws(() => read(text), SyntaxError, text);
    }
  });
});

describe("Messages", () => {
  test("come out as they went in, with every character", () => {
    for (const text of ["", "Lämpchen 💡", '"\\\u0000\n', "\ud800", "x".repeat(5000)]) {
      const message = ["entered", text] as const;
      assert.deepEqual(JSON.parse(decode(encode(message))), message);
    }
  });

  test("call the method of their name", () => {
    const seen: unknown[] = [];
    const target = { written: (...args: readonly unknown[]) => seen.push(...args) };
    assert.equal(deliver(target, ["written", 1, 2, "0a"]), 3);
    assert.deepEqual(seen, [1, 2, "0a"]);
  });

  test("carry octets as hexadecimal digits, and nothing else", () => {
    assert.deepEqual(octetsOf("00ff"), new Uint8Array([0, 255]));
    for (const text of ["0", "xy"]) assert.throws(() => octetsOf(text), RangeError);
  });
});
