import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { afterEach, describe, test } from "node:test";
import { TerminalConsole } from "../../host/simulator/terminal-console.js";

const SECOND_SCREEN = "\x1b[?1049h";
const FIRST_SCREEN = "\x1b[?1049l";

const consoles: TerminalConsole[] = [];
afterEach(() => {
  for (const terminal of consoles.splice(0)) terminal.restore();
});

describe("The terminal", () => {
  test("is taken for the picture, and given back as it was, once", () => {
    const { terminal, raw, written } = newTerminal();
    assert.ok(written().startsWith(SECOND_SCREEN));
    terminal.restore();
    terminal.restore();
    assert.ok(written().endsWith(FIRST_SCREEN));
    assert.equal(written().split(FIRST_SCREEN).length, 2);
    assert.deepEqual(raw, [true, false]);
  });

  test("shows what happens, in place", async () => {
    const { terminal, output, written } = newTerminal();
    terminal.show({ event: "display", text: "1234" });
    while (!written().includes("[1234            ]")) await once(output, "data");
    assert.ok(written().includes("\x1b[H"), "from the first line on");
  });

  test("is left alone after it was given back", async () => {
    const { terminal, written } = newTerminal();
    terminal.show({ event: "display", text: "1234" });
    terminal.restore();
    terminal.show({ event: "display", text: "5678" });
    // Another one, begun later: when it has drawn, the first would have drawn as well.
    const other = newTerminal();
    other.terminal.show({ event: "display", text: "5678" });
    while (!other.written().includes("[5678            ]")) await once(other.output, "data");
    assert.ok(written().endsWith(FIRST_SCREEN));
  });
});

describe("Keys", () => {
  test("p presses, r releases, q and Control-C quit; others do nothing", async () => {
    const { typed } = newTerminal();
    assert.deepEqual(await typed("pxyrq", 3), ["press", "release", "quit"]);
    assert.deepEqual(await typed("\x03", 1), ["quit"]);
  });

  test("the arrows turn the knob, in both ways that terminals have to write them", async () => {
    const { typed } = newTerminal();
    assert.deepEqual(await typed("\x1b[C\x1b[D\x1bOC\x1bOD", 4), ["turn 1", "turn -1", "turn 1", "turn -1"]);
  });

  test("other arrows and function keys do nothing, though letters are in their sequences", async () => {
    const { typed } = newTerminal();
    assert.deepEqual(await typed("\x1b[R\x1bOR\x1b[1;5R\x1b[1;5C\x1b[A\x1bOB\x1b[15~\x1bqp", 1), ["press"]);
  });

  test("space pushes: the button comes up again by itself", async () => {
    const { typed } = newTerminal();
    assert.deepEqual(await typed(" ", 2), ["press", "release"]);
  });

  test("R asks first: y resets, every other key does not", async () => {
    const { typed } = newTerminal();
    assert.deepEqual(await typed("RnRpRRRyp", 2), ["reset", "press"]);
  });

  test("e begins a line for the keypad: letters are text there, and Enter ends it", async () => {
    const { typed } = newTerminal();
    assert.deepEqual(await typed("e042\rp", 2), ["enter 042", "press"]);
    assert.deepEqual(await typed("eq R\x7f\br\nr", 2), ["enter qr", "release"]);
    const long = "x".repeat(100);
    assert.deepEqual(await typed(`e${long}\r`, 1), [`enter ${"x".repeat(32)}`]);
  });

  test("Escape gives the line up, an empty one is none, and in it only Control-C is still a command", async () => {
    const { typed } = newTerminal();
    await typed("e04", 0);
    await typed("\x1b", 0);
    assert.deepEqual(await typed("p", 1), ["press"]);
    assert.deepEqual(await typed("e\x7f\rp", 1), ["press"]);
    assert.deepEqual(await typed("e\x1b[C\x1bqü\t1\x032\r", 2), ["quit", "enter 12"]);
  });

  test("the line is shown as far as it is typed", async () => {
    const { typed, output, written } = newTerminal();
    await typed("e04", 0);
    while (!written().includes("Keypad: 04_")) await once(output, "data");
    await typed("\r", 1);
    while (!/q quit[^_]*$/.test(written())) await once(output, "data");
  });
});

/** A terminal of no size, and what the console does with it. */
function newTerminal() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
  const output = new PassThrough();
  let text = "";
  output.on("data", (octets: Uint8Array) => {
    text += new TextDecoder().decode(octets);
  });
  const written = () => {
    for (let rest: unknown = output.read(); rest !== null; rest = output.read());
    return text;
  };
  const terminal = new TerminalConsole(input, output, () => {});
  consoles.push(terminal);
  const done: string[] = [];
  let wake: () => void = () => {};
  const note = (what: string) => {
    done.push(what);
    wake();
  };
  terminal.open({
    press: (down) => {
      note(down ? "press" : "release");
      return true;
    },
    turn: (steps) => note(`turn ${steps}`),
    enter: (text) => note(`enter ${text}`),
    reset: () => note("reset"),
    quit: () => note("quit"),
  });
  /** Type, and give the next `count` things that were done. */
  const typed = async (keys: string, count: number) => {
    input.write(keys);
    while (done.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return done.splice(0);
  };
  return { terminal, raw, output, written, typed };
}
