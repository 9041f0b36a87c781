/** The commands that --json takes on standard input, one a line. */

import type { Controls } from "./console.js";

const MAX_STEPS = 99;

/** Do what the line says; undefined: done. Else one line that says what is wrong with it. */
export function obey(line: string, controls: Controls): string | undefined {
  const [, word = "", argument] = /^(\S*)(?: (.*))?$/su.exec(line) ?? [];
  switch (word) {
    case "turn":
      return turn(argument, controls);
    case "enter":
      if (argument === undefined || argument === "") return "enter needs a text: enter TEXT";
      controls.enter(argument);
      return undefined;
    case "press":
    case "release":
    case "reset":
    case "quit":
      if (argument !== undefined) return `${word} stands alone on its line`;
      return act(word, controls);
    default:
      // What is typed may be a value to enter: it is not repeated.
      return "no such command; there are press, release, turn N, enter TEXT, reset, quit";
  }
}

function turn(argument: string | undefined, controls: Controls): string | undefined {
  const steps = /^[+-]?\d{1,2}$/.test(argument ?? "") ? Number(argument) : 0;
  if (steps === 0) return `turn needs a number of steps from -${MAX_STEPS} to ${MAX_STEPS}, not 0: turn N`;
  controls.turn(steps);
  return undefined;
}

function act(word: "press" | "release" | "reset" | "quit", controls: Controls): string | undefined {
  if (word === "reset") controls.reset();
  else if (word === "quit") controls.quit();
  else if (!controls.press(word === "press")) {
    return word === "press" ? "the button is pressed already" : "the button is not pressed";
  }
  return undefined;
}
